// Declared × live for any source: what differs, what is missing, what nobody declared, what is ignored. Pure.
import { type Difference, differences } from '../plan/difference.ts'
import type { IgnoreRules, Ignored } from './ignore.ts'
import type { Subject } from './report.ts'

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

/** A thing that has a name which others may have too. */
export interface Named<T> {
  readonly name: string
  readonly value: unknown
  readonly object: T
}

/** `type["name"]` for the first of a name, `type["name #2"]` for the next. */
export function namedEntries<T>(type: string, things: readonly Named<T>[]): readonly Entry<T>[] {
  const counts = new Map<string, number>()
  return things.map(({ name, object, value }) => {
    const count = (counts.get(name) ?? 0) + 1
    counts.set(name, count)
    const key = count === 1 ? name : `${name} #${count}`
    return { address: `${type}[${JSON.stringify(key)}]`, value, object }
  })
}

/** Type and name of an address that {@link namedEntries} made. */
export function subjectAt(address: string): Subject {
  const at = address.indexOf('[')
  const name: unknown = JSON.parse(address.slice(at + 1, -1))
  return { address, type: address.slice(0, at), name: String(name) }
}
