// The rate behind bins of arrivals: bursts do not move it, chance and dispersion widen its bounds.
import { type Inflow, fanoFactor, observedInflow } from '../../model/inflow.ts'
import { gammaQuantile } from '../../std/gamma.ts'
import { type Bins, binMs } from './arrivals.ts'

/** A rate with what it rests on. Rates per ms. */
export interface Rate extends Inflow {
  /** All arrivals over all time watched, bursts included, with the bounds that its dispersion allows. */
  readonly total: Inflow
  /** Fano factor of the bins with bursts cut off. */
  readonly dispersion: number
  readonly count: number
  readonly observedMs: number
}

/** Share of a bin that must have been watched for its rate to count. */
const completeShare = 0.9
/** Bins are put together until their median holds this many: the median of rarer events is no rate. */
const medianCountMin = 5
/** Fewer bins have no median that a burst could not move. */
const medianBinsMin = 5
/** Bins put together, in turn: 15 minutes, an hour, four hours. */
const groupSizes = [1, 4, 16] as const
/** Standard deviations above the median from which on a bin is a burst. */
const burstDeviations = 3
/** Makes the median absolute deviation of a normal distribution its standard deviation. */
const madScale = 1.4826
/** Dispersion that chance alone reaches this often is chance. */
const chance = 0.95

/**
 * Median of the bins where there are bursts, their mean where there are none, which is surer. Bounds are
 * those of as many counted events (Gamma–Poisson), widened by the Fano factor of the bins without bursts.
 * With too few events or bins for a median: all events over all the time.
 */
export function robustRate({ counts, observedMs: observed }: Bins): Rate {
  const count = sum(counts)
  const observedMs = sum(observed)
  if (observedMs === 0) return { ...nothing, total: nothing, dispersion: 1, count: 0, observedMs }
  const whole = counts.filter((_, i) => (observed[i] ?? 0) >= binMs * completeShare)
  const wholeDispersion = dispersionOf(whole)
  const total = observedInflow(count, observedMs, wholeDispersion)
  for (const size of groupSizes) {
    const grouped = groups(whole, size)
    if (grouped.length < medianBinsMin) break
    const middle = median(grouped)
    if (middle < medianCountMin) continue
    const cut = withoutBursts(grouped, middle)
    const isBursty = cut.some((value, i) => value !== grouped[i])
    const perMs = (isBursty ? middle : sum(grouped) / grouped.length) / (size * binMs)
    const dispersion = dispersionOf(cut)
    const bounds = observedInflow(perMs * observedMs, observedMs, dispersion)
    return { ...bounds, total, dispersion, count, observedMs }
  }
  return { ...total, total, dispersion: wholeDispersion, count, observedMs }
}

/**
 * Fano factor beyond what chance gives so few bins: its upper quantile under Poisson counts is that of
 * χ² with n − 1 degrees of freedom over n − 1.
 */
function dispersionOf(counts: readonly number[]): number {
  if (counts.length < 2) return 1
  const half = (counts.length - 1) / 2
  return Math.max(1, fanoFactor(counts) / (gammaQuantile(chance, half) / half))
}

const nothing: Inflow = { low: 0, mid: 0, high: 0 }

function groups(counts: readonly number[], size: number): number[] {
  const found: number[] = []
  for (let i = 0; i + size <= counts.length; i += size) found.push(sum(counts.slice(i, i + size)))
  return found
}

/** Counts with those of bursts brought down to what chance and the usual spread allow. */
function withoutBursts(counts: readonly number[], middle: number): number[] {
  const spread = madScale * median(counts.map((count) => Math.abs(count - middle)))
  const most = middle + burstDeviations * Math.max(spread, Math.sqrt(middle))
  return counts.map((count) => Math.min(count, most))
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}

/** Middle value; the mean of the two middle ones; 0 of none. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const half = sorted.length / 2
  return ((sorted[Math.ceil(half) - 1] ?? 0) + (sorted[Math.floor(half)] ?? 0)) / 2
}
