// What holds of any matrix and any rounds: probabilities, names that mean nothing, masking, evidence that only adds.
import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import type { ElementId } from '../../model/layer.ts'
import { createLocator } from './locate.ts'
import type { ProbeMatrix, Round } from './matrix.ts'
import { lookAlikes } from './matrix-findings.ts'

const elements = [
  'dns',
  'edge',
  'ingress',
  'gate_new',
  'gate_check',
  'idp',
  'upstream/a',
  'upstream/b',
] as const satisfies readonly ElementId[]

/** Rows over random elements behind the prober, with a control probe. */
const anyMatrix = fc
  .array(fc.subarray([...elements], { minLength: 1 }), { minLength: 2, maxLength: 10 })
  .map((rows): ProbeMatrix => ({
    control: 'control',
    rows: [
      { probe: 'control', crosses: { prober: 1 } },
      ...rows.map((crossed, i) => ({
        probe: `p${i}`,
        crosses: Object.fromEntries(['prober', ...crossed].map((name) => [name, 1])),
      })),
    ],
  }))

/** Of each round and row: passed, failed, not tried. */
const anyOutcomes = fc.array(
  fc.array(fc.constantFrom(true, false, null), { minLength: 11, maxLength: 11 }),
  { minLength: 1, maxLength: 8 },
)

type Outcomes = readonly (readonly (boolean | null)[])[]

function roundsOf({ rows }: ProbeMatrix, outcomes: Outcomes): readonly Round[] {
  return outcomes.map((outcome, minute) => ({
    at: minute * 60_000,
    results: new Map(
      rows.flatMap(({ probe }, i) => {
        const ok = outcome[i] ?? null
        return ok === null ? [] : [[probe, ok] as const]
      }),
    ),
  }))
}

/** Probability by candidate after these rounds, and the last verdict. */
function located(matrix: ProbeMatrix, rounds: readonly Round[]) {
  const locator = createLocator(matrix)
  const verdicts = rounds.map((round) => locator.take(round))
  const posterior = new Map(
    locator
      .posterior()
      .map(({ elements: set, probability }) => [set.toSorted().join(), probability]),
  )
  return { posterior, verdicts }
}

const crossed = ({ rows }: ProbeMatrix, probe: string): readonly string[] =>
  Object.keys(rows.find((row) => row.probe === probe)?.crosses ?? {})

describe('of any matrix and any rounds', () => {
  test('candidates are probabilities that sum to 1, each set of elements once', () => {
    fc.assert(
      fc.property(anyMatrix, anyOutcomes, (matrix, outcomes) => {
        const { posterior } = located(matrix, roundsOf(matrix, outcomes))
        const values = [...posterior.values()]
        expect(values.every((value) => value >= 0 && value <= 1 + 1e-12)).toBe(true)
        expect(values.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 9)
      }),
      { numRuns: 60 },
    )
  })

  test('names of probes and of services mean nothing', () => {
    const renamed = (name: string): string =>
      name === 'upstream/a' ? 'upstream/z' : name === 'upstream/b' ? 'upstream/0' : name
    fc.assert(
      fc.property(anyMatrix, anyOutcomes, (matrix, outcomes) => {
        const other: ProbeMatrix = {
          control: 'zz',
          rows: matrix.rows.map(({ crosses, probe }, i) => ({
            probe: probe === 'control' ? 'zz' : `q${20 - i}`,
            crosses: Object.fromEntries(
              Object.entries(crosses).map(([name, share]) => [renamed(name), share]),
            ),
          })),
        }
        const one = located(matrix, roundsOf(matrix, outcomes))
        const two = located(other, roundsOf(other, outcomes))
        expect(two.posterior.size).toBe(one.posterior.size)
        for (const [key, probability] of one.posterior) {
          const name = key.split(',').map(renamed).toSorted().join()
          expect(two.posterior.get(name) ?? -1).toBeCloseTo(probability, 9)
        }
        expect(two.verdicts.map(({ kind }) => kind)).toEqual(one.verdicts.map(({ kind }) => kind))
      }),
      { numRuns: 60 },
    )
  })

  test('what is said to be masked is crossed by no probe that goes past the leader', () => {
    fc.assert(
      fc.property(anyMatrix, anyOutcomes, (matrix, outcomes) => {
        for (const { kind, leader, masked } of located(matrix, roundsOf(matrix, outcomes))
          .verdicts) {
          if (kind === 'healthy') expect(masked).toEqual([])
          if (kind !== 'fault' && kind !== 'suspect') continue
          for (const element of masked) {
            expect(leader.elements).not.toContain(element)
            const through = matrix.rows.filter(({ probe }) =>
              crossed(matrix, probe).includes(element),
            )
            for (const { probe } of through)
              expect(
                crossed(matrix, probe).some((name) => leader.elements.some((one) => one === name)),
              ).toBe(true)
          }
        }
      }),
      { numRuns: 60 },
    )
  })

  test('a failure of a probe speaks for what it goes through, a pass against it', () => {
    fc.assert(
      fc.property(
        anyMatrix,
        fc.array(fc.boolean(), { minLength: 11, maxLength: 11 }),
        (matrix, drawn) => {
          const odds = (outcome: readonly boolean[], element: string): number => {
            const { posterior } = located(matrix, roundsOf(matrix, [[true, ...outcome]]))
            return (posterior.get(element) ?? 0) / (posterior.get('') ?? 1)
          }
          const outcome = drawn.slice(0, matrix.rows.length - 1)
          const [failing, passing] = [false, true].map((first) => [first, ...outcome.slice(1)])
          for (const element of crossed(matrix, 'p0').filter((name) => name !== 'prober'))
            expect(odds(failing ?? [], element)).toBeGreaterThanOrEqual(
              odds(passing ?? [], element),
            )
        },
      ),
      { numRuns: 60 },
    )
  })

  // But for services, which enter pairs when they are suspected, and the gate, whose halves fall together.
  test('layers that no probe tells apart are equally likely, and check says so', () => {
    fc.assert(
      fc.property(anyMatrix, anyOutcomes, (matrix, outcomes) => {
        const { posterior } = located(matrix, roundsOf(matrix, outcomes))
        for (const { elements: alike } of lookAlikes(matrix)) {
          const [first, ...others] = alike.filter((name) =>
            ['dns', 'edge', 'ingress', 'idp'].includes(name),
          )
          for (const other of others)
            expect(posterior.get(other) ?? 0).toBeCloseTo(posterior.get(first ?? '') ?? 0, 9)
        }
      }),
      { numRuns: 60 },
    )
  })

  test('rounds in which nothing was tried bring nobody under suspicion', () => {
    fc.assert(
      fc.property(anyMatrix, fc.integer({ min: 1, max: 50 }), (matrix, count) => {
        const empty = Array.from({ length: count }, () => [])
        const { verdicts } = located(matrix, roundsOf(matrix, empty))
        expect(verdicts.every(({ kind }) => kind === 'healthy' || kind === 'suspect')).toBe(true)
        expect(verdicts.every(({ leader }) => leader.elements.length === 0)).toBe(true)
      }),
      { numRuns: 20 },
    )
  })
})
