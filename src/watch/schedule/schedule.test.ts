// Jobs and lanes under a clock that only the test moves: even turns, no overlap, no pile.
import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { type FakeClock, fakeClock } from '../../world/clock.ts'
import { seededRandom } from '../../world/random.ts'
import { createLanes } from './lanes.ts'
import { type Job, evenPhase, jitterShare, startSchedule } from './schedule.ts'

const intervalMs = 60_000
const limitMs = 10_000
const stepMs = 50

/** Promises go on between the steps of a fake clock. */
async function settle(): Promise<void> {
  for (let i = 0; i < 8; i++) await Promise.resolve()
}

async function pass(clock: FakeClock, ms: number, each: () => void = () => {}): Promise<void> {
  for (let gone = 0; gone < ms; gone += stepMs) {
    clock.advance(stepMs)
    await settle()
    each()
  }
}

/** An estate of doors: each takes its time, or hangs until the prober's own time-out. */
interface Doors {
  readonly hosts: number
  readonly perHost: number
  readonly tookMs: number
  /** Hosts with this number and below hang. */
  readonly hanging: number
  readonly seed: number
}

interface Turn {
  readonly host: number
  readonly door: string
  readonly from: number
  to: number | null
}

function run(doors: Doors, { concurrencyMax = 1000 } = {}) {
  const clock = fakeClock(0)
  const turns: Turn[] = []
  const skippedJobs: string[] = []
  const lanes = createLanes({ clock, concurrencyMax, defect: () => {} })
  const all = Array.from({ length: doors.hosts * doors.perHost }, (_, i) => ({
    host: i % doors.hosts,
    door: `host${i % doors.hosts}/${Math.floor(i / doors.hosts)}`,
  }))
  const jobs = all.map(({ door, host }, i): Job => {
    const work = (): Promise<void> => {
      const turn: Turn = { host, door, from: clock.monotonic(), to: null }
      turns.push(turn)
      const ms = host < doors.hanging ? limitMs - 1 : doors.tookMs
      return new Promise((done) => {
        clock.after(ms, () => {
          turn.to = clock.monotonic()
          done()
        })
      })
    }
    return {
      id: door,
      everyMs: intervalMs,
      phase: evenPhase(i, all.length),
      run: () => lanes.run({ host: `host${host}`, limitMs, first: false, work }),
    }
  })
  const random = seededRandom(doors.seed)
  const skipped = (job: Job): void => void skippedJobs.push(job.id)
  const schedule = startSchedule({ clock, random, jobs, skipped })
  return { clock, turns, skippedJobs, lanes, schedule, doors: all }
}

const estates = fc.record({
  hosts: fc.integer({ min: 1, max: 12 }),
  perHost: fc.integer({ min: 1, max: 4 }),
  tookMs: fc.integer({ min: 0, max: 3000 }),
  hanging: fc.integer({ min: 0, max: 6 }),
  seed: fc.nat(),
})

describe('startSchedule() while it runs', () => {
  function started() {
    const clock = fakeClock(0)
    const turns: string[] = []
    const job = (id: string, phase = 0): Job => ({
      ...{ id, everyMs: intervalMs, phase },
      run: async () => void turns.push(`${id}@${Math.floor(clock.monotonic() / intervalMs)}`),
    })
    const random = seededRandom(3)
    const schedule = startSchedule({ clock, random, jobs: [job('a')], skipped: () => {} })
    return { clock, job, schedule, turns }
  }

  test('takes one more job, by its own time and within its jitter', async () => {
    const { clock, job, schedule, turns } = started()
    await pass(clock, 2.5 * intervalMs)
    schedule.add(job('b', 0.5))
    await pass(clock, 0.5 * intervalMs - stepMs)
    expect(turns).toEqual(['a@0', 'a@1', 'a@2'])
    await pass(clock, jitterShare * intervalMs + 2 * stepMs)
    expect(turns.filter((turn) => turn.startsWith('b'))).toEqual(['b@3'])
    await pass(clock, 3 * intervalMs)
    expect(turns.filter((turn) => turn.startsWith('b'))).toHaveLength(4)
  })

  test('gives a job that is removed no further turn, and one that comes twice one turn', async () => {
    const { clock, job, schedule, turns } = started()
    schedule.add(job('b'))
    schedule.add(job('b'))
    await pass(clock, intervalMs)
    expect(turns.filter((turn) => turn.startsWith('b'))).toEqual(['b@0'])
    schedule.remove('b')
    schedule.remove('nothing')
    await pass(clock, 3 * intervalMs)
    expect(turns.filter((turn) => turn.startsWith('b'))).toEqual(['b@0'])
    expect(turns.filter((turn) => turn.startsWith('a'))).toHaveLength(4)
  })

  test('takes none once it is stopped', async () => {
    const { clock, job, schedule, turns } = started()
    schedule.stop()
    schedule.add(job('b'))
    await pass(clock, 2 * intervalMs)
    expect(turns).toEqual([])
  })
})

test('lanes let more run once they are allowed to', async () => {
  const lanes = createLanes({ clock: fakeClock(0), concurrencyMax: 1, defect: () => {} })
  const hang = (): Promise<void> => new Promise(() => {})
  for (const host of ['a', 'b', 'c']) void lanes.run({ host, limitMs, first: false, work: hang })
  expect(lanes.stats()).toMatchObject({ running: 1, waiting: 2 })
  lanes.allow(2)
  expect(lanes.stats()).toMatchObject({ running: 2, waiting: 1 })
})

describe('startSchedule with lanes', () => {
  test('never has two probes at one host, nor more at once than the bound', async () => {
    await fc.assert(
      fc.asyncProperty(estates, fc.integer({ min: 1, max: 6 }), async (estate, concurrencyMax) => {
        const { clock, lanes, turns } = run(estate, { concurrencyMax })
        await pass(clock, 3 * intervalMs, () => {
          const open = turns.filter(({ to }) => to === null)
          expect(new Set(open.map(({ host }) => host)).size).toBe(open.length)
          expect(open.length).toBeLessThanOrEqual(concurrencyMax)
        })
        expect(lanes.stats().peak).toBeLessThanOrEqual(concurrencyMax)
        expect(turns.length).toBeGreaterThan(0)
      }),
      { numRuns: 15 },
    )
  }, 60_000)

  test('knocks at every door that answers once an interval, however many others hang', async () => {
    await fc.assert(
      fc.asyncProperty(estates, async (estate) => {
        const { clock, turns, doors, skippedJobs } = run(estate)
        const intervals = 4
        await pass(clock, intervals * intervalMs)
        for (const { door, host } of doors) {
          if (host < estate.hanging) continue
          const times = turns.filter((turn) => turn.door === door).map(({ from }) => from)
          expect(times.length).toBeGreaterThanOrEqual(intervals - 1)
          const wait = estate.perHost * estate.tookMs + stepMs
          for (const [i, at] of times.entries())
            if (i > 0) {
              const gap = at - (times[i - 1] ?? 0)
              expect(gap).toBeLessThanOrEqual(intervalMs * (1 + jitterShare) + wait)
              expect(gap).toBeGreaterThanOrEqual(intervalMs * (1 - jitterShare) - wait)
            }
          expect(skippedJobs).not.toContain(door)
        }
      }),
      { numRuns: 15 },
    )
  }, 60_000)

  test('names the turns of a host that hangs too long, and piles nothing up', async () => {
    const hangs = { hosts: 1, perHost: 8, tookMs: 0, hanging: 1, seed: 1 }
    const { clock, lanes, skippedJobs } = run(hangs)
    await pass(clock, 10 * intervalMs, () => expect(lanes.stats().waiting).toBeLessThan(8))
    expect(skippedJobs.length).toBeGreaterThan(0)
  })

  test('leaves out turns that were slept through, and says how many', async () => {
    const clock = fakeClock(0)
    const taken: number[] = []
    const left: number[] = []
    const job: Job = {
      id: 'a',
      everyMs: 1000,
      phase: 0,
      run: async () => void taken.push(clock.monotonic()),
    }
    // A machine that was suspended: the timer comes late, and time has gone on.
    let asleepMs = 0
    const sleepy = { after: clock.after, monotonic: () => clock.monotonic() + asleepMs }
    startSchedule({
      clock: sleepy,
      random: seededRandom(3),
      jobs: [job],
      skipped: (_, turns) => void left.push(turns),
    })
    await pass(clock, 2500)
    const before = taken.length
    asleepMs = 60_000
    await pass(clock, 1500)
    expect(left.reduce((sum, turns) => sum + turns, 0)).toBeGreaterThan(50)
    expect(taken.length - before).toBeLessThanOrEqual(3)
  })

  test('does nothing more once it is stopped', async () => {
    const { clock, schedule, turns } = run({ hosts: 3, perHost: 2, tookMs: 0, hanging: 0, seed: 2 })
    await pass(clock, intervalMs)
    const before = turns.length
    schedule.stop()
    await pass(clock, 2 * intervalMs)
    expect(turns.length).toBe(before)
  })
})

describe('createLanes()', () => {
  const plain = { host: 'a', limitMs, first: false }

  test('leaves work behind that does not end within its limit, and counts it', async () => {
    const clock = fakeClock(0)
    const lanes = createLanes({ clock, concurrencyMax: 1, defect: () => {} })
    const order: string[] = []
    void lanes.run({ ...plain, work: () => new Promise(() => {}) }).then(() => order.push('hung'))
    void lanes.run({ ...plain, work: async () => void order.push('next') })
    await settle()
    expect(order).toEqual([])
    clock.advance(limitMs)
    await settle()
    expect(order.toSorted()).toEqual(['hung', 'next'])
    expect(lanes.stats()).toMatchObject({ overdue: 1, running: 0, waiting: 0, defects: 0 })
  })

  test('counts work that throws as a defect, tells of it and goes on', async () => {
    const told: unknown[] = []
    const clock = fakeClock(0)
    const lanes = createLanes({
      clock,
      concurrencyMax: 1,
      defect: (cause) => void told.push(cause),
    })
    await lanes.run({ ...plain, work: () => Promise.reject(new TypeError('ours')) })
    await lanes.run({ ...plain, work: async () => {} })
    expect(told.map(String)).toEqual(['TypeError: ours'])
    expect(lanes.stats()).toMatchObject({ defects: 1, overdue: 0, running: 0 })
  })

  test('lets what is first pass the bound and the queue of its host, in its own order', async () => {
    const clock = fakeClock(0)
    const lanes = createLanes({ clock, concurrencyMax: 1, defect: () => {} })
    const order: string[] = []
    const named = (name: string) => async (): Promise<void> => void order.push(name)
    const release = Promise.withResolvers<void>()
    void lanes.run({ ...plain, host: 'busy', work: () => release.promise })
    void lanes.run({ ...plain, work: named('door') })
    void lanes.run({ ...plain, first: true, work: named('first') })
    void lanes.run({ ...plain, first: true, work: named('second') })
    await settle()
    expect(order).toEqual(['first', 'second'])
    release.resolve()
    await settle()
    expect(order).toEqual(['first', 'second', 'door'])
  })
})
