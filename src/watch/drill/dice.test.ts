// Streams of chance: the same from the same seed, of their own by name, and as often as they say.
import { describe, expect, test } from 'bun:test'
import { diceOf } from './dice.ts'

function many<T>(count: number, draw: () => T): T[] {
  return Array.from({ length: count }, draw)
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

describe('diceOf', () => {
  test('gives the same numbers for the same seed and name', () => {
    const [one, other] = [diceOf(7, 'noise'), diceOf(7, 'noise')]
    expect(many(100, () => one.next())).toEqual(many(100, () => other.next()))
  })

  test.each([
    [7, 'faults'],
    [8, 'noise'],
  ])('gives other numbers for seed %p and name %p', (seed, name) => {
    const [one, other] = [diceOf(7, 'noise'), diceOf(seed, name)]
    expect(many(4, () => one.next())).not.toEqual(many(4, () => other.next()))
  })

  test('stays in its bounds', () => {
    const dice = diceOf(1, 'bounds')
    for (const value of many(10_000, () => dice.next())) {
      expect(value).toBeGreaterThanOrEqual(0)
      expect(value).toBeLessThan(1)
    }
    expect(new Set(many(1000, () => dice.below(3)))).toEqual(new Set([0, 1, 2]))
  })

  test('hits as often as it says, never for 0 and always for 1', () => {
    const dice = diceOf(1, 'hits')
    expect(mean(many(20_000, () => Number(dice.hits(0.3))))).toBeCloseTo(0.3, 1)
    expect(many(100, () => dice.hits(0))).not.toContain(true)
    expect(many(100, () => dice.hits(1))).not.toContain(false)
  })

  test('waits for a hit as long as hits are apart', () => {
    const dice = diceOf(1, 'waits')
    const waits = many(20_000, () => dice.untilHit(0.02))
    expect(Math.min(...waits)).toBe(1)
    expect(mean(waits)).toBeGreaterThan(48)
    expect(mean(waits)).toBeLessThan(52)
    expect(dice.untilHit(0)).toBe(Number.POSITIVE_INFINITY)
    expect(dice.untilHit(1)).toBe(1)
  })

  test.each([0.5, 8.63, 600])('lets arrive what is expected: %p', (expected) => {
    const dice = diceOf(1, 'arrivals')
    const counts = many(20_000, () => dice.arrivals(expected))
    const centre = mean(counts)
    const variance = mean(counts.map((count) => (count - centre) ** 2))
    expect(Math.abs(centre / expected - 1)).toBeLessThan(0.03)
    expect(Math.abs(variance / expected - 1)).toBeLessThan(0.06)
    expect(counts.every((count) => Number.isInteger(count) && count >= 0)).toBe(true)
  })

  test('lets nothing arrive where nothing is expected', () => {
    expect(diceOf(1, 'none').arrivals(0)).toBe(0)
  })
})
