// Arrivals in bins of 15 minutes over the last week: a ring of fixed size, filled from any source.
import { type InflowKind, inflowKinds } from './sample.ts'

/** Width of a bin. */
export const binMs = 15 * 60_000
/** Bins kept: a week of them. */
export const binsMax = 7 * 24 * 4

/** Part of a ring: counts and the time during which each was counted. */
export interface Bins {
  /** Arrivals in each bin, oldest first. */
  readonly counts: readonly number[]
  /** Time of each bin that was watched, ms. */
  readonly observedMs: readonly number[]
  readonly byKind: Readonly<Record<InflowKind, number>>
}

/** A time, epoch ms. */
export interface Span {
  readonly from: number
  readonly to: number
}

/** Counts of arrivals by time. What is older than {@link binsMax} bins is forgotten. */
export class Arrivals {
  readonly #counts = new Float64Array(binsMax)
  readonly #observed = new Float64Array(binsMax)
  readonly #kinds: Readonly<Record<InflowKind, Float64Array>> = {
    people: new Float64Array(binsMax),
    probes: new Float64Array(binsMax),
    machines: new Float64Array(binsMax),
  }
  /** Number of the newest bin, counted from the epoch; null before the first. */
  #newest: number | null = null

  /**
   * Spreads `count` arrivals, of which `kinds` tells who caused them, evenly over a span. One longer than
   * the ring is cut at its old end.
   */
  add(span: Span, count: number, kinds?: Readonly<Record<InflowKind, number>>): void {
    const { from, to } = span
    if (!(to > from)) return
    this.#advance(Math.floor(to / binMs))
    const start = Math.max(from, to - (binsMax - 1) * binMs)
    for (let bin = Math.floor(start / binMs); bin * binMs < to; bin++) {
      const begin = Math.max(start, bin * binMs)
      const end = Math.min(to, (bin + 1) * binMs)
      const share = (end - begin) / (to - from)
      this.#bump(this.#observed, bin, end - begin)
      this.#bump(this.#counts, bin, count * share)
      if (kinds !== undefined)
        for (const kind of inflowKinds) this.#bump(this.#kinds[kind], bin, kinds[kind] * share)
    }
  }

  /** The bins of the last `ms` before `at` that were watched at all. */
  window(at: number, ms: number): Bins {
    const counts: number[] = []
    const observedMs: number[] = []
    const byKind = { people: 0, probes: 0, machines: 0 }
    const last = Math.floor(at / binMs)
    const first = Math.max(last - Math.round(ms / binMs) + 1, last - binsMax + 1)
    for (let bin = first; this.#newest !== null && bin <= this.#newest; bin++) {
      const slot = slotOf(bin)
      const observed = this.#observed[slot] ?? 0
      if (observed === 0) continue
      counts.push(this.#counts[slot] ?? 0)
      observedMs.push(observed)
      for (const kind of inflowKinds) byKind[kind] += this.#kinds[kind][slot] ?? 0
    }
    return { counts, observedMs, byKind }
  }

  /** Time watched that is still remembered, ms. */
  observedMs(): number {
    return this.#observed.reduce((sum, ms) => sum + ms, 0)
  }

  #bump(values: Float64Array, bin: number, by: number): void {
    const slot = slotOf(bin)
    values[slot] = (values[slot] ?? 0) + by
  }

  /** Clears the slots of bins that begin now. */
  #advance(bin: number): void {
    if (this.#newest === null) this.#newest = bin
    const fresh = Math.min(binsMax, bin - this.#newest)
    for (let i = 0; i < fresh; i++) {
      const slot = slotOf(bin - i)
      for (const values of [this.#counts, this.#observed, ...Object.values(this.#kinds)])
        values[slot] = 0
    }
    this.#newest = Math.max(this.#newest, bin)
  }
}

function slotOf(bin: number): number {
  return ((bin % binsMax) + binsMax) % binsMax
}

/**
 * Arrivals from the times of creation of the entries that are there, which reach back over the whole
 * retention without waiting. `span` is the time in which nothing can be missing.
 */
export function arrivalsOf(createdAt: readonly number[], { from: since, to }: Span): Arrivals {
  const arrivals = new Arrivals()
  const from = Math.max(since, to - (binsMax - 1) * binMs)
  if (!(to > from)) return arrivals
  const first = Math.floor(from / binMs)
  const counts = new Float64Array(Math.floor(to / binMs) - first + 1)
  for (const time of createdAt) {
    const bin = Math.floor(time / binMs) - first
    if (time >= from && time <= to) counts[bin] = (counts[bin] ?? 0) + 1
  }
  for (const [i, count] of counts.entries()) {
    const begin = (first + i) * binMs
    arrivals.add({ from: Math.max(from, begin), to: Math.min(to, begin + binMs) }, count)
  }
  return arrivals
}
