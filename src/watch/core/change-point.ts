// When it began: the most likely time at which a series of outcomes turned from well to failing.

/** One moment of a series: how many attempts failed and how many passed. */
export interface Outcome {
  /** Epoch ms. */
  readonly at: number
  readonly failed: number
  readonly passed: number
}

/** When a series changed. `from` is before, `to` at or after the first failure, with 95 % probability. */
export interface ChangePoint {
  /** Epoch ms of the first moment that belongs to the fault. */
  readonly at: number
  readonly from: number
  readonly to: number
}

/** Share that fails where nothing is broken (study, section 4.5). */
const healthyRate = 0.005
/** Shares that a fault may fail: from one of three replicas to all. */
const brokenRates = [0.3, 0.5, 0.95]
const tail = 0.025

/**
 * Posterior over the change point τ with a flat prior: moments before τ fail at {@link healthyRate}, those
 * from τ on at an unknown rate, over which is averaged (the single-change case of Barry and Hartigan, 1993).
 * Null where a series in which nothing changed explains it as well.
 */
export function changePoint(series: readonly Outcome[]): ChangePoint | null {
  const weights = posterior(series)
  if (weights === null) return null
  const best = weights.indexOf(Math.max(...weights))
  const time = (index: number): number => series[Math.max(0, index)]?.at ?? 0
  let low = 0
  let high = weights.length - 1
  let below = 0
  let above = 0
  while (low < best && below + (weights[low] ?? 0) < tail) below += weights[low++] ?? 0
  while (high > best && above + (weights[high] ?? 0) < tail) above += weights[high--] ?? 0
  // What failed first was seen at its moment; it broke at any time since the moment before.
  return { at: time(best), from: time(low - 1), to: time(high) }
}

/** Weight of each index as the first moment of the fault; null: rather nothing changed. */
function posterior(series: readonly Outcome[]): readonly number[] | null {
  const healthy = series.map((outcome) => logLikelihood(outcome, healthyRate))
  const broken = brokenRates.map((rate) => series.map((outcome) => logLikelihood(outcome, rate)))
  let before = 0
  const rest = broken.map((logs) => logs.reduce((sum, log) => sum + log, 0))
  const logs: number[] = []
  for (const [i, log] of healthy.entries()) {
    const peak = Math.max(...rest)
    const mean = rest.reduce((sum, each) => sum + Math.exp(each - peak), 0) / rest.length
    logs.push(before + peak + Math.log(mean))
    before += log
    for (const [k, one] of broken.entries()) rest[k] = (rest[k] ?? 0) - (one[i] ?? 0)
  }
  const peak = Math.max(...logs)
  if (logs.length === 0 || before >= peak) return null
  const weights = logs.map((log) => Math.exp(log - peak))
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  return weights.map((weight) => weight / total)
}

function logLikelihood({ failed, passed }: Outcome, rate: number): number {
  return failed * Math.log(rate) + passed * Math.log(1 - rate)
}
