// Recovery codes: how they are made and how they are known again.
import { describe, expect, test } from 'bun:test'
import { canonicalName } from './account.ts'
import { newRecoveryCodes, recoveryDigest } from './recovery-codes.ts'
import { must } from '../../../std/assert.ts'
import { seededRandom } from '../../../world/random.ts'

const alice = must(canonicalName('alice'), 'A name')
const bob = must(canonicalName('bob'), 'A name')

describe('newRecoveryCodes', () => {
  test('are ten different ones of eighty bits, in groups of four', () => {
    const codes = newRecoveryCodes(seededRandom(1))
    expect(new Set(codes).size).toBe(10)
    for (const code of codes) expect(code).toMatch(/^[a-z2-7]{4}(-[a-z2-7]{4}){3}$/)
  })
})

describe('recoveryDigest', () => {
  const code = 'abcd-efgh-ijkl-mn23'
  for (const typed of [code, 'ABCD-EFGH-IJKL-MN23', ' abcd efgh ijkl mn23 ', 'abcdefghijklmn23'])
    test(`is the same for ${JSON.stringify(typed)}`, () => {
      expect(recoveryDigest(alice, typed)).toBe(recoveryDigest(alice, code))
    })

  test('is another for another person and another code', () => {
    expect(recoveryDigest(bob, code)).not.toBe(recoveryDigest(alice, code))
    expect(recoveryDigest(alice, 'abcd-efgh-ijkl-mn24')).not.toBe(recoveryDigest(alice, code))
  })

  for (const typed of ['', 'abcd', '123456', 'abcd-efgh-ijkl-mno0', 'x'.repeat(10_000)])
    test(`is null for ${JSON.stringify(typed.slice(0, 20))}`, () => {
      expect(recoveryDigest(alice, typed)).toBeNull()
    })
})
