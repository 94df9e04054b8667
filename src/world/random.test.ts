// Randomness: the seeded generator repeats itself, the real one does not.
import { describe, expect, test } from 'bun:test'
import { realRandom, seededRandom } from './random.ts'

describe('seededRandom()', () => {
  test('gives the same bytes for the same seed, whatever pieces they are taken in', () => {
    const whole = seededRandom(42).bytes(64)
    const pieces = seededRandom(42)
    expect([...pieces.bytes(10), ...pieces.bytes(0), ...pieces.bytes(54)]).toEqual([...whole])
  })

  test('gives other bytes for another seed', () => {
    expect(seededRandom(1).bytes(32)).not.toEqual(seededRandom(2).bytes(32))
  })

  test('uses all byte values about equally', () => {
    const counts = new Array<number>(256).fill(0)
    for (const byte of seededRandom(7).bytes(256_000)) counts[byte] = (counts[byte] ?? 0) + 1
    expect(Math.min(...counts)).toBeGreaterThan(850)
    expect(Math.max(...counts)).toBeLessThan(1150)
  })
})

describe('realRandom()', () => {
  test('gives as many bytes as asked for, and never the same', () => {
    const random = realRandom()
    expect(random.bytes(0)).toHaveLength(0)
    expect(random.bytes(33)).toHaveLength(33)
    expect(random.bytes(32)).not.toEqual(random.bytes(32))
  })
})
