// How late a timer comes, by a clock that a test holds back.
import { expect, test } from 'bun:test'
import { fakeClock } from '../world/clock.ts'
import { watchLag } from './lag-watch.ts'

test('watchLag() says how much later than due the newest timer came, and never less than nothing', () => {
  const clock = fakeClock(0)
  let task: () => void = () => {}
  let now = 0
  const held = {
    ...clock,
    monotonic: () => now,
    every: (_ms: number, given: () => void) => {
      task = given
      return () => {
        task = () => {}
      }
    },
  }
  const lag = watchLag(held)
  const tick = (at: number): number => {
    now = at
    task()
    return lag.read()
  }
  expect(lag.read()).toBe(0)
  expect([tick(1000), tick(2250), tick(3250), tick(4000), tick(9000)]).toEqual([0, 250, 0, 0, 4000])
  lag.stop()
  expect(tick(20_000)).toBe(4000)
})
