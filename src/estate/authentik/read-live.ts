// Reads the lists of a live authentik: whole or not at all, over its API or from exported files.
import { isFields } from '../../std/fields.ts'
import { type Result, err, ok } from '../../std/result.ts'
import type { ApiFault, AuthentikApi } from '../../world/authentik-api.ts'
import type { Clock } from '../../world/clock.ts'
import { kindNames, kinds } from './objects.ts'

/** What is read: the kinds, and the flows that providers refer to by key. */
export const listNames = [...kindNames, 'flow'] as const

/** One of {@link listNames}. */
export type ListName = (typeof listNames)[number]

/** Every list as it came, not looked into. */
export type RawLists = Readonly<Record<ListName, readonly unknown[]>>

/** The whole reading is given up after this long, whatever each call may take. */
const readingTimeoutMs = 120_000

/** Names of the lists in an exported file: what authentik calls them, in the plural. */
const exportedNames: Readonly<Record<ListName, string>> = {
  group: 'groups',
  policy: 'policies',
  provider: 'providers',
  application: 'applications',
  binding: 'bindings',
  outpost: 'outposts',
  flow: 'flows',
}

/** Reads every list. The error is a sentence for each list that could not be read, without secrets. */
export async function readOverApi(
  api: AuthentikApi,
  clock: Clock,
): Promise<Result<RawLists, readonly string[]>> {
  const begun = clock.monotonic()
  const mayGoOn = (): boolean => clock.monotonic() - begun < readingTimeoutMs
  const lists = emptyLists()
  const faults: string[] = []
  for (const name of listNames) {
    const path = name === 'flow' ? 'flows/instances/' : kinds[name].list
    const read = await api.list(path, mayGoOn)
    if (read.ok) lists[name] = read.value
    else faults.push(sentence(read.error))
    // Who cannot be reached at all will not be asked six times more.
    if (!read.ok && read.error.kind !== 'status') break
  }
  return faults.length > 0 ? err(faults) : ok(lists)
}

function sentence({ detail, kind, status }: ApiFault): string {
  return kind === 'status' && (status === 401 || status === 403)
    ? `${detail}: the token is not one of a person who may read everything (an outpost has one that may not)`
    : detail
}

/** One exported file: its name, and the JSON in it. */
export interface ExportedFile {
  readonly path: string
  readonly value: unknown
}

/**
 * Reads exported JSON: pages of the API (`{"pagination": …, "results": […]}`), lists, or one mapping
 * `{"outposts": […], "providers": […], …}` of either. A list that no file has is an error: what is not
 * there was not read. The error names every fault.
 */
export function readExported(files: readonly ExportedFile[]): Result<RawLists, readonly string[]> {
  const lists = emptyLists()
  const seen = new Set<ListName>()
  const faults: string[] = []
  const add = (name: ListName, elements: readonly unknown[]): void => {
    seen.add(name)
    lists[name] = [...lists[name], ...elements]
  }
  for (const { path, value } of files) {
    const named = isFields(value) ? listNames.filter((name) => exportedNames[name] in value) : []
    if (isFields(value) && named.length > 0) {
      for (const name of named) {
        const elements = elementsOf(value[exportedNames[name]])
        if (typeof elements === 'string')
          faults.push(`In "${path}": "${exportedNames[name]}" ${elements}`)
        else add(name, elements)
      }
      continue
    }
    const elements = elementsOf(value)
    if (typeof elements === 'string') faults.push(`In "${path}": the file ${elements}`)
    else
      for (const element of elements) {
        const name = listOf(element)
        if (name === null) faults.push(`In "${path}": Found an object of no known kind`)
        else add(name, [element])
      }
  }
  const missing = listNames.filter((name) => !seen.has(name)).map((name) => exportedNames[name])
  if (missing.length > 0)
    faults.push(`Missing ${missing.map((name) => `"${name}"`).join(', ')} in the files`)
  return faults.length > 0 ? err([...new Set(faults)]) : ok(lists)
}

/** The elements of a list or of a page; a text says what is wrong. Half a list is no list. */
function elementsOf(value: unknown): readonly unknown[] | string {
  if (Array.isArray(value)) return value
  if (!isFields(value) || !Array.isArray(value['results']))
    return 'is neither a list nor a page with "results"'
  const pagination = value['pagination']
  const count = isFields(pagination) ? pagination['count'] : value['results'].length
  return count === value['results'].length
    ? value['results']
    : `has "${value['results'].length}" elements, wanted "${String(count)}": export with "page_size" large enough`
}

/** Which list an object is from: by fields that no other kind has. */
function listOf(element: unknown): ListName | null {
  if (!isFields(element)) return null
  const marks: readonly (readonly [ListName, readonly string[]])[] = [
    ['provider', ['external_host']],
    ['application', ['slug', 'policy_engine_mode', 'meta_launch_url']],
    ['flow', ['slug', 'designation']],
    ['binding', ['target', 'order']],
    ['outpost', ['config', 'providers']],
    ['policy', ['expression']],
    ['group', ['is_superuser']],
  ]
  return marks.find(([, fields]) => fields.every((field) => field in element))?.[0] ?? null
}

function emptyLists(): Record<ListName, readonly unknown[]> {
  return {
    group: [],
    policy: [],
    provider: [],
    application: [],
    binding: [],
    outpost: [],
    flow: [],
  }
}
