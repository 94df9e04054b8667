// Limits on attempts: per (account, network) and per network, in tables that cannot grow.
import { BoundedMap } from '../../../std/bounded-map.ts'
import type { Clock } from '../../../world/clock.ts'

/** How many attempts in how long; read at each use so that a reload counts at once. */
export interface AttemptRule {
  readonly attemptsMax: number
  readonly windowMs: number
}

/** An attempt that was let through. It counts as failed until told otherwise. */
export interface Attempt {
  readonly ok: true
  /** The attempt succeeded: the counter of this key starts again. */
  forgive(): void
  /** The attempt was never made (no room to check it): as if it had not been begun. */
  withdraw(): void
}

/** An attempt that was not let through. */
export interface Shut {
  readonly ok: false
  readonly retryAfterMs: number
}

interface Counter {
  failures: number
  /** Monotonic ms at which the window of these failures began. */
  since: number
  /** Monotonic ms until which the door stays shut; 0 when it is not. */
  shutUntil: number
  /** How many times in a row it was shut: each time is twice as long as the last. */
  shutTimes: number
}

/** The door never stays shut for longer than this many windows. */
const windowsShutMax = 8

/**
 * Counts attempts by key. The table is bounded and the longest unused key leaves first: filling it with
 * invented keys makes others forgotten, never locked out.
 */
export class AttemptTable {
  readonly #clock: Clock
  readonly #rule: () => AttemptRule
  readonly #counters: BoundedMap<string, Counter>

  constructor(options: { clock: Clock; entriesMax: number; rule: () => AttemptRule }) {
    this.#clock = options.clock
    this.#rule = options.rule
    this.#counters = new BoundedMap(options.entriesMax)
  }

  /** Keys that are counted now. */
  get size(): number {
    return this.#counters.size
  }

  /**
   * Begins an attempt. It is counted before it is made, so that a hundred at once are a hundred. The
   * one that uses up the last of `attemptsMax` shuts the door, unless it is forgiven.
   */
  begin(key: string): Attempt | Shut {
    const now = this.#clock.monotonic()
    const { attemptsMax, windowMs } = this.#rule()
    const counter = this.#counters.get(key) ?? {
      failures: 0,
      since: now,
      shutUntil: 0,
      shutTimes: 0,
    }
    if (now < counter.shutUntil) return { ok: false, retryAfterMs: counter.shutUntil - now }
    const reopened = counter.shutUntil > 0
    if (now - (reopened ? counter.shutUntil : counter.since) >= windowMs) counter.shutTimes = 0
    if (reopened || now - counter.since >= windowMs) {
      counter.failures = 0
      counter.since = now
      counter.shutUntil = 0
    }
    counter.failures++
    if (counter.failures >= attemptsMax) {
      counter.shutUntil =
        now + Math.min(windowMs * 2 ** counter.shutTimes, windowMs * windowsShutMax)
      counter.shutTimes++
    }
    this.#counters.set(key, counter)
    return this.#attempt(key)
  }

  #attempt(key: string): Attempt {
    return {
      ok: true,
      forgive: () => void this.#counters.delete(key),
      withdraw: () => {
        const counter = this.#counters.peek(key)
        if (counter === undefined || counter.failures === 0) return
        if (counter.shutUntil > 0) {
          counter.shutUntil = 0
          counter.shutTimes--
        }
        counter.failures--
      },
    }
  }
}
