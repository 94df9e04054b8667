// A store that fills: one incident, told when it gets worse, linked to the layer that fails for it.
import { describe, expect, test } from 'bun:test'
import { simulateStore, simulationStart, watchedShm } from '../forecast/store-simulation.fixture.ts'
import { createWatchCore } from './create.ts'
import { type Bench, benchOf, minuteMs, roundAt, studyMatrix } from './testing.ts'

const perHour = 60

function fill(rate: number, hours: number, store = watchedShm()): Bench {
  const bench = benchOf(createWatchCore({ matrix: studyMatrix, stores: [store] }))
  const scenario = {
    capacity: 16_384,
    retention: 7 * 24 * perHour,
    rate: () => rate,
    sweepEvery: 5,
    readEvery: 5,
    restartEvery: null,
    length: hours * perHour,
    seed: 7,
  }
  for (const { sample } of simulateStore(scenario, 'counters'))
    bench.take({ kind: 'sample', sample })
  return bench
}

describe('stores', () => {
  test('of the rate of that day are called too small within 35 minutes, then soon, then critical', () => {
    const bench = fill(8.63, 33)
    expect(bench.events.map(({ incident, kind }) => [kind, incident.urgency])).toEqual([
      ['opened', 'notice'],
      ['changed', 'notice'],
      ['changed', 'page'],
    ])
    const [opened, soon, critical] = bench.events.map(
      ({ incident }) => incident.timeline.at(-1)?.at ?? 0,
    )
    expect((opened ?? 0) - simulationStart).toBeLessThanOrEqual(35 * minuteMs)
    expect(soon).toBeLessThan(critical ?? 0)
    expect(bench.events[0]?.incident.advice[0]).toContain('brings the ratio to 0.5')
  })

  test('that are large enough are no news', () => {
    expect(fill(0.5, 24).said()).toEqual([])
  })

  test('that are too small for what is declared are told before anything runs', () => {
    const store = watchedShm({ declaredPerMs: 18 / minuteMs })
    const bench = benchOf(createWatchCore({ matrix: studyMatrix, stores: [store] }))
    bench.take(roundAt(simulationStart))
    expect(bench.said()).toEqual(['opened 2026-04-14-store-shm #1'])
    expect(bench.events[0]?.incident.urgency).toBe('notice')
  })

  test('that nobody declared are left alone', () => {
    const bench = benchOf()
    const [first] = simulateStore(
      {
        capacity: 10,
        retention: 10,
        rate: () => 1,
        sweepEvery: 5,
        readEvery: 5,
        restartEvery: null,
        length: 1,
        seed: 1,
      },
      'blocks',
    )
    if (first !== undefined) bench.take({ kind: 'sample', sample: first.sample })
    expect(bench.said()).toEqual([])
  })

  test('become the failure of their layer, with their forecasts', () => {
    const bench = fill(8.63, 31)
    const full = simulationStart + 32 * 3_600_000
    bench.rounds(bench.rounds(full, 20), 6, ['gate_new'])
    const [record, ...others] = bench.core.records()
    expect(others).toEqual([])
    expect(record?.incident).toMatchObject({
      ...{ cause: 'store:shm', phase: 'failing', elements: ['gate_new'], urgency: 'page' },
      firstSymptomAt: full + 20 * minuteMs,
      title:
        'The gate, for whoever has no session yet, fails; store shm: 97 % of the blocks are used',
    })
    expect(record?.incident.verdict?.leader.elements).toEqual(['gate_new'])
    expect(record?.incident.timeline.filter(({ kind }) => kind === 'alarm')).toHaveLength(3)
    expect(record?.evidence.stores.length).toBeGreaterThan(24)
    expect(bench.said()).toEqual([
      'opened 2026-04-14-store-shm #1',
      'changed 2026-04-14-store-shm #2',
      'changed 2026-04-14-store-shm #3',
      'changed 2026-04-14-store-shm #4',
    ])
    expect(bench.events.map(({ wakes }) => wakes)).toEqual([false, false, true, false])
  })

  test('go on after a restart without being told again or called well too early', () => {
    const before = fill(8.63, 10)
    const restored = before.core.snapshot()
    const bench = benchOf(
      createWatchCore({ matrix: studyMatrix, stores: [watchedShm()], restored }),
    )
    for (let i = 0; i < 12; i++)
      bench.take({
        kind: 'sample',
        sample: {
          store: 'shm',
          at: simulationStart + (10 * perHour + 5 + 5 * i) * minuteMs,
          source: 'statfs',
          usedBlocks: 5200 + i * 43,
          totalBlocks: 16_384,
          blockBytes: 4096,
          usedInodes: null,
          totalInodes: null,
          created: null,
          createdAt: null,
          emptyEntries: null,
        },
      })
    expect(bench.said()).toEqual([])
    expect(bench.core.incidents()[0]?.closedAt).toBeNull()
  })
})
