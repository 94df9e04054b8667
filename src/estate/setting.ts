// The few forms that every area's section is made of: names, sentences, lists that may be left out.
import type { Result } from '../std/result.ts'
import { type Schema, type TextFault, defaulted, list, parsed, text } from '../std/schema/schema.ts'
import { parseRatePerMs } from '../std/units.ts'

/** Entries of one list of an area at most. */
const entriesMax = 2000
/** Names in one list of an entry at most. */
const namesMax = 500
/** Characters of a name at most: what Kubernetes, DNS and Prometheus have in common is shorter. */
const nameLengthMax = 200
/** Characters of a label at most (RFC 1123). */
const labelLengthMax = 63
/** Characters of a path at most. */
const pathLengthMax = 1000
/** Characters of a sentence at most. */
const sentenceLengthMax = 2000

/** A list of things of an area; none when it is left out. */
export function entries<S extends Schema>(about: string, item: S) {
  return defaulted(about, list(item, { min: 0, max: entriesMax }), [])
}

/** A name by which other entries refer to this one. */
export function nameText(example: string) {
  return text(`a name such as "${example}"`, example, nameLengthMax)
}

/** A name that Kubernetes takes as it stands (RFC 1123 label): it goes into manifests, and into selectors. */
export function labelText(example: string) {
  return parsed({
    wanted: `a name of lower case letters, digits and "-", such as "${example}"`,
    example,
    lengthMax: labelLengthMax,
    pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$',
    parse: (value): Result<string, TextFault> => {
      if (/^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$/.test(value)) return { ok: true, value }
      const lower = value.toLowerCase()
      return /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$/.test(lower)
        ? { ok: false, error: { suggestion: lower } }
        : { ok: false, error: {} }
    },
  })
}

/** Names of other entries. */
export function namesList(about: string, example: string) {
  return defaulted(about, list(nameText(example), { min: 0, max: namesMax }), [])
}

/**
 * Where on a host: it begins with a slash, so that a host with it is an address of that host, and holds no
 * blank and no fragment. A query may follow.
 */
export function pathText(example: string) {
  return parsed({
    wanted: `a path that begins with "/", such as "${example}"`,
    example,
    lengthMax: pathLengthMax,
    parse: (value): Result<string, TextFault> => {
      if (/^\/[^\s#\\]*$/u.test(value)) return { ok: true, value }
      const isBare = /^[^\s#\\:/@?][^\s#\\]*$/u.test(value)
      return { ok: false, error: isBare ? { suggestion: `/${value}` } : {} }
    },
  })
}

/** A sentence or more for people, in Markdown without headings. */
export function sentenceText(example: string) {
  return text(`a sentence such as "${example}"`, example, sentenceLengthMax)
}

/** How often something happens, such as `18/min`; entries per millisecond come out. */
export function rateText(example: string) {
  return parsed({
    wanted: `a rate such as "${example}"`,
    example,
    lengthMax: 32,
    parse: (value): Result<number, TextFault> => {
      const perMs = parseRatePerMs(value)
      return perMs === null ? { ok: false, error: {} } : { ok: true, value: perMs }
    },
  })
}

/** A calendar day, `2026-04-18`; kept as written (ISO 8601). */
export function dayText() {
  return parsed({
    wanted: 'a day such as "2026-04-18"',
    example: '2026-04-18',
    pattern: '^\\d{4}-\\d{2}-\\d{2}$',
    parse: (value): Result<string, TextFault> => {
      const time = /^\d{4}-\d{2}-\d{2}$/.test(value) ? Date.parse(value) : Number.NaN
      // Some parsers move a day that the calendar does not have to one that it has.
      const isDay = !Number.isNaN(time) && new Date(time).toISOString().startsWith(value)
      return isDay ? { ok: true, value } : { ok: false, error: {} }
    },
  })
}
