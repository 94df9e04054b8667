// What comes of a drill.
import type { IncidentRecord } from '../core.ts'
import type { ChangeJudgement, Incident, IncidentEvent } from '../incident/incident.ts'
import type { BaselineResult } from './baselines.ts'
import type { Match } from './truth.ts'

/** One message that the watch would have sent. Times in ms from the start of the drill. */
export interface Alarm {
  readonly at: number
  readonly kind: IncidentEvent['kind']
  readonly incident: Incident
  /** Whether it wakes somebody: the first of its incident that pages. */
  readonly wakes: boolean
}

/** What came of a drill. Times in ms from its start. */
export interface DrillResult {
  readonly name: string
  readonly title: string
  readonly source: string
  readonly seed: number
  readonly startAt: number
  readonly truth: readonly string[]
  /** What was broken and could not be seen. */
  readonly unseen: readonly string[]
  /** When the first thing broke; null: nothing did. */
  readonly brokenAt: number | null
  readonly alarms: readonly Alarm[]
  /** First time at which everything that is true was said, and nothing else; null: never. */
  readonly foundAt: number | null
  /** What all incidents together named at the end. */
  readonly named: readonly string[]
  readonly match: Match
  /** Whether the first location that was called is of the right layers; null: none was called, or due. */
  readonly firstCallRight: boolean | null
  /** Messages that wake somebody: one for each incident that pages, and one for each time it comes back. */
  readonly notifications: number
  readonly changes: readonly ChangeJudgement[]
  /** All incidents, with what stands behind each. */
  readonly records: readonly IncidentRecord[]
  readonly baselines: readonly BaselineResult[]
  /** Why the ground truth is not met, in sentences; empty: it is. */
  readonly misses: readonly string[]
}

/** Whether an alarm is told at once, to somebody who is awake or is woken by it. */
export function isPaging({ incident, kind }: Alarm): boolean {
  return kind !== 'closed' && incident.urgency === 'page'
}
