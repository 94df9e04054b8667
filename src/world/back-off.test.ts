// Waiting longer after each failure: within bounds, never in step, from the start after a success.
import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { BackOff, fraction, uuidV4 } from './back-off.ts'
import { seededRandom } from './random.ts'

const fixed = (byte: number) => ({ bytes: (count: number) => new Uint8Array(count).fill(byte) })

describe('BackOff', () => {
  test.each([
    [0, [500, 1000, 2000, 4000, 5000, 5000]],
    [255, [1000, 2000, 4000, 8000, 10_000, 10_000]],
  ])('with dice that always show %p waits %j', (byte, waits) => {
    const backOff = new BackOff({ firstMs: 1000, mostMs: 10_000, random: fixed(byte) })
    expect(waits.map(() => backOff.next())).toEqual(waits)
    backOff.reset()
    expect(backOff.next()).toBe(waits[0] ?? 0)
  })

  test('waits between half and all of what is due, however often it failed', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 1, max: 200 }), (seed, failures) => {
        const backOff = new BackOff({ firstMs: 100, mostMs: 60_000, random: seededRandom(seed) })
        for (let n = 0; n < failures; n++) {
          const due = Math.min(60_000, 100 * 2 ** n)
          const wait = backOff.next()
          expect(wait).toBeGreaterThanOrEqual(Math.floor(due / 2))
          expect(wait).toBeLessThanOrEqual(due)
        }
      }),
    )
  })

  test('a hundred who failed together do not come back together', () => {
    const waits = Array.from({ length: 100 }, (_, seed) =>
      new BackOff({ firstMs: 10_000, mostMs: 10_000, random: seededRandom(seed) }).next(),
    )
    expect(new Set(waits).size).toBeGreaterThan(90)
  })
})

test('fraction() is from 0 to below 1', () => {
  expect([fraction(fixed(0)), fraction(fixed(255)) < 1, fraction(fixed(128))]).toEqual([
    0,
    true,
    0x80808080 / 2 ** 32,
  ])
})

test('uuidV4() has the version and variant of RFC 9562, and all other bits from chance', () => {
  const form = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
  const made = Array.from({ length: 200 }, (_, seed) => uuidV4(seededRandom(seed)))
  for (const uuid of [...made, uuidV4(fixed(0)), uuidV4(fixed(255))]) expect(uuid).toMatch(form)
  expect(new Set(made).size).toBe(200)
  expect(uuidV4(fixed(0))).toBe('00000000-0000-4000-8000-000000000000')
  expect(uuidV4(fixed(255))).toBe('ffffffff-ffff-4fff-bfff-ffffffffffff')
})
