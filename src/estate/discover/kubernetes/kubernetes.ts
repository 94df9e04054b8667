// Objects of a cluster, exported or fetched, to the doors that they open. Pure.
import type { Discovery, NotUnderstood } from '../discovery.ts'
import { type Json, listAt, textAt } from '../json.ts'
import { replicasOf } from './endpoint-slice.ts'
import { readHttpRoute } from './http-route.ts'
import { type ObjectContext, type ReadObject, objectName, readIngress } from './ingress.ts'
import { readIngressRoute } from './ingress-route.ts'
import { Middlewares } from './middlewares.ts'
import { type KubernetesSettings, usualKubernetesSettings } from './settings.ts'

/** Deepest nesting of lists in lists. */
const listDepthMax = 5

const readers: Readonly<Record<string, (object: Json, context: ObjectContext) => ReadObject>> = {
  Ingress: readIngress,
  IngressRoute: readIngressRoute,
  HTTPRoute: readHttpRoute,
}

/** Doors of every Ingress, IngressRoute and HTTPRoute among `objects`; lists are opened. */
export function discoverKubernetes(
  objects: readonly Json[],
  settings: KubernetesSettings = usualKubernetesSettings,
): Discovery {
  const all = objects.flatMap((object) => opened(object, 0))
  const context = { settings, middlewares: new Middlewares(all, settings) }
  const notUnderstood: NotUnderstood[] = []
  const doors = all.flatMap((object) => {
    const kind = textAt(object, 'kind')
    if (kind === null) {
      notUnderstood.push({ object: '?', why: 'It has no kind: this is no object of Kubernetes' })
      return []
    }
    const read = readers[kind]?.(object, context)
    notUnderstood.push(...(read?.notUnderstood ?? otherKind(object, kind)))
    return read?.doors ?? []
  })
  const replicas = all
    .filter((object) => textAt(object, 'kind') === 'EndpointSlice')
    .flatMap(replicasOf)
  return { source: 'kubernetes', doors, replicas, notUnderstood, read: all.length }
}

/** Routes of other protocols and of other makers open doors that we do not see: they are said, others not. */
function otherKind(object: Json, kind: string): readonly NotUnderstood[] {
  const isRoute = /(Route|Ingress|VirtualService|HTTPProxy|Mapping)(TCP|UDP)?$/.test(kind)
  return isRoute
    ? [{ object: objectName(object), why: `Objects of kind "${kind}" are not read` }]
    : []
}

function opened(object: Json, depth: number): readonly Json[] {
  const kind = textAt(object, 'kind') ?? ''
  if (!kind.endsWith('List') || depth > listDepthMax) return [object]
  return listAt(object, 'items').flatMap((item) => opened(item, depth + 1))
}
