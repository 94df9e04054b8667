// Which failures of doors are explained by what is broken before them, so that nobody is told twice.
import { type ElementId, type Layer, layerOf } from '../../model/layer.ts'
import type { AuthTier } from '../../model/service.ts'
import type { Vantage } from '../door.ts'

/** The way that one check of a door takes. */
export interface DoorWay {
  readonly host: string
  readonly tier: AuthTier
  readonly vantage: Vantage
  /** Replica that the newest check went through; null: none was pinned. */
  readonly replica: string | null
}

/** True when a check on this way has to fail, or may, while `broken` is. */
export function explains(broken: ElementId, way: DoorWay): boolean {
  const layer = layerOf(broken)
  return byLayer[layer](way, broken.slice(layer.length + 1))
}

type Explains = (way: DoorWay, part: string) => boolean

const isOutside: Explains = ({ vantage }) => vantage === 'edge'
const isGated: Explains = ({ tier, vantage }) =>
  (tier === 'required' || tier === 'public') && vantage !== 'upstream'

const byLayer: Readonly<Record<Layer, Explains>> = {
  prober: () => true,
  dns: isOutside,
  edge: isOutside,
  ingress: (way, part) =>
    way.vantage === 'edge' || (way.vantage === 'ingress' && isThatOne(part, way.replica)),
  // Asked itself, a gate that is down answers for open doors no more than for gated ones.
  gate_new: (way, part) => way.vantage === 'gate' || isGated(way, part),
  // Doors are tried without a session, which nobody has to look up.
  gate_check: () => false,
  // A gate that shares its fate with the identity provider answers neither.
  idp: isGated,
  upstream: ({ host }, part) => part === host,
}

/** A replica explains only what went through it; one that is not known may have. */
function isThatOne(part: string, replica: string | null): boolean {
  return part === '' || replica === null || replica.split(':')[0] === part || replica === part
}
