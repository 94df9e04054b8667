// The memory disk of drills, against what was measured of a real one (study, section 0.2).
import { describe, expect, test } from 'bun:test'
import { diceOf } from './dice.ts'
import { SimulatedStore } from './drill-store.ts'
import { readScenario } from './read-scenario.ts'
import type { DrillStore } from './scenario.ts'

const minuteMs = 60_000

function storeOf(settings: string): DrillStore {
  const read = readScenario(
    `title: t\nsource: s\ntruth: []\nstores: [{ name: shm, size: 1MiB, arrivals: 60, ${settings} }]`,
  )
  const [store] = read.ok ? read.value.stores : []
  if (store === undefined) expect.unreachable(read.ok ? 'no store' : read.error.join())
  return store
}

/** A store after some minutes. */
function after(settings: string, minutes: number): SimulatedStore {
  const store = new SimulatedStore(storeOf(settings), diceOf(1, 'store'))
  for (let minute = 1; minute <= minutes; minute++) store.pass(minute * minuteMs)
  return store
}

describe('SimulatedStore', () => {
  test('holds as many small files as it has pages', () => {
    const store = after('used: 255', 0)
    expect(store.totalBlocks).toBe(256)
    expect(store.isFull).toBe(false)
    expect(after('used: 256', 0).isFull).toBe(true)
  })

  test('takes whole blocks for each entry', () => {
    expect(after('used: 10, entry: 5000B', 0).sample(0, 0).usedBlocks).toBe(20)
  })

  test('keeps an empty file for each write that fails, and stays full', () => {
    const store = after('used: 250', 120)
    const sample = store.sample(120 * minuteMs, 0)
    expect(sample.usedBlocks).toBe(256)
    expect(sample.emptyEntries).toBeGreaterThan(60)
    expect(store.firstFailureAt).not.toBeNull()
  })

  test('forgets entries after their retention', () => {
    const sample = after('retention: 1h', 600).sample(0, 0)
    expect(sample.usedBlocks).toBeGreaterThan(35)
    expect(sample.usedBlocks).toBeLessThan(90)
  })

  test('ends at its inodes where they are fewer', () => {
    const store = after('inodes: 100', 300)
    expect(store.isFull).toBe(true)
    expect(store.sample(0, 0)).toMatchObject({ usedInodes: 100, totalInodes: 100 })
    expect(store.sample(0, 0).usedBlocks).toBeLessThan(256)
  })

  test('is empty after a restart', () => {
    const store = after('restart: 2h, arrivals: 60'.replace(', arrivals: 60', ''), 125)
    expect(store.sample(0, 0).usedBlocks).toBeLessThan(20)
  })

  test('takes on another rate when it is time', () => {
    const slow = after('later: [{ from: 1h, arrivals: 0 }]', 61).sample(0, 0).usedBlocks
    expect(after('later: [{ from: 1h, arrivals: 0 }]', 200).sample(0, 0).usedBlocks).toBe(slow)
  })

  test('counts who came where the gate itself measures', () => {
    const { created, failedWrites, source } = after('probes: 60, source: gate', 60).sample(0, 0)
    expect(source).toBe('gate')
    expect(created).toMatchObject({ people: 0, machines: 0 })
    expect(created?.probes).toBeGreaterThan(30)
    expect(failedWrites).toBe(0)
  })

  test('tells no more than statfs where that measures', () => {
    expect(after('', 10).sample(0, 0)).toMatchObject({ source: 'statfs', created: null })
  })
})
