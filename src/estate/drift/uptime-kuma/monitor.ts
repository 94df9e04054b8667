// A monitor of Uptime Kuma in normal form, whichever way it was read; what was not shown is not there.
import { FieldReader, type Fields, fieldOf, isFields } from '../../../std/fields.ts'
import { type Result, err, ok } from '../../../std/result.ts'
import type { LeftOut } from '../report.ts'

/** One monitor. */
export interface Monitor {
  readonly name: string
  /** Key in its database; null where it was not shown. */
  readonly id: string | null
  /** Only what was shown. */
  readonly attributes: Readonly<Record<string, unknown>>
}

/** Monitors as they were read. */
export interface LiveMonitors {
  readonly monitors: readonly Monitor[]
  readonly notUnderstood: readonly LeftOut[]
  readonly skipped: readonly LeftOut[]
  /** False: there may be more monitors than were shown. */
  readonly isWhole: boolean
  /** Sentences about what this way of reading does not show. */
  readonly remarks: readonly string[]
}

type Form = 'text' | 'url' | 'flag' | 'number' | 'codes'

/** What is compared, with Uptime Kuma's own names. Everything else, secrets among it, is not read. */
export const monitorAttributes: Readonly<Record<string, Form>> = {
  type: 'text',
  url: 'url',
  method: 'text',
  interval: 'number',
  retryInterval: 'number',
  maxretries: 'number',
  accepted_statuscodes: 'codes',
  maxredirects: 'number',
  keyword: 'text',
  ignoreTls: 'flag',
  expiryNotification: 'flag',
  upsideDown: 'flag',
  active: 'flag',
}

const nameLengthMax = 500
const codesMax = 100

/** Reads an element of an export; the error is what is not as wanted. */
export function readMonitor(element: unknown): Result<Monitor, string> {
  if (!isFields(element)) return err('It is no object')
  const item = new FieldReader(element)
  const name = item.text('name', { lengthMax: nameLengthMax })
  const attributes: Record<string, unknown> = {}
  for (const [attribute, form] of Object.entries(monitorAttributes)) {
    const value = readers[form](item, element, attribute)
    if (value !== undefined) attributes[attribute] = value
  }
  const id = fieldOf(element, 'id')
  const [fault] = item.faults
  return fault === undefined
    ? ok({ name, id: typeof id === 'number' ? String(id) : null, attributes })
    : err(fault)
}

type Read = (item: FieldReader, element: Fields, name: string) => unknown

const readers: Readonly<Record<Form, Read>> = {
  // Null is how an attribute stands that another type of monitor has.
  text: (item, element, name) =>
    Object.hasOwn(element, name) ? item.text(name, { fallback: '' }) : undefined,
  url: (item, element, name) =>
    Object.hasOwn(element, name) ? normalUrl(item.text(name, { fallback: '' })) : undefined,
  number: (item, element, name) =>
    fieldOf(element, name) === null ? undefined : item.number(name),
  // Its database has flags as numbers.
  flag: (item, element, name) => {
    const value = fieldOf(element, name)
    if (value === null) return undefined
    return value === 0 || value === 1 ? value === 1 : item.flag(name, false)
  },
  codes: (item, element, name) => {
    const value = fieldOf(element, name) ?? fieldOf(element, 'accepted_statuscodes_json')
    if (value === null) return undefined
    const list = typeof value === 'string' ? listIn(value) : value
    if (!Array.isArray(list) || list.length > codesMax || list.some((one) => !isCode(one)))
      item.fault(name, 'no list of statuses, wanted one such as ["200-299"]')
    return Array.isArray(list) ? normalCodes(list.map(String)) : undefined
  },
}

function listIn(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

function isCode(value: unknown): boolean {
  return /^\s*[1-5]\d\d\s*(?:-\s*[1-5]\d\d\s*)?$/.test(String(value))
}

/** `https://a.example.com` is `https://a.example.com/`; what is no address stays as it is. */
export function normalUrl(text: string): string {
  return URL.parse(text)?.href ?? text
}

/** Statuses without spaces, in order, each once. */
export function normalCodes(codes: readonly string[]): readonly string[] {
  return [...new Set(codes.map((code) => code.replaceAll(/\s/g, '')))].toSorted()
}

/** True when one of `codes` holds `status`. */
export function accepts(codes: readonly string[], status: number): boolean {
  return codes.some((code) => {
    const [from = 0, to = from] = code.split('-').map(Number)
    return from <= status && status <= to
  })
}
