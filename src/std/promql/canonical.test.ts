// What means the same has one form, and nothing else has it.
import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { canonicalPromql } from './canonical.ts'
import { depthMax, expressionLengthMax } from './syntax.ts'

function form(text: string): string {
  const read = canonicalPromql(text)
  return read.ok ? read.value : `${text} ${read.error}`
}

describe('canonicalPromql()', () => {
  test.each([
    ['spaces and comments', 'sum( a )# why\n > # b\n1', 'sum(a)>1'],
    ['comments between matchers', 'a{# x\nb="1"# y\n,c="2"}', 'a{b="1",c="2"}'],
    ['parentheses around all', '(a > 1)', 'a > 1'],
    ['parentheses that change nothing', '(a * b) + c', 'a * b + c'],
    ['the place of "by"', 'sum by (x, y) (a)', 'sum(a) by (y, x)'],
    ['"by" without labels', 'sum by () (a)', 'sum(a)'],
    ['case of words', 'SUM BY (x) (a) AND b', 'sum by (x) (a) and b'],
    ['order of matchers', 'a{b="1",c!="2"}', "a{c!='2', b='1',}"],
    ['a matcher that is there twice', 'a{b="1",b="1"}', 'a{b="1"}'],
    ['the metric as a matcher', '{__name__="a",b="1"}', 'a{b="1"}'],
    ['the metric in quotes', '{"a",b="1"}', 'a{b="1"}'],
    ['empty braces', 'a{}', 'a'],
    ['kinds of quotes', 'a{b=~`\\d+`}', 'a{b=~"\\\\d+"}'],
    ['units of ranges', 'rate(a[60m])', 'rate(a[1h])'],
    ['composed durations', 'rate(a[90s])', 'rate(a[1m30s])'],
    ['units of offsets', 'a offset 120s', 'a offset 2m'],
    ['forms of numbers', 'a > 1e3', 'a > 1000.0'],
    ['hexadecimal numbers', 'a > 0x1F', 'a > 31'],
    ['infinity', 'a < Inf', 'a < +inf'],
    ['a time with decimals', 'a @ 123', 'a @ 123.000'],
    ['order of modifiers', 'a @ 10 offset 5m', 'a offset 5m @ 10.000'],
    ['"ignoring" without labels', 'a / ignoring () b', 'a / b'],
    ['spaces in groups', 'a * on(x) group_left(y) b', 'a * on (x) group_left (y) b'],
    ['a subquery', 'max_over_time(a[60m:300s])', 'max_over_time(a[1h:5m])'],
  ])('says nothing of %s', (_what, one, other) => {
    expect(form(one)).toBe(form(other))
  })

  test.each([
    ['what parentheses change', '(a + b) * c', 'a + b * c'],
    ['sides', 'a - b', 'b - a'],
    ['operators', 'a > 1', 'a >= 1'],
    ['bool', 'a > bool 1', 'a > 1'],
    ['labels of "by"', 'sum by (x) (a)', 'sum by (y) (a)'],
    ['"by" and "without"', 'sum by (x) (a)', 'sum without (x) (a)'],
    ['"without" without labels', 'sum without () (a)', 'sum(a)'],
    ['case of names', 'A', 'a'],
    ['case of labels', 'sum by (X) (a)', 'sum by (x) (a)'],
    ['case of values', 'a{b="X"}', 'a{b="x"}'],
    ['operators of matchers', 'a{b="x"}', 'a{b=~"x"}'],
    ['ranges', 'rate(a[5m])', 'rate(a[6m])'],
    ['direction of offsets', 'a offset 5m', 'a offset -5m'],
    ['"on" without labels', 'a / on () b', 'a / b'],
    ['which side is many', 'a / on (x) group_left b', 'a / on (x) group_right b'],
    ['functions', 'rate(a[5m])', 'irate(a[5m])'],
    ['arguments', 'quantile_over_time(0.9, a[5m])', 'quantile_over_time(0.99, a[5m])'],
    ['start and end', 'a @ start()', 'a @ end()'],
    ['a number and a text', 'vector(1)', 'count_values("1", a)'],
    ['sides of matchers that run together', 'a{b="x",c="y"}', 'a{b="xc=y"}'],
    ['steps of subqueries', 'max_over_time(a[1h:5m])', 'max_over_time(a[1h:])'],
    ['signs', '-a', 'a'],
  ])('tells apart %s', (_what, one, other) => {
    expect(form(one)).not.toBe(form(other))
  })

  test.each([
    ['', 'is empty'],
    ['sum(', 'cannot be read at character'],
    ['a{b="c"}}', 'near "}"'],
    ['x'.repeat(expressionLengthMax + 1), 'is longer than'],
    [`${'('.repeat(depthMax + 5)}a${')'.repeat(depthMax + 5)}`, 'is nested deeper than'],
  ])('gives no form of %p', (text, wanted) => {
    const read = canonicalPromql(text)
    expect(read.ok ? read.value : read.error).toContain(wanted)
  })

  test('is the same however often parentheses are put around', () => {
    const inner = fc.constantFrom('a', 'sum by (x) (a)', 'a > 1', 'rate(a[5m])', '-a', 'a or b')
    fc.assert(
      fc.property(inner, fc.nat({ max: 20 }), (text, times) => {
        expect(form(`${'('.repeat(times)}${text}${' )'.repeat(times)}`)).toBe(form(text))
      }),
    )
  })

  test('never throws', () => {
    const pieces = fc.constantFrom(
      ...['sum(', ')', 'a', '{', '}', '=', '"x"', '[5m]', ' or ', '@', '1'],
    )
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(pieces).map((all) => all.join('')),
        ),
        (text) => {
          expect(typeof canonicalPromql(text).ok).toBe('boolean')
        },
      ),
    )
  })
})
