// Waiting longer after each failure, never in step with others, and from the start after a success.
import type { Random } from './random.ts'

/** How long to wait. Times in milliseconds. */
export interface BackOffOptions {
  readonly firstMs: number
  readonly mostMs: number
  readonly random: Random
}

/** Exponential back-off with jitter: the n-th wait is between half and all of `firstMs` × 2ⁿ⁻¹. */
export class BackOff {
  readonly #options: BackOffOptions
  #failures = 0

  constructor(options: BackOffOptions) {
    this.#options = options
  }

  /** Counts a failure and gives the wait after it. */
  next(): number {
    const { firstMs, mostMs, random } = this.#options
    const most = Math.min(mostMs, firstMs * 2 ** Math.min(this.#failures, 30))
    this.#failures++
    return Math.round(most / 2 + (most / 2) * fraction(random))
  }

  reset(): void {
    this.#failures = 0
  }
}

/** A number from 0 to below 1. */
export function fraction(random: Random): number {
  return new DataView(random.bytes(4).buffer).getUint32(0) / 2 ** 32
}

/** A random UUID (RFC 9562, version 4). */
export function uuidV4(random: Random): string {
  const bytes = random.bytes(16)
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  const hex = Buffer.from(bytes).toString('hex')
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}
