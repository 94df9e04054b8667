// What metrics read of a running watch: stores with their forecast, and counts of what is open.
import { expect, test } from 'bun:test'
import { createWatchCore } from '../core/create.ts'
import { minuteMs, roundAt, startAt, studyMatrix } from '../core/testing.ts'
import type { StoreSample } from '../forecast/sample.ts'
import { watchedShm } from '../forecast/store-simulation.fixture.ts'
import { readingsOf } from './readings.ts'
import { Tally } from './tally.ts'

const store = watchedShm()

/** A reading of it after so many minutes of 8.63 entries each. */
function sampleAt(minutes: number): StoreSample {
  const entries = Math.round(8.63 * minutes)
  return {
    store: store.name,
    at: startAt + minutes * minuteMs,
    source: 'gate',
    usedBlocks: entries,
    totalBlocks: 16_384,
    blockBytes: 4096,
    usedInodes: null,
    totalInodes: null,
    created: { people: 0, probes: entries, machines: 0 },
    createdAt: null,
    emptyEntries: null,
  }
}

function watch() {
  const tally = new Tally({ scheme: 'https', port: 443 })
  const core = createWatchCore({ matrix: studyMatrix, stores: [store] })
  const readings = readingsOf({
    config: { intervalMs: minuteMs, stores: [store, watchedShm({ name: 'unread' })] },
    core,
    tally,
    traffic: { requests: 1, bytes: 2048, timeouts: 0 },
    outbox: {
      take: () => {},
      close: async () => {},
      states: () => [
        {
          channel: 'phone',
          waiting: 0,
          outage: null,
          outcomes: { sent: 2, retried: 1, failed: 0 },
        },
      ],
    },
    layers: new Set(['gate_new']),
    round: () => ({ endedAt: startAt, tookMs: 900 }),
  })
  const take = (minutes: number): void => {
    const sample = sampleAt(minutes)
    tally.samples.set(sample.store, sample)
    core.take({ kind: 'sample', sample })
  }
  return { core, readings, take }
}

test('a store is shown with the forecast that alarms over it are made of', () => {
  const { readings, take } = watch()
  expect([...readings.stores()]).toEqual([])
  for (let minutes = 0; minutes <= 60; minutes++) take(minutes)
  const [shown, ...others] = readings.stores()
  expect(others).toEqual([])
  expect(shown).toMatchObject({
    store: 'shm',
    usedBlocks: 518,
    totalBlocks: 16_384,
    created: { probes: 518 },
    retentionMs: store.retentionMs,
  })
  // The study: 5.3 times too small, full after 31.65 hours, known an hour in.
  expect(shown?.ratio?.mid).toBeCloseTo(5.3, 1)
  expect(shown?.ratio?.low).toBeGreaterThan(4)
  expect((shown?.timeToFullMs?.mid ?? 0) / 3_600_000).toBeCloseTo(30.6, 0)
  expect(shown?.timeToFullMs?.low ?? 0).toBeLessThan(shown?.timeToFullMs?.mid ?? 0)
})

test('open incidents are counted by urgency, rounds and channels as they are', () => {
  const { core, readings } = watch()
  expect(readings.openIncidents()).toEqual({ page: 0, notice: 0 })
  for (let minutes = 0; minutes < 30; minutes++)
    core.take(roundAt(startAt + minutes * minuteMs, minutes < 20 ? [] : ['gate_new']))
  expect(readings.openIncidents()).toEqual({ page: 1, notice: 0 })
  expect(readings.verdict().leader.elements).toEqual(['gate_new'])
  expect(readings.rounds()).toEqual({ endedAt: startAt, tookMs: 900, everyMs: minuteMs })
  expect(readings.probeBytes()).toBe(2048)
  expect([...readings.notifications()]).toEqual([
    { channel: 'phone', outcome: 'sent', count: 2 },
    { channel: 'phone', outcome: 'retried', count: 1 },
    { channel: 'phone', outcome: 'failed', count: 0 },
  ])
})
