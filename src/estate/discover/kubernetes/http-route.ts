// HTTPRoute objects (gateway.networking.k8s.io/v1) as doors: hostnames, matches, filters that ask a gate.
import type { FoundDoor, NotUnderstood } from '../discovery.ts'
import { type Json, listAt, numberAt, textAt, textsAt } from '../json.ts'
import { type ObjectContext, type ReadObject, namespaceOf, objectName } from './ingress.ts'
import type { Services } from './services.ts'
import { declarationFaults, declarationOf, effectiveTier, elsewhere } from './declaration.ts'

/** Reads an HTTPRoute. */
export function readHttpRoute(object: Json, context: ObjectContext): ReadObject {
  const from = objectName(object)
  const hosts = textsAt(object, 'spec', 'hostnames').map((host) => host.toLowerCase())
  const rules = listAt(object, 'spec', 'rules').map((rule) => readRule(object, rule, context))
  const doors = (hosts.length === 0 ? ['*'] : hosts).flatMap((host) =>
    rules.flatMap((rule) => rule.doors.map((door) => ({ ...door, host }))),
  )
  const faults = declarationFaults(from, declarationOf(object, context.settings))
  const empty = rules.length === 0 ? [{ object: from, why: 'It has no rule' }] : []
  return {
    doors,
    notUnderstood: [...faults, ...rules.flatMap((rule) => rule.notUnderstood), ...empty],
  }
}

function readRule(
  object: Json,
  rule: Json,
  { middlewares, services, settings }: ObjectContext,
): ReadObject {
  const from = objectName(object)
  const filters = listAt(rule, 'filters')
  const asksGate = filters.some((filter) => textAt(filter, 'type') === 'ExternalAuth')
  const names = filters.flatMap((filter) => {
    const name = textAt(filter, 'extensionRef', 'name')
    const isMiddleware = textAt(filter, 'extensionRef', 'kind') === 'Middleware'
    return name === null || !isMiddleware ? [] : [`${namespaceOf(object)}/${name}`]
  })
  const meaning = middlewares.ofNames(names)
  const declaration = declarationOf(object, settings)
  const usual = {
    ...{ host: '*', from, priority: 0 },
    tier: effectiveTier(asksGate ? elsewhere(meaning) : meaning, declaration),
    declared: declaration.declared,
    groups: declaration.groups,
    upstream: upstreamOf(rule, object, services),
  } as const
  const matches = listAt(rule, 'matches')
  const read = (matches.length === 0 ? [{}] : matches).map((match) => readMatch(match, from))
  return {
    doors: read.map(({ place }) => ({ ...usual, ...place })),
    notUnderstood: [
      ...read.flatMap(({ notUnderstood }) => notUnderstood),
      ...filters.flatMap((filter) => filterFault(filter, from)),
      ...meaning.unknown.map((id) => ({
        object: from,
        why: `The middleware "${id}" is not among what was read`,
      })),
    ],
  }
}

/** Filters of the standard that let everybody through whom they meet. */
const plainFilters = new Set([
  ...['RequestHeaderModifier', 'ResponseHeaderModifier', 'RequestMirror', 'RequestRedirect'],
  ...['URLRewrite', 'CORS', 'ExternalAuth'],
])

/** A filter of another maker may ask a gate, or turn everybody away. */
function filterFault(filter: Json, from: string): readonly NotUnderstood[] {
  const type = textAt(filter, 'type') ?? '?'
  const kind = textAt(filter, 'extensionRef', 'kind')
  if (plainFilters.has(type) || kind === 'Middleware') return []
  return [{ object: from, why: `The filter "${kind ?? type}" is not looked into` }]
}

type Place = Pick<
  FoundDoor,
  'path' | 'isExact' | 'methods' | 'headers' | 'ruleLength' | 'isPartial'
>

interface ReadMatch {
  readonly place: Place
  readonly notUnderstood: readonly NotUnderstood[]
}

function readMatch(match: Json, from: string): ReadMatch {
  const kind = textAt(match, 'path', 'type') ?? 'PathPrefix'
  const written = textAt(match, 'path', 'value') ?? '/'
  const isPattern = kind === 'RegularExpression'
  const path = isPattern ? '/' : written
  const method = textAt(match, 'method')
  const headers = listAt(match, 'headers').map((header) => ({
    name: textAt(header, 'name') ?? '',
    value: textAt(header, 'type') === 'RegularExpression' ? '*' : (textAt(header, 'value') ?? '*'),
  }))
  const unread = [
    ...(isPattern ? [`The path "${written}" is a pattern, which is not looked into`] : []),
    ...(listAt(match, 'queryParams').length > 0 ? ['Query parameters are not looked into'] : []),
  ]
  const place = {
    ...{ path, isExact: kind === 'Exact', headers, ruleLength: path.length },
    methods: method === null ? [] : [method],
    isPartial: unread.length > 0,
  }
  return { place, notUnderstood: unread.map((why) => ({ object: from, why })) }
}

function upstreamOf(rule: Json, object: Json, services: Services): string | null {
  const [backend] = listAt(rule, 'backendRefs')
  const name = textAt(backend, 'name')
  if (name === null) return null
  const namespace = textAt(backend, 'namespace') ?? namespaceOf(object)
  return services.upstreamOf({ name, namespace, port: numberAt(backend, 'port') })
}
