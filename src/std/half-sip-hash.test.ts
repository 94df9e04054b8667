// HalfSipHash against the published vectors, and what a keyed hash must do.
import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { type HalfSipKey, halfSipHash } from './half-sip-hash.ts'

/** Key of the vectors: the bytes 0 to 7. */
const key: HalfSipKey = [0x03020100, 0x07060504]

test('halfSipHash() gives the vectors of HalfSipHash-1-3 over the bytes 0, 0 1, 0 1 2 …', () => {
  // The first thirteen of `test_vectors_hsiphash` of the Linux kernel, for words of 32 bits.
  const vectors = [
    0x5814c896, 0xe7e864ca, 0xbc4b0e30, 0x01539939, 0x7e059ea6, 0x88e3d89b, 0xa0080b65, 0x9d38d9d6,
    0x577999b1, 0xc839caed, 0xe4fa32cf, 0x959246ee, 0x6b28096c,
  ]
  for (const [length, hash] of vectors.entries()) {
    const text = String.fromCharCode(...Array.from({ length }, (_, i) => i))
    expect([length, halfSipHash(text, key)]).toEqual([length, hash])
  }
})

test('halfSipHash() is another function under another key', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1, unit: 'grapheme' }), fc.integer(), (text, other) => {
      fc.pre(other !== key[0])
      expect(halfSipHash(text, key)).toBe(halfSipHash(text, key))
      expect(halfSipHash(text, key)).toBeGreaterThanOrEqual(0)
      expect(halfSipHash(text, key) === halfSipHash(text, [other, key[1]])).toBe(false)
    }),
    { numRuns: 200 },
  )
})

test('halfSipHash() spreads texts evenly', () => {
  const buckets = new Float64Array(64)
  for (let i = 0; i < 6400; i++) {
    const bucket = halfSipHash(`10.0.${i >> 8}.${i & 255}`, key) & 63
    buckets[bucket] = (buckets[bucket] ?? 0) + 1
  }
  // 100 are due in each; six standard deviations are 60.
  for (const count of buckets) expect(Math.abs(count - 100)).toBeLessThan(60)
})
