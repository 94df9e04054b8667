// Revocations in memory: whom they mean, and that they are bounded.
import { describe, expect, test } from 'bun:test'
import type { SessionKey } from '../../model/session.ts'
import { RevocationList, isKeyOnly, matchesSelector } from './revocations.ts'
import { sampleSession } from './samples.fixture.ts'

const a = 'a' as SessionKey

describe('RevocationList', () => {
  test('means a session that was sealed before or at the revocation, not one sealed after', () => {
    const list = new RevocationList(10)
    list.add({ selector: { user: 'alice' }, at: 100 })
    expect(list.means(sampleSession('a'), 99)).toBe(true)
    expect(list.means(sampleSession('a'), 100)).toBe(true)
    expect(list.means(sampleSession('a'), 101)).toBe(false)
  })

  test('means the session of a key whatever the clock said when it was sealed', () => {
    const list = new RevocationList(10)
    list.add({ selector: { key: a }, at: 100 })
    for (const sealedAt of [99, 100, 101, 3_600_100])
      expect(list.means(sampleSession('a'), sealedAt)).toBe(true)
    expect(list.means(sampleSession('b'), 99)).toBe(false)
  })

  test('many sign-outs do not push out what an administrator revoked', () => {
    const list = new RevocationList(10)
    list.add({ selector: { user: 'alice' }, at: 100 })
    for (let i = 0; i < 1000; i++) list.add({ selector: { key: `k${i}` as SessionKey }, at: 100 })
    expect(list.size).toBe(11)
    expect(list.means(sampleSession('a'), 50)).toBe(true)
  })

  test('forgets the oldest beyond its bound, and what is too old', () => {
    const list = new RevocationList(3)
    for (let at = 1; at <= 5; at++) list.add({ selector: { user: `u${at}` }, at })
    expect([...list].map((revocation) => revocation.at)).toEqual([3, 4, 5])
    list.add({ selector: { key: a }, at: 2 })
    list.prune(4)
    expect([...list].map((revocation) => revocation.at)).toEqual([4, 5])
  })

  test('removes exactly the one given', () => {
    const list = new RevocationList(10)
    const first = { selector: { key: a }, at: 1 }
    const second = { selector: { user: 'alice' }, at: 1 }
    list.add(first)
    list.add(second)
    list.remove({ selector: { key: a }, at: 1 })
    expect(list.size).toBe(2)
    list.remove(first)
    list.remove(second)
    expect(list.size).toBe(0)
  })
})

describe('matchesSelector', () => {
  const session = sampleSession('a', { providerSid: '', providerSub: 's', createdAt: 50 })
  const table = [
    [{}, true],
    [{ key: a }, true],
    [{ key: 'b' as SessionKey }, false],
    [{ user: 'alice', provider: 'id' }, true],
    [{ user: 'alice', provider: 'x' }, false],
    [{ providerSid: '' }, false],
    [{ providerSub: 's' }, true],
    [{ createdUntil: 50 }, true],
    [{ createdUntil: 49 }, false],
  ] as const
  for (const [selector, matches] of table)
    test(`${JSON.stringify(selector)} ${matches ? 'matches' : 'does not match'}`, () => {
      expect(matchesSelector(session, selector)).toBe(matches)
    })
})

test('isKeyOnly is true for one session and nothing broader', () => {
  expect(isKeyOnly({ key: a })).toBe(true)
  expect(isKeyOnly({ key: a, createdUntil: 1 })).toBe(true)
  expect(isKeyOnly({ key: a, user: 'alice' })).toBe(false)
  expect(isKeyOnly({ user: 'alice' })).toBe(false)
  expect(isKeyOnly({})).toBe(false)
})
