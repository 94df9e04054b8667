// EndpointSlice objects (discovery.k8s.io/v1): the addresses behind a service, one for each replica.
import type { FoundReplica } from '../discovery.ts'
import { type Json, at, listAt, numberAt, textAt, textsAt } from '../json.ts'
import { namespaceOf } from './ingress.ts'

/** Replicas of a slice, for each port that has a number. Without a service it is nobody's. */
export function replicasOf(slice: Json): readonly FoundReplica[] {
  const name = textAt(slice, 'metadata', 'labels', 'kubernetes.io/service-name')
  if (name === null) return []
  const service = `${namespaceOf(slice)}/${name}`
  const isIpv6 = textAt(slice, 'addressType') === 'IPv6'
  const ports = listAt(slice, 'ports').flatMap((port) => numberAt(port, 'port') ?? [])
  return listAt(slice, 'endpoints').flatMap((endpoint) =>
    // Left out, "ready" means that nothing is known against it.
    textsAt(endpoint, 'addresses').flatMap((address) =>
      ports.map((port) => ({
        service,
        address: `${isIpv6 ? `[${address}]` : address}:${port}`,
        isReady: at(endpoint, 'conditions', 'ready') !== false,
      })),
    ),
  )
}
