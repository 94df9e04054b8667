// Entries as YAML: whatever a text holds, the terminal obeys nothing of it, and it reads back as it was.
import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { parse } from 'yaml'
import { yamlText } from './yaml-text.ts'

const hostile = /[\p{Cc}\p{Cf}\u2028\u2029]/u

test.each([
  ['\u001b[2J', '"\\e[2J"'],
  ['x\u009b31m', '"x\\u009b31m"'],
  ['a\u202eb', '"a\\u202eb"'],
])('yamlText() of %j', (text, written) => {
  expect(yamlText({ a: text }, {}).trimEnd().slice(-written.length)).toBe(written)
})

test('yamlText() leaves plain entries unquoted', () => {
  expect(yamlText({ host: 'a.example.com', auth: 'none' }, {})).toBe(
    'host: a.example.com\nauth: none\n',
  )
})

test('yamlText() holds nothing that a terminal obeys, and reads back as the same', () => {
  const text = fc.string({
    unit: fc.oneof(
      fc.constantFrom('\u001b', '\u009b', '\u202e', '\r', '\n', '\\', '"', ' ', ':'),
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }),
    ),
    maxLength: 20,
  })
  fc.assert(
    fc.property(fc.array(fc.record({ host: text, reason: text })), (services) => {
      const written = yamlText({ services }, { lineWidth: 100 })
      expect(written.replaceAll('\n', '')).not.toMatch(hostile)
      expect(parse(written)).toEqual({ services })
    }),
    { numRuns: 200 },
  )
})
