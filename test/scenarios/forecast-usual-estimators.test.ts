// The table of the study, section 5.2: what the usual estimators say of the same stores, and what the tracker does.
import { expect, test } from 'bun:test'
import {
  type StoreScenario,
  simulateStore,
  watchedShm,
} from '../../src/watch/forecast/store-simulation.fixture.ts'
import { createStoreTracker } from '../../src/watch/forecast/tracker.ts'
import {
  type UsualEstimator,
  mixinRule,
  predictLinear,
  theilSen,
} from '../../src/watch/forecast/usual-estimators.fixture.ts'

const minute = 60_000
const dayMinutes = 24 * 60
const seed = 5

const base: StoreScenario = {
  capacity: 16_384,
  retention: 7 * dayMinutes,
  rate: () => 8.63,
  sweepEvery: 5,
  restartEvery: null,
  length: 10 * dayMinutes,
  readEvery: 30,
  seed,
}

const scenarios = {
  incident: { ...base, length: 3 * dayMinutes },
  'day and night': {
    ...base,
    length: 3 * dayMinutes,
    rate: (now) => 5.55 * (1 + 0.8 * Math.sin((2 * Math.PI * now) / dayMinutes)),
  },
  'safe, 1/min': { ...base, rate: () => 1 },
  'edge, 1.5/min': { ...base, rate: () => 1.5 },
  'scan bursts': {
    ...base,
    retention: dayMinutes,
    rate: (now) => (now % 600 >= 300 && now % 600 < 320 ? 100 : 2),
  },
  sawtooth: { ...base, retention: dayMinutes, sweepEvery: 360, rate: () => 5 },
  'restart every 4 h': { ...base, restartEvery: 240, length: 3 * dayMinutes },
} as const satisfies Readonly<Record<string, StoreScenario>>

/** First alarm in hours, and the share of readings with one. */
interface Row {
  readonly first: number | null
  readonly share: number
}

/** "Fills, sooner or later", in the words of the tracker. */
function tracked(scenario: StoreScenario): UsualEstimator {
  const tracker = createStoreTracker(watchedShm({ retentionMs: scenario.retention * minute }))
  const kinds: readonly string[] = ['structural', 'soon', 'gc-not-working', 'empty-files']
  return { take: (sample) => tracker.take(sample).alarms.some(({ kind }) => kinds.includes(kind)) }
}

function play(scenario: StoreScenario, estimator: UsualEstimator): Row {
  let first: number | null = null
  let alarms = 0
  let readings = 0
  for (const { minute: now, sample } of simulateStore(scenario, 'blocks')) {
    readings++
    if (!estimator.take(sample)) continue
    first ??= now / 60
    alarms++
  }
  return { first, share: alarms / readings }
}

const table = Object.fromEntries(
  Object.entries(scenarios).map(([name, scenario]) => [
    name,
    {
      linear: play(scenario, predictLinear()),
      mixin: play(scenario, mixinRule()),
      theilSen: play(scenario, theilSen()),
      tracker: play(scenario, tracked(scenario)),
    },
  ]),
)

function row(name: keyof typeof scenarios) {
  const found = table[name]
  if (found === undefined) throw new Error(name)
  return found
}

test('prints the table, with its seed', () => {
  const cell = ({ first, share }: Row): string =>
    first === null ? 'none' : `${first} h, ${Math.round(share * 100)} %`
  console.log(`seed ${seed}: first alarm, share of half-hourly readings`)
  for (const [name, { linear, mixin, theilSen: sen, tracker }] of Object.entries(table))
    console.log([name, cell(linear), cell(mixin), cell(sen), cell(tracker)].join(' | '))
  expect(Object.keys(table)).toHaveLength(7)
})

test('the incident: all see a line, the mixin only when it is nearly too late', () => {
  const { linear, mixin, tracker } = row('incident')
  expect(linear.first).toBeWithin(0.5, 2)
  expect(mixin.first).toBeWithin(26, 29)
  expect(tracker.first).toBe(0.5)
  expect(row('day and night').tracker.first).toBeWithin(0.5, 1.1)
})

test('a store that never fills: a line through its fill is false at the edge, the tracker never', () => {
  for (const estimator of ['linear', 'mixin', 'theilSen', 'tracker'] as const)
    expect([estimator, row('safe, 1/min')[estimator].first]).toEqual([estimator, null])
  const edge = row('edge, 1.5/min')
  // It has no notion of expiry: it is certain that a plateau goes on.
  expect(edge.linear.share).toBeGreaterThan(0.15)
  expect(edge.theilSen.share).toBeGreaterThan(0.15)
})

test('bursts and sweeps fool a line, not the tracker', () => {
  expect(row('scan bursts').linear.share).toBeGreaterThan(0.05)
  expect(row('scan bursts').tracker).toEqual({ first: null, share: 0 })
  expect(row('sawtooth').linear.share).toBeGreaterThan(0.1)
  expect(row('sawtooth').theilSen.share).toBeGreaterThan(0.1)
  expect(row('sawtooth').tracker).toEqual({ first: null, share: 0 })
})

test('restarts hide the store from a rule on its level, not from the tracker', () => {
  const { mixin, tracker } = row('restart every 4 h')
  expect(mixin.first).toBeNull()
  expect(tracker.share).toBeGreaterThan(0.98)
})
