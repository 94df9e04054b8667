// What `locate` concludes, with its reasons.
import type { ElementId } from '../../model/layer.ts'

/** A set of broken elements (empty: none) and how likely it is after the window, 0…1. */
export interface Candidate {
  readonly elements: readonly ElementId[]
  readonly probability: number
}

/** One probe's part in a verdict. */
export interface Reason {
  readonly probe: string
  readonly passed: number
  readonly failed: number
  /** Log-likelihood ratio in nats by which this probe speaks for the leader against the runner-up. */
  readonly nats: number
}

/**
 * `healthy` nothing is broken · `blind` the control probe fails: nothing can be said · `suspect` evidence
 * below the bound for a call · `fault` the leader is at or above it, or was and nothing else has come to it
 * since: a call is not taken back each time that something heals for a minute.
 */
export interface Verdict {
  readonly kind: 'healthy' | 'blind' | 'suspect' | 'fault'
  readonly leader: Candidate
  /** The most likely other; a further fault beside the leader's is none. */
  readonly runnerUp: Candidate | null
  /** The probes that decided, most telling first, at most five. */
  readonly because: readonly Reason[]
  /** Probe that would best tell leader and runner-up apart; null when none would. */
  readonly discriminating: string | null
  /** Elements that cannot be judged while the leader is broken: every probe through them crosses it. */
  readonly masked: readonly ElementId[]
}
