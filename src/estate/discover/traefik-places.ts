// Matchers of a Traefik rule as places: hosts, paths, methods, headers.
import type { FoundDoor, HeaderCondition, NotUnderstood } from './discovery.ts'
import type { Matcher } from './traefik-rule.ts'

/** Where a request must be for a door. */
export type Place = Pick<
  FoundDoor,
  'host' | 'path' | 'isExact' | 'methods' | 'headers' | 'isPartial'
>

/** Places of matchers, and what in them was not understood. */
export interface ReadMatchers {
  readonly doors: readonly Place[]
  readonly notUnderstood: readonly NotUnderstood[]
}

/** Everything that the matchers of one alternative say, by what it is about. */
interface Said {
  readonly hosts: string[]
  readonly paths: Pick<Place, 'path' | 'isExact'>[]
  readonly methods: string[]
  readonly headers: HeaderCondition[]
}

const anyHeader = ({ headers }: Said, [name = '', value = '*']: readonly string[]): void => {
  headers.push({ name, value })
}
/** A pattern of a header is not looked into: anything may match it. */
const anyHeaderPattern = ({ headers }: Said, [name = '']: readonly string[]): void => {
  headers.push({ name, value: '*' })
}

/** What each matcher says; matchers of Traefik 2 beside those of Traefik 3. */
const matcherReaders: Readonly<Record<string, (said: Said, values: readonly string[]) => void>> = {
  Host: ({ hosts }, values) => hosts.push(...values.map((host) => host.toLowerCase())),
  PathPrefix: ({ paths }, values) =>
    paths.push(...values.map((path) => ({ path, isExact: false }))),
  Path: ({ paths }, values) => paths.push(...values.map((path) => ({ path, isExact: true }))),
  Method: ({ methods }, values) => methods.push(...values),
  Header: anyHeader,
  Headers: anyHeader,
  HeaderRegexp: anyHeaderPattern,
  HeadersRegexp: anyHeaderPattern,
}

/** Doors of matchers that hold together: each host with each path. */
export function placesOf(matchers: readonly Matcher[], from: string): ReadMatchers {
  const said: Said = { hosts: [], paths: [], methods: [], headers: [] }
  const notUnderstood: NotUnderstood[] = []
  let isPartial = false
  const seen = new Set<string>()
  for (const { isNegated, name, values } of matchers) {
    const read = matcherReaders[name]
    isPartial ||= isNegated || read === undefined
    if (isNegated)
      notUnderstood.push({ object: from, why: `The negation of "${name}" is not looked into` })
    else if (read === undefined)
      notUnderstood.push({ object: from, why: `The matcher "${name}" is not looked into` })
    else {
      const why = unreadable(name, values, seen)
      seen.add(topicOf(name))
      isPartial ||= why !== null
      if (why === null) read(said, values)
      else notUnderstood.push({ object: from, why })
    }
  }
  const { headers, methods } = said
  const hosts = said.hosts.length === 0 ? ['*'] : said.hosts
  const paths = said.paths.length === 0 ? [{ path: '/', isExact: false }] : said.paths
  const doors = hosts.flatMap((host) =>
    paths.map((path) => ({ host, ...path, methods, headers, isPartial })),
  )
  return { doors, notUnderstood }
}

/** What a matcher is about: hosts, paths or methods, of which a second one narrows the first. */
function topicOf(name: string): string {
  return name === 'PathPrefix' ? 'Path' : name
}

/** Why a matcher that we know cannot be read as it stands here; null: it can. */
function unreadable(
  name: string,
  values: readonly string[],
  seen: ReadonlySet<string>,
): string | null {
  const isPath = topicOf(name) === 'Path'
  if (!name.startsWith('Header') && seen.has(topicOf(name)))
    return `A second matcher "${name}" beside the first is not looked into`
  // Traefik 2 reads names in braces, and what follows them, as patterns.
  const pattern = values.find((value) => value.includes('{'))
  if (pattern !== undefined && (isPath || name === 'Host'))
    return `The pattern "${pattern}" of "${name}" is not looked into`
  return null
}
