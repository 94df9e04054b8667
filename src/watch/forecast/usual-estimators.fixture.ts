// What others forecast a fill with: the estimators that the tracker is compared with, on the same readings.
import type { StoreSample } from './sample.ts'

const minute = 60_000
const hour = 60 * minute

/** Fill in blocks at a time. */
interface Level {
  readonly at: number
  readonly used: number
}

/** An estimator that alarms or not after each reading. */
export interface UsualEstimator {
  take(sample: StoreSample): boolean
}

/**
 * Prometheus' `predict_linear(used[6h], 4d) > capacity`: least squares over the last six hours, drawn on for
 * four days (Prometheus documentation, functions).
 */
export function predictLinear(): UsualEstimator {
  const windowMs = 6 * hour
  const aheadMs = 96 * hour
  return windowed(windowMs, (levels, { at, totalBlocks }) => {
    const line = leastSquares(levels)
    return line !== null && line.level(at + aheadMs) > totalBlocks
  })
}

/** The rule of kubernetes-mixin: the same, and less than 15 % free. */
export function mixinRule(): UsualEstimator {
  const linear = predictLinear()
  return {
    take: (sample) => linear.take(sample) && sample.usedBlocks > sample.totalBlocks * 0.85,
  }
}

/** Median of all slopes (Theil, 1950; Sen, 1968) since the last drop, drawn on for four days. */
export function theilSen(): UsualEstimator {
  const aheadMs = 96 * hour
  const levelsMax = 48
  let levels: readonly Level[] = []
  return {
    take: ({ at, totalBlocks, usedBlocks }) => {
      const last = levels.at(-1)
      const isDrop = last !== undefined && last.used - usedBlocks > Math.max(50, last.used * 0.2)
      levels = [...(isDrop ? [] : levels), { at, used: usedBlocks }].slice(-levelsMax)
      const slopes = levels.flatMap((one, i) =>
        levels.slice(i + 1).map((other) => (other.used - one.used) / (other.at - one.at)),
      )
      const slope = slopes.toSorted((a, b) => a - b)[Math.floor(slopes.length / 2)] ?? 0
      return levels.length > 2 && usedBlocks + slope * aheadMs > totalBlocks
    },
  }
}

function windowed(
  windowMs: number,
  judge: (levels: readonly Level[], sample: StoreSample) => boolean,
): UsualEstimator {
  let levels: readonly Level[] = []
  return {
    take: (sample) => {
      const since = sample.at - windowMs
      levels = [...levels, { at: sample.at, used: sample.usedBlocks }].filter(
        ({ at }) => at >= since,
      )
      return judge(levels, sample)
    },
  }
}

/** A line through at least three levels; null without. */
function leastSquares(levels: readonly Level[]): { level(at: number): number } | null {
  if (levels.length < 3) return null
  const mean = (of: (level: Level) => number): number =>
    levels.reduce((sum, level) => sum + of(level), 0) / levels.length
  const atMean = mean(({ at }) => at)
  const usedMean = mean(({ used }) => used)
  const covariance = mean(({ at, used }) => (at - atMean) * (used - usedMean))
  const variance = mean(({ at }) => (at - atMean) ** 2)
  const slope = variance === 0 ? 0 : covariance / variance
  return { level: (at) => usedMean + slope * (at - atMean) }
}
