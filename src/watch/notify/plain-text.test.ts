// Text from outside: one line, cut whole, and without secrets.
import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { cut, cutBytes, oneLine, withoutSecrets } from './plain-text.ts'

describe('oneLine()', () => {
  test.each([
    ['a\r\nBcc: b@example.com', 'a Bcc: b@example.com'],
    ['tab\tand\u0000null', 'tab and null'],
    ['\u202egpj.exe', 'gpj.exe'],
    ['line\u2028separator', 'line separator'],
    ['  many   spaces  ', 'many spaces'],
    ['grün 灯 🔴', 'grün 灯 🔴'],
  ])('%j becomes %j', (text, wanted) => {
    expect(oneLine(text, 100)).toBe(wanted)
  })
  test('never breaks a line, is never too long and never half a character', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }),
        fc.integer({ min: 1, max: 50 }),
        (text, lengthMax) => {
          const line = oneLine(text, lengthMax)
          expect(line.length).toBeLessThanOrEqual(lengthMax)
          expect(line).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}]/u)
          expect(line.isWellFormed()).toBe(true)
        },
      ),
    )
  })
})

describe('cut() and cutBytes()', () => {
  test('leave short text alone and end long text with an ellipsis', () => {
    expect(cut('short', 5)).toBe('short')
    expect(cut('longer', 5)).toBe('long…')
    expect(cut('🔴🔴🔴', 4)).toBe('🔴…')
    expect(cutBytes('ü'.repeat(10), 20)).toBe('ü'.repeat(10))
  })
  test('keep to bytes for any text', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', maxLength: 200 }),
        fc.integer({ min: 8, max: 100 }),
        (text, bytesMax) => {
          expect(new TextEncoder().encode(cutBytes(text, bytesMax)).length).toBeLessThanOrEqual(
            bytesMax,
          )
        },
      ),
    )
  })
})

describe('withoutSecrets()', () => {
  test.each([
    ['no such token: abc123', ['abc123'], 'no such token: [hidden]'],
    ['https://h/x/abc123 failed', ['abc123', 'https://h/x/abc123'], '[hidden] failed'],
    ['nothing here', [null, ''], 'nothing here'],
    ['a short "a" is no secret', ['a'], 'a short "a" is no secret'],
  ])('%j without %j', (text, secrets, wanted) => {
    expect(withoutSecrets(text, secrets)).toBe(wanted)
  })
})
