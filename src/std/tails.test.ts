// Tails against values that can be counted by hand or follow from symmetry.
import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { binomialTail, hypergeometricTail, logChoose } from './tails.ts'

describe('logChoose', () => {
  test.each([
    [5, 2, 10],
    [52, 5, 2_598_960],
    [10, 0, 1],
    [10, 10, 1],
  ])('of %p and %p is the logarithm of %p', (n, k, ways) => {
    expect(logChoose(n, k)).toBeCloseTo(Math.log(ways), 9)
  })
  test('has no way to choose more than there are, or fewer than none', () => {
    expect(logChoose(3, 4)).toBe(-Infinity)
    expect(logChoose(3, -1)).toBe(-Infinity)
  })
})

describe('binomialTail', () => {
  test.each([
    [2, 0.5, 1, 0.75],
    [3, 0.5, 3, 0.125],
    [4, 0.25, 4, 0.003_906_25],
    [10, 0.1, 0, 1],
    [10, 0.1, 11, 0],
    [10, 0, 1, 0],
    [10, 1, 10, 1],
  ])('of %p tries at %p is at least %p with %p', (n, p, k, tail) => {
    expect(binomialTail(n, p, k)).toBeCloseTo(tail, 12)
  })
  test('of any k and the lower tail of the failures are one', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 300 }),
        fc.double({ min: 0.001, max: 0.999, noNaN: true }),
        fc.nat(300),
        (n, p, k) => {
          fc.pre(k <= n)
          expect(binomialTail(n, p, k) + binomialTail(n, 1 - p, n - k + 1)).toBeCloseTo(1, 9)
        },
      ),
    )
  })
  test('keeps what is too small to be added to one', () => {
    const tail = binomialTail(200, 1e-4, 40)
    expect(tail).toBeGreaterThan(0)
    expect(tail).toBeLessThan(1e-100)
  })
})

describe('hypergeometricTail', () => {
  test('counts five cards of one suit, and one of two balls', () => {
    const flush = (13 * 12 * 11 * 10 * 9) / (52 * 51 * 50 * 49 * 48)
    expect(hypergeometricTail({ all: 52, marked: 13, drawn: 5 }, 5)).toBeCloseTo(flush, 12)
    expect(hypergeometricTail({ all: 2, marked: 1, drawn: 1 }, 1)).toBeCloseTo(0.5, 12)
  })
  test('is the same whichever of marked and drawn is called which', () => {
    fc.assert(
      fc.property(fc.nat(80), fc.nat(80), fc.nat(80), fc.nat(80), (all, marked, drawn, x) => {
        fc.pre(marked <= all && drawn <= all)
        expect(hypergeometricTail({ all, marked, drawn }, x)).toBeCloseTo(
          hypergeometricTail({ all, marked: drawn, drawn: marked }, x),
          9,
        )
      }),
    )
  })
  test('of nothing is certain, of more than there are impossible', () => {
    expect(hypergeometricTail({ all: 10, marked: 4, drawn: 3 }, 0)).toBeCloseTo(1, 12)
    expect(hypergeometricTail({ all: 10, marked: 4, drawn: 3 }, 4)).toBe(0)
  })
})
