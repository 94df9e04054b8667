// Chance in a drill: streams of numbers out of one seed, so that the same seed gives the same bytes.
import { seededRandom } from '../../world/random.ts'

/** Draws from one stream. */
export interface Dice {
  /** In [0, 1). */
  next(): number
  /** True with probability `p`. */
  hits(p: number): boolean
  /** 0 … `count` − 1. */
  below(count: number): number
  /** Trials up to and with the first success of probability `p`; infinite for 0 (geometric). */
  untilHit(p: number): number
  /** Arrivals where `mean` are expected (Poisson). */
  arrivals(mean: number): number
}

const seedBytes = 4
/** Above this the normal curve stands for the Poisson one: an error below the width of a bin. */
const poissonExactMax = 500

/**
 * The stream `name` of a seed. Streams of other names do not depend on it: a drill that draws once more
 * in one place stays the same everywhere else.
 */
export function diceOf(seed: number, name: string): Dice {
  const next = stream(seed, name)
  return {
    next,
    hits: (p) => p > 0 && next() < p,
    below: (count) => Math.floor(next() * count),
    untilHit: (p) =>
      p <= 0
        ? Number.POSITIVE_INFINITY
        : p >= 1
          ? 1
          : 1 + Math.floor(Math.log(1 - next()) / Math.log1p(-p)),
    arrivals: (mean) => arrivals(mean, next),
  }
}

/** Mulberry32 over 32 bits that `seededRandom` gives for the seed mixed with the name (FNV-1a). */
function stream(seed: number, name: string): () => number {
  let hash = 0x811c9dc5
  for (const character of `${seed}/${name}`)
    hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193)
  let state = 0
  for (const byte of seededRandom(hash >>> 0).bytes(seedBytes)) state = (state << 8) | byte
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** Knuth's product method; for many arrivals a normal curve (Box and Muller, 1958). */
function arrivals(mean: number, next: () => number): number {
  if (mean <= 0) return 0
  if (mean > poissonExactMax) {
    const normal = Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next())
    return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal))
  }
  const limit = Math.exp(-mean)
  let count = 0
  for (let product = next(); product > limit; product *= next()) count++
  return count
}
