// What failing services have in common: corroboration of a verdict that a person can check by hand.
import type { ElementId } from '../../model/layer.ts'
import { hypergeometricTail } from '../../std/tails.ts'
import { byName } from './model.ts'

/** One check of one service: what it goes through, and whether it failed. */
export interface Check {
  readonly crosses: readonly ElementId[]
  readonly failed: boolean
}

/** An element and how far its use and the failures go together, 0…1. */
export interface Suspicion {
  readonly element: ElementId
  readonly score: number
}

/**
 * Ochiai's coefficient by element, highest first: n₁₁ / √((n₁₁ + n₀₁)(n₁₁ + n₁₀)), where n₁₁ failed through
 * the element, n₀₁ failed elsewhere, n₁₀ passed through it (Ochiai, 1957; as a fault locator Abreu,
 * Zoeteweij, van Gemund, 2006). It knows no noise and one fault only: it ranks, it does not judge.
 */
export function rankOchiai(checks: readonly Check[]): readonly Suspicion[] {
  const failures = checks.filter((check) => check.failed).length
  const used = new Map<ElementId, { failed: number; all: number }>()
  for (const { crosses, failed } of checks)
    for (const element of new Set(crosses)) {
      const counts = used.get(element) ?? { failed: 0, all: 0 }
      used.set(element, { failed: counts.failed + (failed ? 1 : 0), all: counts.all + 1 })
    }
  return [...used]
    .map(([element, { failed, all }]) => ({
      element,
      score: failed === 0 ? 0 : failed / Math.sqrt(failures * all),
    }))
    .toSorted((one, two) => two.score - one.score || byName(one.element, two.element))
}

/** Failures in a tier and outside of it. */
export interface TierFailures {
  /** Services of the tier, and of all others. */
  readonly tier: number
  readonly others: number
  readonly failingTier: number
  readonly failingOthers: number
}

/**
 * Probability that at least so many of the failing would be of the tier if tier and failure had nothing to
 * do with one another (hypergeometric, Fisher's exact test). Around 0.02 it is a suspicion, below 0.001 it
 * can be said (study, section 4.6).
 */
export function tierAssociation(failures: TierFailures): number {
  const { tier, others, failingTier, failingOthers } = failures
  return hypergeometricTail(
    { all: tier + others, marked: tier, drawn: failingTier + failingOthers },
    failingTier,
  )
}
