// A faster clock over one that stands still.
import { expect, test } from 'bun:test'
import { fakeClock } from './clock.ts'
import { fastClock } from './fast-clock.ts'

test('fastClock() starts at the time under it and runs as many times as fast', () => {
  const real = fakeClock(1_000_000)
  const fast = fastClock(real, 60)
  expect(fast.now()).toBe(1_000_000)
  const before = fast.monotonic()
  real.advance(1000)
  expect(fast.now()).toBe(1_060_000)
  expect(fast.monotonic() - before).toBe(60_000)
})

test('fastClock() has timers that come as much sooner, and can be cancelled', () => {
  const real = fakeClock(0)
  const fast = fastClock(real, 60)
  const rung: string[] = []
  fast.after(60_000, () => rung.push('once'))
  const cancel = fast.every(120_000, () => rung.push('again'))
  fast.after(60_000, () => rung.push('never'))()
  real.advance(1000)
  expect(rung).toEqual(['once'])
  real.advance(3000)
  expect(rung).toEqual(['once', 'again', 'again'])
  cancel()
  real.advance(10_000)
  expect(rung).toHaveLength(3)
})

test('fastClock() turns times into one another', () => {
  const real = fakeClock(500)
  const fast = fastClock(real, 60)
  expect(fast.toFast(1500)).toBe(60_500)
  expect(fast.toReal(60_500)).toBe(1500)
})
