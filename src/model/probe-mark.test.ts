// The mark of a probe: its form, its length, and who could have written it.
import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import {
  isProbeMarkTrue,
  markNonceBytes,
  probeKeyOf,
  readProbeMark,
  writeProbeMark,
} from './probe-mark.ts'

const now = 1_800_000_000_123
const nonce = new Uint8Array(markNonceBytes).fill(7)
const text = writeProbeMark('key', now, nonce)

describe('writeProbeMark()', () => {
  test('writes seconds, nonce and a signature over both', () => {
    expect(text).toMatch(/^1800000000\.BwcHBwcHBwcHBwcHBwcHBw\.[A-Za-z0-9_-]{43}$/)
    expect(writeProbeMark('key', now + 800, nonce)).toBe(text)
    expect(writeProbeMark('key', now + 1000, nonce)).not.toBe(text)
    expect(writeProbeMark('key 2', now, nonce)).not.toBe(text)
  })

  test('writes what is read and true, for any key, time and nonce', () => {
    const times = fc.integer({ min: 1_000_000_000_000, max: 9_999_999_999_999 })
    const nonces = fc.uint8Array({ minLength: markNonceBytes, maxLength: markNonceBytes })
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), times, nonces, (key, at, bytes) => {
        const mark = readProbeMark(writeProbeMark(key, at, bytes))
        expect(mark?.at).toBe(Math.floor(at / 1000))
        expect(mark !== null && isProbeMarkTrue(key, mark)).toBe(true)
        expect(mark !== null && isProbeMarkTrue(`${key}x`, mark)).toBe(false)
      }),
    )
  })
})

describe('readProbeMark()', () => {
  test.each([
    '',
    text.slice(1),
    `${text}=`,
    text.replaceAll('.', '-'),
    text.replace('1', '+'),
    ` ${text.slice(1)}`,
    `${text.slice(0, -1)}\u0100`,
    'x'.repeat(77),
  ])('refuses %j', (wrong) => {
    expect(readProbeMark(wrong)).toBeNull()
  })

  test('takes any text without throwing, and nothing that is not signed for true', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 70, maxLength: 80 }), (any) => {
        const mark = readProbeMark(any)
        expect(mark === null || !isProbeMarkTrue('key', mark)).toBe(true)
      }),
    )
  })
})

test('probeKeyOf() gives one key for one secret, and it is not the secret', () => {
  const secret = new Uint8Array(32).fill(9)
  expect(probeKeyOf(secret)).toBe(probeKeyOf(secret))
  expect(probeKeyOf(secret)).toHaveLength(43)
  expect(probeKeyOf(new Uint8Array(32))).not.toBe(probeKeyOf(secret))
})
