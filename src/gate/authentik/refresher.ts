// When a refresh runs: at intervals, when asked, after failures ever later; one at a time, never a flood.
import type { Cancel, Clock } from '../../world/clock.ts'
import type { Random } from '../../world/random.ts'
import { BackOff } from '../../world/back-off.ts'

/** A refresh that is asked for begins this long after the one before it at the earliest. */
export const refreshGapMs = 5000
const retryFirstMs = 2000
const retryMostMs = 60_000

/** What a refresher runs and when. */
export interface RefresherOptions {
  readonly clock: Clock
  readonly random: Random
  /** Runs one refresh; true when it succeeded. Must not throw. */
  run(): Promise<boolean>
  /** Time from one success to the next refresh, in milliseconds. */
  intervalMs(): number
}

/**
 * Runs refreshes. Requests while one runs are answered by one more after it; requests while one is due
 * are one with it. So a flood of events costs one refresh every {@link refreshGapMs}.
 */
export class Refresher {
  readonly #options: RefresherOptions
  readonly #backOff: BackOff
  #timer: Cancel | null = null
  /** Monotonic time for which the timer is set. */
  #dueAt = Infinity
  #begunAt = -Infinity
  #isRunning = false
  #isAsked = false
  #isStopped = false

  constructor(options: RefresherOptions) {
    this.#options = options
    this.#backOff = new BackOff({
      firstMs: retryFirstMs,
      mostMs: retryMostMs,
      random: options.random,
    })
  }

  /** Runs the first refresh at once. */
  start(): void {
    this.#schedule(0)
  }

  /** Asks for a refresh `delayMs` from now, or sooner when one is due sooner. */
  request(delayMs: number): void {
    if (this.#isRunning) this.#isAsked = true
    else this.#schedule(Math.max(delayMs, this.#gapLeftMs()))
  }

  stop(): void {
    this.#isStopped = true
    this.#timer?.()
    this.#timer = null
  }

  /** Time until a refresh that somebody asked for may begin. */
  #gapLeftMs(): number {
    return Math.max(0, this.#begunAt + refreshGapMs - this.#options.clock.monotonic())
  }

  #schedule(delayMs: number): void {
    if (this.#isStopped) return
    const { clock } = this.#options
    const dueAt = clock.monotonic() + delayMs
    if (dueAt >= this.#dueAt) return
    this.#timer?.()
    this.#dueAt = dueAt
    this.#timer = clock.after(delayMs, () => void this.#run())
  }

  async #run(): Promise<void> {
    const { clock, run, intervalMs } = this.#options
    this.#timer = null
    this.#dueAt = Infinity
    this.#isRunning = true
    this.#isAsked = false
    this.#begunAt = clock.monotonic()
    const isGood = await run()
    this.#isRunning = false
    if (isGood) this.#backOff.reset()
    const usualMs = isGood ? intervalMs() : this.#backOff.next()
    this.#schedule(this.#isAsked ? Math.min(usualMs, this.#gapLeftMs()) : usualMs)
  }
}
