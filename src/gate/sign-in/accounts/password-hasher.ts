// The work of password hashing, bounded: so many at once, so many waiting, the rest are told to come back.
import { type PasswordHash, hashCost, passwordBytesMax } from './password-hash.ts'

/** Outcome of a verification; `busy` when the queue was full and nothing was computed. */
export type Verification = 'match' | 'mismatch' | 'busy'

/** Bounds of the work, read at each use so that a reload counts at once. */
export interface HasherLimits {
  readonly hashesMax: number
  readonly hashQueueMax: number
}

/**
 * Hashes on the runtime's worker threads, at most `hashesMax` at a time: a storm of passwords takes a
 * bounded share of processor and memory, and people who are signed in never wait for it.
 */
export class PasswordHasher {
  readonly #limits: () => HasherLimits
  readonly #waiting: (() => void)[] = []
  #running = 0

  constructor(limits: () => HasherLimits) {
    this.#limits = limits
  }

  /** Hashes running now, for metrics and tests. */
  get running(): number {
    return this.#running
  }

  /** Hashes waiting for their turn. */
  get waiting(): number {
    return this.#waiting.length
  }

  /** Whole seconds after which a refused caller may find room (Retry-After, RFC 9110 section 10.2.3). */
  retryAfterSeconds(): number {
    return 1 + Math.ceil(this.#waiting.length / Math.max(1, this.#limits().hashesMax) / 8)
  }

  /** Checks `password` against `hash`. A password that is empty or too long matches nothing. */
  async verify(password: string, hash: PasswordHash): Promise<Verification> {
    if (!(await this.#enter())) return 'busy'
    try {
      // The runtime refuses an empty password at once; asking for one that cannot match takes as long
      // as any other. The same for one that is longer than we look at.
      const usable = isUsablePassword(password)
      const matches = await Bun.password.verify(
        usable ? comparable(password) : ' ',
        hash,
        'argon2id',
      )
      return matches && usable ? 'match' : 'mismatch'
    } finally {
      this.#leave()
    }
  }

  /** Makes a hash with our own cost; null when the queue was full. */
  async hash(password: string): Promise<PasswordHash | null> {
    if (!(await this.#enter())) return null
    try {
      return await hashPassword(password)
    } finally {
      this.#leave()
    }
  }

  async #enter(): Promise<boolean> {
    const { hashesMax, hashQueueMax } = this.#limits()
    if (this.#running < Math.max(1, hashesMax)) {
      this.#running++
      return true
    }
    if (this.#waiting.length >= hashQueueMax) return false
    // The one who leaves hands its place over, so `#running` already counts us when this resolves.
    await new Promise<void>((resolve) => {
      this.#waiting.push(resolve)
    })
    return true
  }

  #leave(): void {
    const next = this.#waiting.shift()
    if (next === undefined) this.#running--
    else next()
  }
}

/** True when the password has a length that we look at. */
export function isUsablePassword(password: string): boolean {
  return password !== '' && Buffer.byteLength(password, 'utf8') <= passwordBytesMax
}

/** One form for the same letters, whatever keyboard typed them (RFC 8265 section 4.2.2: NFC). */
function comparable(password: string): string {
  return password.normalize('NFC')
}

/** Hashes without a queue, for commands. The caller has checked the length. */
export async function hashPassword(password: string): Promise<PasswordHash> {
  const hash = await Bun.password.hash(comparable(password), {
    algorithm: 'argon2id',
    memoryCost: hashCost.memoryKiB,
    timeCost: hashCost.passes,
  })
  return hash as PasswordHash
}
