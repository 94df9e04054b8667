// Two sides of any source, compared; and what two readings of one agree on.
import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { err, ok } from '../../std/result.ts'
import { type Comparison, compareSides } from './compare.ts'
import { type IgnoreRule, IgnoreRules } from './ignore.ts'
import { type Look, lookTwice } from './look-twice.ts'

type Things = Readonly<Record<string, unknown>>

function entries(things: Things) {
  return Object.entries(things).map(([name, value]) => ({
    ...{ address: `thing["${name}"]`, value },
    object: name,
  }))
}

function compare(
  declared: Things,
  live: Things,
  more: { readonly rules?: readonly IgnoreRule[]; readonly unread?: readonly string[] } = {},
): Comparison<string> {
  return compareSides({
    declared: entries(declared),
    live: entries(live),
    rules: new IgnoreRules(more.rules ?? []),
    mayBeThere: (name) => more.unread?.includes(name) === true,
  })
}

/** `~a size`, `+b`, `?c` */
function short({ drift, unmanaged }: Comparison<string>): string {
  return [
    ...drift.map(({ difference: { action, attributes }, object }) =>
      action === 'create'
        ? `+${object}`
        : `~${object} ${attributes.map(({ path }) => path).join(',')}`,
    ),
    ...unmanaged.map(({ object }) => `?${object}`),
  ].join(' ')
}

const reason = 'Nobody minds'

describe('compareSides()', () => {
  test.each<[string, Things, Things, string]>([
    ['nothing on both sides', {}, {}, ''],
    ['what is equal', { a: { x: 1, y: [1] } }, { a: { y: [1], x: 1 } }, ''],
    ['what is other', { a: { x: 1, y: 2 } }, { a: { x: 2, y: 2 } }, '~a x'],
    ['what is missing', { a: { x: 1 } }, {}, '+a'],
    ['what nobody declared', {}, { a: { x: 1 } }, '?a'],
    [
      'null, false, empty and nothing as four',
      { a: { w: null, x: false, y: '', z: [] } },
      {
        a: { w: 0, x: null, y: [] },
      },
      '~a w,x,y,z',
    ],
    ['a missing thing without attributes', { a: {} }, {}, '+a'],
    ['all of it', { a: { x: 1 }, b: { x: 1 } }, { c: { x: 1 }, a: { x: 2 } }, '~a x +b ?c'],
    [
      'names that objects have by birth',
      { a: { constructor: 1 } },
      {
        a: { constructor: 1 },
        constructor: {},
      },
      '?constructor',
    ],
  ])('tells %s', (_what, declared, live, wanted) => {
    expect(short(compare(declared, live))).toBe(wanted)
  })

  test.each<[string, IgnoreRule, string]>([
    ['an attribute', { object: 'thing["a"]', attribute: 'x', reason }, '~a y.z +b ?c'],
    ['all below an attribute', { object: 'thing["a"]', attribute: 'y', reason }, '~a x +b ?c'],
    ['an attribute of everything', { object: '*', attribute: 'x', reason }, '~a y.z +b ?c'],
    ['that something is missing', { object: 'thing["b"]', attribute: '*', reason }, '~a x,y.z ?c'],
    ['that nobody declared it', { object: 'thing["c*', attribute: '*', reason }, '~a x,y.z +b'],
    [
      'nothing where the name only begins so',
      {
        object: 'thing["a"]',
        attribute: 'y.zz',
        reason,
      },
      '~a x,y.z +b ?c',
    ],
    [
      'differences of a kind',
      {
        ...{ object: '*', attribute: '', reason },
        when: ({ before }) => before === 9,
      },
      '~a y.z +b ?c',
    ],
  ])('lets a rule hide %s, and counts it', (what, rule, wanted) => {
    const found = compare(
      { a: { x: 1, y: { z: 1 } }, b: { x: 1 } },
      { a: { x: 9, y: { z: 2 } }, c: { x: 1 } },
      { rules: [rule] },
    )
    expect(short(found)).toBe(wanted)
    const places = found.ignored.flatMap((one) => one.places)
    expect(places).toHaveLength(what.startsWith('nothing') ? 0 : 1)
  })

  test('does not call missing what somebody could not read', () => {
    expect(short(compare({ a: {}, b: {} }, {}, { unread: ['a'] }))).toBe('+b')
  })

  test('of two live things of one address takes the first', () => {
    const live = [...entries({ a: { x: 1 } }), ...entries({ a: { x: 2 } })]
    const found = compareSides({
      ...{ declared: entries({ a: { x: 1 } }), live, rules: new IgnoreRules([]) },
      mayBeThere: () => false,
    })
    expect([short(found), found.compared]).toEqual(['', 1])
  })

  test('of equal sides finds nothing, and of swapped ones the same things', () => {
    const side = fc.dictionary(
      fc.constantFrom('a', 'b', 'c', '__proto__'),
      fc.dictionary(fc.constantFrom('x', 'y'), fc.jsonValue({ maxDepth: 2 })),
    )
    fc.assert(
      fc.property(side, side, (one, other) => {
        expect(short(compare(one, structuredClone(one)))).toBe('')
        const there = compare(one, other)
        const back = compare(other, one)
        expect(there.compared).toBe(back.compared)
        expect(there.unmanaged.map(({ object }) => object).toSorted()).toEqual(
          back.drift
            .filter(({ difference }) => difference.action === 'create')
            .map(({ object }) => object)
            .toSorted(),
        )
      }),
    )
  })
})

describe('lookTwice()', () => {
  const broken = { id: 'i', holds: false, text: 'It is not so' }
  const found = (declared: Things, live: Things, more: object = {}): Look<string, Things> => ({
    ...{ ...compare(declared, live), live, invariants: [], ...more },
  })

  async function looked(
    looks: readonly (Look<string, Things> | string)[],
    isFixed = false,
  ): Promise<string> {
    let read = 0
    const result = await lookTwice(async () => {
      const look = looks[read++] ?? 'read too often'
      return typeof look === 'string' ? err([look]) : ok(look)
    }, isFixed)
    if (!result.ok) return `${read}: ${result.error.join()}`
    const { invariants, unconfirmed } = result.value
    return `${read}: ${short(result.value)} ${invariants.map(({ holds }) => holds).join()} once ${unconfirmed}`
  }

  test.each<[string, readonly (Look<string, Things> | string)[], string]>([
    ['one reading is enough for nothing', [found({ a: 1 }, { a: 1 })], '1:   once 0'],
    ['what both have', [found({ a: 1 }, { a: 2 }), found({ a: 1 }, { a: 2 })], '2: ~a   once 0'],
    [
      'what only the first has',
      [found({ a: 1 }, { b: 1 }), found({ a: 1 }, { a: 1 })],
      '2:   once 2',
    ],
    [
      'what changed in between',
      [found({ a: 1 }, { a: 2 }), found({ a: 1 }, { a: 3 })],
      '2:   once 2',
    ],
    ['a fault at first', ['away'], '1: away'],
    ['a fault at last', [found({ a: 1 }, {}), 'away'], '2: away'],
    [
      'an invariant that is broken twice',
      [found({}, {}, { invariants: [broken] }), found({}, {}, { invariants: [broken] })],
      '2:  false once 0',
    ],
    [
      'an invariant that holds again',
      [
        found({}, {}, { invariants: [broken] }),
        found({}, {}, { invariants: [{ ...broken, holds: true }] }),
      ],
      '2:  true once 0',
    ],
  ])('%s', async (_what, looks, wanted) => {
    expect(await looked(looks)).toBe(wanted)
  })

  test('a file is read once', async () => {
    expect(await looked([found({ a: 1 }, { a: 2 })], true)).toBe('1: ~a   once 0')
  })
})
