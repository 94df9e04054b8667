// A short keyed hash: whoever does not know the key cannot choose texts that fall together.

/** Two words of 32 bits. */
export type HalfSipKey = readonly [number, number]

const finalRounds = 3

/**
 * HalfSipHash-1-3 with 32 bits of output (Aumasson and Bernstein, 2012; the half-width variant is that of
 * the reference code): for hash tables and sketches, not for authentication. Each UTF-16 unit counts as one
 * byte; one above U+00FF is folded into it.
 */
export function halfSipHash(text: string, [k0, k1]: HalfSipKey): number {
  const words = (text.length >> 2) + 1
  let v0 = k0
  let v1 = k1
  let v2 = 0x6c796765 ^ k0
  let v3 = 0x74656462 ^ k1
  // One round for each word and those at the end in one loop: it runs for every refusal.
  for (let i = 0; i < words + finalRounds; i++) {
    if (i === words) v2 ^= 0xff
    const word = i < words ? wordAt(text, i) : 0
    v3 ^= word
    v0 = (v0 + v1) | 0
    v1 = rotate(v1, 5) ^ v0
    v0 = rotate(v0, 16)
    v2 = (v2 + v3) | 0
    v3 = rotate(v3, 8) ^ v2
    v0 = (v0 + v3) | 0
    v3 = rotate(v3, 7) ^ v0
    v2 = (v2 + v1) | 0
    v1 = rotate(v1, 13) ^ v2
    v2 = rotate(v2, 16)
    v0 ^= word
  }
  return (v1 ^ v3) >>> 0
}

/** Four bytes, the first one lowest; the last word holds the length on top. */
function wordAt(text: string, index: number): number {
  const at = index * 4
  if (at + 4 <= text.length)
    return (
      byteAt(text, at) |
      (byteAt(text, at + 1) << 8) |
      (byteAt(text, at + 2) << 16) |
      (byteAt(text, at + 3) << 24)
    )
  let word = text.length << 24
  for (let i = at; i < text.length; i++) word |= byteAt(text, i) << ((i - at) * 8)
  return word
}

function byteAt(text: string, at: number): number {
  const unit = text.charCodeAt(at)
  return (unit ^ (unit >>> 8)) & 0xff
}

function rotate(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits))
}
