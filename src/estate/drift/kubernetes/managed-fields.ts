// Who wrote a field and when, out of `metadata.managedFields` (Kubernetes' server-side apply). Never throws.
import { type Fields, fieldOf, isFields } from '../../../std/fields.ts'
import { listAt, textAt } from '../../discover/json.ts'
import type { Change } from '../report.ts'

interface Writer {
  readonly manager: string
  readonly operation: string
  /** ISO 8601, UTC. */
  readonly at: string
  readonly fields: Fields
}

const nameLengthMax = 128
const writersMax = 100

/**
 * The latest of those who own one of `paths`; for a field that nobody owns any more, the latest of all. An
 * empty list asks for whoever wrote last. Null where the object does not say.
 */
export function writerOf(raw: unknown, paths: readonly string[]): Change | null {
  const writers = writersOf(raw).toSorted((a, b) => (a.at < b.at ? 1 : -1))
  const owner = writers.find(({ fields }) => paths.some((path) => owns(fields, path)))
  const writer = owner ?? writers[0]
  if (writer === undefined) return null
  const { at, manager, operation } = writer
  const verb = owner === undefined ? 'last written' : 'changed'
  return {
    text: `${verb} by ${JSON.stringify(manager)} (${operation}), ${at.slice(0, 10)} ${at.slice(11, 16)} UTC`,
    data: { manager, operation, at, owns_the_field: owner !== undefined },
  }
}

function writersOf(raw: unknown): readonly Writer[] {
  return listAt(raw, 'metadata', 'managedFields')
    .slice(0, writersMax)
    .flatMap((entry): readonly Writer[] => {
      const time = Date.parse(textAt(entry, 'time') ?? '')
      const manager = textAt(entry, 'manager')
      const fields = isFields(entry) ? fieldOf(entry, 'fieldsV1') : null
      // Status is what the cluster says of the object, not what somebody wants of it.
      const isStatus = (textAt(entry, 'subresource') ?? '') !== ''
      if (manager === null || Number.isNaN(time) || !isFields(fields) || isStatus) return []
      const operation = textAt(entry, 'operation') ?? 'Update'
      return [
        {
          ...{
            manager: manager.slice(0, nameLengthMax),
            operation: operation.slice(0, 20),
            fields,
          },
          at: new Date(time).toISOString(),
        },
      ]
    })
}

/** True when the field at `path`, such as `spec.rules.0.host`, is among `fields` or below one of them. */
function owns(fields: Fields, path: string): boolean {
  const keys = Object.keys(fields).filter((key) => key !== '.')
  // A field without further fields is owned whole.
  if (path === '' || keys.length === 0) return true
  return keys.some((key) => {
    const inner = fieldOf(fields, key)
    const below = isFields(inner) ? inner : {}
    const rest = key.startsWith('f:') ? after(key.slice(2), path) : afterElement(key, path)
    return rest !== null && owns(below, rest)
  })
}

/** What follows `name` in `path`; names of labels have dots themselves. Null: it does not begin so. */
function after(name: string, path: string): string | null {
  if (path === name) return ''
  return path.startsWith(`${name}.`) ? path.slice(name.length + 1) : null
}

/** An element of a list: `k:{"name":"gate"}` by its key, and by any where we counted its place. */
function afterElement(key: string, path: string): string | null {
  const end = path.indexOf('.')
  const segment = end === -1 ? path : path.slice(0, end)
  const rest = end === -1 ? '' : path.slice(end + 1)
  if (/^\d+$/.test(segment) || key.startsWith('v:')) return rest
  return key.startsWith('k:') && key.includes(JSON.stringify(segment)) ? rest : null
}
