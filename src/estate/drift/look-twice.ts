// A source is read twice before something is reported: what is there once and not again is somebody at work.
import { type Result, ok } from '../../std/result.ts'
import type { Comparison, Drifted, Entry } from './compare.ts'
import type { Invariant } from './report.ts'

/** One reading, compared. */
export interface Look<T, L> extends Comparison<T> {
  readonly live: L
  readonly invariants: readonly Invariant[]
}

/** What two readings agree on, with the live side of the second. */
export interface Confirmed<T, L> extends Look<T, L> {
  /** Differences that only one of them had. */
  readonly unconfirmed: number
}

/** Looks, and looks again where something was found. `isFixed`: a file says the same however often it is read. */
export async function lookTwice<T, L>(
  look: () => Promise<Result<Look<T, L>, readonly string[]>>,
  isFixed: boolean,
): Promise<Result<Confirmed<T, L>, readonly string[]>> {
  const first = await look()
  if (!first.ok) return first
  const { drift, invariants, unmanaged } = first.value
  const isQuiet = drift.length + unmanaged.length === 0 && invariants.every(({ holds }) => holds)
  if (isFixed || isQuiet) return ok({ ...first.value, unconfirmed: 0 })
  const second = await look()
  return second.ok ? ok(agreed(first.value, second.value)) : second
}

function agreed<T, L>(first: Look<T, L>, second: Look<T, L>): Confirmed<T, L> {
  const drift = shared(first.drift, second.drift, ({ difference }: Drifted<T>) =>
    JSON.stringify(difference),
  )
  const unmanaged = shared(first.unmanaged, second.unmanaged, ({ address }: Entry<T>) => address)
  const broken = shared(
    first.invariants.filter(({ holds }) => !holds),
    second.invariants.filter(({ holds }) => !holds),
    ({ text }) => text,
  )
  const once = (a: number, b: number, both: number): number => a + b - 2 * both
  return {
    ...second,
    drift,
    unmanaged,
    invariants: [...second.invariants.filter(({ holds }) => holds), ...broken],
    unconfirmed:
      once(first.drift.length, second.drift.length, drift.length) +
      once(first.unmanaged.length, second.unmanaged.length, unmanaged.length),
  }
}

function shared<T>(
  first: readonly T[],
  second: readonly T[],
  keyOf: (one: T) => string,
): readonly T[] {
  const known = new Set(first.map(keyOf))
  return second.filter((one) => known.has(keyOf(one)))
}
