// Which monitors a witness has: those that appear and vanish are changes, and may be the load.
import type { Change } from '../incident/incident.ts'
import { type Testimony, testimoniesMax } from './witness.ts'

/** Names that a title holds before it counts the rest. */
const namedMax = 3
/** Longest piece of a name in a title. */
const nameLengthMax = 60

/** Remembers the monitors of one witness; bounded like a reading. */
export interface MonitorList {
  /** Changes since the last reading; none at the first. */
  take(testimonies: readonly Testimony[], at: number): readonly Change[]
}

/** A list for the witness called `witness`. */
export function createMonitorList(witness: string): MonitorList {
  let known: ReadonlyMap<string, Testimony> | null = null
  return {
    take: (testimonies, at) => {
      const before = known
      const now = new Map(testimonies.slice(0, testimoniesMax).map((one) => [one.name, one]))
      known = now
      if (before === null) return []
      const added = [...now.values()].filter(({ name }) => !before.has(name))
      const removed = [...before.values()].filter(({ name }) => !now.has(name))
      const change = (what: string, monitors: readonly Testimony[]): readonly Change[] =>
        monitors.length === 0
          ? []
          : [
              {
                id: `${witness}-monitors-${what}-${at}`,
                at,
                source: 'uptime-kuma',
                title: `${monitors.length} ${monitors.length === 1 ? 'monitor' : 'monitors'} ${what}: ${namesOf(monitors)}`,
                // Each knocks without a cookie: where strangers leave something behind, this is its load.
                touches: monitors.some(({ host }) => host !== null) ? ['gate_new'] : [],
                actor: 'operator',
              },
            ]
      return [...change('added', added), ...change('removed', removed)]
    },
  }
}

function namesOf(monitors: readonly Testimony[]): string {
  const named = monitors.slice(0, namedMax).map(({ name }) => name.slice(0, nameLengthMax))
  const rest = monitors.length - named.length
  return rest === 0 ? named.join(', ') : `${named.join(', ')} and ${rest} more`
}
