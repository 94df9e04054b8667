// The tracker against simulated stores: when each alarm comes first, and that none comes falsely.
import { describe, expect, setDefaultTimeout, test } from 'bun:test'
import fc from 'fast-check'
import type { StoreSample } from '../../src/watch/forecast/sample.ts'
import {
  type StoreAlarmKind,
  type StoreForecast,
  storeAlarmKinds,
} from '../../src/watch/forecast/store-forecast.ts'
import {
  type Sight,
  type StoreScenario,
  simulateStore,
  simulationStart,
  watchedShm,
} from '../../src/watch/forecast/store-simulation.fixture.ts'
import { createStoreTracker, declaredSample } from '../../src/watch/forecast/tracker.ts'
import { scenarioTimeoutMs } from '../scenario.ts'

setDefaultTimeout(scenarioTimeoutMs)

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour
const dayMinutes = 24 * 60

/** What a scenario came to. Times in hours; `first` of each alarm, `share` of all readings with it. */
interface Story {
  readonly first: Readonly<Partial<Record<StoreAlarmKind, number>>>
  readonly share: (kind: StoreAlarmKind) => number
  readonly fullAt: number | null
  readonly at: (hours: number) => StoreForecast
}

function play(scenario: StoreScenario, sight: Sight): Story {
  const tracker = createStoreTracker(watchedShm({ retentionMs: scenario.retention * minute }))
  const first: Partial<Record<StoreAlarmKind, number>> = {}
  const counts = new Map<StoreAlarmKind, number>()
  const readings: StoreForecast[] = []
  let fullAt: number | null = null
  for (const { minute: now, sample } of simulateStore(scenario, sight)) {
    const standing = tracker.take(sample)
    readings.push(standing)
    for (const { kind } of standing.alarms) {
      first[kind] ??= now / 60
      counts.set(kind, (counts.get(kind) ?? 0) + 1)
    }
    if (standing.fill >= 1) fullAt ??= now / 60
  }
  return {
    first,
    fullAt,
    share: (kind) => (counts.get(kind) ?? 0) / readings.length,
    at: (hours) => {
      const found = readings[Math.round((hours * 60) / scenario.readEvery)]
      if (found === undefined) throw new Error('The scenario is shorter')
      return found
    },
  }
}

const base: StoreScenario = {
  capacity: 16_384,
  retention: 7 * dayMinutes,
  rate: () => 8.63,
  sweepEvery: 5,
  restartEvery: null,
  length: 3 * dayMinutes,
  readEvery: 5,
  seed: 1,
}

const tenDays = { length: 10 * dayMinutes, readEvery: 30 }

const sights: readonly Sight[] = ['blocks', 'counters', 'directory']

describe('createStoreTracker() over the scenarios of the study, section 5.2', () => {
  console.log(`seed ${base.seed}`)

  test.each(sights)(
    'the incident, seen by %s: structural at 30 minutes, 31 hours ahead',
    (sight) => {
      const { first, fullAt, at, share } = play(base, sight)
      expect(fullAt).toBeWithin(31, 33)
      expect(first.structural).toBe(0.5)
      const { mid } = at(1).forecast.timeToFullMs
      expect((mid ?? 0) / hour + 1).toBeWithin(31.65 * 0.9, 31.65 * 1.1)
      expect(first.soon).toBeWithin(5, 9)
      expect(first.critical).toBeWithin(28, 30)
      expect(share('structural')).toBeGreaterThan(0.98)
    },
  )

  test.each(sights)(
    'day and night (× 1.8, × 0.2), seen by %s: structural at 30 minutes',
    (sight) => {
      const rate = (now: number): number =>
        5.55 * (1 + 0.8 * Math.sin((2 * Math.PI * now) / dayMinutes))
      const { first, fullAt, share } = play({ ...base, rate }, sight)
      expect(fullAt).toBeWithin(48, 51)
      expect(first.structural).toBe(0.5)
      expect(share('structural')).toBeGreaterThan(0.98)
    },
  )

  test.each(sights)('1/min, a ratio of 0.62, seen by %s: not one alarm in ten days', (sight) => {
    const { first } = play({ ...base, rate: () => 1, ...tenDays }, sight)
    expect(first).toEqual({})
  })

  test.each(sights)('1.5/min, a ratio of 0.92, seen by %s: never said to fill soon', (sight) => {
    const { first, fullAt } = play({ ...base, rate: () => 1.5, ...tenDays }, sight)
    expect(fullAt).toBeNull()
    expect(first.soon).toBeUndefined()
    // Both are true: its ratio is above 0.8, and in the end it is nine tenths full.
    expect(first.structural).toBeWithin(0.4, 12)
    expect(first.critical).toBeWithin(160, 170)
  })

  test.each(sights)('bursts of 100/min kept for a day, seen by %s: not one alarm', (sight) => {
    const rate = (now: number): number => (now % 600 >= 300 && now % 600 < 320 ? 100 : 2)
    const bursts = { ...base, retention: dayMinutes, rate, ...tenDays }
    expect(play(bursts, sight).first).toEqual({})
  })

  test.each(sights)('a sweep every six hours, seen by %s: not one alarm', (sight) => {
    const sawtooth = {
      ...base,
      retention: dayMinutes,
      sweepEvery: 360,
      rate: () => 5,
      ...tenDays,
    }
    expect(play(sawtooth, sight).first).toEqual({})
  })

  test.each(sights)(
    'a restart every four hours, seen by %s, does not hide what is coming',
    (sight) => {
      const { first, share, at } = play({ ...base, restartEvery: 240 }, sight)
      expect(first).toEqual({ structural: 0.5 })
      expect(share('structural')).toBeGreaterThan(0.98)
      const { restarts, forecast } = at(70)
      expect(restarts).toEqual({ count: 17, everyMs: 4 * hour })
      expect(forecast.ratioWithoutRestart.mid).toBeWithin(5, 5.6)
    },
  )

  test('ten other seeds: no false alarm, the true ones at the first reading that may say so', () => {
    for (let seed = 2; seed < 12; seed++) {
      const quiet = { ...base, seed, rate: () => 1, length: 2 * dayMinutes }
      expect([seed, play(quiet, 'counters').first]).toEqual([seed, {}])
      const incident = play({ ...base, seed, length: 60 }, 'blocks')
      expect([seed, incident.first]).toEqual([seed, { structural: 0.5 }])
    }
  })
})

describe('createStoreTracker() over time', () => {
  test('sees a step of the rate within an hour and a half, and its end within a day', () => {
    const changed = (now: number): number => {
      if (now < 3 * dayMinutes) return 0.17
      return now < 3.5 * dayMinutes ? 8.63 : 0.17
    }
    const { first, at } = play({ ...base, rate: changed, length: 6 * dayMinutes }, 'counters')
    expect(first.structural).toBeWithin(72.5, 73.5)
    expect(at(5.9 * 24).alarms).toEqual([])
  })

  test('reads the rate of the past week from the directory at the first look', () => {
    const tracker = createStoreTracker(watchedShm())
    const readings = [...simulateStore({ ...base, length: dayMinutes }, 'directory')]
    const last = readings.at(-1)
    if (last === undefined) throw new Error('The simulation gave nothing')
    const { inflow, alarms } = tracker.take(last.sample)
    expect(inflow.basis).toBe('directory')
    expect(inflow.mid * minute).toBeWithin(8.3, 9)
    expect(inflow.observedMs / hour).toBeWithin(23.9, 24.1)
    expect(alarms.map(({ kind }) => kind)).toContain('structural')
  })

  test('says who fills it and what would help', () => {
    const { at } = play(base, 'counters')
    const { attribution, levers } = at(24)
    expect(attribution).toMatch(/^8\.[45]\d? of 8\.[56]\d?\/min come from probes$/)
    expect(levers).toEqual([
      'A rate of 0.813/min brings the ratio to 0.5',
      expect.stringMatching(/^A retention of 15h \d+m brings the ratio to 0.5$/),
      expect.stringMatching(/^A size of 6\d\d MiB brings the ratio to 0.5$/),
    ])
  })

  test('names the declared part where nobody counts apart', () => {
    const tracker = createStoreTracker(watchedShm({ declaredPerMs: 8.8 / minute }))
    let standing: StoreForecast | null = null
    for (const { sample } of simulateStore({ ...base, rate: () => 8.9, length: 600 }, 'blocks'))
      standing = tracker.take(sample)
    expect(standing?.attribution).toMatch(/^8\.\d+ of [89](\.\d+)?\/min are declared/)
  })
})

const reading: StoreSample = {
  store: 'shm',
  at: simulationStart,
  source: 'statfs',
  usedBlocks: 100,
  totalBlocks: 16_384,
  blockBytes: 4096,
  usedInodes: null,
  totalInodes: null,
  created: null,
  createdAt: null,
  emptyEntries: null,
}

const kindsOf = (standing: StoreForecast): readonly StoreAlarmKind[] =>
  standing.alarms.map(({ kind }) => kind)

describe('createStoreTracker() with single readings', () => {
  test('says from the configuration alone that the probes are too many', () => {
    const store = watchedShm({ declaredPerMs: 8.8 / minute })
    const sample = declaredSample(store, simulationStart)
    if (sample === null) throw new Error('The size is declared')
    const { alarms, inflow } = createStoreTracker(store).take(sample)
    expect(inflow.basis).toBe('declared')
    expect(alarms).toEqual([
      {
        kind: 'config',
        since: simulationStart,
        text: '8.8/min are declared; kept for 7d they come to 5.41 times what it holds',
      },
    ])
    expect(
      kindsOf(createStoreTracker(watchedShm({ declaredPerMs: 0.8 / minute })).take(sample)),
    ).toEqual([])
    // Entries of two blocks take twice the room.
    const wide = watchedShm({ declaredPerMs: 0.5 / minute, entryBytes: 5000 })
    expect(createStoreTracker(wide).take(sample).alarms[0]?.text).toEndWith(
      'they come to 0.615 times what it holds',
    )
    expect(declaredSample(watchedShm({ sizeBytes: null }), 0)).toBeNull()
  })

  test('is critical at nine tenths, and when a write failed, for a quarter of an hour', () => {
    expect(
      kindsOf(createStoreTracker(watchedShm()).take({ ...reading, usedBlocks: 14_746 })),
    ).toEqual(['critical', 'structural'])
    const tracker = createStoreTracker(watchedShm())
    const failing = (minutes: number, failedWrites: number): readonly StoreAlarmKind[] =>
      kindsOf(tracker.take({ ...reading, at: reading.at + minutes * minute, failedWrites }))
    expect(failing(0, 7)).toEqual([])
    expect(failing(1, 8)).toEqual(['critical'])
    expect(failing(15, 8)).toEqual(['critical'])
    expect(failing(16, 8)).toEqual([])
    // The counter began anew: what it has counted since is news.
    expect(failing(17, 2)).toEqual(['critical'])
  })

  test('forecasts inodes where they end first', () => {
    const tracker = createStoreTracker(watchedShm())
    let standing = tracker.take({ ...reading, usedInodes: 100, totalInodes: 1000 })
    for (let step = 1; step <= 12; step++) {
      const at = reading.at + step * 5 * minute
      const used = 100 + step * 40
      standing = tracker.take({
        ...reading,
        at,
        usedBlocks: used,
        usedInodes: used,
        totalInodes: 1000,
      })
    }
    expect(standing.limitedBy).toBe('inodes')
    expect(standing.fill).toBeCloseTo(0.58, 2)
    expect(standing.levers.at(-1)).toEndWith(' inodes brings the ratio to 0.5')
  })

  test('says that nothing removes the expired, but not of one forgotten file', () => {
    const old = reading.at - 8 * day
    const createdAt = (count: number): readonly number[] => [
      ...Array.from({ length: count }, () => old),
      ...Array.from({ length: 90 }, (_, i) => reading.at - i * minute),
    ]
    const one = createStoreTracker(watchedShm()).take({ ...reading, createdAt: createdAt(1) })
    expect([kindsOf(one), one.retention.oldestMs]).toEqual([[], 8 * day])
    const many = createStoreTracker(watchedShm()).take({ ...reading, createdAt: createdAt(20) })
    expect(many.alarms[0]).toMatchObject({
      kind: 'gc-not-working',
      text: '20 entries are older than the retention of 7d: nothing removes them',
    })
  })

  test('says that failed writes leave empty files, however many blocks are free', () => {
    const tracker = createStoreTracker(watchedShm())
    expect(kindsOf(tracker.take({ ...reading, emptyEntries: 4 }))).toEqual([])
    expect(kindsOf(tracker.take({ ...reading, at: reading.at + 1, emptyEntries: 44 }))).toEqual([
      'empty-files',
    ])
  })

  test('listens to the best source, and to a worse one once the best is silent', () => {
    const tracker = createStoreTracker(watchedShm())
    const take = (minutes: number, source: StoreSample['source'], usedBlocks: number): number =>
      tracker.take({ ...reading, at: reading.at + minutes * minute, source, usedBlocks }).used
        .blocks
    expect(take(0, 'prometheus', 50)).toBe(50)
    expect(take(1, 'statfs', 100)).toBe(100)
    expect(take(1, 'prometheus', 50)).toBe(100)
    expect(take(2, 'statfs', 110)).toBe(110)
    expect(take(11, 'prometheus', 60)).toBe(110)
    expect(take(12, 'prometheus', 60)).toBe(60)
    expect(take(13, 'gate', 70)).toBe(70)
  })

  test('keeps the time since when an alarm stands, and forgets it once it is over', () => {
    const tracker = createStoreTracker(watchedShm({ retentionMs: day }))
    const since = (minutes: number, emptyEntries: number): number | undefined =>
      tracker.take({ ...reading, at: reading.at + minutes * minute, emptyEntries }).alarms[0]?.since
    expect(since(0, 5)).toBe(reading.at)
    expect(since(1, 6)).toBe(reading.at)
    expect(since(2, 0)).toBeUndefined()
    expect(since(3, 5)).toBe(reading.at + 3 * minute)
  })
})

describe('createStoreTracker() with hostile readings', () => {
  const number = fc.oneof(
    fc.integer({ min: -10, max: 100_000 }),
    fc.constantFrom(0, -1, Number.NaN, Number.POSITIVE_INFINITY, 1e308, 2 ** 53, Number.MIN_VALUE),
  )
  const samples = fc.record({
    store: fc.constant('shm'),
    at: fc.oneof(fc.integer({ min: 0, max: 30 * day }), number),
    source: fc.constantFrom<StoreSample['source']>('gate', 'statfs', 'declared', 'prometheus'),
    usedBlocks: number,
    totalBlocks: number,
    blockBytes: fc.oneof(fc.constant(4096), number),
    usedInodes: fc.option(number),
    totalInodes: fc.option(number),
    created: fc.option(fc.record({ people: number, probes: number, machines: number })),
    createdAt: fc.option(fc.array(number, { maxLength: 20 })),
    emptyEntries: fc.option(number),
  })

  test('never throws, never says a number that is none', () => {
    fc.assert(
      fc.property(
        fc.array(samples, { minLength: 1, maxLength: 20 }),
        fc.boolean(),
        (all, isSized) => {
          const tracker = createStoreTracker(watchedShm(isSized ? {} : { sizeBytes: null }))
          for (const sample of all) {
            const { fill, inflow, forecast, alarms } = tracker.take(sample)
            expect(fill).toBeWithin(0, 1.000001)
            for (const rate of [inflow.low, inflow.mid, inflow.high, inflow.upper.mid])
              expect(rate).toBeGreaterThanOrEqual(0)
            expect(forecast.ratio.low).toBeLessThanOrEqual(forecast.ratio.high)
            expect(alarms.map(({ kind }) => kind)).toEqual(
              storeAlarmKinds.filter((kind) => alarms.some((alarm) => alarm.kind === kind)),
            )
            for (const { text } of alarms) expect(text).not.toMatch(/NaN|undefined|null/)
          }
        },
      ),
      { numRuns: 300 },
    )
  })

  test('a reading from the past or of nonsense changes nothing', () => {
    const tracker = createStoreTracker(watchedShm())
    const before = tracker.take(reading)
    expect(tracker.take({ ...reading, at: reading.at - 1, usedBlocks: 16_384 })).toEqual(before)
    expect(tracker.take({ ...reading, at: reading.at + 1, usedBlocks: Number.NaN })).toEqual(before)
  })
})
