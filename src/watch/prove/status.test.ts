// How findings go together: all of them needed, or one of them enough.
import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { type Finding, best, statuses, worst } from './status.ts'

const alive: Finding = { status: 'alive', reason: 'a' }
const unproven: Finding = { status: 'unproven', reason: 'u' }
const blind: Finding = { status: 'blind', reason: 'b' }
const dead: Finding = { status: 'dead', reason: 'd' }

test('worst() keeps those that decide', () => {
  expect(worst([alive, dead, blind, dead])).toEqual([dead, dead])
  expect(worst([alive, unproven])).toEqual([unproven])
  expect(worst([alive])).toEqual([alive])
})

test('best() takes the first of the best alternatives', () => {
  expect(best([[dead], [blind, blind], [blind]])).toEqual([blind, blind])
  expect(best([[dead], [alive]])).toEqual([alive])
  expect(best([[dead]])).toEqual([dead])
})

test('the worst of all is never better than any, the best never worse', () => {
  const finding = fc.constantFrom(alive, unproven, blind, dead)
  const rank = (found: readonly Finding[]): number =>
    Math.max(...found.map(({ status }) => statuses.indexOf(status)))
  fc.assert(
    fc.property(fc.array(finding, { minLength: 1 }), (findings) => {
      const all = findings.map((one) => rank([one]))
      expect(rank(worst(findings))).toBe(Math.max(...all))
      expect(rank(best(findings.map((one) => [one])))).toBe(Math.min(...all))
    }),
  )
})
