// The ways to a door: from each vantage, which address is asked by which name.
import type { ReplicaAddress } from '../config.ts'
import type { Door, Vantage } from '../door.ts'
import type { ProbeRequest } from '../probe/prober.ts'

/** A way to a door. The public names have the scheme and port of the configuration. */
export type Way =
  | {
      readonly vantage: 'edge'
      readonly family?: ProbeRequest['family']
      /** True: by the addresses that the name has inside, which may lead past the edge. */
      readonly isInside?: true
    }
  | { readonly vantage: 'ingress'; readonly replica: ReplicaAddress }
  /** `origin` of one replica of the gate: `http://10.0.20.9:9000`. */
  | { readonly vantage: 'gate'; readonly origin: string }
  /** The service's own address, {@link Door.upstream}; a door without one cannot be tried so. */
  | { readonly vantage: 'upstream' }

/** Name of a replica as elements and observations have it: the address, and a port of its own. */
export function replicaName({ address, port }: ReplicaAddress): string {
  if (port === 443 || port === 80) return address
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`
}

/** The replica that a way is pinned to, null for none. */
export function replicaOf(way: Way): string | null {
  if (way.vantage === 'ingress') return replicaName(way.replica)
  if (way.vantage !== 'gate' || !URL.canParse(way.origin)) return null
  return new URL(way.origin).host
}

/** Id of the probe that knocks at `door` by `way`, where it is no row of the matrix. */
export function doorProbeId(door: Door, vantage: Vantage): string {
  return `door:${door.id}@${vantage}`
}
