// Claims to an identity: what is taken, what is repaired, what is refused.
import { describe, expect, test } from 'bun:test'
import { type Claims, groupsMax, identityFromClaims, lacksClaims } from './claims.ts'

const provider = {
  id: 'main',
  claims: { user: 'preferred_username', groups: 'groups', email: 'email', name: 'name' },
}
const good: Claims = {
  preferred_username: 'alice',
  name: 'Alice',
  email: 'alice@example.com',
  email_verified: true,
  groups: ['staff'],
}

function identity(claims: Claims, named: readonly string[] = []) {
  return identityFromClaims(claims, provider, new Set(named))
}

function field(claims: Claims): unknown {
  const result = identity({ ...good, ...claims })
  return result.ok ? result.value : result.error.code
}

describe('identityFromClaims', () => {
  test('reads the configured claims', () => {
    expect(field({})).toEqual({
      user: 'alice',
      name: 'Alice',
      email: 'alice@example.com',
      groups: ['staff'],
      provider: 'main',
    })
  })

  const users: readonly (readonly [unknown, string])[] = [
    [undefined, 'missing-claim'],
    [null, 'missing-claim'],
    ['', 'missing-claim'],
    [{}, 'unusable-claim'],
    [['alice'], 'unusable-claim'],
    [true, 'unusable-claim'],
    [1.5, 'unusable-claim'],
    ['root ', 'unusable-claim'],
    ['\u00a0root', 'unusable-claim'],
    ['ro\u0000ot', 'unusable-claim'],
    ['ro\not', 'unusable-claim'],
    ['ro\u0085ot', 'unusable-claim'],
    ['ro\u2028ot', 'unusable-claim'],
    ['\ud800', 'unusable-claim'],
    ['x'.repeat(256), 'unusable-claim'],
  ]
  for (const [user, code] of users)
    test(`refuses the user name ${JSON.stringify(user)?.slice(0, 20)}`, () => {
      expect(field({ preferred_username: user })).toBe(code)
    })

  test('takes a number and any script for a user name', () => {
    expect(field({ preferred_username: 1234 })).toMatchObject({ user: '1234' })
    expect(field({ preferred_username: 'Ælis 雪' })).toMatchObject({ user: 'Ælis 雪' })
  })

  test('repairs a name to show', () => {
    expect(field({ name: 'A\u0000li\r\nce ' })).toMatchObject({ name: 'Alice' })
    expect(field({ name: 7 })).toMatchObject({ name: '' })
    expect(field({ name: '\ud83d\ude00'.repeat(300) })).toMatchObject({
      name: expect.stringMatching(/^(?:\ud83d\ude00)+\ufffd?$/),
    })
  })

  test('leaves out an e-mail address that is not the person’s, too long or odd', () => {
    for (const claims of [
      { email_verified: false },
      { email_verified: 'false' },
      { email: `${'x'.repeat(248)}@e.test` },
      { email: 'a\n@e.test' },
      { email: 7 },
      { email: undefined },
    ])
      expect(field(claims)).toMatchObject({ email: '' })
  })

  test('does not know people by an address that is not verified', () => {
    const byEmail = { ...provider, claims: { ...provider.claims, user: 'email' } }
    const of = (claims: Claims) => identityFromClaims(claims, byEmail, new Set())
    expect(of(good)).toMatchObject({ ok: true, value: { user: 'alice@example.com' } })
    expect(of({ ...good, email_verified: false })).toMatchObject({
      ok: false,
      error: { code: 'missing-claim' },
    })
  })

  test('takes groups as a list or as one text, each once, without what is no name', () => {
    const cases: readonly (readonly [unknown, readonly string[]])[] = [
      ['staff', ['staff']],
      ['a, b', ['a, b']],
      [
        ['b', 'a', 'b'],
        ['b', 'a'],
      ],
      [['a', 1, null, {}, ['x'], '', ' admins', 'adm\u0000ins', 'x'.repeat(256)], ['a']],
      [undefined, []],
      [null, []],
      [{ admins: true }, []],
    ]
    for (const [groups, expected] of cases)
      expect(field({ groups })).toMatchObject({ groups: expected })
  })

  test('keeps at most 2,000 groups, those that a rule names first', () => {
    const groups = Array.from({ length: 5000 }, (_, i) => `g${i}`)
    const result = identity({ ...good, groups }, ['g4999', 'g10'])
    const kept = result.ok ? result.value.groups : []
    expect(kept).toHaveLength(groupsMax)
    expect(kept.slice(0, 2)).toEqual(['g10', 'g4999'])
    expect(new Set(kept).size).toBe(groupsMax)
  })
})

describe('lacksClaims', () => {
  test('is true where one of the configured claims is not there', () => {
    expect(lacksClaims(good, provider.claims)).toBe(false)
    expect(lacksClaims({ ...good, groups: undefined }, provider.claims)).toBe(true)
    expect(lacksClaims({}, provider.claims)).toBe(true)
  })
})
