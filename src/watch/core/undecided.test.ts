// What fails for certain but cannot be told apart: it is told as such, and what can be told is not told twice.
import { expect, test } from 'bun:test'
import { createWatchCore } from './create.ts'
import { benchOf, minuteMs, roundAt, startAt, studyMatrix } from './testing.ts'

/** Without a probe of the gate alone and of open doors: proxy and gate cannot be told apart. */
const poor = {
  ...studyMatrix,
  rows: studyMatrix.rows.filter(({ probe }) =>
    ['control_inet', 'dns', 'origin_anon_fwd', 'up_direct'].includes(probe),
  ),
}

test('of two layers that no probe tells apart, both are told, once, and the end of it', () => {
  const bench = benchOf(createWatchCore({ matrix: poor, stores: [] }))
  const at = bench.rounds(bench.rounds(startAt, 20), 30, ['ingress'])
  expect(bench.said()).toEqual(['opened 2026-04-16-undecided #1'])
  const [opened] = bench.events
  expect(opened?.incident.elements.toSorted()).toEqual(['gate_new', 'ingress'])
  expect(opened?.incident.title).toStartWith('It cannot be told which fails: ')
  expect(opened?.incident.urgency).toBe('page')
  bench.rounds(at, 20)
  expect(bench.said()[1]).toBe('closed 2026-04-16-undecided #2')
  expect(bench.said()).toHaveLength(2)
})

test('what can be located is not told as undecided as well', () => {
  const bench = benchOf()
  bench.rounds(bench.rounds(startAt, 20), 30, ['ingress'])
  expect(bench.said()).toEqual(['opened 2026-04-16-ingress #1'])
})

test('a few bad rounds are no news', () => {
  const bench = benchOf(createWatchCore({ matrix: poor, stores: [] }))
  const at = bench.rounds(bench.rounds(startAt, 20), 2, ['ingress'])
  bench.take(roundAt(at + minuteMs))
  bench.rounds(at + 2 * minuteMs, 20)
  expect(bench.said()).toEqual([])
})
