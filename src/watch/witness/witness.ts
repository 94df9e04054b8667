// What others saw: never a probe of ours, and never believed when it makes no sense.
import type { Result } from '../../std/result.ts'
import type { World } from '../../world/world.ts'
import type { StoreSample } from '../forecast/sample.ts'
import type { Change } from '../incident/incident.ts'

/** What one other monitor says of one thing. */
export interface Testimony {
  /** Name of the monitor there. */
  readonly name: string
  /** Host that it is about; null where none can be read from it. */
  readonly host: string | null
  readonly state: 'up' | 'down' | 'pending' | 'maintenance'
}

/** What distinct people, hosts and networks met with one reason code since the last reading. */
export interface ReasonCount {
  readonly reason: string
  readonly count: number
  readonly people: number
  readonly hosts: number
  readonly networks: number
}

/** One reading of a witness. */
export interface WitnessReport {
  readonly testimonies: readonly Testimony[]
  readonly reasons: readonly ReasonCount[]
  readonly samples: readonly StoreSample[]
  readonly changes: readonly Change[]
}

/** A witness that cannot be understood is blind; that says nothing about what it watches. */
export interface BlindWitness {
  readonly witness: string
  readonly detail: string
}

/** One who is asked beside the probes. */
export interface Witness {
  readonly name: string
  /** Asks once, within bounds of time and size. Never throws; readings must not overlap. */
  read(): Promise<Result<WitnessReport, BlindWitness>>
}

/** The piece of the world that witnesses need. */
export type WitnessWorld = Pick<World, 'clock' | 'files' | 'http'>

/** A report with nothing in it, to be filled in part. */
export const emptyReport: WitnessReport = { testimonies: [], reasons: [], samples: [], changes: [] }

/** Most of anything that one reading of a witness may hold: an estate has hundreds of services. */
export const testimoniesMax = 5000
