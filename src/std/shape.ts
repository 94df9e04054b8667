// Reads back what we wrote as JSON: each shape gives the typed value, or undefined where it is another.

/** Reads a value of unknown form. Undefined: it is no `T`. */
export type Shape<T> = (value: unknown) => T | undefined

/** A text. */
export const aText: Shape<string> = (value) => (typeof value === 'string' ? value : undefined)

/** A finite number. */
export const aNumber: Shape<number> = (value) =>
  typeof value === 'number' && Number.isFinite(value) ? value : undefined

/** True or false. */
export const aFlag: Shape<boolean> = (value) => (typeof value === 'boolean' ? value : undefined)

/** A text that a guard knows. */
export function aTextThat<T extends string>(guard: (text: string) => text is T): Shape<T> {
  return (value) => (typeof value === 'string' && guard(value) ? value : undefined)
}

/** One of a closed list of texts. */
export function oneOf<T extends string>(words: readonly T[]): Shape<T> {
  return (value) => words.find((word) => word === value)
}

/** `T`, or null. */
export function orNull<T>(shape: Shape<T>): Shape<T | null> {
  return (value) => (value === null ? null : shape(value))
}

/** A list, every element of which has the shape. */
export function listOf<T>(shape: Shape<T>): Shape<readonly T[]> {
  return (value) => {
    if (!Array.isArray(value)) return undefined
    const read: T[] = []
    for (const element of value) {
      const one = shape(element)
      if (one === undefined) return undefined
      read.push(one)
    }
    return read
  }
}

/** An object with these fields; further ones are left out. */
export function objectOf<T extends object>(fields: {
  readonly [K in keyof T]: Shape<T[K]>
}): Shape<T> {
  const names = Object.keys(fields)
  return (value) => {
    if (typeof value !== 'object' || value === null) return undefined
    const read: Record<string, unknown> = {}
    for (const name of names) {
      const shape: unknown = Reflect.get(fields, name)
      const found: unknown = Object.hasOwn(value, name) ? Reflect.get(value, name) : undefined
      const one: unknown = typeof shape === 'function' ? shape(found) : undefined
      if (one === undefined) return undefined
      read[name] = one
    }
    // Every field of T was read by the shape that `fields` has for it.
    return read as T
  }
}

/** A list of exactly these shapes. */
export function tupleOf<T extends readonly unknown[]>(
  ...shapes: { readonly [K in keyof T]: Shape<T[K]> }
): Shape<T> {
  return (value) => {
    if (!Array.isArray(value) || value.length !== shapes.length) return undefined
    const read = shapes.map((shape, i) => shape(value[i]))
    // Every element of T was read by the shape at its place.
    return read.includes(undefined) ? undefined : (read as unknown as T)
  }
}

/** The value in a JSON text; undefined where it is none or has another shape. */
export function readJson<T>(text: string, shape: Shape<T>): T | undefined {
  try {
    return shape(JSON.parse(text))
  } catch {
    return undefined
  }
}
