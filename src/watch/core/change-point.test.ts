// When a series began to fail, held against series whose beginning is known.
import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { type Outcome, changePoint } from './change-point.ts'

const minuteMs = 60_000

/** `.` passes, `x` fails, `o` one of three fails; one sign a minute. */
function series(text: string): readonly Outcome[] {
  return [...text].map((sign, i) => ({
    at: i * minuteMs,
    failed: sign === 'x' ? 3 : sign === 'o' ? 1 : 0,
    passed: sign === 'x' ? 0 : sign === 'o' ? 2 : 3,
  }))
}

const cases: readonly (readonly [
  name: string,
  text: string,
  wanted: readonly [at: number, from: number, to: number] | null,
])[] = [
  ['all is well', '..........', null],
  ['nothing is known', '', null],
  ['a hard fault', '........xx', [8, 7, 8]],
  ['a fault of one round', '.........x', [9, 7, 9]],
  ['a fault from the first moment on', 'xxxx', [0, 0, 0]],
  ['one stray failure long before', '..o.................xxx', [20, 19, 20]],
  ['a fault with one pass in it', '..........xx.xxx', [10, 9, 10]],
  ['a third of the requests', '..........ooooo', [10, 6, 11]],
]

describe('changePoint()', () => {
  for (const [name, text, wanted] of cases)
    test(`finds the beginning: ${name}`, () => {
      const found = changePoint(series(text))
      expect(
        found === null ? null : [found.at, found.from, found.to].map((at) => at / minuteMs),
      ).toEqual(wanted === null ? null : [...wanted])
    })

  test('has a wider interval where a fault is partial', () => {
    const hard = changePoint(series('....................xxxxxxxx'))
    const soft = changePoint(series('.................o...o..oo.o.oo.'))
    const width = (point: ReturnType<typeof changePoint>): number =>
      point === null ? 0 : point.to - point.from
    expect(width(soft)).toBeGreaterThan(width(hard))
  })

  test('stays within the series, with the estimate within its interval', () => {
    const outcome = fc.record({ failed: fc.nat(5), passed: fc.nat(5) })
    fc.assert(
      fc.property(fc.array(outcome, { maxLength: 60 }), (outcomes) => {
        const all = outcomes.map((each, i) => ({ ...each, at: i * minuteMs }))
        const found = changePoint(all)
        if (found === null) return
        expect(found.from).toBeLessThanOrEqual(found.at)
        expect(found.to).toBeGreaterThanOrEqual(found.at)
        expect(found.to).toBeLessThanOrEqual((all.length - 1) * minuteMs)
      }),
    )
  })

  test('finds a hard fault to the round in a long noisy series', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 20, max: 400 }),
        fc.integer({ min: 3, max: 40 }),
        (well, bad) => {
          const noisy = Array.from({ length: well }, (_, i) => (i % 37 === 5 ? 'o' : '.')).join('')
          fc.pre(noisy.at(-1) === '.')
          expect(changePoint(series(noisy + 'x'.repeat(bad)))?.at).toBe(well * minuteMs)
        },
      ),
    )
  })
})
