// The forms that every area's section is made of: what they take, what they refuse, and in which words.
import { describe, expect, test } from 'bun:test'
import { check } from '../std/schema/check.ts'
import { type Schema, section } from '../std/schema/schema.ts'
import { dayText, entries, nameText, namesList, rateText, sentenceText } from './setting.ts'

/** The value that comes out, or what is wanted instead. */
function read(schema: Schema, value: unknown): unknown {
  const checked = check(section({ it: schema }), value === undefined ? {} : { it: value })
  if (checked.ok) return checked.value['it']
  return checked.error.map(({ kind, wanted }) => `${kind}: ${wanted}`).join('; ')
}

describe('dayText()', () => {
  test.each(['2026-04-18', '2024-02-29', '0001-01-01'])('takes %s', (day) => {
    expect(read(dayText(), day)).toBe(day)
  })

  test.each([
    ['2026-02-29'],
    ['2026-04-31'],
    ['2026-13-01'],
    ['2026-4-1'],
    ['2026-04-18T00:00:00Z'],
    ['yesterday'],
    [''],
    [20_260_418],
  ])('refuses %p', (day) => {
    expect(read(dayText(), day)).toContain('a day such as "2026-04-18"')
  })
})

describe('rateText()', () => {
  test.each([
    ['1/s', 0.001],
    ['18/min', 18 / 60_000],
    ['0.5/h', 0.5 / 3_600_000],
    ['0/d', 0],
  ])('reads %s', (text, perMs) => {
    expect(read(rateText('1/min'), text)).toBeCloseTo(perMs, 12)
  })

  test.each([['18'], ['18 / min'], ['-1/min'], ['1/fortnight'], [18]])('refuses %p', (text) => {
    expect(read(rateText('1/min'), text)).toContain('a rate such as "1/min"')
  })
})

describe('names and sentences', () => {
  test('take text up to their length, without control characters', () => {
    expect(read(nameText('a'), 'x'.repeat(200))).toBe('x'.repeat(200))
    expect(read(nameText('a'), 'x'.repeat(201))).toContain('a name such as "a"')
    expect(read(sentenceText('A'), 'x'.repeat(2000))).toHaveLength(2000)
    expect(read(sentenceText('A'), 'x'.repeat(2001))).toContain('a sentence such as "A"')
    expect(read(nameText('a'), 'a\nb')).toContain('a name such as "a"')
  })
})

describe('lists', () => {
  test('are empty where they are left out, and may be written empty', () => {
    for (const list of [entries('Things', nameText('a')), namesList('Names', 'a')])
      expect([read(list, undefined), read(list, [])]).toEqual([[], []])
  })

  test('have an end', () => {
    expect(
      read(
        namesList('Names', 'a'),
        Array.from({ length: 501 }, () => 'a'),
      ),
    ).toContain('"500"')
    expect(
      read(
        entries('Things', nameText('a')),
        Array.from({ length: 2001 }, () => 'a'),
      ),
    ).toContain('"2000"')
  })
})
