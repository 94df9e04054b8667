// Time, as an argument: the real clock and one that a test moves.

/** Stops a timer; safe to call twice. */
export type Cancel = () => void

/** Where all parts read time and set timers. */
export interface Clock {
  /** Wall time, milliseconds since the Unix epoch. May jump; used for what is shown or persisted. */
  now(): number
  /** Monotonic milliseconds from an arbitrary origin. Never jumps; used for intervals. */
  monotonic(): number
  /** Runs `task` once, `ms` from now. Does not keep the process alive. */
  after(ms: number, task: () => void): Cancel
  /** Runs `task` every `ms`. Does not keep the process alive. */
  every(ms: number, task: () => void): Cancel
}

/** The machine's clock. */
export function realClock(): Clock {
  return {
    now: () => Date.now(),
    monotonic: () => performance.now(),
    after: (ms, task) => {
      const timer = setTimeout(task, ms)
      timer.unref()
      return () => clearTimeout(timer)
    },
    every: (ms, task) => {
      const timer = setInterval(task, ms)
      timer.unref()
      return () => clearInterval(timer)
    },
  }
}

/**
 * How many whole seconds `clock` is ahead of the machine's, for a library that reads the machine's
 * clock by itself and can be told of a difference. 0 for the real clock.
 */
export function secondsAheadOfMachine(clock: Clock): number {
  return Math.floor(clock.now() / 1000) - Math.floor(Date.now() / 1000)
}

/** A clock that moves only when told. `jump` moves wall time alone, as a clock correction does. */
export interface FakeClock extends Clock {
  advance(ms: number): void
  jump(ms: number): void
}

interface Timer {
  due: number
  readonly period: number | null
  readonly task: () => void
}

/** Fake clock that starts at `start` (epoch ms); `advance` runs due timers in order. */
export function fakeClock(start: number): FakeClock {
  let wall = start
  let elapsed = 0
  const timers = new Set<Timer>()
  const add = (timer: Timer): Cancel => {
    timers.add(timer)
    return () => timers.delete(timer)
  }
  const next = (limit: number): Timer | null => {
    let first: Timer | null = null
    for (const timer of timers)
      if (timer.due <= limit && (first === null || timer.due < first.due)) first = timer
    return first
  }
  return {
    now: () => wall,
    monotonic: () => elapsed,
    after: (ms, task) => add({ due: elapsed + ms, period: null, task }),
    every: (ms, task) => add({ due: elapsed + ms, period: ms, task }),
    jump: (ms) => {
      wall += ms
    },
    advance: (ms) => {
      const limit = elapsed + ms
      for (let timer = next(limit); timer !== null; timer = next(limit)) {
        wall += timer.due - elapsed
        elapsed = timer.due
        if (timer.period === null) timers.delete(timer)
        else timer.due += timer.period
        timer.task()
      }
      wall += limit - elapsed
      elapsed = limit
    },
  }
}
