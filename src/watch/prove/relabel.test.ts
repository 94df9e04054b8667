// Relabelling: each action over what is known, and what can be said when a part is not.
import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { must } from '../../std/assert.ts'
import { compilePattern } from '../../std/pattern/pattern.ts'
import { type RelabelRule, labelRemover, relabel } from './relabel.ts'

function rule(
  over: Partial<Omit<RelabelRule, 'regex'>> & { readonly regex?: string },
): RelabelRule {
  const { regex = '(.*)', ...rest } = over
  const pattern = compilePattern(regex)
  return {
    action: 'replace',
    sourceLabels: [],
    separator: ';',
    targetLabel: '',
    replacement: '$1',
    line: 1,
    ...rest,
    regex: must(pattern.ok ? pattern.value : null, regex),
  }
}

const whole = { __name__: 'm', a: '1', b: '2' }

/** What becomes of `whole`: `dropped`, or its labels. */
function after(...rules: readonly RelabelRule[]): string {
  const outcome = relabel(new Map(Object.entries(whole)), rules, true)
  if (outcome.kind !== 'kept') return outcome.kind
  return [...outcome.labels].map(([name, value]) => `${name}=${value ?? '?'}`).join(' ')
}

describe('relabel() over labels that are all known', () => {
  const cases: readonly (readonly [string, readonly RelabelRule[], string])[] = [
    ['no rule', [], '__name__=m a=1 b=2'],
    [
      'keep',
      [rule({ action: 'keep', sourceLabels: ['a', 'b'], regex: '1;2' })],
      '__name__=m a=1 b=2',
    ],
    ['keep, other', [rule({ action: 'keep', sourceLabels: ['a'], regex: '2' })], 'dropped'],
    [
      'keep matches the whole',
      [rule({ action: 'keep', sourceLabels: ['a'], regex: '' })],
      'dropped',
    ],
    ['drop', [rule({ action: 'drop', sourceLabels: ['__name__'], regex: 'm|n' })], 'dropped'],
    [
      'drop of what is not there',
      [rule({ action: 'drop', sourceLabels: ['z'], regex: '' })],
      'dropped',
    ],
    [
      'separator',
      [rule({ action: 'drop', sourceLabels: ['a', 'b'], separator: '-', regex: '1-2' })],
      'dropped',
    ],
    [
      'replace',
      [rule({ sourceLabels: ['a'], regex: '(\\d)', targetLabel: 'c', replacement: 'x$1' })],
      '__name__=m a=1 b=2 c=x1',
    ],
    [
      'replace, no match',
      [rule({ sourceLabels: ['a'], regex: 'x', targetLabel: 'c' })],
      '__name__=m a=1 b=2',
    ],
    [
      'replace with nothing',
      [rule({ sourceLabels: ['a'], targetLabel: 'b', replacement: '' })],
      '__name__=m a=1',
    ],
    [
      'replace into a name made of the match',
      [rule({ sourceLabels: ['b'], regex: '(.*)', targetLabel: 'l$1', replacement: 'v' })],
      '__name__=m a=1 b=2 l2=v',
    ],
    ['labeldrop', [rule({ action: 'labeldrop', regex: 'a|z' })], '__name__=m b=2'],
    ['labelkeep', [rule({ action: 'labelkeep', regex: '__name__|a' })], '__name__=m a=1'],
    [
      'labelmap',
      [rule({ action: 'labelmap', regex: '(a)', replacement: 'is_$1' })],
      '__name__=m a=1 b=2 is_a=1',
    ],
    [
      'upper and lower case',
      [
        rule({ action: 'uppercase', sourceLabels: ['__name__'], targetLabel: 'c' }),
        rule({ action: 'lowercase', sourceLabels: ['c'], targetLabel: 'd' }),
      ],
      '__name__=m a=1 b=2 c=M d=m',
    ],
    [
      'hashmod',
      [rule({ action: 'hashmod', sourceLabels: ['a'], targetLabel: 'h' })],
      '__name__=m a=1 b=2 h=?',
    ],
    [
      'keepequal',
      [rule({ action: 'keepequal', sourceLabels: ['a'], targetLabel: 'b' })],
      'dropped',
    ],
    [
      'dropequal',
      [rule({ action: 'dropequal', sourceLabels: ['a'], targetLabel: 'a' })],
      'dropped',
    ],
    [
      'one after the other',
      [
        rule({ sourceLabels: ['a'], targetLabel: '__name__', replacement: 'other' }),
        rule({ action: 'drop', sourceLabels: ['__name__'], regex: 'm' }),
      ],
      '__name__=other a=1 b=2',
    ],
  ]
  for (const [name, rules, wanted] of cases)
    test(name, () => {
      expect(after(...rules)).toBe(wanted)
    })
})

describe('relabel() over a name alone', () => {
  const kind = (...rules: readonly RelabelRule[]): string =>
    relabel(new Map([['__name__', 'm']]), rules, false).kind
  test('rules over the name are certain, rules over what is not known are not', () => {
    expect(kind(rule({ action: 'drop', sourceLabels: ['__name__'], regex: 'm' }))).toBe('dropped')
    expect(kind(rule({ action: 'keep', sourceLabels: ['__name__'], regex: 'm' }))).toBe('kept')
    expect(kind(rule({ action: 'drop', sourceLabels: ['__name__', 'x'], regex: 'm;1' }))).toBe(
      'unsure',
    )
    expect(kind(rule({ action: 'keepequal', sourceLabels: ['x'], targetLabel: 'y' }))).toBe(
      'unsure',
    )
  })

  test('a rule that drops for certain does so after one that may have', () => {
    expect(
      kind(
        rule({ action: 'keep', sourceLabels: ['x'], regex: '1' }),
        rule({ action: 'drop', sourceLabels: ['__name__'], regex: 'm' }),
      ),
    ).toBe('dropped')
  })

  test('a name that is written from what is not known is itself not known', () => {
    expect(
      kind(
        rule({ sourceLabels: ['x'], targetLabel: '__name__' }),
        rule({ action: 'drop', sourceLabels: ['__name__'], regex: 'm' }),
      ),
    ).toBe('unsure')
  })

  test('what is certain of a part is so of every whole', () => {
    const label = fc.constantFrom('__name__', 'a', 'b')
    const value = fc.constantFrom('m', '1', '2', '')
    const anyRule = fc
      .record({
        action: fc.constantFrom('keep', 'drop', 'replace', 'labeldrop', 'keepequal', 'labelmap'),
        sourceLabels: fc.array(label, { maxLength: 2 }),
        regex: fc.constantFrom('m', '1|2', '.*', 'm;1', 'a|b', '(.)(.*)'),
        targetLabel: label,
        replacement: fc.constantFrom('$1', 'm', ''),
      } as const)
      .map((over) => rule(over))
    fc.assert(
      fc.property(fc.array(anyRule, { maxLength: 4 }), value, value, (rules, a, b) => {
        const part = relabel(new Map([['__name__', 'm']]), rules, false)
        const labels = new Map([
          ['__name__', 'm'],
          ...(a === '' ? [] : [['a', a] as const]),
          ...(b === '' ? [] : [['b', b] as const]),
        ])
        const all = relabel(labels, rules, true)
        if (part.kind !== 'unsure') expect(all.kind).toBe(part.kind)
      }),
    )
  })
})

test('labelRemover() finds who takes a label away for good', () => {
  const drops = rule({ action: 'labeldrop', regex: 'unit|id', line: 7 })
  const keeps = rule({ action: 'labelkeep', regex: '__name__|job', line: 8 })
  const writes = rule({ sourceLabels: ['x'], targetLabel: 'unit', line: 9 })
  expect(labelRemover([drops], 'unit')?.line).toBe(7)
  expect(labelRemover([drops], 'room')).toBeNull()
  expect(labelRemover([keeps], 'room')?.line).toBe(8)
  expect(labelRemover([keeps], 'job')).toBeNull()
  expect(labelRemover([drops, writes], 'unit')).toBeNull()
  expect(labelRemover([writes, drops], 'unit')?.line).toBe(7)
  expect(labelRemover([drops, rule({ action: 'labelmap', regex: '(.*)' })], 'unit')).toBeNull()
})
