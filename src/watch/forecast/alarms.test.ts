// Sentences and limits of a store: what is said of it, and what runs out in it.
import { describe, expect, test } from 'bun:test'
import { forecast } from '../../model/forecast.ts'
import { knownInflow } from '../../model/inflow.ts'
import { declaredInflow } from './inflow-estimate.ts'
import { blockLimit, entryBlocks, inodeLimit, totalBlocks } from './limits.ts'
import type { StoreSample } from './sample.ts'
import { attributionOf, figure, leverTexts, rateText } from './sentences.ts'
import { simulationStart, watchedShm } from './store-simulation.fixture.ts'
import { createStoreTracker } from './tracker.ts'

const minute = 60_000
const hour = 60 * minute

const reading: StoreSample = {
  store: 'shm',
  at: simulationStart,
  source: 'statfs',
  usedBlocks: 0,
  totalBlocks: 16_384,
  blockBytes: 4096,
  usedInodes: null,
  totalInodes: null,
  created: null,
  createdAt: null,
  emptyEntries: null,
}

/** Readings of a store that fills evenly, one every five minutes for `hours`. */
function filled(
  hours: number,
  perMinute: number,
  from = 0,
  retentionMs: number | null = 168 * hour,
) {
  const tracker = createStoreTracker(watchedShm({ retentionMs }))
  let standing = tracker.take({ ...reading, usedBlocks: from })
  for (let minutes = 5; minutes <= hours * 60; minutes += 5)
    standing = tracker.take({
      ...reading,
      at: reading.at + minutes * minute,
      usedBlocks: Math.round(from + minutes * perMinute),
    })
  return Object.fromEntries(standing.alarms.map(({ kind, text }) => [kind, text]))
}

describe('alarms say', () => {
  test('what a store comes to', () => {
    expect(filled(1, 9)).toEqual({
      structural: expect.stringMatching(
        /^9\/min kept for 7d come to 5\.54 times what it holds, at least 5\.\d+$/,
      ),
    })
    expect(filled(1, 0.5, 0, null)).toMatchObject({
      structural: '0.5/min kept for ever: it fills, however large it is',
    })
  })

  test('when it is full, at the soonest and likely', () => {
    const { critical, soon } = filled(2, 9, 9000)
    expect(critical).toBeUndefined()
    expect(soon).toMatch(/^Full in 10h \d+m at the soonest, likely in 11h \d+m$/)
    expect(filled(1, 60, 9000)['critical']).toMatch(/^Full in 1h \d+m at 6\d(\.\d)?\/min$/)
    expect(filled(1, 9, 15_000)['critical']).toBe('94 % of the blocks are used')
  })

  test('nothing before there is ground for it', () => {
    expect(filled(0.4, 9)).toEqual({})
    expect(filled(0.5, 9)).toMatchObject({ structural: expect.any(String) })
    expect(filled(10, 1)).toEqual({})
  })
})

describe('attributionOf()', () => {
  const inflow = declaredInflow(9 / minute)
  const counted = (people: number, probes: number, machines: number) => ({
    ...inflow,
    byKind: { people: people / minute, probes: probes / minute, machines: machines / minute },
  })

  test('names the largest share', () => {
    expect(attributionOf(counted(0.1, 8.8, 0), null)).toBe('8.8 of 8.9/min come from probes')
    expect(attributionOf(counted(7, 1, 2), null)).toBe('7 of 10/min come from people')
    expect(attributionOf(counted(0, 0, 3), null)).toBe('3 of 3/min come from machines')
  })

  test('falls back to what is declared, never above what is there, and to silence', () => {
    expect(attributionOf(inflow, 4 / minute)).toBe('4 of 9/min are declared: probes and the like')
    expect(attributionOf(inflow, 20 / minute)).toBe('9 of 9/min are declared: probes and the like')
    expect(attributionOf(inflow, null)).toBe('')
    expect(attributionOf(counted(0, 0, 0), 4 / minute)).toBe('')
    expect(attributionOf(declaredInflow(null), 4 / minute)).toBe('')
  })
})

describe('leverTexts()', () => {
  const shape = blockLimit(watchedShm(), reading).shape

  test('says the three levers, and leaves out those that do not help', () => {
    expect(leverTexts(forecast(shape, knownInflow(8.63 / minute)), 'blocks')).toEqual([
      'A rate of 0.813/min brings the ratio to 0.5',
      'A retention of 15h 49m brings the ratio to 0.5',
      'A size of 680 MiB brings the ratio to 0.5',
    ])
    const endless = { ...shape, retentionMs: null }
    expect(leverTexts(forecast(endless, knownInflow(1 / minute)), 'blocks')).toEqual([
      'A retention of 5d 16h brings the ratio to 0.5',
    ])
    expect(leverTexts(forecast(shape, knownInflow(0)), 'blocks')).toEqual([
      'A rate of 0.813/min brings the ratio to 0.5',
    ])
    const inodes = { ...shape, sizeBytes: 1000, blockBytes: 1, entryBytes: 1 }
    expect(leverTexts(forecast(inodes, knownInflow(1 / minute)), 'inodes').at(-1)).toBe(
      'A size of 20160 inodes brings the ratio to 0.5',
    )
  })

  test('has figures that a person reads', () => {
    expect([0, 0.012345, 8.8, 99.95, 1234.5, 1e9, Number.POSITIVE_INFINITY].map(figure)).toEqual([
      ...['0', '0.0123', '8.8', '100', '1,235', '1,000,000,000', 'endless'],
    ])
    expect(rateText(18 / minute)).toBe('18/min')
  })
})

describe('limits', () => {
  test('are measured where they are, else declared, else endless', () => {
    const store = watchedShm()
    expect(totalBlocks(store, reading)).toBe(16_384)
    expect(totalBlocks(store, { ...reading, totalBlocks: 0 })).toBe(16_384)
    const unknown = watchedShm({ sizeBytes: null })
    expect(totalBlocks(unknown, { ...reading, totalBlocks: 0 })).toBe(0)
    const { shape } = blockLimit(unknown, { ...reading, totalBlocks: 0 })
    expect(forecast(shape, knownInflow(1)).timeToFullMs.mid).toBeNull()
  })

  test('count whole blocks for an entry, by the blocks of the file system', () => {
    const store = watchedShm({ entryBytes: 5000 })
    expect(entryBlocks(store, reading)).toBe(2)
    expect(entryBlocks(store, { ...reading, blockBytes: 8192 })).toBe(1)
    expect(entryBlocks(store, { ...reading, blockBytes: 0 })).toBe(2)
    expect(blockLimit(store, { ...reading, usedBlocks: 10 }).used).toBe(5)
  })

  test('are inodes only where the file system counts them', () => {
    expect(inodeLimit(watchedShm(), reading)).toBeNull()
    expect(inodeLimit(watchedShm(), { ...reading, usedInodes: 0, totalInodes: 0 })).toBeNull()
    const counted = inodeLimit(watchedShm(), { ...reading, usedInodes: 7, totalInodes: 100 })
    expect(counted).toMatchObject({ limitedBy: 'inodes', used: 7, shape: { sizeBytes: 100 } })
  })
})
