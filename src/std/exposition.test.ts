// The text format of Prometheus: what is written is read, what is no sample is counted, nothing throws.
import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { type ExposedSample, parseExposition, samplesMax } from './exposition.ts'

const all = (): boolean => true

function render({ labels, name, value }: ExposedSample): string {
  const escaped = (text: string): string =>
    text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
  const inside = Object.entries(labels).map(([key, text]) => `${key}="${escaped(text)}"`)
  const number = Number.isFinite(value) ? String(value) : { NaN: 'NaN' }[String(value)]
  const infinite = value > 0 ? '+Inf' : '-Inf'
  return `${name}${inside.length === 0 ? '' : `{${inside.join(',')}}`} ${number ?? infinite}`
}

describe('parseExposition()', () => {
  test('reads samples with and without labels, times, blanks and odd numbers', () => {
    const text = [
      '# HELP a_total Something',
      '# TYPE a_total counter',
      'a_total 3',
      'a_total{b="1",c="two words"} 4.5e-3 1776351600000',
      '  a_total { d = "x" , } +Inf  ',
      'up{} NaN',
      'x -Inf',
      '',
    ].join('\n')
    const { samples, unreadable } = parseExposition(text, all)
    expect(unreadable).toBe(0)
    expect(samples).toEqual([
      { name: 'a_total', labels: {}, value: 3 },
      { name: 'a_total', labels: { b: '1', c: 'two words' }, value: 0.0045 },
      { name: 'a_total', labels: { d: 'x' }, value: Number.POSITIVE_INFINITY },
      { name: 'up', labels: {}, value: Number.NaN },
      { name: 'x', labels: {}, value: Number.NEGATIVE_INFINITY },
    ])
  })

  test('takes a number without end, which is none, in no more time than it has characters', () => {
    // With two runs of digits in the pattern a line of this length takes hours.
    const { unreadable } = parseExposition(`a ${'1'.repeat(2_000_000)}x\na ${'1.'.repeat(9)}`, all)
    expect(unreadable).toBe(2)
  })

  test.each([
    ['a{b="c} 1', 'a label without an end'],
    ['a{b=c} 1', 'a label without quotes'],
    ['a{1b="c"} 1', 'a label that begins with a digit'],
    ['a{b="c"', 'no closing brace'],
    ['a{b="c"}', 'no value'],
    ['a one', 'a word for a value'],
    ['a 1 2 3', 'too many words'],
    ['a 1 soon', 'a time that is none'],
    ['a 0x10', 'a number of a programming language'],
    ['1a 1', 'a name that begins with a digit'],
    ['a{b="c" d="e"} 1', 'no comma'],
    ['a{b="\\', 'an escape at the end'],
    ['<html>', 'a page'],
  ])('counts %j as unreadable: %s', (line) => {
    expect(parseExposition(`ok 1\n${line}\nok 2`, all)).toEqual({
      samples: [
        { name: 'ok', labels: {}, value: 1 },
        { name: 'ok', labels: {}, value: 2 },
      ],
      unreadable: 1,
    })
  })

  test('skips what nobody wants, and what is beyond its bound', () => {
    expect(parseExposition('a 1\nb 2', (name) => name === 'b').samples).toHaveLength(1)
    const many = parseExposition('a 1\n'.repeat(samplesMax + 5), all)
    expect([many.samples.length, many.unreadable]).toEqual([samplesMax, 5])
  })

  const names = fc.stringMatching(/^[a-zA-Z_:][a-zA-Z0-9_:]{0,20}$/)
  const labelNames = fc.stringMatching(/^[a-zA-Z_][a-zA-Z0-9_]{0,10}$/)
  const samples = fc.record({
    name: names,
    labels: fc.dictionary(labelNames, fc.string({ unit: 'grapheme' }), { maxKeys: 6 }),
    value: fc.double(),
  })

  test('reads what is written by the rules', () => {
    fc.assert(
      fc.property(fc.array(samples, { maxLength: 20 }), (written) => {
        // A line break within a value is escaped, so lines stay whole; other breaks stand for themselves.
        const text = written.map(render).join('\n')
        const { samples: read, unreadable } = parseExposition(text, all)
        expect(unreadable).toBe(0)
        expect(read.map(({ value, ...rest }) => ({ ...rest, value: value + 0 }))).toEqual(
          written.map(({ labels, name, value }) => ({
            name,
            labels: { ...labels },
            value: value + 0,
          })),
        )
      }),
      { numRuns: 300 },
    )
  })

  test('never throws, whatever it is given', () => {
    const piece = fc.constantFrom(
      'a',
      '{',
      '}',
      '"',
      '\\',
      '=',
      ',',
      ' ',
      '\n',
      '1',
      '#',
      'NaN',
      '\0',
    )
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(piece).map((parts) => parts.join('')),
        ),
        (text) => {
          const { samples: read, unreadable } = parseExposition(text, all)
          expect(read.length + unreadable).toBeLessThanOrEqual(text.split('\n').length)
        },
      ),
      { numRuns: 1000 },
    )
  })
})
