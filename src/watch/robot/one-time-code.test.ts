// One-time codes against the vectors of RFC 6238, and seeds as people and programs write them.
import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { codeOf, seedBytes, stepAt } from './one-time-code.ts'

/** The seed of RFC 6238 appendix B, in ASCII and in base32. */
const ascii = '12345678901234567890'
const base32 = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'

describe('codeOf()', () => {
  // The last six digits of the eight in appendix B.
  test.each([
    [59, '287082'],
    [1_111_111_109, '081804'],
    [1_111_111_111, '050471'],
    [1_234_567_890, '005924'],
    [2_000_000_000, '279037'],
    [20_000_000_000, '353130'],
  ])('at second %p it is %p', (second, code) => {
    expect(codeOf(Buffer.from(ascii), stepAt(second * 1000))).toBe(code)
  })
})

describe('stepAt()', () => {
  test.each([
    [0, 0],
    [29_999, 0],
    [30_000, 1],
    [-1, 0],
  ])('%p ms is step %p', (ms, step) => {
    expect(stepAt(ms)).toBe(step)
  })
})

describe('seedBytes()', () => {
  test.each([
    ['as it is', base32],
    ['in small letters', base32.toLowerCase()],
    ['in groups', 'GEZD GNBV GY3T QOJQ GEZD-GNBV-GY3T-QOJQ'],
    ['with padding', `${base32}====`],
  ])('reads a seed %s', (_, text) => {
    expect(Buffer.from(seedBytes(text) ?? []).toString()).toBe(ascii)
  })

  test.each([
    ['nothing', ''],
    ['one that is too short', 'GEZDGNBVGY3TQOJ'],
    ['one that is too long', 'A'.repeat(104)],
    ['digits that base32 lacks', 'GEZDGNBVGY3TQOJ0GEZDGNBVGY3TQOJ1'],
    ['an address', 'otpauth://totp/x?secret=GEZDGNBVGY3TQOJQ'],
    ['padding in the middle', 'GEZDGNBV====GY3TQOJQGEZD'],
  ])('refuses %s', (_, text) => {
    expect(seedBytes(text)).toBeNull()
  })

  test('gives back what was written in base32, whatever it is', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 10, maxLength: 64 }), (bytes) => {
        let bits = ''
        for (const byte of bytes) bits += byte.toString(2).padStart(8, '0')
        const text = (bits.match(/.{1,5}/g) ?? [])
          .map(
            (five) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'[Number.parseInt(five.padEnd(5, '0'), 2)],
          )
          .join('')
        expect(seedBytes(text)).toEqual(bytes)
      }),
    )
  })
})
