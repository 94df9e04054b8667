// A timeline stays in order, says nothing twice, and keeps its beginning and its end, whatever comes.
import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import type { TimelineEntry } from '../incident/incident.ts'
import { timelineMax, withEntry } from './timeline.ts'
import { isTime } from './times.ts'

const entry = (at: number, text = `line ${at}`, kind: TimelineEntry['kind'] = 'observation') => ({
  ...{ at, kind, text },
  evidence: 'probe x',
})
const lines = (entries: readonly TimelineEntry[]): readonly TimelineEntry[] =>
  entries.reduce(withEntry, [] as readonly TimelineEntry[])

describe('withEntry()', () => {
  test('puts a line where its time puts it, behind those of the same time', () => {
    const told = lines([entry(3, 'c'), entry(1, 'a'), entry(2, 'b'), entry(1, 'a2')])
    expect(told.map(({ text }) => text)).toEqual(['a', 'a2', 'b', 'c'])
  })

  test.each<[string, TimelineEntry, number]>([
    ['the same line', entry(1, 'a'), 1],
    ['the same with other evidence', { ...entry(1, 'a'), evidence: 'other' }, 1],
    ['another time', entry(2, 'a'), 2],
    ['another text', entry(1, 'b'), 2],
    ['another kind', entry(1, 'a', 'alarm'), 2],
  ])('%s', (_, again, count) => {
    expect(lines([entry(1, 'a'), again])).toHaveLength(count)
  })

  test('cuts a text of any length', () => {
    const [line] = lines([entry(1, 'x'.repeat(100_000))])
    expect(line?.text).toHaveLength(400)
  })

  test('keeps the first and the last of very many, and says how many it left out', () => {
    const told = lines(Array.from({ length: 1000 }, (_, at) => entry(at)))
    expect(told).toHaveLength(timelineMax)
    expect(told[0]?.text).toBe('line 0')
    expect(told.at(-1)?.text).toBe('line 999')
    const left = told.filter(({ text }) => text.endsWith('further lines are left out here'))
    expect(left.map(({ text }) => Number.parseInt(text, 10))).toEqual([1000 - timelineMax + 1])
  })

  test('is in order, bounded and without twins, whatever comes in whatever order', () => {
    const any = fc.record({
      at: fc.integer({ min: 0, max: 400 }),
      kind: fc.constantFrom<TimelineEntry['kind']>('observation', 'alarm', 'report'),
      text: fc.constantFrom('a', 'b', 'c'),
      evidence: fc.constantFrom('', 'x'),
    })
    fc.assert(
      fc.property(fc.array(any, { maxLength: 600 }), (entries) => {
        const told = lines(entries)
        expect(told.length).toBeLessThanOrEqual(timelineMax)
        expect(told.map(({ at }) => at)).toEqual(told.map(({ at }) => at).toSorted((a, b) => a - b))
        const keys = told.map(({ at, kind, text }) => `${at} ${kind} ${text}`)
        expect(new Set(keys).size).toBe(keys.length)
      }),
      { numRuns: 40 },
    )
  })
})

test.each<[number, boolean]>([
  [0, true],
  [Date.UTC(2026, 3, 18), true],
  [-1, true],
  [8.64e15, true],
  [8.64e15 + 1, false],
  [-8.64e15 - 1, false],
  [Number.NaN, false],
  [Number.POSITIVE_INFINITY, false],
])('isTime(%p) is %p, and a Date agrees', (at, wanted) => {
  expect(isTime(at)).toBe(wanted)
  expect(Number.isNaN(new Date(at).getTime())).toBe(!wanted)
})
