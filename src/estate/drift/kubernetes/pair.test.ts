// What a cluster adds is no difference, what somebody changed or added to a list is.
import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { differences } from '../../plan/difference.ts'
import { paired, quantityOf } from './pair.ts'

/** Paths that differ, each with what it is live. */
function differs(declared: unknown, live: unknown): string {
  const pair = paired(declared, live)
  const [found] = differences(
    [{ address: 'a', value: pair.live }],
    [{ address: 'a', value: pair.declared }],
  )
  return (found?.attributes ?? [])
    .map(({ before, path }) => `${path}=${JSON.stringify(before) ?? 'nothing'}`)
    .join(' ')
}

describe('paired()', () => {
  test.each<[string, unknown, unknown]>([
    ['equal ones', { a: 1 }, { a: 1 }],
    ['fields that nobody declared', { a: { b: 1 } }, { a: { b: 1, c: 2 }, d: 3 }],
    [
      'fields of elements that nobody declared',
      { a: [{ name: 'x' }] },
      { a: [{ name: 'x', y: 1 }] },
    ],
    [
      'named elements in another order',
      { a: [{ name: 'x' }, { name: 'y' }] },
      { a: [{ name: 'y' }, { name: 'x' }] },
    ],
    ['an empty list that is left out', { a: [] }, {}],
    ['an empty mapping that is left out', { a: {} }, {}],
    ['a false that is left out', { globalDefault: false }, {}],
    [
      'quantities',
      { requests: { memory: '1024Mi', cpu: '1000m' } },
      { requests: { memory: '1Gi', cpu: '1' } },
    ],
    [
      'quantities of a quota',
      { hard: { 'requests.cpu': '2000m', pods: '100' } },
      { hard: { 'requests.cpu': '2', pods: '100' } },
    ],
    [
      'a quantity that is a number',
      { emptyDir: { sizeLimit: '1k' } },
      { emptyDir: { sizeLimit: 1000 } },
    ],
  ])('tells no difference of %s', (_what, declared, live) => {
    expect(differs(declared, live)).toBe('')
  })

  test.each<[string, unknown, unknown, string]>([
    ['another value', { a: { b: 1 } }, { a: { b: 2 } }, 'a.b=2'],
    ['a value that is gone', { a: 1 }, {}, 'a=nothing'],
    ['a value that is null', { a: 1 }, { a: null }, 'a=nothing'],
    [
      'a flag that is gone',
      { automountServiceAccountToken: false },
      {},
      'automountServiceAccountToken=nothing',
    ],
    ['another type', { a: { b: 1 } }, { a: [1] }, 'a=[1]'],
    ['a text for a mapping', { a: { b: 1 } }, { a: 'x' }, 'a="x"'],
    [
      'a further named element',
      { a: [{ name: 'x' }] },
      { a: [{ name: 'x' }, { name: 'y', image: 'z' }] },
      'a.y={"name":"y","image":"z"}',
    ],
    ['a further element', { a: [{ b: 1 }] }, { a: [{ b: 1 }, { b: 2 }] }, 'a.1={"b":2}'],
    ['an element that is gone', { a: [{ b: 1 }, { b: 2 }] }, { a: [{ b: 1 }] }, 'a.1=nothing'],
    [
      'places that changed',
      { a: [{ b: 1 }, { b: 2 }] },
      { a: [{ b: 2 }, { b: 1 }] },
      'a.0.b=2 a.1.b=1',
    ],
    [
      'elements that lost their names',
      { a: [{ name: 'x' }] },
      { a: [{ name: 'x' }, { b: 1 }] },
      'a.1={"b":1}',
    ],
    [
      'two elements of one name',
      { a: [{ name: 'x' }] },
      { a: [{ name: 'x' }, { name: 'x', b: 1 }] },
      'a.1={"name":"x","b":1}',
    ],
    ['an element for none', { a: [] }, { a: [{ b: 1 }] }, 'a=[{"b":1}]'],
    ['order of plain values', { args: ['a', 'b'] }, { args: ['b', 'a'] }, 'args=["b","a"]'],
    [
      'another quantity',
      { requests: { cpu: '1' } },
      { requests: { cpu: '1001m' } },
      'requests.cpu="1001m"',
    ],
    [
      'what only looks like a quantity',
      { labels: { x: '1' } },
      { labels: { x: '1000m' } },
      'labels.x="1000m"',
    ],
    ['what objects have by birth', { constructor: 'x' }, {}, 'constructor=nothing'],
  ])('tells %s', (_what, declared, live, wanted) => {
    expect(differs(declared, live)).toBe(wanted)
  })

  test('of anything and itself tells nothing, whatever is added to its mappings', () => {
    fc.assert(
      fc.property(
        fc.object({ maxDepth: 4, values: [fc.string(), fc.integer(), fc.boolean()] }),
        (value) => {
          expect(differs(value, { ...structuredClone(value), 'added by somebody': 1 })).toBe('')
        },
      ),
    )
  })

  test('ends, however deep an object is', () => {
    let deep: unknown = 1
    for (let i = 0; i < 3000; i++) deep = { a: deep }
    expect(paired(deep, { a: 1 }).live).toEqual({ a: 1 })
    expect(differs(deep, deep)).toBe('')
  })
})

describe('quantityOf()', () => {
  test.each<[unknown, number | null]>([
    ['0', 0],
    ['1', 1],
    ['100m', 0.1],
    ['1.5Gi', 1.5 * 2 ** 30],
    ['1e3', 1000],
    ['1E3', 1000],
    ['1E', 1e18],
    ['12k', 12_000],
    [7, 7],
    ['-1', -1],
    ['1Xi', null],
    ['1mi', null],
    ['1K', null],
    ['', null],
    ['Mi', null],
    [true, null],
    ['9'.repeat(100), null],
  ])('of %j is %p', (text, wanted) => expect(quantityOf(text)).toBe(wanted))
})
