// Doors of services that come while the watch runs, as a cluster has them: within a bound, by the rules of the file.
import type { Service } from '../../model/service.ts'
import type { DoorRules } from '../config.ts'
import type { Door } from '../door.ts'
import { type DoorSources, declaredDoors } from './doors.ts'

/** Doors of a cluster at most: each is a probe over every vantage, a series, and a row of the metrics. */
export const discoveredDoorsMax = 2000

/** Doors, and what there is none for. */
export interface DiscoveredDoors {
  readonly doors: readonly Door[]
  /** Wildcards that nothing says a name for. */
  readonly unprobed: readonly string[]
  /** Doors above {@link discoveredDoorsMax}. */
  readonly leftOut: number
}

/** What they are made from. */
export interface DiscoveredSources extends Pick<DoorSources, 'ruleAt'> {
  readonly services: readonly Service[]
  /** Absent: nothing is declared of doors. */
  readonly rules: DoorRules | undefined
}

/**
 * Doors of `services`. None has an upstream: that a name of the cluster leads anywhere from here is not known, and
 * a probe that cannot pass is an alarm about nothing.
 */
export function discoveredDoors({ ruleAt, rules, services }: DiscoveredSources): DiscoveredDoors {
  const { doors, unprobed } = declaredDoors({
    services,
    overrides: rules?.overrides ?? [],
    ruleAt,
  })
  return {
    doors: doors.slice(0, discoveredDoorsMax).map((door) => ({ ...door, upstream: null })),
    unprobed: unprobed.map(({ host }) => host),
    leftOut: Math.max(0, doors.length - discoveredDoorsMax),
  }
}
