// RE2 patterns: what they match, and that hostile ones cost nothing.
import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { must } from '../assert.ts'
import { type Pattern, compilePattern, subjectLengthMax } from './pattern.ts'

function pattern(source: string): Pattern {
  const compiled = compilePattern(source)
  return must(compiled.ok ? compiled.value : null, source)
}

test('isFoundIn() looks anywhere, matchesAll() at the whole', () => {
  expect(pattern('b+').isFoundIn('abbc')).toBe(true)
  expect(pattern('b+').matchesAll('abbc')).toBe(false)
  expect(pattern('a|abbc').matchesAll('abbc')).toBe(true)
  expect(pattern('').matchesAll('')).toBe(true)
})

test('expand() fills groups in as Go does', () => {
  const cases: readonly (readonly [string, string, string, string | null])[] = [
    ['(.*):(\\d+)', 'host:9100', '$1', 'host'],
    ['(.*):(\\d+)', 'host:9100', '${2}x', '9100x'],
    // As many word characters as there are: `$2x` is the group named `2x`, which is not there.
    ['(.*):(\\d+)', 'host:9100', '$2x', ''],
    ['(?P<name>[a-z]+)_total', 'requests_total', '${name}', 'requests'],
    ['(a)|(b)', 'a', '[$2]', '[]'],
    ['(a)', 'a', '$$1', '$1'],
    ['(a)', 'b', '$1', null],
  ]
  for (const [source, subject, template, wanted] of cases)
    expect(pattern(source).expand(subject, template)).toBe(wanted)
})

test('compilePattern() says what is no RE2, and what is too long', () => {
  expect(compilePattern('(')).toMatchObject({
    ok: false,
    error: expect.stringMatching(/^is not RE2/),
  })
  expect(compilePattern('(?=a)').ok).toBe(false)
  expect(compilePattern('a'.repeat(11), 10)).toEqual({
    ok: false,
    error: 'is longer than 10 characters',
  })
})

test('a subject beyond the bound matches nothing', () => {
  const subject = 'a'.repeat(subjectLengthMax + 1)
  expect(pattern('a*').matchesAll(subject)).toBe(false)
  expect(pattern('a').isFoundIn(subject)).toBe(false)
  expect(pattern('a*').expand(subject, 'x')).toBeNull()
})

test('a pattern that blows up a backtracking engine is answered at once', () => {
  expect(pattern('(a+)+').matchesAll(`${'a'.repeat(5000)}b`)).toBe(false)
})

test('no pattern and subject make it throw', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), fc.string(), (source, subject, template) => {
      const compiled = compilePattern(source)
      if (!compiled.ok) return
      compiled.value.isFoundIn(subject)
      const filled = compiled.value.expand(subject, template)
      expect(filled !== null).toBe(compiled.value.matchesAll(subject))
    }),
  )
})
