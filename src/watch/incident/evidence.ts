// What stands behind an incident: kept with it, so that a post-mortem can show it.
import type { ElementId } from '../../model/layer.ts'
import type { AnswerClass } from '../door.ts'

/** One probe as it was last seen. */
export interface ProbeSeen {
  readonly probe: string
  /** Epoch ms. */
  readonly at: number
  readonly ok: boolean
  /** Null where only the outcome is known. */
  readonly class: AnswerClass | null
  readonly status: number | null
  readonly crosses: readonly ElementId[]
}

/** What the watch thought after one round. Probabilities 0…1. */
export interface PosteriorRow {
  readonly at: number
  readonly leader: readonly ElementId[]
  readonly probability: number
  readonly runnerUp: readonly ElementId[] | null
  readonly runnerUpProbability: number | null
}

/** Doors of one tier over one vantage at a moment. */
export interface MatrixCell {
  readonly tier: string
  readonly vantage: string
  readonly hosts: number
  readonly failing: number
  /** What most of the failing answered: `GATE_4XX 400`; empty: none fail. */
  readonly answer: string
}

/** Everything that was seen at one moment. */
export interface Moment {
  readonly name: 'before' | 'verdict' | 'recovered'
  readonly at: number
  readonly probes: readonly ProbeSeen[]
  readonly doors: readonly MatrixCell[]
}

/** A store at one time, and what was forecast then. Rates per ms, times in ms. */
export interface StoreRow {
  readonly store: string
  readonly at: number
  readonly usedBlocks: number
  readonly totalBlocks: number
  readonly ratePerMs: number
  readonly ratioLow: number
  readonly ratio: number
  readonly timeToFullLowMs: number | null
  readonly timeToFullMs: number | null
  readonly timeToFullHighMs: number | null
  readonly attribution: string
}

/** All of it. Every list is bounded. */
export interface Evidence {
  /** Bounds of the first symptom, 95 %, epoch ms; null where it was seen as it happened. */
  readonly symptom: { readonly from: number; readonly to: number } | null
  readonly posterior: readonly PosteriorRow[]
  readonly moments: readonly Moment[]
  readonly stores: readonly StoreRow[]
  /** Ids of incidents that belong to it. */
  readonly linked: readonly string[]
  /** Epoch ms of the first round that the watch has; what was before is not known. */
  readonly observedFrom: number
}

/** Nothing yet. */
export function noEvidence(observedFrom: number): Evidence {
  return { symptom: null, posterior: [], moments: [], stores: [], linked: [], observedFrom }
}
