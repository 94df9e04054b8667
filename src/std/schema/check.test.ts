// Mistakes of form: each kind, said with what was found, what is wanted and what was probably meant.
import { describe, expect, test } from 'bun:test'
import { type Mistake, check, mistakesMax, show, valueAt } from './check.ts'
import {
  choice,
  count,
  defaulted,
  duration,
  flag,
  list,
  optional,
  parsed,
  required,
  secret,
  section,
  size,
  text,
} from './schema.ts'

const schema = section({
  name: required('A name', text('a name such as "x"', 'x', 10)),
  mode: defaulted('A mode', choice(['fast', 'slow']), 'fast'),
  age: defaulted('An age', duration({ min: '1m', max: '2h' }), '1h30m'),
  room: defaulted('Room', size({ min: '1KiB', max: '1MiB' }), '64KiB'),
  times: defaulted('Times', count(1, 5), 3),
  on: defaulted('On', flag(), false),
  tags: optional('Tags', list(text('a tag', 't'), { max: 2 })),
  password: optional('Password', secret('a password')),
  even: optional(
    'Even',
    parsed({
      wanted: 'an even number of letters',
      example: 'ab',
      parse: (value) =>
        value.length % 2 === 0
          ? { ok: true, value }
          : { ok: false, error: { hint: 'One is missing', suggestion: `${value}x` } },
    }),
  ),
  inner: defaulted('Inner', section({ deep: defaulted('Deep', count(0, 9), 1) }), {}),
})

/** The one mistake in `input`, beside a name that is right. */
function mistakeIn(input: Record<string, unknown>): Partial<Mistake> {
  const checked = check(schema, { name: 'n', ...input })
  expect(checked.ok ? [] : checked.error).toHaveLength(1)
  return checked.ok ? {} : (checked.error[0] ?? {})
}

describe('check', () => {
  test('gives every default, in the form that the program gets', () => {
    const checked = check(schema, { name: 'n' })
    expect(checked.ok && checked.value).toEqual({
      name: 'n',
      mode: 'fast',
      age: 5_400_000,
      room: 65_536,
      times: 3,
      on: false,
      inner: { deep: 1 },
    })
  })

  const cases: readonly (readonly [string, Record<string, unknown>, Partial<Mistake>])[] = [
    [
      'an unknown key',
      { mod: 'fast' },
      { kind: 'unknown-key', path: ['mod'], found: '"mod"', suggestion: 'mode' },
    ],
    [
      'an unknown key below',
      { inner: { depp: 1 } },
      { kind: 'unknown-key', path: ['inner', 'depp'], wanted: '"deep"', suggestion: 'deep' },
    ],
    [
      'an unknown key that is like none',
      { zzzzzzzz: 1 },
      { kind: 'unknown-key', suggestion: null },
    ],
    [
      'a misspelt word',
      { mode: 'fats' },
      {
        kind: 'wrong-value',
        path: ['mode'],
        found: '"fats"',
        wanted: 'one of "fast", "slow"',
        suggestion: 'fast',
      },
    ],
    ['a word of the wrong type', { mode: 1 }, { found: 'the number "1"', suggestion: null }],
    [
      'nothing where a word is wanted',
      { mode: null },
      { kind: 'wrong-value', found: 'nothing', suggestion: null },
    ],
    ['a text of the wrong type', { name: 5 }, { kind: 'wrong-type', found: 'the number "5"' }],
    ['an empty text', { name: '' }, { kind: 'wrong-value', found: '""' }],
    ['a text that is too long', { name: 'x'.repeat(11) }, { kind: 'wrong-value' }],
    ['control characters', { name: 'a\u0000b' }, { hint: 'It holds control characters' }],
    ['those of the second half', { name: 'a\u0085b' }, { hint: 'It holds control characters' }],
    ['a line break', { name: 'a\nb' }, { hint: 'It holds control characters', found: '"a\\nb"' }],
    [
      'a duration without a unit',
      { age: '90' },
      { wanted: 'a duration from "1m" to "2h" (units: ms, s, m, h, d, w)', hint: '' },
    ],
    ['a duration that is a number', { age: 90 }, { kind: 'wrong-type' }],
    ['a duration that is too short', { age: '59s' }, { hint: '"1m" is the least' }],
    ['a duration that is too long', { age: '2h1ms' }, { hint: '"2h" is the most' }],
    ['a size that is too large', { room: '2MiB' }, { hint: '"1MiB" is the most' }],
    ['a count with a fraction', { times: 1.5 }, { found: 'the number "1.5"' }],
    ['a count that is too large', { times: 6 }, { wanted: 'a whole number from "1" to "5"' }],
    ['a count that is no number', { times: '3' }, { kind: 'wrong-type', found: '"3"' }],
    ['a count beyond all bounds', { times: Number.MAX_VALUE }, { path: ['times'] }],
    ['yes for true', { on: 'yes' }, { wanted: '"true" or "false"', suggestion: 'true' }],
    ['off for false', { on: 'Off' }, { suggestion: 'false' }],
    ['a text where a list is wanted', { tags: 'a' }, { found: '"a"', suggestion: '[a]' }],
    ['an empty list', { tags: [] }, { found: 'an empty list', suggestion: null }],
    ['a list that is too long', { tags: ['a', 'b', 'c'] }, { found: 'a list' }],
    ['a bad entry', { tags: ['a', 7] }, { path: ['tags', 1], found: 'the number "7"' }],
    ['a mapping where a text is wanted', { name: { a: 1 } }, { found: 'a mapping' }],
    [
      'a text where a section is wanted',
      { inner: 'x' },
      { wanted: 'a mapping of settings', kind: 'wrong-type' },
    ],
    [
      'a text that its parser refuses',
      { even: 'abc' },
      {
        wanted: 'an even number of letters',
        hint: 'One is missing',
        suggestion: 'abcx',
      },
    ],
    [
      'a secret of the wrong type',
      { password: 12_345 },
      { found: 'a value that is hidden', suggestion: null },
    ],
  ]
  for (const [name, input, expected] of cases)
    test(`finds ${name}`, () => {
      expect(mistakeIn(input)).toMatchObject(expected)
    })

  test('finds what is missing', () => {
    const checked = check(schema, {})
    expect(checked.ok ? [] : checked.error).toMatchObject([
      { kind: 'missing', path: ['name'], found: 'nothing', wanted: 'a name such as "x"' },
    ])
  })

  test('finds all mistakes at once', () => {
    const checked = check(schema, { mode: 1, age: 1, times: 'x', inner: { deep: 10, more: 1 } })
    expect(checked.ok ? 0 : checked.error.length).toBe(6)
  })

  test('stops counting at the limit', () => {
    const many = section({ tags: required('Tags', list(count(0, 1), { max: 1000 })) })
    const checked = check(many, { tags: Array.from({ length: 1000 }, () => 2) })
    expect(checked.ok ? 0 : checked.error.length).toBe(mistakesMax)
  })

  for (const input of [null, undefined, 'text', 5, [], () => {}, new Map(), Symbol('x')])
    test(`refuses ${show(input)} in the place of everything`, () => {
      const checked = check(schema, input)
      expect(checked.ok).toBe(false)
    })

  test('takes no setting from a prototype', () => {
    const checked = check(schema, JSON.parse('{ "name": "n", "__proto__": { "mode": "slow" } }'))
    expect(checked.ok && checked.value.mode).not.toBe('slow')
  })
})

describe('show', () => {
  const cases: readonly (readonly [unknown, string])[] = [
    ['a"b', '"a\\"b"'],
    ['\u001b[31m', '"\\u001b[31m"'],
    ['x'.repeat(100), `"${'x'.repeat(80)}…"`],
    ['https://eve:pass@id.test/a@b', '"https://…@id.test/a@b"'],
    [7, 'the number "7"'],
    [Number.NaN, 'the number "NaN"'],
    [true, '"true"'],
    [null, 'nothing'],
    [undefined, 'nothing'],
    [[], 'an empty list'],
    [['secret'], 'a list'],
    [{ a: 'secret' }, 'a mapping'],
    [() => 'secret', 'a function'],
    [5n, 'a bigint'],
  ]
  for (const [value, shown] of cases)
    test(`shows ${shown}`, () => {
      expect(show(value)).toBe(shown)
    })
})

describe('valueAt', () => {
  test('follows own keys and positions only', () => {
    const data = { a: [{ b: 1 }] }
    expect(valueAt(data, ['a', 0, 'b'])).toBe(1)
    expect(valueAt(data, [])).toBe(data)
    for (const path of [['a', 1], ['a', 0, 'b', 'c'], ['constructor'], ['a', 'length', 'x']])
      expect(valueAt(data, path)).toBeUndefined()
  })
})
