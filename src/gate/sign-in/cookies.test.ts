// One cookie out of a Cookie header: every value that could be ours, and nothing that only looks like it.
import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { cookieValues } from './cookies.ts'

describe('cookieValues()', () => {
  test.each<readonly [header: string | null, values: readonly string[]]>([
    [null, []],
    ['', []],
    ['a=1', ['1']],
    ['a=1; b=2', ['1']],
    ['b=2; a=1', ['1']],
    ['b=2;a=1', ['1']],
    ['a = 1', ['1']],
    ['  a=1  ', ['1']],
    ['a=', ['']],
    ['a', []],
    ['a;b=1', []],
    ['a=1; a=2', ['1', '2']],
    ['a=1=2', ['1=2']],
    ['a="1"', ['"1"']],
    ['A=1', []],
    ['aa=1', []],
    ['xa=1', []],
    ['b=a=1', []],
    ['b=1;, a=1', []],
    ['a=1,a=2', ['1,a=2']],
    [';;;=;a=1', ['1']],
    ['a=1; a=2; a=3; a=4; a=5', ['1', '2', '3', '4']],
  ])('finds in %p the values %p', (header, values) => {
    expect(cookieValues(header, 'a')).toEqual(values)
  })

  test('looks at 16 KiB and no more', () => {
    const header = (length: number): string => `${'b=1; '.repeat(10).padEnd(length - 3, 'x')}a=1`
    expect(cookieValues(`b=${'x'.repeat(16_384 - 7)}; a=1`, 'a')).toEqual(['1'])
    expect(cookieValues(`b=${'x'.repeat(16_384 - 6)}; a=1`, 'a')).toEqual([])
    expect(cookieValues(header(20_000), 'a')).toEqual([])
  })

  test('gives back what was written between other cookies', () => {
    const word = fc.stringMatching(/^[A-Za-z0-9_-]{1,12}$/)
    fc.assert(
      fc.property(
        fc.array(fc.tuple(word, word), { maxLength: 10 }),
        word,
        word,
        (pairs, name, value) => {
          const others = pairs.filter(([key]) => key !== name)
          const lines = [...others.slice(0, 3), [name, value], ...others.slice(3)]
          const header = lines.map((pair) => pair.join('=')).join('; ')
          expect(cookieValues(header, name)).toEqual([value])
        },
      ),
    )
  })
})
