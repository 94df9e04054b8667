// Which series an expression needs: tables, and properties over what may stand around a selector.
import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { must } from '../../../std/assert.ts'
import { type Need, readExpression, selectorsOf } from './need.ts'
import { depthMax, expressionLengthMax } from '../../../std/promql/syntax.ts'

function needOf(text: string): Need {
  const read = readExpression(text)
  return must(read.ok ? read.value.need : null, read.ok ? text : `${text} ${read.error}`)
}

/** A need in short: `all(a, any(b, !c))`. */
function short(need: Need): string {
  switch (need.kind) {
    case 'selector':
      return need.selector.metric ?? '?'
    case 'absent':
      return `!${need.selector.metric ?? '?'}`
    case 'all':
    case 'any':
      return `${need.kind}(${need.needs.map(short).join(', ')})`
    case 'nothing':
      return '-'
  }
}

test('readExpression() finds what must be there, and nothing else', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['up', 'up'],
    ['sum by (le, code) (rate(requests_total{code!~"5.."}[5m] offset 1h)) > 10', 'requests_total'],
    ['sum(rate(a[5m])) by (job) / on (job) group_left (b) c', 'all(a, c)'],
    ['a and on (x) b', 'all(a, b)'],
    ['a or b or vector(0)', '-'],
    ['a or b', 'any(a, b)'],
    ['a unless on (x) b', 'a'],
    ['absent(a{x="y"})', '!a'],
    ['absent_over_time(a[1h]) and on () b', 'all(!a, b)'],
    ['absent(a and b)', '-'],
    ['vector(1)', '-'],
    ['time() - a > 300', 'a'],
    ['histogram_quantile(0.9, sum by (le) (rate(a_bucket[5m])))', 'a_bucket'],
    ['label_replace(a, "dst", "$1", "src", "(.*)")', 'a'],
    ['max_over_time(a[1h:5m]) > bool 1', 'a'],
    ['topk(5, count_values("version", a))', 'a'],
    ['predict_linear(a[6h], 4 * 86400) < 0', 'a'],
    ['a @ end() - -b', 'all(a, b)'],
    ['{__name__="a", b="c"}', 'a'],
    ['{__name__=~"a|b"}', '?'],
    ['{"a.b", c="d"}', 'a.b'],
    // Names that look like words of the language, and words inside strings and comments.
    ['rate_of_sum{by="sum(x)"} # or absent(z)\n > on () count_a', 'all(rate_of_sum, count_a)'],
    ['ns:a:rate5m{x=`\\d+`} > 1', 'ns:a:rate5m'],
  ]
  for (const [text, wanted] of cases)
    expect(`${text} → ${short(needOf(text))}`).toBe(`${text} → ${wanted}`)
})

test('readExpression() reads every kind of matcher and string', () => {
  const [selector] = selectorsOf(
    needOf(String.raw`m{a="x\"y\n", b!='it\'s', c=~"\\d+\u00e9", d!~` + '`\\w`, "e.f"="g"}'),
  )
  expect(selector?.matchers).toEqual([
    { label: 'a', op: '=', value: 'x"y\n' },
    { label: 'b', op: '!=', value: "it's" },
    { label: 'c', op: '=~', value: '\\d+é' },
    { label: 'd', op: '!~', value: '\\w' },
    { label: 'e.f', op: '=', value: 'g' },
  ])
})

test('readExpression() says where it cannot read on', () => {
  const cases: readonly (readonly [string, RegExp])[] = [
    ['', /^is empty$/],
    ['  # only a comment', /^cannot be read|^is empty/],
    ['sum(a', /^cannot be read at character \d+, where it ends$/],
    ['a{b="c"}}', /^cannot be read at character 9, near "}"$/],
    ['a >', /where it ends$/],
    ['holt(a[5m])', /^cannot be read at character/],
    ['a b', /^cannot be read at character 3, near "b"$/],
    ['x'.repeat(expressionLengthMax + 1), /^is longer than 20000 characters$/],
    [`${'('.repeat(depthMax + 5)}a${')'.repeat(depthMax + 5)}`, /^is nested deeper than 200$/],
  ]
  for (const [text, wanted] of cases) {
    const read = readExpression(text)
    expect(read.ok ? `read: ${text}` : read.error).toMatch(wanted)
  }
})

test('no text makes it throw', () => {
  const pieces = fc.constantFrom(
    'sum(',
    ')',
    'a',
    '{',
    '}',
    '=',
    '"x"',
    '[5m]',
    ' or ',
    '# ',
    '\\',
    '`',
  )
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(pieces).map((all) => all.join('')),
      ),
      (text) => {
        expect(typeof readExpression(text).ok).toBe('boolean')
      },
    ),
  )
})

const name = fc.stringMatching(/^zz_[a-z0-9_:]{1,8}$/)
const value = fc.string({ unit: 'grapheme-ascii', maxLength: 8 })
const selector = fc.record({
  metric: name,
  matchers: fc.array(fc.tuple(fc.stringMatching(/^l_[a-z]{1,4}$/), value), { maxLength: 3 }),
})
const around = fc.constantFrom(
  (text: string) => `sum by (zz_no) (${text})`,
  (text: string) => `rate(${text}[5m])`,
  (text: string) => `(${text}) > 0.5`,
  (text: string) => `${text} offset 5m`,
  (text: string) => `label_replace(${text}, "zz_no", "zz_no", "zz_no", "(.*)")`,
  (text: string) => `${text} # zz_no{l_no="zz_no"}\n`,
  (text: string) => `abs(${text}) * on (zz_no) group_left (zz_no) vector(1)`,
)

test('whatever stands around a selector, it is found with its matchers, and it alone', () => {
  fc.assert(
    fc.property(selector, fc.array(around, { maxLength: 3 }), ({ metric, matchers }, wraps) => {
      const inner = matchers.map(([label, text]) => `${label}=${JSON.stringify(text)}`).join(', ')
      const bare = `${metric}{${inner}}`
      // A range goes only onto a selector, so it is put there first.
      const text = wraps.reduce(
        (wrapped, wrap) =>
          wrap('').startsWith('rate') && wrapped !== bare ? wrapped : wrap(wrapped),
        bare,
      )
      expect(selectorsOf(needOf(text))).toEqual([
        {
          metric,
          matchers: matchers.map(([label, wanted]) => ({ label, op: '=' as const, value: wanted })),
          text: bare,
        },
      ])
    }),
  )
})
