// Reads fields of an answer that may hold anything: the value, or a sentence of what is wrong with it.

/** An object of an answer. Its fields are looked at as own ones only. */
export type Fields = Readonly<Record<string, unknown>>

/** True for an object with named fields. */
export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A text, or a number as text; empty for anything else. For keys, which some have as numbers. */
export function keyText(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : ''
}

/** Longest text of a field, in characters, unless the reader says otherwise. */
const textLengthMax = 8192
const listLengthMax = 1000

/** Own field `name`; null where it is missing, so that missing and null are one. */
export function fieldOf(fields: Fields, name: string): unknown {
  return Object.hasOwn(fields, name) ? (fields[name] ?? null) : null
}

/**
 * Reads fields one by one and keeps what is wrong. A reader gives its fallback for a field that is
 * missing; without a fallback, and for a value of the wrong type, it gives a harmless value and a fault:
 * the caller must not use anything once there are faults.
 */
export class FieldReader {
  readonly faults: string[] = []
  readonly #faulty = new Set<string>()
  readonly #fields: Fields
  readonly #prefix: string

  constructor(fields: Fields, prefix = '') {
    this.#fields = fields
    this.#prefix = prefix
  }

  text(name: string, options: { fallback?: string; lengthMax?: number } = {}): string {
    const value = fieldOf(this.#fields, name)
    const { fallback, lengthMax = textLengthMax } = options
    if (value === null && fallback !== undefined) return fallback
    if (typeof value !== 'string') return this.#fault(name, value, 'a text') ?? ''
    if (value.length > lengthMax) this.fault(name, `longer than "${lengthMax}" characters`)
    return value
  }

  /** A text that is not empty. */
  filled(name: string): string {
    const value = this.text(name)
    if (value === '' && fieldOf(this.#fields, name) === '') this.fault(name, 'empty')
    return value
  }

  flag(name: string, fallback: boolean): boolean {
    const value = fieldOf(this.#fields, name)
    if (value === null) return fallback
    return typeof value === 'boolean' ? value : (this.#fault(name, value, 'true or false') ?? false)
  }

  number(name: string, fallback?: number): number {
    const value = fieldOf(this.#fields, name)
    if (value === null && fallback !== undefined) return fallback
    return typeof value === 'number' && Number.isFinite(value)
      ? value
      : (this.#fault(name, value, 'a number') ?? 0)
  }

  texts(name: string): string[] {
    const value = fieldOf(this.#fields, name)
    if (!Array.isArray(value)) return this.#fault(name, value, 'a list of texts') ?? []
    if (value.length > listLengthMax) this.fault(name, `longer than "${listLengthMax}" elements`)
    const texts = value.filter(
      (element): element is string =>
        typeof element === 'string' && element.length <= textLengthMax,
    )
    if (texts.length !== value.length) this.fault(name, 'not a list of texts')
    return texts
  }

  fields(name: string): Fields {
    const value = fieldOf(this.#fields, name)
    return isFields(value) ? value : (this.#fault(name, value, 'an object') ?? {})
  }

  /** True until something was found wrong with the field. */
  isGood(name: string): boolean {
    return !this.#faulty.has(name)
  }

  /** Notes what is wrong with a field: "Field "x" is …". Values are never repeated: some are secret. */
  fault(name: string, what: string): void {
    this.#faulty.add(name)
    this.faults.push(`Field "${this.#prefix}${name}" is ${what}`)
  }

  #fault(name: string, value: unknown, wanted: string): null {
    this.fault(name, `${value === null ? 'missing' : typeOf(value)}, wanted ${wanted}`)
    return null
  }
}

function typeOf(value: unknown): string {
  if (Array.isArray(value)) return 'a list'
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}
