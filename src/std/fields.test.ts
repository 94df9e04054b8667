// Fields of answers that may hold anything: what is read, what is said of the rest, and that no value is repeated.
import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { FieldReader, fieldOf, isFields, keyText } from './fields.ts'

type Read = (reader: FieldReader) => unknown

function read(fields: Record<string, unknown>, how: Read, prefix = '') {
  const reader = new FieldReader(fields, prefix)
  const value = how(reader)
  return { value, faults: reader.faults }
}

describe('FieldReader', () => {
  const text: Read = (reader) => reader.text('x')
  const filled: Read = (reader) => reader.filled('x')
  const flag: Read = (reader) => reader.flag('x', true)
  const number: Read = (reader) => reader.number('x')
  const texts: Read = (reader) => reader.texts('x')
  const fields: Read = (reader) => reader.fields('x')
  test.each<readonly [what: string, Read, unknown, value: unknown, fault: string | null]>([
    ['text', text, 'a', 'a', null],
    ['text', text, '', '', null],
    ['text', text, 7, '', 'Field "x" is a number, wanted a text'],
    ['text', text, null, '', 'Field "x" is missing, wanted a text'],
    ['text', text, undefined, '', 'Field "x" is missing, wanted a text'],
    ['text', text, ['a'], '', 'Field "x" is a list, wanted a text'],
    ['text', text, 'a'.repeat(8192), 'a'.repeat(8192), null],
    [
      'text',
      text,
      'a'.repeat(8193),
      'a'.repeat(8193),
      'Field "x" is longer than "8192" characters',
    ],
    ['filled', filled, 'a', 'a', null],
    ['filled', filled, '', '', 'Field "x" is empty'],
    ['filled', filled, null, '', 'Field "x" is missing, wanted a text'],
    ['flag', flag, false, false, null],
    ['flag', flag, null, true, null],
    ['flag', flag, 'false', false, 'Field "x" is a string, wanted true or false'],
    ['flag', flag, 0, false, 'Field "x" is a number, wanted true or false'],
    ['number', number, 0, 0, null],
    ['number', number, -1.5, -1.5, null],
    ['number', number, Number.NaN, 0, 'Field "x" is a number, wanted a number'],
    ['number', number, Infinity, 0, 'Field "x" is a number, wanted a number'],
    ['number', number, '7', 0, 'Field "x" is a string, wanted a number'],
    ['texts', texts, [], [], null],
    ['texts', texts, ['a', 'b'], ['a', 'b'], null],
    ['texts', texts, ['a', 7], ['a'], 'Field "x" is not a list of texts'],
    ['texts', texts, 'a', [], 'Field "x" is a string, wanted a list of texts'],
    ['texts', texts, ['a'.repeat(8193)], [], 'Field "x" is not a list of texts'],
    ['fields', fields, { a: 1 }, { a: 1 }, null],
    ['fields', fields, [], {}, 'Field "x" is a list, wanted an object'],
    ['fields', fields, null, {}, 'Field "x" is missing, wanted an object'],
  ])('%s: reads %#', (...[, how, given, value, fault]) => {
    expect(read({ x: given }, how)).toEqual({ value, faults: fault === null ? [] : [fault] })
  })

  test('gives the fallback for what is missing, not for what is wrong', () => {
    const how: Read = (reader) => [reader.text('x', { fallback: 'f' }), reader.number('y', 7)]
    expect(read({}, how)).toEqual({ value: ['f', 7], faults: [] })
    expect(read({ x: null, y: null }, how)).toEqual({ value: ['f', 7], faults: [] })
    expect(read({ x: 1, y: 'z' }, how).faults).toHaveLength(2)
  })

  test('says how many elements are too many', () => {
    const many = Array.from({ length: 1001 }, () => 'a')
    expect(read({ x: many }, texts).faults).toEqual(['Field "x" is longer than "1000" elements'])
    expect(read({ x: many.slice(1) }, texts).faults).toEqual([])
  })

  test('knows which fields were good, and names them with their place', () => {
    const reader = new FieldReader({ a: 1, b: 'x' }, 'outer.')
    reader.text('a')
    reader.text('b')
    expect([reader.isGood('a'), reader.isGood('b'), reader.faults]).toEqual([
      false,
      true,
      ['Field "outer.a" is a number, wanted a text'],
    ])
  })

  test('looks at own fields alone', () => {
    expect(read({}, (reader) => reader.text('constructor')).faults).toHaveLength(1)
    expect(fieldOf(Object.create({ x: 'inherited' }), 'x')).toBeNull()
    expect(fieldOf(JSON.parse('{"__proto__":"own"}'), '__proto__')).toBe('own')
  })

  test('never throws and never repeats a value, whatever stands there', () => {
    const secret = 'hunter2-hunter2'
    const anything = fc.oneof(
      fc.anything(),
      fc.constant(secret),
      fc.constant([secret]),
      fc.constant({ a: secret }),
    )
    fc.assert(
      fc.property(anything, (value) => {
        for (const how of [text, filled, flag, number, texts, fields])
          expect(read({ x: value }, how).faults.join(' ')).not.toContain(secret)
      }),
    )
  })
})

test('isFields() is true for objects with named fields alone', () => {
  const values = [{}, { a: 1 }, [], null, undefined, 'x', 7, true]
  expect(values.map(isFields)).toEqual([true, true, false, false, false, false, false, false])
})

test('keyText() makes a key of a text or a number, and of nothing else', () => {
  expect(['a', 7, 0, '', null, undefined, [7], {}, true].map(keyText)).toEqual([
    'a',
    '7',
    '0',
    '',
    '',
    '',
    '',
    '',
    '',
  ])
})
