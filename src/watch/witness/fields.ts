// Reads data of any form: a value of the type asked for, or null. Own properties only.

/** An object with named fields. */
export type Fields = Readonly<Record<string, unknown>>

/** True for an object with named fields. */
export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Field `name` of anything; null where there is none. */
export function fieldOf(value: unknown, name: string): unknown {
  return isFields(value) && Object.hasOwn(value, name) ? (value[name] ?? null) : null
}

/** Field at a path of names; null where it breaks off. */
export function fieldAt(value: unknown, ...names: readonly string[]): unknown {
  return names.reduce(fieldOf, value)
}

/** Elements of a list, at most `max`; none of anything else. */
export function listOf(value: unknown, max: number): readonly unknown[] {
  return Array.isArray(value) ? value.slice(0, max) : []
}

/** A text of at most `lengthMax` characters; longer ones are cut. */
export function textOf(value: unknown, lengthMax = 300): string | null {
  return typeof value === 'string' ? value.slice(0, lengthMax) : null
}

/** A count: a number that is whole after rounding down, not negative and countable. */
export function countOf(value: unknown): number | null {
  if (typeof value !== 'number' || !(value >= 0 && value <= Number.MAX_SAFE_INTEGER)) return null
  return Math.floor(value)
}
