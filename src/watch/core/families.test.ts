// What belongs together and what it is called: tables over every layer, and properties over any elements.
import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { type ElementId, layerOf, layers } from '../../model/layer.ts'
import {
  adviceFor,
  adviceOf,
  byFamily,
  causeOf,
  failureOf,
  familyOf,
  recoveryOf,
  titleOf,
  urgencyOf,
} from './families.ts'

const someElement: fc.Arbitrary<ElementId> = fc.oneof(
  fc.constantFrom(...layers),
  fc.constantFrom<ElementId>('ingress/10.0.20.5', 'gate_new/10.0.30.1:9000', 'upstream/a.example'),
)

test.each<[ElementId, string]>([
  ['gate_new', 'gate'],
  ['gate_check', 'gate'],
  ['gate_new/10.0.30.1:9000', 'gate'],
  ['ingress', 'ingress'],
  ['ingress/10.0.20.5', 'ingress'],
  ['upstream/a.example', 'upstream/a.example'],
  ['upstream/b.example', 'upstream/b.example'],
  ['idp', 'idp'],
])('familyOf(%p) is %p', (element, family) => {
  expect(familyOf(element)).toBe(family)
})

test.each<[readonly ElementId[], string]>([
  [['gate_new'], 'layer:gate_new'],
  [['gate_check', 'gate_new'], 'layer:gate_check'],
  [['ingress/10.0.20.5'], 'layer:ingress/10.0.20.5'],
  [['upstream/a.example'], 'service:a.example'],
  [['upstream'], 'layer:upstream'],
  [[], 'layer:prober'],
])('causeOf(%j) is %p', (elements, cause) => {
  expect(String(causeOf(elements))).toBe(cause)
})

test.each<[readonly ElementId[], string, string]>([
  [['ingress'], 'The reverse proxy fails', 'The reverse proxy works again'],
  [
    ['ingress/10.0.20.5'],
    'The reverse proxy, at 10.0.20.5, fails',
    'The reverse proxy, at 10.0.20.5, works again',
  ],
  [['gate_new', 'gate_check'], 'The gate fails', 'The gate works again'],
  [
    ['gate_new'],
    'The gate, for whoever has no session yet, fails',
    'The gate, for whoever has no session yet, works again',
  ],
])('failureOf(%j) is %p, and what ends it %p', (elements, failure, recovery) => {
  expect(failureOf(elements)).toBe(failure)
  expect(recoveryOf(elements)).toBe(recovery)
})

describe('any elements', () => {
  test('stand in one family each, all of them, in order', () => {
    fc.assert(
      fc.property(fc.uniqueArray(someElement), (elements) => {
        const groups = [...byFamily(elements)]
        expect(groups.flatMap(([, group]) => group).toSorted()).toEqual(elements.toSorted())
        for (const [family, group] of groups)
          expect(group.map(familyOf)).toEqual(group.map(() => family))
      }),
    )
  })

  test('have a title that begins with a capital and names each of them', () => {
    fc.assert(
      fc.property(fc.uniqueArray(someElement, { minLength: 1 }), (elements) => {
        const title = titleOf(elements)
        expect(title.charAt(0)).toBe(title.charAt(0).toUpperCase())
        // Where all of the gate fails, one replica of it is no news.
        const isWholeGate = elements.includes('gate_new') && elements.includes('gate_check')
        const named = elements.filter(
          (each) => each.includes('/') && !(isWholeGate && familyOf(each) === 'gate'),
        )
        for (const element of named)
          expect(title.toLowerCase()).toContain(element.slice(element.indexOf('/') + 1))
      }),
    )
  })

  test('page unless all of them are services', () => {
    fc.assert(
      fc.property(fc.uniqueArray(someElement, { minLength: 1 }), (elements) => {
        const isShared = elements.some((element) => layerOf(element) !== 'upstream')
        expect(urgencyOf(elements)).toBe(isShared ? 'page' : 'notice')
      }),
    )
  })

  test('get the advice of each of their layers, none twice', () => {
    fc.assert(
      fc.property(fc.uniqueArray(someElement), (elements) => {
        const advice = adviceOf(elements)
        expect(new Set(advice).size).toBe(advice.length)
        for (const element of elements)
          for (const sentence of adviceFor[layerOf(element)]) expect(advice).toContain(sentence)
      }),
    )
  })
})

test.each([...layers])(
  'advice for %p begins with a command and ends without a full stop',
  (layer) => {
    const [first = '', ...more] = adviceFor[layer]
    expect(first).toMatch(/^Run gatehouse (doctor|why)/)
    for (const sentence of [first, ...more]) expect(sentence).not.toMatch(/\.$/)
  },
)
