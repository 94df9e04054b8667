// Which inflow to believe: the best source there is, and the newest time that provably differs.
import { type Inflow, knownInflow, observedInflow } from '../../model/inflow.ts'
import { type Arrivals, type Bins, binMs, binsMax } from './arrivals.ts'
import { type Rate, robustRate } from './rate.ts'
import { type InflowKind, inflowKinds } from './sample.ts'
import type { InflowBasis, ObservedInflow } from './store-forecast.ts'

/** The newest time that can speak for itself: a step up shows within half of it, a shorter burst never. */
const recentMs = 8 * binMs
/** A day: what day and night come to together. */
export const dayMs = 96 * binMs

/** What is known beside the arrivals. */
export interface EstimateOptions {
  readonly basis: InflowBasis
  readonly at: number
  /** Entries that are there: at rest L = λ R, so λ is never below L / R. Null: do not look at them. */
  readonly entries: number | null
  readonly retentionMs: number | null
}

/**
 * Rate of a week; of the last day where that provably differs from it; of the last two hours where that
 * provably lies above both. "Provably": intervals of twice the width of the 95 % ones do not meet, since
 * it is asked at every reading.
 */
export function estimateInflow(arrivals: Arrivals, options: EstimateOptions): ObservedInflow {
  const { at, basis } = options
  const over = (ms: number): { readonly bins: Bins; readonly rate: Rate } => {
    const bins = arrivals.window(at, ms)
    return { bins, rate: robustRate(bins) }
  }
  const week = over(binsMax * binMs)
  const day = over(dayMs)
  const recent = over(recentMs)
  const base = isAbove(day.rate, week.rate) || isAbove(week.rate, day.rate) ? day : week
  const chosen = isAbove(recent.rate, base.rate) ? recent : base
  const { rate, bins } = chosen
  const held = heldBy(options)
  const bounds: Inflow = held !== null && held.mid > rate.mid ? held : rate
  return {
    low: bounds.low,
    mid: bounds.mid,
    high: bounds.high,
    basis: rate.observedMs === 0 && bounds === rate ? 'none' : basis,
    upper: rate.total,
    dispersion: rate.dispersion,
    // What is held was counted over a whole retention.
    observedMs: bounds === rate ? week.rate.observedMs : (options.retentionMs ?? 0),
    byKind: basis === 'counters' ? kindRates(bins, rate.observedMs) : null,
  }
}

function isAbove(a: Inflow, b: Inflow): boolean {
  return a.low - (a.mid - a.low) > b.high + (b.high - b.mid)
}

/** The rate that what is there proves at least, by Little's law. */
function heldBy({ entries, retentionMs }: EstimateOptions): Inflow | null {
  if (entries === null || retentionMs === null || entries <= 0) return null
  return observedInflow(entries, retentionMs)
}

function kindRates(bins: Bins, observedMs: number): Readonly<Record<InflowKind, number>> {
  const rates = { people: 0, probes: 0, machines: 0 }
  if (observedMs > 0) for (const kind of inflowKinds) rates[kind] = bins.byKind[kind] / observedMs
  return rates
}

/** What is only declared. */
export function declaredInflow(perMs: number | null): ObservedInflow {
  const known = knownInflow(perMs ?? 0)
  return {
    ...known,
    basis: perMs === null ? 'none' : 'declared',
    upper: known,
    dispersion: 1,
    observedMs: 0,
    byKind: null,
  }
}
