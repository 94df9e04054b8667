// The gamma distribution: distribution function and quantiles, for intervals around counted events.
import { assert } from './assert.ts'

const iterationsMax = 500
const precision = 1e-12

/** Coefficients of Lanczos' approximation (1964) for g = 7, n = 9. */
const lanczosG = 7
const lanczos = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313,
  -176.61502916214059, 12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6,
  1.5056327351493116e-7,
]

/** Natural logarithm of the gamma function for `a` > 0. */
export function logGamma(a: number): number {
  assert(a > 0, 'logGamma takes a positive number')
  if (a < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * a)) - logGamma(1 - a)
  const x = a - 1
  let sum = lanczos[0] ?? 0
  for (let i = 1; i < lanczos.length; i++) sum += (lanczos[i] ?? 0) / (x + i)
  const t = x + lanczosG + 0.5
  return 0.5 * Math.log(2 * Math.PI) + (x + 0.5) * Math.log(t) - t + Math.log(sum)
}

/**
 * Regularised lower incomplete gamma function P(a, x): the probability that a gamma variable of shape
 * `a` and scale 1 is at most `x` (NIST DLMF 8.2.4). Series below the mode, continued fraction above.
 */
export function gammaProbability(a: number, x: number): number {
  assert(a > 0, 'gammaProbability takes a positive shape')
  if (x <= 0) return 0
  const front = Math.exp(a * Math.log(x) - x - logGamma(a))
  return x < a + 1 ? front * lowerSeries(a, x) : 1 - front * upperFraction(a, x)
}

/** DLMF 8.7.1, divided by the common factor. */
function lowerSeries(a: number, x: number): number {
  let term = 1 / a
  let sum = term
  for (let n = 1; n < iterationsMax && term > sum * precision; n++) {
    term *= x / (a + n)
    sum += term
  }
  return sum
}

/** DLMF 8.9.2 by the modified Lentz method. */
function upperFraction(a: number, x: number): number {
  const tiny = Number.MIN_VALUE / precision
  let b = x + 1 - a
  let c = 1 / tiny
  let d = 1 / b
  let value = d
  for (let n = 1; n < iterationsMax; n++) {
    const numerator = n * (a - n)
    b += 2
    d = 1 / nonZero(numerator * d + b, tiny)
    c = nonZero(b + numerator / c, tiny)
    const factor = d * c
    value *= factor
    if (Math.abs(factor - 1) < precision) break
  }
  return value
}

function nonZero(value: number, tiny: number): number {
  return Math.abs(value) < tiny ? tiny : value
}

/**
 * The `x` at which a gamma variable of shape `a` has been reached with probability `p`, 0 < p < 1. Newton's
 * method from the mean, halving the bracket wherever a step would leave it.
 */
export function gammaQuantile(p: number, a: number): number {
  assert(p > 0 && p < 1 && a > 0, 'gammaQuantile takes a probability and a positive shape')
  let low = 0
  let high = a + 10 * Math.sqrt(a) + 10
  while (gammaProbability(a, high) < p) high *= 2
  let x = a
  for (let i = 0; i < iterationsMax && high - low > precision * high; i++) {
    const excess = gammaProbability(a, x) - p
    if (excess < 0) low = x
    else high = x
    const density = Math.exp((a - 1) * Math.log(x) - x - logGamma(a))
    const next = x - excess / density
    const isInside = next > low && next < high
    if (isInside && Math.abs(next - x) <= precision * x) return next
    x = isInside ? next : (low + high) / 2
  }
  return x
}
