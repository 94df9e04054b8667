// Suggestions for slips of the keyboard: near enough, and never far-fetched.
import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { editDistance, suggest } from './suggest.ts'

const names = ['groups', 'users', 'methods', 'networks', 'auth', 'host', 'paths']

describe('suggest()', () => {
  test('names what was probably meant, and nothing for another word', () => {
    const cases: readonly (readonly [typed: string, meant: string | null])[] = [
      ['group', 'groups'],
      ['gruops', 'groups'],
      ['Hosts', 'host'],
      ['method', 'methods'],
      ['network', 'networks'],
      ['pats', 'paths'],
      ['completely-different', null],
      ['', null],
    ]
    for (const [typed, meant] of cases)
      expect([typed, suggest(typed, names)]).toEqual([typed, meant])
  })

  test('has nothing to say when nothing is allowed', () => {
    expect(suggest('groups', [])).toBeNull()
  })
})

describe('editDistance()', () => {
  test('counts insertions, deletions and substitutions', () => {
    const cases: readonly (readonly [a: string, b: string, distance: number])[] = [
      ['', '', 0],
      ['abc', '', 3],
      ['kitten', 'sitting', 3],
      ['flaw', 'lawn', 2],
      ['same', 'same', 0],
    ]
    for (const [a, b, distance] of cases)
      expect([a, b, editDistance(a, b)]).toEqual([a, b, distance])
  })

  test('is a metric: symmetric, zero only for equals, never longer over a third word', () => {
    const word = fc.string({ maxLength: 8 })
    fc.assert(
      fc.property(word, word, word, (a, b, c) => {
        expect(editDistance(a, b)).toBe(editDistance(b, a))
        expect(editDistance(a, b) === 0).toBe(a === b)
        expect(editDistance(a, c)).toBeLessThanOrEqual(editDistance(a, b) + editDistance(b, c))
      }),
    )
  })
})
