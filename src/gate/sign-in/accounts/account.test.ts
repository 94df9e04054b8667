// Names of accounts in comparable form, and directories joined into one.
import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { canonicalName, changedAccounts, joinDirectories, staticAccounts } from './account.ts'
import { alice } from './fake-desk.ts'
import { AssertionError, must } from '../../../std/assert.ts'

describe('canonicalName', () => {
  const same: readonly (readonly [typed: string, canonical: string])[] = [
    ['alice', 'alice'],
    ['ALICE', 'alice'],
    ['  Alice\u00a0', 'alice'],
    ['ａｌｉｃｅ', 'alice'],
    ['Straße', 'strasse'],
    ['STRASSE', 'strasse'],
    ['e\u0301mile', 'émile'],
    ['ÉMILE', 'émile'],
    ['ﬁona', 'fiona'],
    ['alice@example.com', 'alice@example.com'],
  ]
  for (const [typed, canonical] of same)
    test(`of ${JSON.stringify(typed)} is ${canonical}`, () => {
      expect(String(canonicalName(typed))).toBe(canonical)
    })

  for (const typed of [
    '',
    '  ',
    'a\0b',
    'a\nb',
    'a\u0085b',
    '\ud800',
    'x'.repeat(129),
    'ﷺ'.repeat(100),
  ])
    test(`is null for ${JSON.stringify(typed.slice(0, 12))}`, () => {
      expect(canonicalName(typed)).toBeNull()
    })

  test('is one for both sharp s and for the two letters they stand for', () => {
    const names = ['groß', 'GRO\u1e9e', 'gross'].map(canonicalName)
    expect(new Set<string | null>(names)).toEqual(new Set(['gross']))
  })

  test('is the same for its own result and for any case of the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 40 }), (text) => {
        const once = canonicalName(text)
        if (once === null) return
        expect(canonicalName(once)).toBe(once)
        expect(canonicalName(text.toUpperCase())).toBe(once)
      }),
      { numRuns: 2000 },
    )
  })
})

const name = (text: string) => must(canonicalName(text), 'A name of the test')

describe('staticAccounts', () => {
  test('finds by canonical name', () => {
    const directory = staticAccounts([alice])
    expect(directory.find(name('aLiCe'))).toMatchObject({ user: 'Alice', totpSecret: null })
    expect(directory.find(name('bob'))).toBeNull()
  })

  test('is a defect of ours with a hash that does not hold', () => {
    expect(() => staticAccounts([{ ...alice, passwordHash: 'secret' }])).toThrow(AssertionError)
  })
})

describe('joinDirectories', () => {
  test('lets the first directory win and lists everyone once', () => {
    const joined = joinDirectories([
      staticAccounts([{ ...alice, groups: ['first'] }]),
      staticAccounts([
        { ...alice, user: 'ALICE', groups: ['second'] },
        { ...alice, user: 'bob' },
      ]),
    ])
    expect(joined.find(name('alice'))).toMatchObject({ groups: ['first'] })
    expect(joined.find(name('bob'))).toMatchObject({ user: 'bob' })
    expect(joined.list().map((account) => account.user)).toEqual(['Alice', 'bob'])
  })

  test('does not fall through to the next directory where one cannot know', () => {
    const broken = { find: () => 'unavailable' as const, list: () => [], onChange: () => {} }
    expect(joinDirectories([broken, staticAccounts([alice])]).find(name('alice'))).toBe(
      'unavailable',
    )
  })
})

describe('changedAccounts', () => {
  const people = (...persons: (typeof alice)[]) =>
    new Map(
      staticAccounts(persons)
        .list()
        .map((account) => [account.canonical, account]),
    )
  const cases: readonly (readonly [what: string, after: (typeof alice)[], changed: string[]])[] = [
    ['nothing', [alice], []],
    ['another person', [alice, { ...alice, user: 'bob' }], []],
    ['a group less', [{ ...alice, groups: [] }], ['Alice']],
    ['a group more', [{ ...alice, groups: ['staff', 'admins'] }], ['Alice']],
    ['another e-mail address', [{ ...alice, email: 'a@example.org' }], ['Alice']],
    ['another spelling of the name', [{ ...alice, user: 'alice' }], ['Alice']],
    ['the person gone', [], ['Alice']],
  ]
  for (const [what, after, changed] of cases)
    test(`names whose sessions are untrue after: ${what}`, () => {
      const found = changedAccounts(people(alice), people(...after))
      expect(found.map((account) => account.user)).toEqual(changed)
    })
})
