// Who answered: pages as gates, edges, reverse proxies and challenges really send them.
import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { err, ok } from '../../std/result.ts'
import { answerClasses, vantages } from '../door.ts'
import type { ProbeFault } from '../probe/prober.ts'
import { classify, recognise } from './classify.ts'
import { firstFingerprints, gateFingerprints, matches, otherFingerprints } from './fingerprints.ts'
import { judge } from './judge.ts'
import { testAnswer, testContext, testDoor } from './testing.ts'
import { edgeRows, gateRows, serviceRows } from './classify-ends.fixture.ts'
import { challengeRows, ingressRows } from './classify-middle.fixture.ts'

const rows = [...gateRows, ...edgeRows, ...challengeRows, ...ingressRows, ...serviceRows]

describe('classify()', () => {
  test.each(rows)('tells $what for $wanted', ({ answer, at, by, wanted }) => {
    const context = testContext(at)
    expect(classify(ok(answer), context)).toBe(wanted)
    if (by !== undefined) expect(recognise(answer, context).by).toBe(by)
  })

  const faults = ['DNS', 'CONNECT', 'TLS', 'TIMEOUT', 'TOO_LARGE', 'MALFORMED'] as const
  test.each(faults)('gives the fault %s its own name', (name) => {
    const fault: ProbeFault = { class: name, detail: 'x', ms: 1 }
    expect(classify(err(fault), testContext())).toBe(name)
  })

  test('has no mark without a case', () => {
    const marks = [...firstFingerprints, ...otherFingerprints, ...gateFingerprints]
    const unseen = marks.filter(
      (mark) => !rows.some(({ answer, at }) => matches(mark, answer, at?.vantage ?? 'edge')),
    )
    expect(unseen).toEqual([])
  })

  test('knows of a case for every class', () => {
    const seen = new Set<string>(rows.map(({ wanted }) => wanted))
    for (const name of faults) seen.add(name)
    // Those come of a whole sign-in, not of one answer (`src/watch/robot/flow.test.ts`).
    for (const name of answerClasses)
      if (name.startsWith('SIGN_IN_') && name !== 'SIGN_IN_401') seen.add(name)
    expect(answerClasses.filter((name) => !seen.has(name))).toEqual([])
  })

  test('and judge() take any answer without throwing', () => {
    const text = fc.string({ unit: 'binary', maxLength: 200 })
    const name = fc.constantFrom(
      'location',
      'server',
      'x-gatehouse-decision',
      'x-gatehouse-sign-in',
      'x',
    )
    const answers = fc.record({
      status: fc.integer({ min: 100, max: 999 }),
      headers: fc.dictionary(name, text),
      setCookies: fc.array(text, { maxLength: 3 }),
      body: text,
      vantage: fc.constantFrom(...vantages),
      tier: fc.constantFrom(
        'required' as const,
        'app' as const,
        'public' as const,
        'none' as const,
      ),
      places: fc.array(text, { maxLength: 3 }),
      signedIn: fc.boolean(),
      marker: fc.option(text),
    })
    fc.assert(
      fc.property(answers, ({ status, headers, setCookies, body, ...at }) => {
        const door = testDoor({ tier: at.tier, marker: at.marker })
        const { places: signInOrigins, signedIn, vantage } = at
        const context = testContext({ door, vantage, signedIn, signInOrigins })
        const outcome = ok(testAnswer(status, headers, { setCookies, body }))
        const found = classify(outcome, context)
        expect(answerClasses).toContain(found)
        expect(judge(found, outcome, context).detail.length).toBeLessThanOrEqual(300)
      }),
      { numRuns: 3000 },
    )
  })
})
