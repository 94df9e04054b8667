import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import {
  type Shape,
  aFlag,
  aNumber,
  aText,
  aTextThat,
  listOf,
  objectOf,
  oneOf,
  orNull,
  readJson,
  tupleOf,
} from './shape.ts'

interface Pet {
  readonly name: string
  readonly legs: number | null
  readonly tags: readonly ('soft' | 'loud')[]
}
const pet: Shape<Pet> = objectOf<Pet>({
  name: aText,
  legs: orNull(aNumber),
  tags: listOf(oneOf(['soft', 'loud'])),
})

describe('shapes', () => {
  const cases: readonly (readonly [string, unknown, unknown])[] = [
    [
      'a whole object',
      { name: 'a', legs: 4, tags: ['soft'] },
      { name: 'a', legs: 4, tags: ['soft'] },
    ],
    [
      'null where it may be',
      { name: 'a', legs: null, tags: [] },
      { name: 'a', legs: null, tags: [] },
    ],
    [
      'more than asked for',
      { name: 'a', legs: 1, tags: [], x: 1 },
      { name: 'a', legs: 1, tags: [] },
    ],
    ['a missing field', { name: 'a', tags: [] }, undefined],
    ['a field of the prototype', { __proto__: { name: 'a' }, legs: 1, tags: [] }, undefined],
    ['a number that is none', { name: 'a', legs: Number.NaN, tags: [] }, undefined],
    ['a word that is not on the list', { name: 'a', legs: 1, tags: ['wet'] }, undefined],
    ['a list in place of an object', ['a'], undefined],
    ['null', null, undefined],
  ]
  for (const [name, value, wanted] of cases)
    test(`objectOf() reads ${name} as it should`, () => {
      expect(pet(value)).toEqual(wanted as Pet | undefined)
    })

  test('tupleOf() wants each element in its place', () => {
    const pair = tupleOf<readonly [string, boolean]>(aText, aFlag)
    expect(pair(['a', false])).toEqual(['a', false])
    expect(pair(['a'])).toBeUndefined()
    expect(pair([false, 'a'])).toBeUndefined()
    expect(pair('a')).toBeUndefined()
  })

  test('aTextThat() asks its guard', () => {
    const loud = aTextThat((text): text is 'LOUD' => text === 'LOUD')
    expect(loud('LOUD')).toBe('LOUD')
    expect(loud('quiet')).toBeUndefined()
  })

  test('readJson() gives undefined for what is no JSON', () => {
    expect(readJson('{"name":', pet)).toBeUndefined()
    expect(readJson('{"name":"a","legs":2,"tags":[]}', pet)?.legs).toBe(2)
  })

  test('readJson() gives back what was written, and never throws', () => {
    const arbitrary = fc.record({
      name: fc.string(),
      legs: fc.option(fc.integer()),
      tags: fc.array(fc.constantFrom('soft' as const, 'loud' as const)),
    })
    fc.assert(
      fc.property(arbitrary, (value) => {
        expect(readJson(JSON.stringify(value), pet)).toEqual(value)
      }),
    )
    fc.assert(fc.property(fc.anything(), (value) => pet(value) === undefined || true))
  })
})
