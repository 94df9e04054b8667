// What holds of the study's own matrix whatever is seen: sums, order, and failures that never exonerate.
import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import type { ElementId } from '../../model/layer.ts'
import { createLocator, locate } from './locate.ts'
import type { ProbeMatrix, Round } from './matrix.ts'
import { probesOf, roundWith, seeded, studyMatrix } from './testing.ts'

const anyRounds = fc.array(
  fc.record({
    failing: fc.subarray([...probesOf(studyMatrix)]),
    missing: fc.subarray([...probesOf(studyMatrix)]),
  }),
  { minLength: 1, maxLength: 12 },
)

function roundsFrom(drawn: readonly { failing: string[]; missing: string[] }[]): Round[] {
  return drawn.map(({ failing, missing }, minute) => {
    const round = roundWith(studyMatrix, minute, failing)
    return {
      ...round,
      results: new Map([...round.results].filter(([probe]) => !missing.includes(probe))),
    }
  })
}

describe('whatever is seen', () => {
  test('the candidates sum to 1 and the verdict repeats itself', () => {
    fc.assert(
      fc.property(anyRounds, (drawn) => {
        const rounds = roundsFrom(drawn)
        const locator = createLocator(studyMatrix)
        for (const round of rounds) locator.take(round)
        const sum = locator.posterior().reduce((total, one) => total + one.probability, 0)
        expect(sum).toBeCloseTo(1, 9)
        expect(locate(studyMatrix, rounds)).toEqual(locate(studyMatrix, rounds))
      }),
      { numRuns: 50 },
    )
  })

  test('the order of rows and elements changes nothing', () => {
    fc.assert(
      fc.property(anyRounds, fc.integer(), (drawn, seed) => {
        const random = seeded(seed)
        const shuffled: ProbeMatrix = {
          control: studyMatrix.control,
          rows: studyMatrix.rows
            .map((row) => ({ row, by: random() }))
            .toSorted((one, two) => one.by - two.by)
            .map(({ row }) => ({
              probe: row.probe,
              crosses: Object.fromEntries(Object.entries(row.crosses).toReversed()),
            })),
        }
        const rounds = roundsFrom(drawn)
        const backwards = rounds.map((round) => ({
          ...round,
          results: new Map([...round.results].toReversed()),
        }))
        expect(locate(shuffled, backwards)).toEqual(locate(studyMatrix, rounds))
      }),
      { numRuns: 50 },
    )
  })

  test.each(['gate_new', 'ingress', 'edge', 'idp'] as const)(
    'one more failure through %s never speaks against it and for none',
    (element) => {
      const through = studyMatrix.rows
        .filter((row) => row.probe !== studyMatrix.control && row.crosses[element] === 1)
        .map((row) => row.probe)
      for (let count = 0; count < through.length; count++)
        expect(odds(element, through.slice(0, count + 1))).toBeGreaterThanOrEqual(
          odds(element, through.slice(0, count)),
        )
    },
  )
})

/** Odds of an element against none after one round in which these probes fail. */
function odds(element: ElementId, failing: readonly string[]): number {
  const locator = createLocator(studyMatrix)
  locator.take(roundWith(studyMatrix, 0, failing))
  const of = (name: string): number =>
    locator.posterior().find((one) => one.elements.join() === name)?.probability ?? 0
  return of(element) / of('')
}
