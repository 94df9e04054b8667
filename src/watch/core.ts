// The heart of the watch: everything that was seen goes in, what is to be said comes out. No time, no network.
import type { WatchedStore } from './config.ts'
import type { Observation } from './door.ts'
import type { StoreSample } from './forecast/sample.ts'
import type { StoreForecast } from './forecast/store-forecast.ts'
import type { Evidence } from './incident/evidence.ts'
import type { CauseId, Change, Incident, IncidentEvent } from './incident/incident.ts'
import type { ProbeMatrix, Round } from './locate/matrix.ts'
import type { Verdict } from './locate/verdict.ts'
import type { ReasonCount, Testimony } from './witness/witness.ts'

/** One thing that reached the watch. `at` of each is epoch ms; they come in order of time. */
export type Input =
  | { readonly kind: 'round'; readonly round: Round; readonly observations: readonly Observation[] }
  | { readonly kind: 'doors'; readonly at: number; readonly observations: readonly Observation[] }
  /** Doors that are not knocked at any more, by the id of their probes: nothing is to be said of them. */
  | { readonly kind: 'doors-gone'; readonly at: number; readonly probes: readonly string[] }
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
  /** A witness answered, whatever it said: it is not blind. */
  | { readonly kind: 'seeing-witness'; readonly at: number; readonly witness: string }
  | {
      readonly kind: 'peer'
      readonly at: number
      readonly peer: string
      readonly alive: boolean
      readonly detail: string
    }
  | { readonly kind: 'change'; readonly change: Change }
  /** What only people know: that somebody reported it, that somebody did something about it. */
  | {
      readonly kind: 'note'
      readonly at: number
      readonly incident: string
      readonly note: 'report' | 'mitigation' | 'notification'
      readonly text: string
    }

/** What is to be done about it. */
export type Effect =
  | { readonly kind: 'say'; readonly event: IncidentEvent }
  /** Run this probe at once: it would tell the leading candidates apart. */
  | { readonly kind: 'probe-now'; readonly probe: string }

/** What a core is made from. */
export interface CoreSettings {
  readonly matrix: ProbeMatrix
  readonly stores: readonly WatchedStore[]
  /**
   * False for the cause of an open incident that nothing can say anything of any more, since the
   * configuration has it no longer. Absent: everything is watched.
   */
  readonly isWatched?: (cause: CauseId) => boolean
  /** What {@link WatchCore.snapshot} gave before a restart; null or absent: a first start. */
  readonly restored?: CoreSnapshot | null
}

/** One incident with all that stands behind it. Replaced as a whole whenever anything in it changes. */
export interface IncidentRecord {
  readonly incident: Incident
  /** Number of its last event. */
  readonly sequence: number
  readonly progress: Progress
  readonly evidence: Evidence
}

/** How far an incident is on its way to being closed, or to another verdict. */
export interface Progress {
  /** Who opened it and may close it. */
  readonly by: 'rounds' | 'doors' | 'store' | 'condition'
  /** Clean rounds (passes, readings) in a row, and how many it takes: more after each time it came back. */
  readonly clean: number
  readonly cleanNeeded: number
  /** Full rounds since it opened. */
  readonly rounds: number
  /** Elements of a verdict that differs, as text, and for how many rounds; empty: none. */
  readonly pending: string
  readonly pendingRounds: number
  /** Epoch ms at which the gate's own log last showed it; null: never. */
  readonly reasonsAt: number | null
  /** Stores that are why, or may become it. As many as are configured. */
  readonly stores: readonly StoreBehind[]
}

/** A store whose want of room an incident is about. */
export interface StoreBehind {
  readonly store: string
  /** The worst kind of alarm that was told of it, of `storeAlarmKinds`. */
  readonly told: string
}

/** What outlives a restart, as plain JSON. */
export interface CoreSnapshot {
  readonly form: 1
  readonly records: readonly IncidentRecord[]
  readonly changes: readonly Change[]
  /** Bad and good readings in a row of everything that is either, by cause. */
  readonly conditions: readonly (readonly [
    cause: string,
    bad: number,
    good: number,
    since: number,
  ])[]
  /** The newest rounds, oldest first: time, probes that failed, probes that passed. */
  readonly rounds: readonly (readonly [
    at: number,
    failed: readonly string[],
    passed: readonly string[],
  ])[]
}

/**
 * The state machine between observation and message. Same inputs, same effects: drills run this very
 * code in a simulated world (`src/watch/drill/`), `src/watch/run/` runs it in the real one.
 */
export interface WatchCore {
  take(input: Input): readonly Effect[]
  verdict(): Verdict
  /** Open incidents first, then the closed ones, newest first; bounded. */
  incidents(): readonly Incident[]
  /** The same with what stands behind each, for the book on disk and for post-mortems. */
  records(): readonly IncidentRecord[]
  /** Where each store stood at its newest reading; none before there is one. */
  forecasts(): readonly StoreForecast[]
  /** What a core made with it as `restored` goes on from, without saying anything twice. */
  snapshot(): CoreSnapshot
}
