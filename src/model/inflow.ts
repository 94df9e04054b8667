// How fast entries arrive: a rate with bounds from a count, and how much wilder than chance it is.
import { gammaQuantile } from '../std/gamma.ts'

/** A rate in entries per millisecond: most likely value and the bounds of its 95 % interval. */
export interface Inflow {
  readonly low: number
  readonly mid: number
  readonly high: number
}

const confidence = 0.95

/** A rate that is known, such as a what-if: no width. */
export function knownInflow(perMs: number): Inflow {
  return { low: perMs, mid: perMs, high: perMs }
}

/**
 * The rate behind `count` arrivals in `durationMs`: Garwood's exact interval for a Poisson mean (1936).
 * `dispersion` is the variance of the counts over their mean ({@link fanoFactor}); with bursts it is
 * above 1, and the interval widens as if there had been that many times fewer independent arrivals.
 */
export function observedInflow(count: number, durationMs: number, dispersion = 1): Inflow {
  const spread = Math.max(1, dispersion)
  const independent = count / spread
  const tail = (1 - confidence) / 2
  const low = independent === 0 ? 0 : gammaQuantile(tail, independent)
  const high = gammaQuantile(1 - tail, independent + 1)
  const perMs = (arrivals: number): number => (arrivals * spread) / durationMs
  return { low: perMs(low), mid: count / durationMs, high: perMs(high) }
}

/** Variance over mean of counts in bins of equal length (Fano, 1947): 1 for chance alone, more for bursts. */
export function fanoFactor(counts: readonly number[]): number {
  if (counts.length < 2) return 1
  const mean = counts.reduce((sum, count) => sum + count, 0) / counts.length
  if (mean === 0) return 1
  const variance = counts.reduce((sum, count) => sum + (count - mean) ** 2, 0) / (counts.length - 1)
  return variance / mean
}
