// Which hashes are taken, and what stands in for the hash of a name that nobody has.
import { describe, expect, test } from 'bun:test'
import { decoyHash, hashCost, parsePasswordHash } from './password-hash.ts'
import { hashPassword } from './password-hasher.ts'
import { seededRandom } from '../../../world/random.ts'

const salt = 'A'.repeat(22)
const digest = 'A'.repeat(43)
const hash = (cost: string, saltText = salt, digestText = digest): string =>
  `$argon2id$v=19$${cost}$${saltText}$${digestText}`

describe('parsePasswordHash', () => {
  const good = [
    hash('m=65536,t=2,p=1'),
    hash('m=65536,t=3,p=4'),
    hash('m=19456,t=2,p=1'),
    hash('m=7168,t=5,p=1'),
    hash('m=262144,t=2,p=1'),
  ]
  for (const text of good)
    test(`takes ${text.slice(0, 32)}`, () => {
      expect(parsePasswordHash(text).ok).toBe(true)
    })

  const bad: readonly (readonly [name: string, text: string, part: string])[] = [
    ['a hash that would take 4 GiB', hash('m=4194304,t=1,p=1'), 'm="4194304"'],
    ['a hash that would take minutes', hash('m=262144,t=16,p=1'), 'm*t="4194304"'],
    ['a thousand passes', hash('m=7168,t=999,p=1'), 't="999"'],
    ['no pass at all', hash('m=65536,t=0,p=1'), 't="0"'],
    ['no lane', hash('m=65536,t=2,p=0'), 'p="0"'],
    ['a hundred lanes', hash('m=65536,t=2,p=100'), 'p="100"'],
    ['a hash that is quickly searched', hash('m=64,t=1,p=1'), 'm="64"'],
    ['a short salt', hash('m=65536,t=2,p=1', 'AAAA'), 'salt of "3" bytes'],
    ['a short digest', hash('m=65536,t=2,p=1', salt, 'AAAAAAAA'), 'digest of "6" bytes'],
    ['argon2i', hash('m=65536,t=2,p=1').replace('argon2id', 'argon2i'), 'not argon2id'],
    ['bcrypt', '$2b$10$abcdefghijklmnopqrstuuJ8.x1Qf6m3sZ3uO5y2M6u6F1m7jK3bG', 'not argon2id'],
    ['a password in the clear', 'correct horse battery staple', 'not argon2id'],
    ['nothing', '', 'not argon2id'],
    ['a line more', `${hash('m=65536,t=2,p=1')}\n`, 'not argon2id'],
  ]
  for (const [name, text, part] of bad)
    test(`refuses ${name} and says what is wrong, not what it read`, () => {
      const parsed = parsePasswordHash(text)
      expect(parsed.ok).toBe(false)
      if (parsed.ok) return
      expect(parsed.error).toContain(part)
      if (text !== '') expect(parsed.error).not.toContain(text)
    })

  test('takes what hashPassword makes, at the cost that it names', async () => {
    const made = await hashPassword('a long enough password')
    expect(parsePasswordHash(made).ok).toBe(true)
    expect(made).toContain(`m=${hashCost.memoryKiB},t=${hashCost.passes},p=1`)
    expect(await Bun.password.verify('a long enough password', made)).toBe(true)
  })
})

describe('decoyHash', () => {
  test('costs what its model costs, is well formed, and is matched by no common password', async () => {
    const model = parsePasswordHash(hash('m=7168,t=3,p=1'))
    expect(model.ok).toBe(true)
    if (!model.ok) return
    const decoy = decoyHash(model.value, seededRandom(7))
    expect(decoy).toContain('$m=7168,t=3,p=1$')
    expect(parsePasswordHash(decoy).ok).toBe(true)
    expect(await Bun.password.verify('password', decoy)).toBe(false)
  })

  test('costs what our own hashes cost when there is no model', () => {
    expect(decoyHash(null, seededRandom(7))).toContain(`$m=${hashCost.memoryKiB},t=`)
  })
})
