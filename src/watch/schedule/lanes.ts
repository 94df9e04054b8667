// Who may run now: never two probes of one host at once, and never more in all than the bound.
import type { Clock } from '../../world/clock.ts'

/** One thing to do. `work` is expected to end within `limitMs`; what does not is counted and left behind. */
export interface LaneWork {
  readonly host: string
  readonly limitMs: number
  /** True: goes before what waits for the same host, and is not held up by the bound on all. */
  readonly first: boolean
  work(): Promise<void>
}

/** Counts since the start, and what is there now. */
export interface LaneStats {
  readonly running: number
  readonly waiting: number
  /** Most that ran at once. */
  readonly peak: number
  /** Work that did not end within its limit. */
  readonly overdue: number
  /** Work that threw, which is a defect of ours. */
  readonly defects: number
}

/** Runs work, one at a time for each host, `concurrencyMax` at a time for all that is not `first`. */
export interface Lanes {
  /** Resolves when the work has ended, or has been left behind. Never rejects. */
  run(work: LaneWork): Promise<void>
  stats(): LaneStats
  /** Another bound from now on. */
  allow(concurrencyMax: number): void
}

interface Waiting {
  readonly asked: LaneWork
  readonly ended: () => void
}

/** What lanes are made with. */
export interface LaneOptions {
  readonly clock: Pick<Clock, 'after'>
  readonly concurrencyMax: number
  /** Told of work that threw. */
  defect(cause: unknown): void
}

/** Makes lanes. What waits is bounded by whoever adds: each job is there at most once. */
export function createLanes({ clock, defect, ...options }: LaneOptions): Lanes {
  let { concurrencyMax } = options
  /** Hosts that something runs for or waits for; the first of a queue runs when it may. */
  const queues = new Map<string, Waiting[]>()
  const busy = new Set<string>()
  /** Hosts with something to do and nothing running, in the order in which they got so. */
  const ready = new Set<string>()
  let running = 0
  let bounded = 0
  let waiting = 0
  const counts = { peak: 0, overdue: 0, defects: 0 }

  const pump = (): void => {
    for (const host of ready) {
      const next = queues.get(host)?.[0]
      if (next === undefined || (!next.asked.first && bounded >= concurrencyMax)) continue
      ready.delete(host)
      start(host, next)
    }
  }
  const start = (host: string, { asked, ended }: Waiting): void => {
    queues.get(host)?.shift()
    busy.add(host)
    waiting--
    running++
    if (!asked.first) bounded++
    counts.peak = Math.max(counts.peak, running)
    let isOver = false
    const end = (): void => {
      if (isOver) return
      isOver = true
      running--
      if (!asked.first) bounded--
      cancel()
      busy.delete(host)
      if ((queues.get(host)?.length ?? 0) > 0) ready.add(host)
      else queues.delete(host)
      ended()
      pump()
    }
    const cancel = clock.after(asked.limitMs, () => {
      if (!isOver) counts.overdue++
      end()
    })
    asked.work().then(end, (cause: unknown) => {
      counts.defects++
      defect(cause)
      end()
    })
  }
  return {
    run: (asked) =>
      new Promise<void>((ended) => {
        const { first, host } = asked
        const queue = queues.get(host) ?? []
        queues.set(host, queue)
        const behind = first ? queue.findLastIndex((one) => one.asked.first) + 1 : queue.length
        queue.splice(behind, 0, { asked, ended })
        waiting++
        if (!busy.has(host)) ready.add(host)
        pump()
      }),
    stats: () => ({ running, waiting, ...counts }),
    allow: (most) => {
      concurrencyMax = most
      pump()
    },
  }
}
