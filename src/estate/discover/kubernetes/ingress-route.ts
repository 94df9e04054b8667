// IngressRoute objects (traefik.io/v1alpha1) as doors: one for each alternative of each route.
import type { FoundDoor, HeaderCondition, NotUnderstood } from '../discovery.ts'
import { type Json, listAt, numberAt, textAt } from '../json.ts'
import { type Matcher, readTraefikRule } from '../traefik-rule.ts'
import {
  type ObjectContext,
  type ReadObject,
  declaredTier,
  groupsOf,
  namespaceOf,
  objectName,
} from './ingress.ts'

/** Reads an IngressRoute. */
export function readIngressRoute(object: Json, context: ObjectContext): ReadObject {
  const routes = listAt(object, 'spec', 'routes').map((route) => readRoute(object, route, context))
  const from = objectName(object)
  const empty = routes.length === 0 ? [{ object: from, why: 'It has no route' }] : []
  return {
    doors: routes.flatMap(({ doors }) => doors),
    notUnderstood: [...routes.flatMap(({ notUnderstood }) => notUnderstood), ...empty],
  }
}

function readRoute(
  object: Json,
  route: Json,
  { middlewares, settings }: ObjectContext,
): ReadObject {
  const from = objectName(object)
  const rule = textAt(route, 'match') ?? ''
  const read = readTraefikRule(rule)
  if (!read.ok)
    return { doors: [], notUnderstood: [{ object: from, why: `${read.error}: "${rule}"` }] }
  const names = listAt(route, 'middlewares').flatMap((link) => {
    const name = textAt(link, 'name')
    return name === null ? [] : [`${textAt(link, 'namespace') ?? namespaceOf(object)}/${name}`]
  })
  const meaning = middlewares.ofNames(names)
  const usual = {
    from,
    tier: meaning.tier ?? declaredTier(object, settings) ?? 'none',
    groups: groupsOf(object, settings),
    priority: numberAt(route, 'priority') ?? 0,
    ruleLength: rule.length,
    upstream: upstreamOf(route, object),
  } as const
  const alternatives = read.value.map((matchers) => readMatchers(matchers, from))
  return {
    doors: alternatives.flatMap(({ doors }) => doors.map((door) => ({ ...door, ...usual }))),
    notUnderstood: [
      ...alternatives.flatMap(({ notUnderstood }) => notUnderstood),
      ...meaning.unknown.map((id) => ({
        object: from,
        why: `The middleware "${id}" is not among what was read`,
      })),
    ],
  }
}

type Place = Pick<FoundDoor, 'host' | 'path' | 'isExact' | 'methods' | 'headers'>

interface ReadMatchers {
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
function readMatchers(matchers: readonly Matcher[], from: string): ReadMatchers {
  const said: Said = { hosts: [], paths: [], methods: [], headers: [] }
  const notUnderstood: NotUnderstood[] = []
  for (const { isNegated, name, values } of matchers) {
    // A negation takes something away from a door, which other routes then have.
    if (isNegated) continue
    const read = matcherReaders[name]
    if (read === undefined)
      notUnderstood.push({ object: from, why: `The matcher "${name}" is not looked into` })
    else read(said, values)
  }
  const { headers, methods } = said
  const hosts = said.hosts.length === 0 ? ['*'] : said.hosts
  const paths = said.paths.length === 0 ? [{ path: '/', isExact: false }] : said.paths
  const doors = hosts.flatMap((host) => paths.map((path) => ({ host, ...path, methods, headers })))
  return { doors, notUnderstood }
}

function upstreamOf(route: Json, object: Json): string | null {
  const [service] = listAt(route, 'services')
  const name = textAt(service, 'name')
  if (name === null || (textAt(service, 'kind') ?? 'Service') !== 'Service') return null
  const port = numberAt(service, 'port') ?? textAt(service, 'port')
  const namespace = textAt(service, 'namespace') ?? namespaceOf(object)
  return `http://${name}.${namespace}${port === null ? '' : `:${port}`}`
}
