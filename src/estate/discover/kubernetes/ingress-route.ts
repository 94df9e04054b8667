// IngressRoute objects (traefik.io/v1alpha1) as doors: one for each alternative of each route.
import { type Json, listAt, numberAt, textAt } from '../json.ts'
import { placesOf } from '../traefik-places.ts'
import { readTraefikRule } from '../traefik-rule.ts'
import { type ObjectContext, type ReadObject, namespaceOf, objectName } from './ingress.ts'
import type { Services } from './services.ts'
import { declarationFaults, declarationOf, effectiveTier } from './declaration.ts'

/** Reads an IngressRoute. */
export function readIngressRoute(object: Json, context: ObjectContext): ReadObject {
  const routes = listAt(object, 'spec', 'routes').map((route) => readRoute(object, route, context))
  const from = objectName(object)
  const faults = declarationFaults(from, declarationOf(object, context.settings))
  const empty = routes.length === 0 ? [{ object: from, why: 'It has no route' }] : []
  return {
    doors: routes.flatMap(({ doors }) => doors),
    notUnderstood: [...faults, ...routes.flatMap((route) => route.notUnderstood), ...empty],
  }
}

function readRoute(
  object: Json,
  route: Json,
  { middlewares, services, settings }: ObjectContext,
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
  const declaration = declarationOf(object, settings)
  const usual = {
    from,
    tier: effectiveTier(meaning, declaration),
    declared: declaration.declared,
    groups: declaration.groups,
    priority: numberAt(route, 'priority') ?? 0,
    ruleLength: rule.length,
    upstream: upstreamOf(route, object, services),
  } as const
  const alternatives = read.value.map((matchers) => placesOf(matchers, from))
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

function upstreamOf(route: Json, object: Json, services: Services): string | null {
  const [service] = listAt(route, 'services')
  const name = textAt(service, 'name')
  if (name === null || (textAt(service, 'kind') ?? 'Service') !== 'Service') return null
  const port = numberAt(service, 'port') ?? textAt(service, 'port')
  const namespace = textAt(service, 'namespace') ?? namespaceOf(object)
  return services.upstreamOf({ name, namespace, port })
}
