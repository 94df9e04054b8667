// The list of addresses without sign-in: upstream's rows, and that no line of it burns time.
import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { compileAllowlist } from './allowlist.ts'

const cases: readonly (readonly [text: string, subject: string, found: boolean])[] = [
  ['', '/', false],
  ['', '', false],
  ['/skip.*', '/skip', true],
  ['/skip.*', '/private', false],
  ['^/foo', '/foo', true],
  ['^/foo', 'http://some-host/foo', false],
  ['^http://some-host/foo', 'http://some-host/foo', true],
  ['https://health.domain.tld/ping/*', 'https://health.domain.tld/', false],
  ['https://health.domain.tld/ping/*', 'https://health.domain.tld/ping/qq', true],
  ['^/a$\n^/b$', '/b', true],
  ['^/a$\r\n^/b$\r\n', '/a', true],
  ['^/a$\r\n^/b$\r\n', '/c', false],
  ['(?i)^/HEALTH$', '/health', true],
  ['(?P<all>^/x)\\z', '/x', true],
  ['^/\\pL+$', '/ünï', true],
]

test.each(cases)('compileAllowlist(%p) on %p is %p', (text, subject, found) => {
  expect(compileAllowlist(text).matches(subject)).toBe(found)
})

test('compileAllowlist() drops a blank line, which would open everything upstream, and says so', () => {
  const list = compileAllowlist('/skip.*\n\n  \n/health\n[')
  expect(list.patterns).toEqual(['/skip.*', '/health'])
  expect(list.dropped).toHaveLength(3)
  expect(list.dropped.slice(0, 2)).toEqual(['Line 2 is blank', 'Line 3 is blank'])
  expect(list.dropped[2]).toStartWith('Line 5 is not RE2: ')
  expect(list.matches('/private')).toBe(false)
})

test('compileAllowlist() takes no pattern that only a backtracking engine can run', () => {
  const list = compileAllowlist('^(?=/a)\n^(/a)\\1$\n^(?!/admin)')
  expect(list.patterns).toEqual([])
  expect(list.dropped).toHaveLength(3)
  expect(list.matches('/a/a')).toBe(false)
})

test('compileAllowlist() bounds the number, the length and the size of patterns', () => {
  const many = compileAllowlist(Array.from({ length: 510 }, (_, i) => `^/${i}$`).join('\n'))
  expect(many.patterns).toHaveLength(500)
  expect(many.dropped).toHaveLength(10)
  expect(compileAllowlist(`^/${'a'.repeat(3000)}`).patterns).toEqual([])
  expect(compileAllowlist('((a{1000}){1000}){1000}').patterns).toEqual([])
  expect(compileAllowlist('.*').matches('/'.repeat(8193))).toBe(false)
})

test('compileAllowlist() comes back from patterns made to burn time', () => {
  const list = compileAllowlist('^(a+)+$\n^(a|aa)+$\n^(.*a){12}$')
  // A backtracking engine does not come back within years.
  expect(list.matches(`${'a'.repeat(2000)}!`)).toBe(false)
})

test('compileAllowlist() takes any text without throwing', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string(), (text, subject) => {
      const list = compileAllowlist(text)
      expect(typeof list.matches(subject)).toBe('boolean')
      if (list.patterns.length === 0) expect(list.matches(subject)).toBe(false)
    }),
    { numRuns: 300 },
  )
})
