// Things that are either well or not: how often in a row, so that one bad reading is no news.
import { BoundedMap } from '../../std/bounded-map.ts'
import type { CoreSnapshot } from '../core.ts'

/** Things that are followed. */
const conditionsMax = 2000

/** Readings in a row that it takes. */
export interface Patience {
  readonly bad: number
  readonly good: number
}

interface Condition {
  readonly bad: number
  readonly good: number
  /** Epoch ms of the first bad reading in a row. */
  readonly since: number
}

/** What came of a reading. */
export type Turn = 'went-bad' | 'went-well' | null

/** Counts of readings by name. */
export class Conditions {
  readonly #conditions = new BoundedMap<string, Condition>(conditionsMax)

  constructor(restored: CoreSnapshot['conditions']) {
    for (const [name, bad, good, since] of restored)
      this.#conditions.set(name, { bad, good, since })
  }

  /** Takes a reading. A turn is given at every reading from the one on that is enough. */
  take(
    name: string,
    reading: { readonly at: number; readonly isBad: boolean },
    patience: Patience,
  ): Turn {
    const before = this.#conditions.get(name) ?? { bad: 0, good: 0, since: reading.at }
    const now = reading.isBad
      ? { bad: before.bad + 1, good: 0, since: before.bad === 0 ? reading.at : before.since }
      : { bad: 0, good: before.good + 1, since: before.since }
    this.#conditions.set(name, now)
    if (now.bad >= patience.bad) return 'went-bad'
    return now.good >= patience.good ? 'went-well' : null
  }

  /** True when the newest reading was bad. */
  isBad(name: string): boolean {
    return (this.#conditions.peek(name)?.bad ?? 0) > 0
  }

  /** Epoch ms of the first bad reading in a row. */
  since(name: string, otherwise: number): number {
    return this.#conditions.peek(name)?.since ?? otherwise
  }

  kept(): CoreSnapshot['conditions'] {
    return [...this.#conditions.entries()].map(
      ([name, { bad, good, since }]) => [name, bad, good, since] as const,
    )
  }
}
