// One-time codes of the robot (RFC 6238): SHA-1, six digits, thirty seconds, as authentik enrols them.
import { createHmac } from 'node:crypto'

/** Length of one step, in ms. */
export const stepMs = 30_000
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
/** Characters of a seed: 80 to 512 bits, which is what authenticators have. */
const seedText = /^[A-Z2-7]{16,103}$/

/** Bytes of a seed in base32 (RFC 4648 section 6; case, spaces and padding do not count); null for none. */
export function seedBytes(text: string): Uint8Array | null {
  const plain = text.replaceAll(/[\s-]/g, '').replace(/=+$/, '').toUpperCase()
  if (!seedText.test(plain)) return null
  const bytes: number[] = []
  let bits = 0
  let held = 0
  for (const character of plain) {
    held = (held << 5) | alphabet.indexOf(character)
    bits += 5
    if (bits < 8) continue
    bits -= 8
    bytes.push((held >> bits) & 0xff)
    held &= (1 << bits) - 1
  }
  return Uint8Array.from(bytes)
}

/** True for a seed that codes can be made of. */
export function isOneTimeSeed(text: string): boolean {
  return seedBytes(text) !== null
}

/** The time step of `nowMs` (RFC 6238 section 4.2). */
export function stepAt(nowMs: number): number {
  return Math.floor(Math.max(0, nowMs) / stepMs)
}

/** The code of a step (RFC 4226 section 5.3). */
export function codeOf(seed: Uint8Array, step: number): string {
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(step))
  const mac = createHmac('sha1', seed).update(counter).digest()
  const offset = mac.readUInt8(mac.length - 1) & 0x0f
  const number = (mac.readUInt32BE(offset) & 0x7f_ff_ff_ff) % 1_000_000
  return String(number).padStart(6, '0')
}
