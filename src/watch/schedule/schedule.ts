// When each job is due: spread over its interval, a little earlier or later each time, never piled up.
import type { Cancel, Clock } from '../../world/clock.ts'
import type { Random } from '../../world/random.ts'

/** Something that is done again and again. */
export interface Job {
  readonly id: string
  readonly everyMs: number
  /** Part of the interval by which it is later than the start, 0…1: spreads jobs of one interval. */
  readonly phase: number
  /** Resolves when it is done. Never rejects. */
  run(): Promise<void>
}

/** What a schedule is made with. */
export interface ScheduleOptions {
  readonly clock: Pick<Clock, 'monotonic' | 'after'>
  readonly random: Random
  readonly jobs: readonly Job[]
  /** Told of turns that were left out. */
  skipped(job: Job, turns: number): void
}

/** A running schedule. */
export interface Schedule {
  /** One more job, from now on. */
  add(job: Job): void
  /** No further turn of a job; one that runs ends by itself. */
  remove(id: string): void
  stop(): void
}

/** Each turn comes up to this part of its interval later than its time, so that turns fall in no step. */
export const jitterShare = 0.1

/**
 * Starts all jobs. A turn that comes while the one before is not done is left out and said; so are turns
 * that were slept through (a suspended machine): nothing is made up for in a burst.
 */
export function startSchedule({ clock, jobs, random, skipped }: ScheduleOptions): Schedule {
  const cancels = new Map<string, Cancel>()
  let isStopped = false
  const add = (job: Job): void => {
    const start = clock.monotonic()
    cancels.get(job.id)?.()
    let turn = 0
    let isBusy = false
    const arm = (): void => {
      const due =
        start + (job.phase + turn) * job.everyMs + uniform(random) * jitterShare * job.everyMs
      cancels.set(job.id, clock.after(Math.max(0, due - clock.monotonic()), take))
    }
    const take = (): void => {
      if (isStopped) return
      const elapsed = (clock.monotonic() - start) / job.everyMs - job.phase
      const missed = Math.max(0, Math.floor(elapsed) - turn)
      turn += missed + 1
      arm()
      const left = missed + (isBusy ? 1 : 0)
      if (left > 0) skipped(job, left)
      if (isBusy) return
      isBusy = true
      void job.run().then(() => {
        isBusy = false
      })
    }
    arm()
  }
  for (const job of jobs) add(job)
  return {
    add: (job) => {
      if (!isStopped) add(job)
    },
    remove: (id) => {
      cancels.get(id)?.()
      cancels.delete(id)
    },
    stop: () => {
      isStopped = true
      for (const cancel of cancels.values()) cancel()
    },
  }
}

/** Phases for `count` jobs of one interval, even over it. */
export function evenPhase(index: number, count: number): number {
  return count === 0 ? 0 : index / count
}

/** A number from 0 up to but without 1, even (32 bits). */
function uniform(random: Random): number {
  const [a = 0, b = 0, c = 0, d = 0] = random.bytes(4)
  return (((a << 24) | (b << 16) | (c << 8) | d) >>> 0) / 2 ** 32
}
