// A clock that runs faster than the machine's, for drills in which hours pass in minutes.
import type { Clock } from './clock.ts'

/** A faster clock, and the way between its time and that of the clock under it. Epoch ms. */
export interface FastClock extends Clock {
  toFast(at: number): number
  toReal(at: number): number
}

/** A clock over `clock` that starts at its time and runs `speed` times as fast; timers come as much sooner. */
export function fastClock(clock: Clock, speed: number): FastClock {
  const start = clock.now()
  const toFast = (at: number): number => start + (at - start) * speed
  return {
    toFast,
    toReal: (at) => start + (at - start) / speed,
    now: () => Math.round(toFast(clock.now())),
    monotonic: () => clock.monotonic() * speed,
    after: (ms, task) => clock.after(ms / speed, task),
    every: (ms, task) => clock.every(ms / speed, task),
  }
}
