// Challenges of passkeys: whose they are, what for, how long, and that each is used once.
import { describe, expect, test } from 'bun:test'
import { freshBinding } from '../binding.ts'
import { type ChallengeFor, freshChallenge, openChallenge, useChallenge } from './challenge.ts'
import { fakeDesk } from './fake-desk.ts'
import { toBase64Url } from '../../../std/bytes.ts'

const forAlice: ChallengeFor = { use: 'add', name: 'alice', userHandle: 'AAAA' }

function made(of: ChallengeFor = forAlice) {
  const desk = fakeDesk()
  const binding = freshBinding(desk.world.random)
  return { desk, binding, fresh: freshChallenge(desk, binding, of) }
}

describe('openChallenge', () => {
  test('gives back what the challenge was made for', () => {
    const { desk, binding, fresh } = made()
    expect(fresh.bytes).toHaveLength(32)
    expect(openChallenge(desk, binding, { use: 'add', sealed: fresh.sealed })).toEqual({
      ...forAlice,
      challenge: toBase64Url(fresh.bytes),
    })
  })

  test('is null for another use', () => {
    const { desk, binding, fresh } = made()
    expect(openChallenge(desk, binding, { use: 'sign-in', sealed: fresh.sealed })).toBeNull()
  })

  test('is null in another browser', () => {
    const { desk, fresh } = made()
    const other = freshBinding(desk.world.random)
    expect(openChallenge(desk, other, { use: 'add', sealed: fresh.sealed })).toBeNull()
  })

  const ages: readonly (readonly [ms: number, good: boolean])[] = [
    [0, true],
    [119_999, true],
    [120_000, false],
    [86_400_000, false],
  ]
  for (const [ms, good] of ages)
    test(`is ${good ? 'good' : 'null'} after ${ms} ms`, () => {
      const { desk, binding, fresh } = made()
      desk.world.clock.advance(ms)
      const opened = openChallenge(desk, binding, { use: 'add', sealed: fresh.sealed })
      expect(opened !== null).toBe(good)
    })

  test('is null for one sealed by another secret, or for another purpose', () => {
    const { desk, binding, fresh } = made()
    const form = desk.context.sealer.seal('form', JSON.stringify(['add', 'x', 'y', 'a', 'b', 0]))
    for (const sealed of ['', 'AAAA', form, `${fresh.sealed.slice(0, -1)}_`, 'x'.repeat(10_000)])
      expect(openChallenge(desk, binding, { use: 'add', sealed })).toBeNull()
  })

  test('is null whichever byte of it was changed', () => {
    const { desk, binding, fresh } = made()
    const bytes = Uint8Array.fromBase64(fresh.sealed, { alphabet: 'base64url' })
    for (let i = 0; i < bytes.length; i++) {
      const changed = bytes.map((byte, at) => (at === i ? byte ^ 1 : byte))
      const sealed = toBase64Url(changed)
      expect(openChallenge(desk, binding, { use: 'add', sealed })).toBeNull()
    }
  })
})

describe('useChallenge', () => {
  test('is true once', () => {
    const { desk } = made()
    expect([1, 2, 3].map(() => useChallenge(desk, 'C'))).toEqual([true, false, false])
    expect(useChallenge(desk, 'D')).toBe(true)
  })

  test('remembers within a bound', () => {
    const { desk } = made()
    for (let i = 0; i < 25_000; i++) useChallenge(desk, `challenge ${i}`)
    expect(desk.accounts.usedChallenges.size).toBe(20_000)
    expect(useChallenge(desk, 'challenge 24999')).toBe(false)
  })
})
