// What is tried to say why a host does not work: its door by every way, others beside it, and what they share.
import type { ElementId } from '../../model/layer.ts'
import type { WatchConfig } from '../config.ts'
import type { Door } from '../door.ts'
import type { MatrixRow, ProbeMatrix } from '../locate/matrix.ts'
import { type PlannedProbe, type ProbePlan, planOf } from '../plan/plan.ts'

/** What a probe of an inquiry is about. */
export type Role = 'asked' | 'reference' | 'shared'

/** One probe of an inquiry. */
export interface AskedProbe extends PlannedProbe {
  readonly role: Role
}

/** Everything that is tried for one door. */
export interface Inquiry {
  readonly door: Door
  readonly probes: readonly AskedProbe[]
  readonly matrix: ProbeMatrix
}

/** Other doors of the same tier that are knocked at: enough to tell one service from all. */
const referencesMax = 4

/**
 * The probes for one door: those that a watch has for its canaries, with this door in the place of one, and
 * the same ways to other doors of its tier. Nobody's session is used. Same configuration, same inquiry.
 */
export function inquiryOf(config: WatchConfig, door: Door): Inquiry {
  const cookieless = { ...config, robot: null }
  const asked = planOf({ ...cookieless, canaries: canariesWith(config, door) })
  const parts = [
    ...asked.canaries.map((probe) => partOf(asked, door, probe)),
    ...referencesOf(config, door).flatMap((other) => referenceParts(cookieless, other)),
  ]
  return {
    door,
    probes: parts.map(({ probe }) => probe),
    matrix: { rows: parts.map(({ row }) => row), control: asked.matrix.control },
  }
}

/** The door stands for those that the gate guards, or for those that it does not. */
function canariesWith(config: WatchConfig, door: Door): WatchConfig['canaries'] {
  const { canaries } = config
  const other = (one: Door | null): Door | null => (one?.host === door.host ? null : one)
  return door.tier === 'required'
    ? { open: other(canaries.open), protected: door }
    : { open: door, protected: other(canaries.protected) }
}

interface Part {
  readonly probe: AskedProbe
  readonly row: MatrixRow
}

function partOf(plan: ProbePlan, door: Door, planned: PlannedProbe): Part {
  const row = plan.matrix.rows.find(({ probe }) => probe === planned.id)
  const crosses = row?.crosses ?? {}
  const { act } = planned
  if (act.kind === 'dns')
    return {
      probe: { ...planned, act: { ...act, name: door.host }, role: 'shared' },
      row: { probe: planned.id, crosses },
    }
  if (act.kind !== 'knock')
    return { probe: { ...planned, role: 'shared' }, row: { probe: planned.id, crosses } }
  if (act.door.host !== door.host)
    return { probe: { ...planned, role: 'reference' }, row: { probe: planned.id, crosses } }
  // Its own route and name are what others do not share: they go by the name of the service.
  const own: ElementId = `upstream/${door.host}`
  const ofItself = act.way.vantage === 'gate' ? {} : { [own]: 1 }
  const gate = door.tier === 'public' ? { gate_new: 1 } : {}
  return {
    probe: { ...planned, role: 'asked' },
    row: { probe: planned.id, crosses: { ...crosses, ...gate, ...ofItself } },
  }
}

/** Doors on other hosts, of the same tier, one for each host; canaries first, since they are known to be well kept. */
function referencesOf(config: WatchConfig, door: Door): readonly Door[] {
  const { canaries, doors } = config
  const first = [canaries.protected, canaries.open].flatMap((one) => one ?? [])
  const byHost = new Map<string, Door>()
  for (const other of [...first, ...doors])
    if (other.tier === door.tier && other.host !== door.host && !byHost.has(other.host))
      byHost.set(other.host, other)
  return [...byHost.values()].slice(0, referencesMax)
}

function referenceParts(config: WatchConfig, other: Door): readonly Part[] {
  const canaries =
    other.tier === 'required' ? { open: null, protected: other } : { open: other, protected: null }
  const plan = planOf({ ...config, canaries, control: [], identityProvider: null })
  return plan.canaries.flatMap((planned): Part[] => {
    const { act } = planned
    const row = plan.matrix.rows.find(({ probe }) => probe === planned.id)
    if (act.kind !== 'knock' || act.way.vantage === 'upstream' || row === undefined) return []
    const id = `${other.host}:${planned.id}`
    return [
      { probe: { ...planned, id, role: 'reference' }, row: { probe: id, crosses: row.crosses } },
    ]
  })
}
