// The heart of the watch: everything that was seen goes in, what is to be said comes out. No time, no network.
import type { Observation } from './door.ts'
import type { StoreSample } from './forecast/sample.ts'
import type { Change, Incident, IncidentEvent } from './incident/incident.ts'
import type { Round } from './locate/matrix.ts'
import type { Verdict } from './locate/verdict.ts'
import type { ReasonCount, Testimony } from './witness/witness.ts'

/** One thing that reached the watch. `at` of each is epoch ms; they come in order of time. */
export type Input =
  | { readonly kind: 'round'; readonly round: Round; readonly observations: readonly Observation[] }
  | { readonly kind: 'doors'; readonly at: number; readonly observations: readonly Observation[] }
  | { readonly kind: 'sample'; readonly sample: StoreSample }
  | {
      readonly kind: 'testimony'
      readonly at: number
      readonly witness: string
      readonly testimonies: readonly Testimony[]
    }
  | {
      readonly kind: 'reasons'
      readonly at: number
      readonly witness: string
      readonly reasons: readonly ReasonCount[]
    }
  | {
      readonly kind: 'blind-witness'
      readonly at: number
      readonly witness: string
      readonly detail: string
    }
  | {
      readonly kind: 'peer'
      readonly at: number
      readonly peer: string
      readonly alive: boolean
      readonly detail: string
    }
  | { readonly kind: 'change'; readonly change: Change }

/** What is to be done about it. */
export type Effect =
  | { readonly kind: 'say'; readonly event: IncidentEvent }
  /** Run this probe at once: it would tell the leading candidates apart. */
  | { readonly kind: 'probe-now'; readonly probe: string }

/**
 * The state machine between observation and message. Same inputs, same effects: drills run this very
 * code in a simulated world (`src/watch/drill/`), `src/watch/run/` runs it in the real one.
 */
export interface WatchCore {
  take(input: Input): readonly Effect[]
  verdict(): Verdict
  /** Open incidents first, then the closed ones, newest first; bounded. */
  incidents(): readonly Incident[]
}
