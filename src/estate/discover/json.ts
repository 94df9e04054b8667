// Reading JSON of other programs: every look may find something else, and none throws.

/** Anything that JSON can hold. */
export type Json = unknown

/** What stands at `path`, or undefined. Only own properties are looked at. */
export function at(value: Json, ...path: readonly string[]): Json {
  let current = value
  for (const key of path) {
    if (typeof current !== 'object' || current === null || Array.isArray(current)) return undefined
    if (!Object.hasOwn(current, key)) return undefined
    current = Reflect.get(current, key)
  }
  return current
}

/** The text at `path`, or null. */
export function textAt(value: Json, ...path: readonly string[]): string | null {
  const found = at(value, ...path)
  return typeof found === 'string' ? found : null
}

/** The number at `path`, or null. */
export function numberAt(value: Json, ...path: readonly string[]): number | null {
  const found = at(value, ...path)
  return typeof found === 'number' && Number.isFinite(found) ? found : null
}

/** The entries of the list at `path`; none where there is no list. */
export function listAt(value: Json, ...path: readonly string[]): readonly Json[] {
  const found = at(value, ...path)
  return Array.isArray(found) ? found : []
}

/** The texts among the entries of a list. */
export function textsAt(value: Json, ...path: readonly string[]): readonly string[] {
  return listAt(value, ...path).filter((entry) => typeof entry === 'string')
}
