// Upper tails of counted things, exactly and in log space: binomial and hypergeometric.
import { assert } from './assert.ts'
import { logGamma } from './gamma.ts'

/** ln of the number of ways to choose `k` of `n` (NIST DLMF 26.3.1); −Infinity where there is none. */
export function logChoose(n: number, k: number): number {
  if (k < 0 || k > n) return -Infinity
  return logGamma(n + 1) - logGamma(k + 1) - logGamma(n - k + 1)
}

/** P[X ≥ k] of a binomial X: `n` tries that succeed with probability `p` each. */
export function binomialTail(n: number, p: number, k: number): number {
  assert(n >= 0 && p >= 0 && p <= 1, 'binomialTail takes a count and a probability')
  if (k <= 0) return 1
  if (p === 0 || k > n) return 0
  if (p === 1) return 1
  const terms: number[] = []
  for (let i = Math.ceil(k); i <= n; i++)
    terms.push(logChoose(n, i) + i * Math.log(p) + (n - i) * Math.log1p(-p))
  return Math.min(1, sumOfExps(terms))
}

/** What is drawn from: `marked` of `all` are marked, `drawn` are drawn without putting back. */
export interface Urn {
  readonly all: number
  readonly marked: number
  readonly drawn: number
}

/**
 * P[X ≥ x] of a hypergeometric X, the marked among those drawn: Fisher's exact test, one-sided
 * (R. A. Fisher, 1935).
 */
export function hypergeometricTail({ all, marked, drawn }: Urn, x: number): number {
  assert(marked <= all && drawn <= all, 'An urn holds what is marked and what is drawn')
  const terms: number[] = []
  for (let i = Math.max(0, Math.ceil(x)); i <= Math.min(marked, drawn); i++)
    terms.push(logChoose(marked, i) + logChoose(all - marked, drawn - i) - logChoose(all, drawn))
  return Math.min(1, sumOfExps(terms))
}

/** Σ eᵗ; the smallest are added first, so that none is lost. */
function sumOfExps(terms: readonly number[]): number {
  return terms.toSorted((one, two) => one - two).reduce((sum, term) => sum + Math.exp(term), 0)
}
