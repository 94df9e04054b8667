// Tables for people: what stands in a row, and how it is laid out.
import { expect, test } from 'bun:test'
import { groupTable, rowsOf, table } from './report.ts'
import { roundOf } from './wrk.ts'

function series(name: string, requests: readonly number[]): Parameters<typeof rowsOf>[0][number] {
  const rounds = requests.map((count) =>
    roundOf(
      { requests: count, microseconds: 1e6, notOk: 0, socketErrors: 0, p50: 400, p99: 1200 },
      0.5,
    ),
  )
  return { name, rounds }
}

test('rowsOf compares everything with the first series', () => {
  const rows = rowsOf([series('nginx', [1000, 1100, 900]), series('gate', [800, 880, 720])])
  expect(rows.map(({ name, perSecond, ratio }) => [name, perSecond, ratio])).toEqual([
    ['nginx', 1000, 1],
    ['gate', 800, 0.8],
  ])
  expect(rows[1]).toMatchObject({ spread: 0.2, perProcessorSecond: 1600, busy: 0.5, p99: 1.2 })
  expect(rowsOf([])).toEqual([])
})

test('table aligns names left and numbers right', () => {
  expect(
    table(
      ['', 'n'],
      [
        ['a', '1'],
        ['long', '100'],
      ],
    ),
  ).toBe('        n\na       1\nlong  100')
})

test('groupTable has the title on top and a line for each row', () => {
  const text = groupTable({ title: 'Let in', rows: rowsOf([series('nginx', [1000])]) })
  expect(text.split('\n')[0]).toBe('Let in')
  expect(text).toContain('nginx  1000  0 %   1.00')
})
