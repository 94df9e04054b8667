// What an unknown name is checked against: a hash that nobody's password has, as costly as the real ones.
import { createHash } from 'node:crypto'
import { toBase64Url } from '../../../std/bytes.ts'
import type { Random } from '../../../world/random.ts'
import type { AccountDirectory } from './account.ts'
import { type PasswordHash, decoyHash } from './password-hash.ts'

const modelsMax = 1024
/** People may be added while we run; the costs are read again after this many decoys. */
const usesPerReading = 64

/**
 * Decoys with the same mix of costs as the directory's own hashes. One name gets one cost every time, as
 * a real account would, so that asking twice tells nothing.
 */
export class Decoys {
  readonly #directory: AccountDirectory
  readonly #random: Random
  readonly #pepper: Uint8Array
  #models: readonly PasswordHash[] = []
  #usesLeft = 0

  constructor(directory: AccountDirectory, random: Random) {
    this.#directory = directory
    this.#random = random
    this.#pepper = random.bytes(32)
  }

  /** A decoy for a typed name, known or not. */
  for(typedName: string): PasswordHash {
    if (this.#usesLeft-- <= 0) this.#readModels()
    const digest = createHash('sha256').update(this.#pepper).update(typedName).digest()
    const index = digest.readUInt32BE(0) % Math.max(1, this.#models.length)
    return decoyHash(this.#models[index] ?? null, this.#random)
  }

  /** A short name for counters of a name that nobody may have: bounded, and not to be turned back. */
  keyOf(typedName: string): string {
    const digest = createHash('sha256').update(this.#pepper).update(typedName).digest()
    return toBase64Url(digest.subarray(0, 16))
  }

  #readModels(): void {
    this.#models = this.#directory
      .list()
      .slice(0, modelsMax)
      .map((account) => account.passwordHash)
    this.#usesLeft = usesPerReading
  }
}
