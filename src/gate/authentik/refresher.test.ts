// When refreshes run: tables of what happens against a fake clock.
import { expect, test } from 'bun:test'
import { type FakeClock, fakeClock } from '../../world/clock.ts'
import { seededRandom } from '../../world/random.ts'
import { BackOff, fraction, uuidV4 } from '../../world/back-off.ts'
import { Refresher } from './refresher.ts'

interface Bench {
  readonly clock: FakeClock
  readonly refresher: Refresher
  /** Monotonic times at which refreshes began. */
  readonly begun: number[]
  /** Ends the refresh that runs. */
  finish(isGood: boolean): Promise<void>
  /** Lets time pass; each refresh ends at once as `isGood` says. */
  pass(ms: number, isGood: boolean): Promise<void>
}

function bench(intervalMs = 300_000): Bench {
  const clock = fakeClock(0)
  const begun: number[] = []
  let running = Promise.withResolvers<boolean>()
  const refresher = new Refresher({
    clock,
    random: seededRandom(3),
    intervalMs: () => intervalMs,
    run: () => {
      begun.push(clock.monotonic())
      running = Promise.withResolvers()
      return running.promise
    },
  })
  const settle = async (): Promise<void> => {
    for (let i = 0; i < 5; i++) await Promise.resolve()
  }
  return {
    clock,
    refresher,
    begun,
    finish: async (isGood) => {
      running.resolve(isGood)
      await settle()
    },
    pass: async (ms, isGood) => {
      for (let left = ms; left > 0; left -= 100) {
        clock.advance(Math.min(100, left))
        running.resolve(isGood)
        await settle()
      }
    },
  }
}

test('Refresher runs at once, then at the interval', async () => {
  const { begun, pass, refresher } = bench(30_000)
  refresher.start()
  await pass(91_000, true)
  // Counted from the end of each, and the first ended at 100.
  expect(begun).toEqual([0, 30_100, 60_100, 90_100])
})

test('Refresher never runs two at a time, and one more for all that asked meanwhile', async () => {
  const { begun, clock, finish, refresher } = bench()
  refresher.start()
  clock.advance(0)
  for (let i = 0; i < 1000; i++) refresher.request(0)
  clock.advance(60_000)
  expect(begun).toHaveLength(1)
  await finish(true)
  clock.advance(0)
  expect(begun).toEqual([0, 60_000])
  await finish(true)
  clock.advance(60_000)
  expect(begun).toHaveLength(2)
})

test('Refresher keeps 5 s between refreshes that are asked for', async () => {
  const { begun, clock, pass, refresher } = bench()
  refresher.start()
  await pass(100, true)
  for (let i = 0; i < 200; i++) {
    refresher.request(0)
    await pass(100, true)
  }
  expect(clock.monotonic()).toBe(20_100)
  expect(begun.length).toBeGreaterThanOrEqual(4)
  expect(begun.length).toBeLessThanOrEqual(5)
})

test('Refresher takes the soonest of what is due', async () => {
  const { begun, pass, refresher } = bench()
  refresher.start()
  await pass(10_000, true)
  refresher.request(9000)
  refresher.request(2000)
  refresher.request(7000)
  await pass(12_000, true)
  expect(begun).toHaveLength(2)
  expect(begun[1]).toBe(12_000)
})

test('Refresher waits longer after each failure, a minute at most, and not at all after a success', async () => {
  const { begun, pass, refresher } = bench()
  refresher.start()
  await pass(600_000, false)
  const gaps = begun.slice(1).map((at, i) => at - (begun[i] ?? 0))
  for (const [i, gap] of gaps.entries()) {
    const most = Math.min(60_000, 2000 * 2 ** i)
    expect(gap).toBeGreaterThanOrEqual(most / 2 - 100)
    expect(gap).toBeLessThanOrEqual(most + 200)
  }
  const failures = begun.length
  await pass(60_200, true)
  await pass(299_000, true)
  expect(begun.length).toBeLessThanOrEqual(failures + 2)
})

test('Refresher does nothing once stopped, not even after the one that ran', async () => {
  const { begun, clock, finish, refresher } = bench()
  refresher.start()
  clock.advance(0)
  refresher.request(0)
  refresher.stop()
  await finish(true)
  refresher.request(0)
  clock.advance(600_000)
  expect(begun).toHaveLength(1)
})

test('BackOff doubles within its jitter, never beyond its most, and begins again', () => {
  const backOff = new BackOff({ firstMs: 1000, mostMs: 60_000, random: seededRandom(5) })
  for (let i = 0; i < 100; i++) {
    const most = Math.min(60_000, 1000 * 2 ** i)
    const wait = backOff.next()
    expect(wait).toBeGreaterThanOrEqual(most / 2)
    expect(wait).toBeLessThanOrEqual(most)
  }
  backOff.reset()
  expect(backOff.next()).toBeLessThanOrEqual(1000)
})

test('BackOff differs between two that began together', () => {
  const waits = [1, 2, 3, 4].map((seed) =>
    new BackOff({ firstMs: 60_000, mostMs: 60_000, random: seededRandom(seed) }).next(),
  )
  expect(new Set(waits).size).toBe(4)
})

test('uuidV4() gives the form that authentik wants, another each time', () => {
  const random = seededRandom(1)
  const uuids = Array.from({ length: 50 }, () => uuidV4(random))
  for (const uuid of uuids)
    expect(uuid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  expect(new Set(uuids).size).toBe(50)
  for (let i = 0; i < 50; i++) expect(fraction(random)).toBeWithin(0, 1)
})
