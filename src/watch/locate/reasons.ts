// Why a verdict is what it is: the probes that decided, the probe that would, and what cannot be seen.
import type { ElementId } from '../../model/layer.ts'
import { type Model, absent, failed } from './model.ts'
import { type LocateParameters, type Mode, roundsForCall } from './parameters.ts'
import { failingRate } from './states.ts'
import type { Reason } from './verdict.ts'

/** Elements that are broken, as numbers of the model, each in the mode that fits best. Empty: none. */
export type Faults = readonly { readonly element: number; readonly mode: Mode }[]

/** What reasons are drawn from. */
export interface Evidence {
  readonly model: Model
  readonly parameters: LocateParameters
  /** Outcomes of the last rounds, oldest first. */
  readonly window: readonly Uint8Array[]
}

const reasonsMax = 5

/** Nats below which a probe says nothing, and bits below which it would. */
const natsMin = 0.05
const informationMin = 0.01

/** P(probe fails | faults), the noisy OR of `states.ts`. */
export function failProbability(evidence: Evidence, faults: Faults, row: number): number {
  const { model, parameters } = evidence
  let passes = 1 - parameters.noise
  for (const { element, mode } of faults) {
    const rate = failingRate(model, { element, mode, row }, parameters)
    passes *= 1 - rate * (mode === 'flapping' ? 0.5 : 1)
  }
  return 1 - passes
}

/**
 * The rounds of the window in which the leader holds: the suffix that speaks most for it against the
 * runner-up, since what was seen before a fault began is no evidence against it.
 */
export function sinceOnset(
  evidence: Evidence,
  leader: Faults,
  other: Faults,
): readonly Uint8Array[] {
  let best = 0
  let sum = 0
  let from = evidence.window.length
  for (let i = evidence.window.length - 1; i >= 0; i--) {
    const outcomes = evidence.window[i]
    if (outcomes === undefined) continue
    for (const [row, outcome] of outcomes.entries())
      sum += nats(evidence, { leader, other, row, outcome })
    if (sum > best) [best, from] = [sum, i]
  }
  return evidence.window.slice(from)
}

function nats(
  evidence: Evidence,
  { leader, other, row, outcome }: { leader: Faults; other: Faults; row: number; outcome: number },
): number {
  if (outcome === absent) return 0
  const one = failProbability(evidence, leader, row)
  const two = failProbability(evidence, other, row)
  return outcome === failed ? Math.log(one / two) : Math.log((1 - one) / (1 - two))
}

/** Log-likelihood ratio of leader against runner-up by probe, since the onset; most telling first. */
export function reasonsFor(evidence: Evidence, leader: Faults, other: Faults): readonly Reason[] {
  const rounds = sinceOnset(evidence, leader, other)
  const reasons = evidence.model.rows.map((probe, row) => {
    const outcomes = rounds.map((outcome) => outcome[row] ?? absent)
    return {
      probe,
      passed: outcomes.filter((outcome) => outcome !== failed && outcome !== absent).length,
      failed: outcomes.filter((outcome) => outcome === failed).length,
      nats: outcomes.reduce(
        (sum, outcome) => sum + nats(evidence, { leader, other, row, outcome }),
        0,
      ),
    }
  })
  return reasons
    .filter((reason) => Math.abs(reason.nats) >= natsMin)
    .toSorted((one, two) => two.nats - one.nats)
    .slice(0, reasonsMax)
}

/** Whether failures through the leader are spread over enough rounds for a call. */
export function isSpread(evidence: Evidence, leader: Faults): boolean {
  const rounds = sinceOnset(evidence, leader, []).filter((outcomes) =>
    leader.some(({ element }) =>
      outcomes.some(
        (outcome, row) => outcome === failed && (evidence.model.shares[element]?.[row] ?? 0) > 0,
      ),
    ),
  )
  return rounds.length >= roundsForCall
}

/** Whether in every round since the onset those probes failed that go through the leader, and no others. */
export function isExact(evidence: Evidence, leader: Faults): boolean {
  const { model } = evidence
  const share = (row: number): number =>
    Math.max(...leader.map(({ element }) => model.shares[element]?.[row] ?? 0))
  return sinceOnset(evidence, leader, []).every((outcomes) =>
    outcomes.every((outcome, row) => {
      if (outcome === absent) return true
      // What goes through it by chance may fail or not.
      return outcome === failed ? share(row) > 0 : share(row) < 1
    }),
  )
}

/**
 * The probe whose outcome would tell most between two candidates that are equally likely: the greatest
 * mutual information of outcome and candidate, in bits (Jensen–Shannon divergence). Null: none tells.
 */
export function discriminatingProbe(
  evidence: Evidence,
  leader: Faults,
  other: Faults,
): string | null {
  let best: string | null = null
  let most = informationMin
  for (const [row, probe] of evidence.model.rows.entries()) {
    const one = failProbability(evidence, leader, row)
    const two = failProbability(evidence, other, row)
    const gain = entropy((one + two) / 2) - (entropy(one) + entropy(two)) / 2
    if (gain > most + 1e-12) [best, most] = [probe, gain]
  }
  return best
}

/** Of a coin, in bits. */
function entropy(p: number): number {
  return p <= 0 || p >= 1 ? 0 : -(p * Math.log2(p) + (1 - p) * Math.log2(1 - p))
}

/** Elements all of whose probes cross an element of the leader that is broken hard. */
export function maskedBy(model: Model, leader: Faults): readonly ElementId[] {
  const hard = leader.filter((fault) => fault.mode === 'hard').map((fault) => fault.element)
  if (hard.length === 0) return []
  return model.elements.filter((_, element) => {
    if (leader.some((fault) => fault.element === element)) return false
    const shares = model.shares[element] ?? []
    return shares.every(
      (share, row) => share === 0 || hard.some((broken) => (model.shares[broken]?.[row] ?? 0) >= 1),
    )
  })
}
