// The last refusals, so that a request id from a page can be explained. Fixed size, in memory only.
import type { Reason } from '../model/decision.ts'

/** What is remembered of one request that was not let in. Texts are cut to `textLengthMax`. */
export interface RecentDecision {
  readonly requestId: string
  /** Epoch ms. */
  readonly at: number
  readonly decision: string
  readonly reason: Reason | string
  readonly dialect: string
  readonly method: string
  readonly host: string
  readonly path: string
  readonly user: string
  readonly rule: string
  readonly clientAddress: string
  /** What was found, in a few words; empty where the reason says it all. */
  readonly detail: string
}

/** Stands where the dialect would, for what a page of signing in or out refused. */
export const signInPlace = 'sign-in'

/** Longest text kept, in UTF-16 units. */
export const textLengthMax = 256

/** A ring of the newest entries, one for each kind, so that a flood of one does not wash out another. */
export class RecentDecisions {
  readonly #rings = new Map<string, RecentDecision[]>()
  readonly #next = new Map<string, number>()
  readonly #perKindMax: number

  constructor(perKindMax: number) {
    this.#perKindMax = perKindMax
  }

  add(entry: RecentDecision): void {
    const kind = entry.dialect === signInPlace ? signInPlace : entry.decision
    const ring = this.#rings.get(kind) ?? []
    const at = this.#next.get(kind) ?? 0
    ring[at] = entry
    this.#rings.set(kind, ring)
    this.#next.set(kind, (at + 1) % this.#perKindMax)
  }

  find(requestId: string): RecentDecision | null {
    for (const ring of this.#rings.values()) {
      const entry = ring.find((candidate) => candidate.requestId === requestId)
      if (entry !== undefined) return entry
    }
    return null
  }

  /** Newest first, all kinds. */
  list(): RecentDecision[] {
    return [...this.#rings.values()].flat().toSorted((a, b) => b.at - a.at)
  }
}
