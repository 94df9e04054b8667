// Textual forms of bytes: the vectors of RFC 4648 and what is refused.
import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { fromBase64Url, fromUtf8, toBase64Url, toUtf8 } from './bytes.ts'

describe('base64url', () => {
  test('writes the vectors of RFC 4648 section 10, unpadded', () => {
    const vectors: readonly (readonly [text: string, encoded: string])[] = [
      ['', ''],
      ['f', 'Zg'],
      ['fo', 'Zm8'],
      ['foo', 'Zm9v'],
      ['foob', 'Zm9vYg'],
      ['fooba', 'Zm9vYmE'],
      ['foobar', 'Zm9vYmFy'],
    ]
    for (const [text, encoded] of vectors) expect(toBase64Url(toUtf8(text))).toBe(encoded)
  })

  test('uses the URL alphabet', () => {
    expect(toBase64Url(Uint8Array.of(0xfb, 0xff, 0xbf))).toBe('-_-_')
  })

  test('refuses whatever it would not have written itself', () => {
    const refused = ['Zg==', 'Zg=', 'Z', 'Zh', 'Zm9', 'Zm9v+', 'Zm9v/', 'Zm 9v', 'Zm9v\n', 'Zmé']
    for (const text of refused) expect([text, fromBase64Url(text)]).toEqual([text, null])
  })

  test('reads back any bytes, and no other text reads as the same bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(fromBase64Url(toBase64Url(bytes))).toEqual(new Uint8Array(bytes))
      }),
    )
    fc.assert(
      fc.property(fc.string(), (text) => {
        const bytes = fromBase64Url(text)
        if (bytes !== null) expect(toBase64Url(bytes)).toBe(text)
      }),
    )
  })
})

describe('UTF-8', () => {
  test('reads back any well-formed text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(fromUtf8(toUtf8(text))).toBe(text)
      }),
    )
  })

  test('keeps a byte order mark: two texts are never read as one', () => {
    expect(fromUtf8(Uint8Array.of(0xef, 0xbb, 0xbf, 0x61))).toBe('\ufeffa')
  })

  test('gives null for bytes that are no UTF-8, instead of replacement characters', () => {
    const bad = [
      [0xff],
      [0xc3],
      [0xc0, 0xaf],
      [0xed, 0xa0, 0x80],
      [0x61, 0x80],
      [0xf4, 0x90, 0x80, 0x80],
    ]
    for (const bytes of bad)
      expect([bytes, fromUtf8(Uint8Array.from(bytes))]).toEqual([bytes, null])
  })
})
