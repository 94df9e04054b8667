// What was open before a restart and stands in no configuration since: it ends, and says why.
import { describe, expect, test } from 'bun:test'
import type { ElementId } from '../../model/layer.ts'
import type { CauseId } from '../incident/incident.ts'
import { createWatchCore } from './create.ts'
import { type Bench, benchOf, minuteMs, startAt, studyMatrix } from './testing.ts'

/** The matrix without the probes that go through an element. */
const without = (element: ElementId): typeof studyMatrix => ({
  ...studyMatrix,
  rows: studyMatrix.rows.filter(({ crosses }) => (crosses[element] ?? 0) === 0),
})

/** Another watch over what `bench` knows. */
function restarted(
  bench: Bench,
  matrix: typeof studyMatrix,
  isWatched?: (cause: CauseId) => boolean,
): Bench {
  const restored = bench.core.snapshot()
  return benchOf(
    createWatchCore({
      matrix,
      stores: [],
      restored,
      ...(isWatched === undefined ? {} : { isWatched }),
    }),
  )
}

describe('after a restart', () => {
  test('a layer that no probe goes through any more does not stay open for ever', () => {
    const bench = benchOf()
    const at = bench.rounds(bench.rounds(startAt, 20), 10, ['dns'])
    expect(bench.said()).toEqual(['opened 2026-04-16-dns #1'])
    const next = restarted(bench, without('dns'))
    next.rounds(at, 1)
    expect(next.said()).toEqual(['closed 2026-04-16-dns #2'])
    expect(next.events[0]?.incident.timeline.at(-1)?.text).toStartWith('Not watched any more')
  })

  test('a layer that is still probed stays open until it is well', () => {
    const bench = benchOf()
    const at = bench.rounds(bench.rounds(startAt, 20), 10, ['gate_new'])
    const next = restarted(bench, without('dns'))
    next.rounds(at, 3, ['gate_new'])
    expect(next.said()).toEqual([])
    expect(next.core.incidents()[0]?.closedAt).toBeNull()
  })

  test('a peer that is checked on no longer is not silent any more', () => {
    const bench = benchOf()
    for (let i = 0; i < 6; i++)
      bench.take({
        kind: 'peer',
        at: startAt + i * minuteMs,
        peer: 'old',
        alive: false,
        detail: 'No answer',
      })
    const causes: CauseId[] = []
    const next = restarted(bench, studyMatrix, (cause) => {
      causes.push(cause)
      return false
    })
    next.take({ kind: 'seeing-witness', at: startAt + 10 * minuteMs, witness: 'kuma' })
    next.take({ kind: 'seeing-witness', at: startAt + 11 * minuteMs, witness: 'kuma' })
    expect(next.said()).toEqual(['closed 2026-04-16-peer-old #2'])
    expect(causes).toEqual(['peer:old'])
  })
})

test('what the log of the gate alone can tell is over when it has told nothing for a while', () => {
  const bench = benchOf(createWatchCore({ matrix: without('gate_check'), stores: [] }))
  const at = bench.rounds(startAt, 20)
  bench.take({
    kind: 'reasons',
    at,
    witness: 'gate',
    reasons: [{ reason: 'session-store', count: 9, people: 3, hosts: 2, networks: 3 }],
  })
  expect(bench.said()).toEqual(['opened 2026-04-16-gate-check #1'])
  const later = bench.rounds(at + minuteMs, 9)
  expect(bench.said()).toHaveLength(1)
  bench.rounds(later, 10)
  expect(bench.said()[1]).toBe('closed 2026-04-16-gate-check #2')
  const [incident] = bench.core.incidents()
  expect(incident?.timeline.at(-1)?.text).toContain('refused nobody')
})
