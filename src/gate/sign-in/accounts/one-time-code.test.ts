// One-time codes against the test vectors of RFC 6238, appendix B, and around the edges of a step.
import { describe, expect, test } from 'bun:test'
import {
  enrolmentUri,
  isTotpSecret,
  newTotpSecret,
  stepOfCode,
  typedCode,
} from './one-time-code.ts'
import { seededRandom } from '../../../world/random.ts'

/** "12345678901234567890" in base32, the secret of the RFC's SHA-1 vectors. */
const secret = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'

describe('stepOfCode', () => {
  // The RFC prints eight digits; six-digit codes are their last six.
  const vectors: readonly (readonly [seconds: number, code: string])[] = [
    [59, '287082'],
    [1_111_111_109, '081804'],
    [1_111_111_111, '050471'],
    [1_234_567_890, '005924'],
    [2_000_000_000, '279037'],
    [20_000_000_000, '353130'],
  ]
  for (const [seconds, code] of vectors)
    test(`knows ${code} at ${seconds} s (RFC 6238 appendix B)`, () => {
      expect(stepOfCode(secret, code, seconds * 1000)).toBe(Math.floor(seconds / 30))
    })

  const steps: readonly (readonly [offsetSeconds: number, good: boolean])[] = [
    [-60, false],
    [-30, true],
    [-1, true],
    [0, true],
    [29, true],
    [30, true],
    [59, true],
    [60, false],
  ]
  for (const [offset, good] of steps)
    test(`${good ? 'takes' : 'refuses'} a code ${offset} s from the start of its step, and names it`, () => {
      const start = Math.floor(1_111_111_109 / 30) * 30
      const step = stepOfCode(secret, '081804', (start + offset) * 1000)
      expect(step).toBe(good ? start / 30 : null)
    })

  for (const code of ['000000', '287083', '94287082'])
    test(`refuses ${code}`, () => expect(stepOfCode(secret, code, 59_000)).toBeNull())
})

describe('typedCode', () => {
  const cases: readonly (readonly [typed: string, code: string | null])[] = [
    ['287082', '287082'],
    [' 287 082 ', '287082'],
    ['287-082', '287082'],
    ['２８７０８２', '287082'],
    ['28708', null],
    ['2870822', null],
    ['28708a', null],
    ['', null],
    ['abcd-efgh-ijkl-mnop', null],
  ]
  for (const [typed, code] of cases)
    test(`reads ${JSON.stringify(typed)} as ${code}`, () => expect(typedCode(typed)).toBe(code))
})

describe('newTotpSecret', () => {
  test('is 160 bits in base32 that we take ourselves, and another each time', () => {
    const random = seededRandom(3)
    const made = [newTotpSecret(random), newTotpSecret(random)]
    expect(made[0]).toHaveLength(32)
    expect(made.every(isTotpSecret)).toBe(true)
    expect(made[0]).not.toBe(made[1])
  })
})

describe('isTotpSecret', () => {
  for (const text of [
    '',
    'JBSWY3DP',
    'lower case is not base32 here',
    '1'.repeat(32),
    'A'.repeat(200),
  ])
    test(`refuses ${JSON.stringify(text.slice(0, 20))}`, () =>
      expect(isTotpSecret(text)).toBe(false))
})

describe('enrolmentUri', () => {
  test('is what authenticator apps read', () => {
    const uri = new URL(enrolmentUri(secret, 'auth.example.com', 'alice & co'))
    expect(uri.protocol).toBe('otpauth:')
    expect(decodeURIComponent(uri.pathname)).toBe('/auth.example.com:alice & co')
    expect(Object.fromEntries(uri.searchParams)).toMatchObject({
      secret,
      issuer: 'auth.example.com',
      algorithm: 'SHA1',
      digits: '6',
      period: '30',
    })
  })
})
