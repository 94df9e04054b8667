// Password hashing is bounded: so many at once, so many waiting, no more.
import { describe, expect, test } from 'bun:test'
import { alice, alicePassword } from './fake-desk.ts'
import { parsePasswordHash } from './password-hash.ts'
import { PasswordHasher } from './password-hasher.ts'

const parsed = parsePasswordHash(alice.passwordHash)
if (!parsed.ok) throw new TypeError(parsed.error)
const hash = parsed.value

describe('PasswordHasher.verify', () => {
  const cases: readonly (readonly [
    name: string,
    password: string,
    result: 'match' | 'mismatch',
  ])[] = [
    ['the password', alicePassword, 'match'],
    ['another password', 'wrong', 'mismatch'],
    ['another case', alicePassword.toUpperCase(), 'mismatch'],
    ['an empty password', '', 'mismatch'],
    ['a password with a NUL', `${alicePassword}\0`, 'mismatch'],
    ['a password longer than 1,024 bytes', 'é'.repeat(513), 'mismatch'],
  ]
  for (const [name, password, result] of cases)
    test(`${result} for ${name}`, async () => {
      const hasher = new PasswordHasher(() => ({ hashesMax: 1, hashQueueMax: 1 }))
      expect(await hasher.verify(password, hash)).toBe(result)
      expect(hasher.running).toBe(0)
    })

  test('matches a password of exactly 1,024 bytes', async () => {
    const long = 'x'.repeat(1024)
    const own = parsePasswordHash(
      await Bun.password.hash(long, { algorithm: 'argon2id', memoryCost: 7168, timeCost: 1 }),
    )
    const hasher = new PasswordHasher(() => ({ hashesMax: 1, hashQueueMax: 1 }))
    expect(own.ok && (await hasher.verify(long, own.value))).toBe('match')
    expect(own.ok && (await hasher.verify(`${long}x`, own.value))).toBe('mismatch')
  })

  test('matches the same letters, however a keyboard composes them', async () => {
    const hasher = new PasswordHasher(() => ({ hashesMax: 1, hashQueueMax: 1 }))
    const own = await hasher.hash('pâsswörd of a person')
    expect(own === null ? null : await hasher.verify('pa\u0302sswo\u0308rd of a person', own)).toBe(
      'match',
    )
  })

  test('runs at most hashesMax at once, lets hashQueueMax wait and refuses the rest', async () => {
    const hasher = new PasswordHasher(() => ({ hashesMax: 3, hashQueueMax: 10 }))
    let runningMost = 0
    const results = await Promise.all(
      Array.from({ length: 100 }, async () => {
        const result = hasher.verify('wrong', hash)
        runningMost = Math.max(runningMost, hasher.running)
        expect(hasher.waiting).toBeLessThanOrEqual(10)
        return result
      }),
    )
    expect(runningMost).toBe(3)
    expect(results.filter((result) => result === 'mismatch')).toHaveLength(13)
    expect(results.filter((result) => result === 'busy')).toHaveLength(87)
    expect([hasher.running, hasher.waiting]).toEqual([0, 0])
  })

  test('says how long to wait, never less than a second', async () => {
    const hasher = new PasswordHasher(() => ({ hashesMax: 1, hashQueueMax: 64 }))
    expect(hasher.retryAfterSeconds()).toBe(1)
    const all = Array.from({ length: 65 }, () => hasher.verify('wrong', hash))
    expect(hasher.retryAfterSeconds()).toBe(9)
    await Promise.all(all)
  })
})
