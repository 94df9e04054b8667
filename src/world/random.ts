// Randomness, as an argument: the system's generator and a seeded one for tests and drills.

/** Source of random bytes. */
export interface Random {
  /** `length` fresh bytes. From the real source: fit for keys and session ids. */
  bytes(length: number): Uint8Array<ArrayBuffer>
}

/** The operating system's cryptographic generator. */
export function realRandom(): Random {
  return { bytes: (length) => crypto.getRandomValues(new Uint8Array(length)) }
}

/** Same seed, same bytes (mulberry32). Never for secrets. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0
  const nextByte = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) & 0xff
  }
  return { bytes: (length) => Uint8Array.from({ length }, nextByte) }
}
