// Interleaving, medians and ratios, without a server.
import { expect, test } from 'bun:test'
import { type Candidate, interleave, median, ratio, summarise } from './series.ts'
import type { Round } from './wrk.ts'

function round(perSecond: number): Round {
  return {
    requests: perSecond,
    perSecond,
    perProcessorSecond: 2 * perSecond,
    busy: 0.5,
    p50: 1,
    p99: 2,
    notOk: 0,
    socketErrors: 0,
  }
}

test('interleave runs every candidate once before any runs again', async () => {
  const order: string[] = []
  const candidate = (name: string, rate: number): Candidate => ({
    name,
    run: async () => {
      order.push(name)
      return round(rate)
    },
  })
  const series = await interleave([candidate('a', 100), candidate('b', 50)], 3)
  expect(order).toEqual(['a', 'b', 'a', 'b', 'a', 'b'])
  expect(series.map(({ name, rounds }) => [name, rounds.length])).toEqual([
    ['a', 3],
    ['b', 3],
  ])
})

test.each<[number[], number]>([
  [[], 0],
  [[7], 7],
  [[3, 1, 2], 2],
  [[4, 1, 3, 2], 2.5],
])('median of %j is %d', (numbers, expected) => {
  expect(median(numbers)).toBe(expected)
})

test('summarise gives the spread as a share of the median', () => {
  expect(summarise([90, 100, 120])).toEqual({ median: 100, spread: 0.3 })
  expect(summarise([0, 0])).toEqual({ median: 0, spread: 0 })
})

test('ratio compares within a round, so that a slow moment of the machine cancels out', () => {
  const nginx = { name: 'nginx', rounds: [round(100), round(10), round(100)] }
  const gate = { name: 'gate', rounds: [round(80), round(8), round(50)] }
  expect(ratio(gate, nginx, ({ perSecond }) => perSecond)).toBe(0.8)
  expect(ratio(gate, { ...nginx, rounds: [] }, ({ perSecond }) => perSecond)).toBe(0)
})
