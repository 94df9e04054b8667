// The forecast against the record of 2026-04-18: every figure of it, and what holds for any store.
import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import {
  blocksPerEntry,
  capacityEntries,
  forecast,
  type StoreShape,
  verdictOf,
} from './forecast.ts'
import { fanoFactor, knownInflow, observedInflow } from './inflow.ts'

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour
const MiB = 1024 ** 2

/** The memory disk of the day: 64 MiB of 4 KiB blocks, files of under a block kept for seven days. */
const shm: StoreShape = {
  sizeBytes: 64 * MiB,
  blockBytes: 4096,
  entryBytes: 300,
  retentionMs: 7 * day,
  restartMs: null,
  inodes: null,
}

const perMinute = (rate: number) => knownInflow(rate / minute)

describe('forecast reproduces the record', () => {
  test('64 MiB hold 16,384 files of under 4 KiB', () => {
    expect(capacityEntries(shm)).toBe(16_384)
  })
  test('18 a minute for 7 days come to 181,440 files, 709 MiB of blocks', () => {
    const { plateau } = forecast(shm, perMinute(18))
    expect(plateau.mid).toBeCloseTo(181_440, 6)
    expect((plateau.mid * 4096) / MiB).toBeCloseTo(708.75, 2)
  })
  test('the incident: 8.63 a minute were doomed from the first minute and filled it in 31.6 hours', () => {
    const forecasted = forecast(shm, perMinute(8.63))
    expect(forecasted.ratio.mid).toBeCloseTo(5.31, 2)
    expect((forecasted.timeToFullMs.mid ?? 0) / hour).toBeCloseTo(31.64, 2)
    expect(verdictOf(forecasted)).toBe('structural')
  })
  test('the second outpost: 0.4 a minute for 28 days is a ratio of 0.98', () => {
    const { ratio, timeToFullMs } = forecast({ ...shm, retentionMs: 28 * day }, perMinute(0.4))
    expect(ratio.mid).toBeCloseTo(0.984, 3)
    expect(timeToFullMs.mid).toBeNull()
  })
  test.each([
    [64 * MiB, 16_384, 1.625, 0.406],
    [256 * MiB, 65_536, 6.5, 1.625],
    [2048 * MiB, 524_288, 52, 13],
  ])(
    '%p bytes hold %p files and sustain %p a minute for 7 days, %p for 28',
    (sizeBytes, files, week, month) => {
      const shape = { ...shm, sizeBytes }
      expect(capacityEntries(shape)).toBe(files)
      expect(forecast(shape, perMinute(week)).ratio.mid).toBeCloseTo(1, 2)
      expect(forecast({ ...shape, retentionMs: 28 * day }, perMinute(month)).ratio.mid).toBeCloseTo(
        1,
        2,
      )
    },
  )
  test('restarts every four hours hide it, and do not silence the warning', () => {
    const forecasted = forecast({ ...shm, restartMs: 4 * hour }, perMinute(8.63))
    expect(forecasted.ratio.mid).toBeCloseTo(0.126, 3)
    expect(forecasted.timeToFullMs.mid).toBeNull()
    expect(forecasted.ratioWithoutRestart.mid).toBeCloseTo(5.31, 2)
    expect(verdictOf(forecasted)).toBe('structural')
  })
  test('the plan: 96 monitors take a ratio of 0.1 to 5.3', () => {
    const before = forecast(shm, perMinute(0.17)).ratio.mid
    expect(before).toBeCloseTo(0.105, 3)
    expect(forecast(shm, perMinute(0.17 + 8.46)).ratio.mid).toBeCloseTo(5.31, 2)
  })
})

describe('observedInflow', () => {
  // The table of the study, at a true 8.63 a minute.
  test.each([
    [10, 1, 6.9, 10.7],
    [30, 1, 7.6, 9.75],
    [60, 1, 7.9, 9.4],
    [60, 3, 7.4, 10.0],
  ])(
    'over %p minutes with a dispersion of %p lies between %p and %p',
    (minutes, dispersion, low, high) => {
      const inflow = observedInflow(Math.round(8.63 * minutes), minutes * minute, dispersion)
      expect(Math.abs(inflow.low * minute - low)).toBeLessThan(0.15)
      expect(Math.abs(inflow.high * minute - high)).toBeLessThan(0.15)
    },
  )
  test('of nothing seen is not nothing: the rule of three and a bit', () => {
    const inflow = observedInflow(0, hour)
    expect([inflow.low, inflow.mid]).toEqual([0, 0])
    expect(inflow.high * hour).toBeCloseTo(3.69, 2)
  })
  test('contains the count and narrows with time', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5000 }),
        fc.double({ min: 1, max: 20, noNaN: true }),
        (count, dispersion) => {
          const { low, mid, high } = observedInflow(count, hour, dispersion)
          expect(low).toBeLessThan(mid)
          expect(mid).toBeLessThan(high)
          const longer = observedInflow(count * 4, 4 * hour, dispersion)
          expect(longer.high - longer.low).toBeLessThan(high - low)
        },
      ),
      { numRuns: 200 },
    )
  })
})

describe('fanoFactor', () => {
  test('is 0 for a steady row, 1 where nothing can be said, large for bursts', () => {
    expect(fanoFactor([9, 9, 9, 9])).toBe(0)
    expect(fanoFactor([5])).toBe(1)
    expect(fanoFactor([0, 0, 0])).toBe(1)
    expect(fanoFactor([0, 0, 0, 100])).toBeCloseTo(100, 6)
  })
})

describe('forecast of any store', () => {
  const shapes = fc.record({
    sizeBytes: fc.integer({ min: 4096 * 10, max: 2 ** 40 }),
    blockBytes: fc.constantFrom(512, 1024, 4096),
    entryBytes: fc.integer({ min: 0, max: 100_000 }),
    retentionMs: fc.option(fc.integer({ min: 1000, max: 100 * day })),
    restartMs: fc.option(fc.integer({ min: 1000, max: 100 * day })),
    inodes: fc.option(fc.integer({ min: 1, max: 10 ** 7 })),
  })
  const rates = fc.integer({ min: 0, max: 1_000_000 }).map((perDay) => perDay / day)

  test('fills exactly when its ratio is above one, and never before the first block is there', () => {
    fc.assert(
      fc.property(shapes, rates, (shape, perMs) => {
        const { capacity, ratio, timeToFullMs } = forecast(shape, knownInflow(perMs))
        fc.pre(capacity > 0)
        expect(timeToFullMs.mid === null).toBe(!(ratio.mid > 1))
        if (timeToFullMs.mid !== null)
          expect((timeToFullMs.mid * perMs) / capacity).toBeCloseTo(1, 6)
      }),
    )
  })

  test('each lever alone brings the ratio to one half', () => {
    const expiring = fc.record({
      sizeBytes: fc.integer({ min: 2 ** 24, max: 2 ** 40 }),
      blockBytes: fc.constantFrom(512, 4096),
      entryBytes: fc.integer({ min: 0, max: 20_000 }),
      retentionMs: fc.integer({ min: minute, max: 100 * day }),
      restartMs: fc.constant(null),
      inodes: fc.constant(null),
    })
    fc.assert(
      fc.property(expiring, fc.integer({ min: 1, max: 1_000_000 }), (shape, perDay) => {
        const perMs = perDay / day
        const { levers } = forecast(shape, knownInflow(perMs))
        const ratioOf = (changed: StoreShape, rate: number): number =>
          forecast(changed, knownInflow(rate)).ratio.mid
        expect(ratioOf(shape, levers.ratePerMs ?? 0)).toBeCloseTo(0.5, 6)
        expect(ratioOf({ ...shape, retentionMs: levers.retentionMs }, perMs)).toBeCloseTo(0.5, 6)
        const larger = { ...shape, sizeBytes: levers.sizeBytes ?? 0 }
        expect(ratioOf(larger, perMs)).toBeLessThanOrEqual(0.5 + 1e-9)
      }),
    )
  })

  test('counts whole blocks, and inodes where they are fewer', () => {
    expect(blocksPerEntry({ blockBytes: 4096, entryBytes: 4097 })).toBe(2)
    expect(blocksPerEntry({ blockBytes: 4096, entryBytes: 0 })).toBe(1)
    expect(capacityEntries({ ...shm, inodes: 100 })).toBe(100)
  })

  test('says critical when it is nearly full, however slowly it fills', () => {
    expect(verdictOf(forecast(shm, knownInflow(0), 15_000), 15_000)).toBe('critical')
    expect(verdictOf(forecast(shm, perMinute(8.63), 10_000), 10_000)).toBe('soon')
    expect(verdictOf(forecast(shm, perMinute(8.63), 14_000), 14_000)).toBe('soon')
    expect(verdictOf(forecast(shm, perMinute(60), 14_000), 14_000)).toBe('critical')
    expect(verdictOf(forecast(shm, perMinute(0.1)))).toBe('fine')
  })
})
