// Ingress objects (networking.k8s.io/v1) as doors: hosts, paths, and what their annotations put before them.
import type { FoundDoor, NotUnderstood } from '../discovery.ts'
import { type Json, at, listAt, numberAt, textAt } from '../json.ts'
import { declarationFaults, declarationOf, effectiveTier, elsewhere } from './declaration.ts'
import type { Middlewares } from './middlewares.ts'
import type { Services } from './services.ts'
import type { KubernetesSettings } from './settings.ts'

/** What a reader of one kind of object is given and gives. */
export interface ObjectContext {
  readonly middlewares: Middlewares
  readonly services: Services
  readonly settings: KubernetesSettings
}

/** Doors of one object and what in it was not understood. */
export interface ReadObject {
  readonly doors: readonly FoundDoor[]
  readonly notUnderstood: readonly NotUnderstood[]
}

/** Annotations by which other controllers ask a gate. */
const authUrls = [
  'nginx.ingress.kubernetes.io/auth-url',
  'haproxy-ingress.github.io/auth-url',
  'ingress.kubernetes.io/auth-url',
] as const

const traefik = 'traefik.ingress.kubernetes.io/router'

/** `Ingress monitoring/grafana`. */
export function objectName(object: Json): string {
  const name = textAt(object, 'metadata', 'name') ?? '?'
  const namespace = textAt(object, 'metadata', 'namespace')
  return `${textAt(object, 'kind') ?? '?'} ${namespace === null ? '' : `${namespace}/`}${name}`
}

/** Namespace of an object. */
export function namespaceOf(object: Json): string {
  return textAt(object, 'metadata', 'namespace') ?? 'default'
}

/** Reads an Ingress. */
export function readIngress(object: Json, context: ObjectContext): ReadObject {
  const from = objectName(object)
  const meaning = context.middlewares.ofAnnotation(
    annotation(object, `${traefik}.middlewares`) ?? '',
  )
  const asksElsewhere = authUrls.some((name) => annotation(object, name) !== null)
  const declaration = declarationOf(object, context.settings)
  const priority = Number(annotation(object, `${traefik}.priority`) ?? 0)
  const usual = {
    ...{ methods: [], headers: [], from, isPartial: false },
    tier: effectiveTier(asksElsewhere ? elsewhere(meaning) : meaning, declaration),
    declared: declaration.declared,
    groups: declaration.groups,
    priority: Number.isFinite(priority) ? priority : 0,
  } as const
  const doors = listAt(object, 'spec', 'rules').flatMap((rule) => {
    const host = textAt(rule, 'host')?.toLowerCase() ?? '*'
    return listAt(rule, 'http', 'paths').map((entry): FoundDoor => {
      const path = textAt(entry, 'path') ?? '/'
      const isExact = textAt(entry, 'pathType') === 'Exact'
      const ruleLength = `Host(\`${host}\`) && Path${isExact ? '' : 'Prefix'}(\`${path}\`)`.length
      return {
        ...usual,
        host,
        path,
        isExact,
        ruleLength,
        upstream: upstreamOf(entry, object, context.services),
      }
    })
  })
  const unknown = meaning.unknown.map((reference) => ({
    object: from,
    why: `The middleware "${reference}" is not among what was read`,
  }))
  const empty = doors.length === 0 ? [{ object: from, why: 'It has no rule with a path' }] : []
  // It answers for every host that nothing else does.
  const fallback =
    at(object, 'spec', 'defaultBackend') === undefined
      ? []
      : [{ object: from, why: 'Its default backend opens every host, which no entry says' }]
  const faults = declarationFaults(from, declaration)
  return { doors, notUnderstood: [...faults, ...unknown, ...empty, ...fallback] }
}

/** An annotation of an object; null where it is not a text. */
export function annotation(object: Json, name: string): string | null {
  const found = at(object, 'metadata', 'annotations')
  return textAt(found, name)
}

function upstreamOf(entry: Json, object: Json, services: Services): string | null {
  const name = textAt(entry, 'backend', 'service', 'name')
  if (name === null) return null
  const port =
    numberAt(entry, 'backend', 'service', 'port', 'number') ??
    textAt(entry, 'backend', 'service', 'port', 'name')
  return services.upstreamOf({ name, namespace: namespaceOf(object), port })
}
