// Monitors of Uptime Kuma as they are defined, from an export or the list of a sync job.
import { type Result, err, ok } from '../../std/result.ts'
import { parseJson } from '../../world/ask.ts'
import { fieldOf, isFields, listOf, textOf } from './fields.ts'
import { hostOf } from './host-of.ts'
import { testimoniesMax } from './witness.ts'

/** A range of statuses, both ends included. */
export interface StatusRange {
  readonly from: number
  readonly to: number
}

/** One monitor, as far as it matters here. */
export interface KumaMonitor {
  readonly name: string
  readonly host: string | null
  /** Path of the URL that it asks for; null for monitors that are no HTTP. */
  readonly path: string | null
  /** Statuses that count as up. */
  readonly accepted: readonly StatusRange[]
}

/** What Uptime Kuma accepts where nothing else is said. */
const defaultRanges: readonly StatusRange[] = [{ from: 200, to: 299 }]
const rangesMax = 100

/**
 * Reads monitors from JSON: a list of them, an object of them by id (as the socket pushes them), or either
 * under `monitorList` or `monitors` (as exports have them).
 */
export function readKumaMonitors(text: string): Result<readonly KumaMonitor[], string> {
  const data = parseJson(text)
  if (!data.ok) return err('The file holds no JSON')
  const inner = fieldOf(data.value, 'monitorList') ?? fieldOf(data.value, 'monitors') ?? data.value
  const list: readonly unknown[] = isFields(inner)
    ? Object.values(inner).slice(0, testimoniesMax)
    : listOf(inner, testimoniesMax)
  const monitors = list.flatMap((value) => monitorOf(value) ?? [])
  return monitors.length === 0 ? err('The file holds no monitors') : ok(monitors)
}

function monitorOf(value: unknown): KumaMonitor | null {
  const name = textOf(fieldOf(value, 'name'), 200)
  if (name === null) return null
  const url = textOf(fieldOf(value, 'url'), 2000)
  const target = url === null ? null : URL.parse(url)
  return {
    name,
    host: hostOf(url, textOf(fieldOf(value, 'hostname'))),
    path:
      target !== null && /^https?:$/.test(target.protocol) && target.host !== ''
        ? target.pathname
        : null,
    accepted: acceptedOf(value),
  }
}

/** A list of texts, or that list as JSON in a text, as the database has it. */
function acceptedOf(monitor: unknown): readonly StatusRange[] {
  const written =
    fieldOf(monitor, 'accepted_statuscodes') ?? fieldOf(monitor, 'accepted_statuscodes_json')
  const list = typeof written === 'string' ? jsonOf(written) : written
  const ranges = listOf(list, rangesMax).flatMap((range) => rangeOf(range) ?? [])
  return ranges.length === 0 ? defaultRanges : ranges
}

function jsonOf(text: string): unknown {
  const read = parseJson(text)
  return read.ok ? read.value : [text]
}

/** `200-299` or `404`. */
function rangeOf(value: unknown): StatusRange | null {
  const match = /^\s*([1-5]\d\d)\s*(?:-\s*([1-5]\d\d)\s*)?$/.exec(String(value))
  if (match === null) return null
  const from = Number(match[1])
  return { from, to: Number(match[2] ?? from) }
}
