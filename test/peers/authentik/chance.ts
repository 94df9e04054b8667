// Identifiers and secrets out of a seeded source, so that a run can be repeated.
import type { Random } from '../../../src/world/random.ts'

const capitals = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'
const letters = `${capitals}abcdefghijklmnopqrstuvwxyz`

/** `length` characters of `alphabet`. */
function text(random: Random, length: number, alphabet: string): string {
  return [...random.bytes(length)].map((byte) => alphabet[byte % alphabet.length]).join('')
}

/** A client id (40 letters and digits), as authentik generates it. */
export function clientId(random: Random): string {
  return text(random, 40, letters)
}

/** A client secret or an API token (128 letters and digits). */
export function longSecret(random: Random): string {
  return text(random, 128, letters)
}

/** A cookie secret: 32 of A–Z0–9. */
export function cookieSecret(random: Random): string {
  return text(random, 32, capitals)
}

/** An app password or API token (60 letters and digits). */
export function tokenKey(random: Random): string {
  return text(random, 60, letters)
}

/** `length` bytes as lower-case hex. */
export function hex(random: Random, length: number): string {
  return random.bytes(length).toHex()
}

/** A version 4 UUID (RFC 9562 section 5.4). */
export function uuid(random: Random): string {
  const bytes = random.bytes(16)
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  return bytes.toHex().replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}

/** A copy in another order: authentik builds scope lists from a set. */
export function shuffled<T>(random: Random, list: readonly T[]): T[] {
  const keys = random.bytes(list.length)
  return list
    .map((value, index) => ({ value, key: keys[index] ?? 0 }))
    .toSorted((a, b) => a.key - b.key)
    .map(({ value }) => value)
}
