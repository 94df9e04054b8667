// Matchers: the four kinds, anchored, with a missing label as empty; held against a plain reading.
import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { must } from '../../std/assert.ts'
import { type Labels, compileMatchers, isMatch, matcherText } from './labels.ts'
import type { Matcher } from './promql/need.ts'

function matches(matchers: readonly Matcher[], labels: Labels): boolean {
  const conditions = compileMatchers(matchers)
  return isMatch(must(conditions.ok ? conditions.value : null, 'The patterns are right'), labels)
}

test('isMatch() knows the four kinds', () => {
  const cases: readonly (readonly [Matcher['op'], string, string | null, boolean])[] = [
    ['=', 'a', 'a', true],
    ['=', 'a', 'b', false],
    ['=', '', null, true],
    ['!=', 'a', 'b', true],
    ['!=', '', null, false],
    ['!=', 'a', null, true],
    ['=~', 'a|b', 'b', true],
    // A pattern is about the whole value.
    ['=~', 'a', 'ab', false],
    ['=~', '4..', '4000', false],
    ['=~', '.*', null, true],
    ['=~', '.+', null, false],
    ['!~', 'a.*', 'b', true],
    ['!~', 'a.*', 'ab', false],
    ['!~', '', null, false],
  ]
  for (const [op, value, found, wanted] of cases) {
    const labels = found === null ? {} : { x: found }
    const text = `${matcherText({ label: 'x', op, value })} on ${found ?? 'nothing'}`
    expect([text, matches([{ label: 'x', op, value }], labels)]).toEqual([text, wanted])
  }
})

test('all matchers have to hold', () => {
  const both: readonly Matcher[] = [
    { label: 'x', op: '=', value: '1' },
    { label: 'y', op: '!=', value: '' },
  ]
  expect(matches(both, { x: '1', y: '2' })).toBe(true)
  expect(matches(both, { x: '1' })).toBe(false)
  expect(matches([], {})).toBe(true)
})

test('compileMatchers() names the label and the pattern that is no RE2', () => {
  expect(compileMatchers([{ label: 'x', op: '!~', value: '[' }])).toMatchObject({
    ok: false,
    error: expect.stringMatching(/^The pattern "\[" of "x" is not RE2: /),
  })
})

test('a matcher and its opposite never agree', () => {
  const value = fc.constantFrom('', 'a', 'b', 'ab')
  const pattern = fc.constantFrom('', 'a', 'a|b', '.*', '.+', 'a.*')
  fc.assert(
    fc.property(value, value, pattern, (found, text, regex) => {
      const one = (op: Matcher['op'], wanted: string): boolean =>
        matches([{ label: 'x', op, value: wanted }], { x: found })
      expect(one('=', text)).toBe(!one('!=', text))
      expect(one('=~', regex)).toBe(!one('!~', regex))
    }),
  )
})

test('matcherText() is what a rule says', () => {
  expect(matcherText({ label: 'a', op: '=~', value: 'x"\\d' })).toBe(String.raw`a=~"x\"\\d"`)
})
