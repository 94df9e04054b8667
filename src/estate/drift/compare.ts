// Declared × live for any source: what differs, what is missing, what nobody declared, what is ignored. Pure.
import { type Difference, differences } from '../plan/difference.ts'
import type { IgnoreRules, Ignored } from './ignore.ts'

/** A thing in normal form, so that only differences differ. */
export interface Entry<T> {
  /** The same on both sides. */
  readonly address: string
  readonly value: unknown
  readonly object: T
}

/** A difference and the object that it is about: the live one where there is one. */
export interface Drifted<T> {
  readonly difference: Difference
  readonly object: T
}

/** What a comparison comes to. */
export interface Comparison<T> {
  readonly drift: readonly Drifted<T>[]
  /** Live, and declared nowhere. */
  readonly unmanaged: readonly Entry<T>[]
  readonly ignored: readonly Ignored[]
  /** Objects that are on both sides. */
  readonly compared: number
}

/** The two sides. */
export interface Sides<T> {
  readonly declared: readonly Entry<T>[]
  readonly live: readonly Entry<T>[]
  readonly rules: IgnoreRules
  /** True where something may be there that nobody could read: "missing" would be a guess. */
  mayBeThere(object: T): boolean
}

/** Compares what is declared with what is live. Of two live entries of one address the first counts. */
export function compareSides<T>(sides: Sides<T>): Comparison<T> {
  const { rules } = sides
  const wanted = byAddress(sides.declared)
  const there = byAddress(sides.live)
  const both = [...there.values()].filter(({ address }) => wanted.has(address))
  const missing = [...wanted.values()].filter(
    ({ address, object }) => !there.has(address) && !sides.mayBeThere(object),
  )
  const after = [...both.flatMap(({ address }) => wanted.get(address) ?? []), ...missing]
  const drift = differences(both, after).flatMap((difference): readonly Drifted<T>[] => {
    const { action, address } = difference
    const entry = there.get(address) ?? wanted.get(address)
    const attributes =
      action === 'create'
        ? difference.attributes
        : difference.attributes.filter((change) => !rules.hides(address, change))
    const isHidden = action === 'create' ? rules.hidesObject(address) : attributes.length === 0
    return isHidden || entry === undefined
      ? []
      : [{ difference: { ...difference, attributes }, object: entry.object }]
  })
  const unmanaged = [...there.values()].filter(
    ({ address }) => !wanted.has(address) && !rules.hidesObject(address),
  )
  return { drift, unmanaged, ignored: rules.ignored(), compared: both.length }
}

/** The first of each address, in order. */
function byAddress<T>(entries: readonly Entry<T>[]): ReadonlyMap<string, Entry<T>> {
  const found = new Map<string, Entry<T>>()
  for (const entry of entries) if (!found.has(entry.address)) found.set(entry.address, entry)
  return found
}
