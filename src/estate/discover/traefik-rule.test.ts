// Traefik's rules as alternatives: precedence, negation, and texts that are no rules.
import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { type Matcher, readTraefikRule } from './traefik-rule.ts'

const shown = (matchers: readonly Matcher[]): string =>
  matchers
    .map(({ isNegated, name, values }) => `${isNegated ? '!' : ''}${name}(${values.join(',')})`)
    .join(' ')

const cases: readonly (readonly [rule: string, alternatives: readonly string[]])[] = [
  ['Host(`a.example.com`)', ['Host(a.example.com)']],
  ['Host(`a`,`b`) && PathPrefix(`/x`)', ['Host(a,b) PathPrefix(/x)']],
  ['Host(`a`) || Host(`b`)', ['Host(a)', 'Host(b)']],
  ['Host(`a`) && (Path(`/x`) || Path(`/y`))', ['Host(a) Path(/x)', 'Host(a) Path(/y)']],
  ['A(`1`) || B(`2`) && C(`3`)', ['A(1)', 'B(2) C(3)']],
  ['!Path(`/x`) && Host(`a`)', ['!Path(/x) Host(a)']],
  ['!(A(`1`) || B(`2`))', ['!A(1) !B(2)']],
  ['!(A(`1`) && B(`2`))', ['!A(1)', '!B(2)']],
  ['!!A(`1`)', ['A(1)']],
  ['Header(`Authorization`, "Bearer \\"x\\"")', ['Header(Authorization,Bearer "x")']],
  ['Host("a.example.com")', ['Host(a.example.com)']],
]

const refused = [
  '',
  'Host(`a`',
  'Host(`a',
  'Host(a)',
  'Host',
  'Host(`a`) &&',
  'Host(`a`) Host(`b`)',
  '&& Host(`a`)',
  '(Host(`a`)',
  'Host(`a`) & Host(`b`)',
  `${'('.repeat(100)}A(\`1\`)${')'.repeat(100)}`,
  `${'('.repeat(10_000)}`,
  Array.from({ length: 12 }, (_, i) => `(A(\`${i}\`) || B(\`${i}\`))`).join(' && '),
  'A(`1`) || '.repeat(5000),
]

describe('readTraefikRule()', () => {
  for (const [rule, alternatives] of cases)
    test(`reads ${rule}`, () => {
      const read = readTraefikRule(rule)
      expect(read.ok ? read.value.map(shown) : read.error).toEqual([...alternatives])
    })

  for (const rule of refused)
    test(`refuses ${JSON.stringify(rule).slice(0, 60)}`, () => {
      expect(readTraefikRule(rule).ok).toBe(false)
    })

  test('never throws, whatever it is given', () => {
    const parts = fc.constantFrom(
      'Host(`a`)',
      '&&',
      '||',
      '!',
      '(',
      ')',
      '`',
      ',',
      ' ',
      'Path("/")',
      'é',
    )
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(parts).map((list) => list.join('')),
        ),
        (rule) => {
          expect(typeof readTraefikRule(rule).ok).toBe('boolean')
        },
      ),
      { numRuns: 2000 },
    )
  })

  test('holds exactly where the expression holds, for any expression of three matchers', () => {
    type Truth = Readonly<Record<string, boolean>>
    interface Expression {
      readonly text: string
      readonly holds: (truth: Truth) => boolean
    }
    const leaf = fc.constantFrom('A', 'B', 'C').map((name): Expression => ({
      text: `${name}(\`1\`)`,
      holds: (truth) => truth[name] === true,
    }))
    const { tree } = fc.letrec<{ tree: Expression }>((tie) => ({
      tree: fc.oneof(
        { maxDepth: 4 },
        leaf,
        fc.tuple(tie('tree'), tie('tree')).map(([a, b]) => ({
          text: `(${a.text} && ${b.text})`,
          holds: (truth: Truth) => a.holds(truth) && b.holds(truth),
        })),
        fc.tuple(tie('tree'), tie('tree')).map(([a, b]) => ({
          text: `(${a.text} || ${b.text})`,
          holds: (truth: Truth) => a.holds(truth) || b.holds(truth),
        })),
        tie('tree').map((a) => ({
          text: `!${a.text}`,
          holds: (truth: Truth) => !a.holds(truth),
        })),
      ),
    }))
    fc.assert(
      fc.property(tree, fc.boolean(), fc.boolean(), (expression, a, b) => {
        const truth: Truth = { A: a, B: b, C: a !== b }
        const read = readTraefikRule(expression.text)
        if (!read.ok) return
        const any = read.value.some((matchers) =>
          matchers.every(({ isNegated, name }) => truth[name] !== isNegated),
        )
        expect(any).toBe(expression.holds(truth))
      }),
      { numRuns: 500 },
    )
  })
})
