// The gamma distribution against values that can be looked up or derived by hand.
import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { gammaProbability, gammaQuantile, logGamma } from './gamma.ts'

describe('logGamma', () => {
  test.each([
    [1, 0],
    [2, 0],
    [5, Math.log(24)],
    [11, Math.log(3_628_800)],
    [0.5, Math.log(Math.sqrt(Math.PI))],
    [0.1, 2.252712651734206],
  ])('of %p is %p', (a, value) => {
    expect(logGamma(a)).toBeCloseTo(value, 10)
  })
})

describe('gammaProbability', () => {
  test('of shape 1 is the exponential distribution', () => {
    for (const x of [0.01, 0.5, 1, 3, 20])
      expect(gammaProbability(1, x)).toBeCloseTo(1 - Math.exp(-x), 12)
  })
  test('of a whole shape is one less the Poisson tail', () => {
    const x = 7.5
    let term = Math.exp(-x)
    let below = term
    for (let k = 1; k < 10; k++) below += term *= x / k
    expect(gammaProbability(10, x)).toBeCloseTo(1 - below, 12)
  })
  test('is 0 at 0 and grows to 1', () => {
    expect(gammaProbability(3, 0)).toBe(0)
    expect(gammaProbability(3, 100)).toBeCloseTo(1, 12)
  })
})

describe('gammaQuantile', () => {
  // Half of the chi-squared quantiles with 2a degrees of freedom, as tables print them.
  test.each([
    [0.025, 1, 0.0506 / 2],
    [0.975, 1, 7.3778 / 2],
    [0.025, 10, 9.5908 / 2],
    [0.975, 10, 34.1696 / 2],
    [0.95, 50, 124.3421 / 2],
  ])('at %p of shape %p is %p', (p, a, value) => {
    expect(gammaQuantile(p, a)).toBeCloseTo(value, 3)
  })
  test('is the inverse of gammaProbability', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.001, max: 0.999, noNaN: true }),
        fc.double({ min: 0.2, max: 5000, noNaN: true }),
        (p, a) => {
          expect(gammaProbability(a, gammaQuantile(p, a))).toBeCloseTo(p, 8)
        },
      ),
      { numRuns: 300 },
    )
  })
})
