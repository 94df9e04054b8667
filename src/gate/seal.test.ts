// Sealing: what comes back, and that nothing else does: no byte changed, no other purpose, no other secret.
import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { fromBase64Url, toBase64Url } from '../std/bytes.ts'
import { realRandom, seededRandom } from '../world/random.ts'
import { type SealPurpose, createSealer } from './seal.ts'

const purposes: readonly SealPurpose[] = [
  'sign-in-state',
  'binding',
  'session',
  'form',
  'half-session',
  'enrolment',
  'id-token',
  'passkey',
  'probe',
  'outpost',
]
const sealer = createSealer(new Uint8Array(32).fill(7), realRandom())

describe('createSealer()', () => {
  test('gives back any text, to the character', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme' }),
        fc.constantFrom(...purposes),
        (text, purpose) => {
          expect(sealer.open(purpose, sealer.seal(purpose, text))).toBe(text)
        },
      ),
    )
    for (const text of ['', '\ufeffbegins with a mark', 'ends with zero\u0000', '\u{10ffff}'])
      expect(sealer.open('form', sealer.seal('form', text))).toBe(text)
  })

  test('opens for no other purpose', () => {
    for (const made of purposes) {
      const sealed = sealer.seal(made, '["x"]')
      const opens = purposes.filter((purpose) => sealer.open(purpose, sealed) !== null)
      expect(opens).toEqual([made])
    }
  })

  test('opens with no other secret, however little differs', () => {
    const sealed = sealer.seal('session', 'alice')
    for (const at of [0, 15, 31]) {
      const secret = new Uint8Array(32).fill(7)
      secret[at] = 6
      expect(createSealer(secret, realRandom()).open('session', sealed)).toBeNull()
    }
    const longer = new Uint8Array(33).fill(7)
    expect(createSealer(longer, realRandom()).open('session', sealed)).toBeNull()
    expect(createSealer(new Uint8Array(32).fill(7), seededRandom(1)).open('session', sealed)).toBe(
      'alice',
    )
  })

  test('opens nothing of which a single bit was changed', () => {
    const sealed = sealer.seal('sign-in-state', 'x')
    const bytes = fromBase64Url(sealed) ?? new Uint8Array()
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const changed = Uint8Array.from(bytes)
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      expect([bit, sealer.open('sign-in-state', toBase64Url(changed))]).toEqual([bit, null])
    }
  })

  test('opens no other spelling of the same bytes, nothing cut short and nothing made longer', () => {
    const sealed = sealer.seal('form', 'some text')
    const others = [
      `${sealed}=`,
      `${sealed} `,
      ` ${sealed}`,
      `${sealed}A`,
      sealed.slice(0, -1),
      sealed.slice(1),
      sealed.replace(/-/g, '+').replace(/_/g, '/').concat('=='),
      '',
      'A'.repeat(37),
      'A'.repeat(38),
    ]
    for (const text of others) expect([text, sealer.open('form', text)]).toEqual([text, null])
  })

  test('never throws and never opens, whatever it is given', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.base64String(), (text, encoded) => {
        expect(sealer.open('binding', text)).toBeNull()
        expect(sealer.open('binding', encoded)).toBeNull()
      }),
    )
  })

  test('says the same thing differently each time, at a fixed cost of length', () => {
    const seen = new Set(Array.from({ length: 500 }, () => sealer.seal('form', 'same')))
    expect(seen.size).toBe(500)
    for (const length of [0, 1, 100, 1000])
      expect(sealer.seal('form', 'x'.repeat(length))).toHaveLength(
        Math.ceil(((length + 28) * 4) / 3),
      )
  })

  test('looks at no more than a session keeps, but at whole configurations from our own disk', () => {
    const fits = 'x'.repeat(24_548)
    expect(sealer.seal('id-token', fits)).toHaveLength(32_768)
    expect(sealer.open('id-token', sealer.seal('id-token', fits))).toBe(fits)
    expect(sealer.open('id-token', sealer.seal('id-token', `${fits}x`))).toBeNull()
    expect(sealer.open('outpost', sealer.seal('outpost', `${fits}x`))).toBe(`${fits}x`)
  })
})
