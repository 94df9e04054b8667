// Arrivals in bins, and the rate behind them: bursts cut off, bounds that hold the truth as often as they say.
import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { Arrivals, arrivalsOf, binMs, binsMax } from './arrivals.ts'
import { estimateInflow } from './inflow-estimate.ts'
import { median, robustRate } from './rate.ts'
import { poissonSource } from './store-simulation.fixture.ts'

const minute = 60_000
const start = 2_000_000 * binMs

/** Bins of a quarter of an hour, all of them watched. */
function bins(counts: readonly number[]) {
  return {
    counts,
    observedMs: counts.map(() => binMs),
    byKind: { people: 0, probes: 0, machines: 0 },
  }
}

describe('Arrivals', () => {
  test('spreads a count evenly over the bins that it spans', () => {
    const arrivals = new Arrivals()
    arrivals.add({ from: start + binMs / 2, to: start + 2.5 * binMs }, 40)
    const { counts, observedMs } = arrivals.window(start + 3 * binMs, 10 * binMs)
    expect(counts).toEqual([10, 20, 10])
    expect(observedMs).toEqual([binMs / 2, binMs, binMs / 2])
    expect(arrivals.observedMs()).toBe(2 * binMs)
  })

  test('keeps kinds apart, and counts what the window holds', () => {
    const arrivals = new Arrivals()
    const kinds = { people: 1, probes: 8, machines: 1 }
    for (let i = 0; i < 20; i++)
      arrivals.add({ from: start + i * binMs, to: start + (i + 1) * binMs }, 10, kinds)
    const { byKind, counts } = arrivals.window(start + 20 * binMs - 1, 8 * binMs)
    expect(counts).toHaveLength(8)
    expect(byKind).toEqual({ people: 8, probes: 64, machines: 8 })
  })

  test('never loses or makes an arrival within the week that it keeps', () => {
    const spans = fc.array(fc.tuple(fc.integer({ min: 1, max: 20 * binMs }), fc.nat(1000)), {
      minLength: 1,
      maxLength: 30,
    })
    fc.assert(
      fc.property(spans, (all) => {
        const arrivals = new Arrivals()
        let at = start
        let total = 0
        for (const [ms, count] of all) {
          arrivals.add({ from: at, to: at + ms }, count)
          at += ms
          total += count
        }
        const { counts, observedMs } = arrivals.window(at, binsMax * binMs)
        const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0)
        expect(sum(counts)).toBeCloseTo(total, 4)
        expect(sum(observedMs)).toBeCloseTo(at - start, 2)
        expect(counts.length).toBeLessThanOrEqual(binsMax)
      }),
    )
  })

  test('forgets what is older than a week, whatever the gap', () => {
    const arrivals = new Arrivals()
    arrivals.add({ from: start, to: start + binMs }, 5)
    const later = start + (binsMax + 3) * binMs
    arrivals.add({ from: later, to: later + binMs }, 7)
    expect(arrivals.window(later + binMs, binsMax * binMs).counts).toEqual([7])
    // A span of a year: the last week of it, at its own rate.
    const year = 365 * 96
    arrivals.add({ from: later + binMs, to: later + (1 + year) * binMs }, year)
    const { counts } = arrivals.window(later + (1 + year) * binMs, binsMax * binMs)
    expect(counts.length).toBeWithin(binsMax - 2, binsMax + 1)
    for (const count of counts) expect(count).toBeCloseTo(1, 6)
    arrivals.add({ from: later, to: later }, 9)
    arrivals.add({ from: later + 1, to: later }, 9)
    expect(arrivals.window(later + (1 + year) * binMs, binsMax * binMs).counts).toEqual(counts)
  })

  test('arrivalsOf() counts the entries of a directory by their times, within its span', () => {
    const times = [-1, 0, 1, binMs - 1, binMs, 3 * binMs, 99 * binMs].map((time) => start + time)
    const arrivals = arrivalsOf(times, { from: start, to: start + 4 * binMs })
    expect(arrivals.window(start + 4 * binMs, 4 * binMs).counts).toEqual([1, 0, 1])
    expect(arrivals.window(start + 4 * binMs, 6 * binMs).counts).toEqual([3, 1, 0, 1])
    expect(arrivalsOf(times, { from: start, to: start }).observedMs()).toBe(0)
  })
})

describe('robustRate()', () => {
  test('is nothing of nothing', () => {
    expect(robustRate(bins([]))).toMatchObject({ low: 0, mid: 0, high: 0, observedMs: 0 })
  })

  test('is the mean where there are no bursts', () => {
    const { dispersion, mid } = robustRate(bins([120, 131, 128, 140, 125, 133]))
    expect(mid * binMs).toBeCloseTo(129.5, 6)
    expect(dispersion).toBe(1)
  })

  test('does not move for a burst, however large; the total does, and says how unsure it is', () => {
    const calm = [30, 31, 28, 30, 33, 29, 30, 32]
    const { mid } = robustRate(bins(calm))
    const burst = robustRate(bins([...calm, 200_000]))
    expect(burst.mid / mid).toBeWithin(0.95, 1.05)
    expect(burst.total.mid * binMs).toBeGreaterThan(20_000)
    expect(burst.total.low).toBeLessThan(burst.total.mid / 5)
  })

  test('puts bins together for rare arrivals, and takes all of them where even that is rare', () => {
    const rare = robustRate(bins(Array.from({ length: 96 }, (_, i) => (i % 2 === 0 ? 3 : 0))))
    expect(rare.mid * binMs).toBeCloseTo(1.5, 6)
    const rarest = robustRate(bins([0, 0, 0, 1, 0, 0, 0, 0, 0, 0]))
    expect(rarest.mid * binMs).toBeCloseTo(0.1, 6)
    expect(rarest.high * binMs).toBeGreaterThan(0.4)
  })

  test('its bounds hold the truth in at least nine of ten cases', () => {
    const seed = 4218
    console.log(`seed ${seed}`)
    const arrive = poissonSource(seed)
    let held = 0
    for (let run = 0; run < 400; run++) {
      const counts = Array.from({ length: 8 }, () => arrive(129))
      const { high, low } = robustRate(bins(counts))
      if (low * binMs <= 129 && 129 <= high * binMs) held++
    }
    expect(held / 400).toBeGreaterThan(0.9)
  })

  test('is ordered, finite and not below zero for any counts', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(1_000_000), { maxLength: 40 }), (counts) => {
        const { dispersion, high, low, mid, total } = robustRate(bins(counts))
        for (const rate of [low, mid, high, total.low, total.mid, total.high])
          expect(rate >= 0 && Number.isFinite(rate)).toBe(true)
        expect(low).toBeLessThanOrEqual(mid)
        expect(mid).toBeLessThanOrEqual(high)
        expect(dispersion).toBeGreaterThanOrEqual(1)
      }),
    )
  })
})

describe('estimateInflow()', () => {
  const fed = (rates: readonly (readonly [minutes: number, perMinute: number])[]) => {
    const arrivals = new Arrivals()
    const arrive = poissonSource(3)
    let at = start
    for (const [minutes, perMinute] of rates)
      for (let i = 0; i < minutes; i++) {
        arrivals.add({ from: at, to: at + minute }, arrive(perMinute))
        at += minute
      }
    return { arrivals, at }
  }
  const options = { basis: 'counters', entries: null, retentionMs: null } as const
  const perMinute = (rates: Parameters<typeof fed>[0]): number => {
    const { arrivals, at } = fed(rates)
    return estimateInflow(arrivals, { ...options, at }).mid * minute
  }

  test('takes the week, the day where it differs, and the last two hours where they lie above both', () => {
    expect(perMinute([[7 * 1440, 5]])).toBeCloseTo(5, 0)
    expect(
      perMinute([
        [5 * 1440, 5],
        [1440, 1],
      ]),
    ).toBeCloseTo(1, 0)
    expect(
      perMinute([
        [2 * 1440, 8.8],
        [90, 18],
      ]),
    ).toBeWithin(15, 20)
    // A drop of two hours is no news: nights are like that.
    expect(
      perMinute([
        [2 * 1440, 8.8],
        [90, 0.1],
      ]),
    ).toBeWithin(8, 9)
  })

  test('is never below what the entries prove that are there (Little)', () => {
    const { arrivals, at } = fed([[600, 0.1]])
    const held = {
      ...options,
      basis: 'blocks',
      at,
      entries: 10_080,
      retentionMs: 7 * 1440 * minute,
    } as const
    expect(estimateInflow(arrivals, held).mid * minute).toBeCloseTo(1, 6)
    expect(estimateInflow(arrivals, { ...held, entries: 10 }).mid * minute).toBeCloseTo(0.1, 1)
  })
})

test('median() is the middle, or between the two middles', () => {
  expect([median([]), median([3]), median([1, 9]), median([5, 1, 3])]).toEqual([0, 3, 5, 3])
})
