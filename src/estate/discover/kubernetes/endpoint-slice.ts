// EndpointSlice objects (discovery.k8s.io/v1): the addresses behind a service, one for each replica.
import type { FoundReplica, NotUnderstood } from '../discovery.ts'
import { type Json, at, listAt, numberAt, textAt, textsAt } from '../json.ts'
import { namespaceOf, objectName } from './ingress.ts'

const serviceLabel = 'kubernetes.io/service-name'

/** Replicas of a slice, for each port that has a number. Without a service it is nobody's. */
export function replicasOf(slice: Json): readonly FoundReplica[] {
  const name = textAt(slice, 'metadata', 'labels', serviceLabel)
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

/** Slices that say of whom they are nothing, and such as have addresses and no port to reach them at. */
export function sliceFault(slice: Json): readonly NotUnderstood[] {
  const object = objectName(slice)
  if (textAt(slice, 'metadata', 'labels', serviceLabel) === null)
    return [
      { object, why: `It has no label "${serviceLabel}": whose addresses it has nobody told` },
    ]
  const hasPort = listAt(slice, 'ports').some((port) => numberAt(port, 'port') !== null)
  const hasAddress = listAt(slice, 'endpoints').length > 0
  return hasAddress && !hasPort ? [{ object, why: 'Its addresses have no port with a number' }] : []
}
