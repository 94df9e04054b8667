// Path patterns: what is accepted, in which order they are tried, how paths are read.
import { describe, expect, test } from 'bun:test'
import {
  type PatternFault,
  comparePatterns,
  foldAsciiCase,
  hasTrailingDotOrSpace,
  parsePathPattern,
  pathSegments,
  patternLengthMax,
  patternText,
  trimSegments,
} from './path-pattern.ts'
import { must } from '../../std/assert.ts'

function pattern(text: string) {
  const parsed = parsePathPattern(text)
  return must(parsed.ok ? parsed.value : null, `"${text}" is a pattern`)
}

describe('parsePathPattern', () => {
  const good: readonly (readonly [string, readonly string[], boolean])[] = [
    ['/', [], false],
    ['/**', [], true],
    ['/x', ['x'], false],
    ['/x/*', ['x', '*'], false],
    ['/x/**', ['x'], true],
    ['/*/y/**', ['*', 'y'], true],
    ['/a b/100%', ['a b', '100%'], false],
    ['/.well-known/**', ['.well-known'], true],
    ['/größe', ['größe'], false],
  ]
  test.each(good)('reads %s and writes it back', (text, segments, rest) => {
    expect(parsePathPattern(text)).toEqual({ ok: true, value: { segments, rest } })
    expect(patternText(pattern(text))).toBe(text)
  })

  const bad: readonly (readonly [string, PatternFault])[] = [
    ['', 'no-leading-slash'],
    ['x', 'no-leading-slash'],
    ['**', 'no-leading-slash'],
    ['/x/', 'trailing-slash'],
    ['//', 'empty-segment'],
    ['/x//y', 'empty-segment'],
    ['//x', 'empty-segment'],
    ['/./x', 'dot-segment'],
    ['/x/..', 'dot-segment'],
    ['/*.js', 'star-inside-segment'],
    ['/x/***', 'star-inside-segment'],
    ['/**/x', 'rest-not-last'],
    ['/x/**/**', 'rest-not-last'],
    ['/a%20b', 'encoded'],
    ['/x?y', 'forbidden-character'],
    ['/x#y', 'forbidden-character'],
    ['/x;y', 'forbidden-character'],
    ['/x\\y', 'forbidden-character'],
    ['/x\ty', 'forbidden-character'],
    ['/x\u007fy', 'forbidden-character'],
    ['/x\u0085y', 'forbidden-character'],
    ['/x./y', 'trailing-dot-or-space'],
    ['/x ', 'trailing-dot-or-space'],
  ]
  test.each(bad)('refuses %j with %s', (text, error) => {
    expect(parsePathPattern(text)).toEqual({ ok: false, error })
  })

  test('refuses a pattern above the length bound, not one at it', () => {
    expect(parsePathPattern(`/${'x'.repeat(patternLengthMax - 1)}`).ok).toBe(true)
    expect(parsePathPattern(`/${'x'.repeat(patternLengthMax)}`)).toEqual({
      ok: false,
      error: 'too-long',
    })
  })
})

describe('comparePatterns', () => {
  test('puts the more specific pattern first, whatever the order before', () => {
    const expected = ['/a/b/c', '/a/b', '/a/*', '/a', '/a/**', '/*/b', '/*', '/*/**', '/', '/**']
    const sorted = expected.map(pattern).toReversed().sort(comparePatterns).map(patternText)
    expect(sorted).toEqual(expected)
  })

  test('is antisymmetric and zero for patterns that never cover the same path', () => {
    const texts = ['/a', '/a/**', '/*', '/**', '/', '/a/*/c', '/*/b/**']
    for (const a of texts.map(pattern)) {
      for (const b of texts.map(pattern))
        expect(Math.sign(comparePatterns(a, b)) + Math.sign(comparePatterns(b, a))).toBe(0)
    }
    expect(comparePatterns(pattern('/a'), pattern('/b'))).toBe(0)
  })
})

test('pathSegments drops one trailing slash and nothing else', () => {
  expect(pathSegments('/')).toEqual([])
  expect(pathSegments('/x')).toEqual(['x'])
  expect(pathSegments('/x/')).toEqual(['x'])
  expect(pathSegments('/x/y ')).toEqual(['x', 'y '])
})

test('foldAsciiCase leaves everything but ASCII letters alone', () => {
  expect(foldAsciiCase('/ADMIN/Größe/ÄK')).toBe('/admin/größe/Äk')
  expect(foldAsciiCase('/\u212a')).toBe('/\u212a')
})

describe('hasTrailingDotOrSpace and trimSegments', () => {
  const paths: readonly (readonly [string, boolean, string | null])[] = [
    ['/', false, '/'],
    ['/x', false, '/x'],
    ['/x.', true, '/x'],
    ['/x. .', true, '/x'],
    ['/x ', true, '/x'],
    ['/x./y', true, '/x/y'],
    ['/x/y./', true, '/x/y/'],
    ['/.x', false, '/.x'],
    ['/a.b/c d', false, '/a.b/c d'],
    ['/...', true, null],
    ['/public/.. /admin', true, null],
    ['/ /x', true, null],
  ]
  test.each(paths)('%j', (path, trailing, trimmed) => {
    expect(hasTrailingDotOrSpace(path)).toBe(trailing)
    expect(trimSegments(path)).toBe(trimmed)
  })
})
