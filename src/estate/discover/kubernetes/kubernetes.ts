// Objects of a cluster, exported or fetched, to the doors that they open. Pure.
import type { Discovery, NotUnderstood } from '../discovery.ts'
import { type Json, listAt, textAt } from '../json.ts'
import { replicasOf, sliceFault } from './endpoint-slice.ts'
import { readHttpRoute } from './http-route.ts'
import { type ObjectContext, type ReadObject, objectName, readIngress } from './ingress.ts'
import { readIngressRoute } from './ingress-route.ts'
import { Middlewares } from './middlewares.ts'
import { Services } from './services.ts'
import { type KubernetesSettings, usualKubernetesSettings } from './settings.ts'

const twiceText = 'It is there twice: which of them the cluster has cannot be told'

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
  const context = {
    settings,
    middlewares: new Middlewares(all, settings),
    services: new Services(all),
  }
  const notUnderstood: NotUnderstood[] = []
  const seen = new Set<string>()
  const doors = all.flatMap((object) => {
    const kind = textAt(object, 'kind')
    if (kind === null) {
      notUnderstood.push({ object: '?', why: 'It has no kind: this is no object of Kubernetes' })
      return []
    }
    const id = `${textAt(object, 'apiVersion')?.split('/')[0] ?? ''} ${objectName(object)}`
    if (kind in readers || kind === 'Middleware') {
      if (seen.has(id)) notUnderstood.push({ object: objectName(object), why: twiceText })
      seen.add(id)
    }
    const read = readers[kind]?.(object, context)
    notUnderstood.push(...(read?.notUnderstood ?? otherKind(object, kind)))
    return read?.doors ?? []
  })
  const slices = all.filter((object) => textAt(object, 'kind') === 'EndpointSlice')
  const replicas = slices.flatMap(replicasOf)
  notUnderstood.push(...slices.flatMap(sliceFault))
  return { source: 'kubernetes', doors, replicas, notUnderstood, read: all.length }
}

/** Routes and policies of other makers open or shut doors that we do not see: they are said, others not. */
function otherKind(object: Json, kind: string): readonly NotUnderstood[] {
  const isRoute =
    /(Route|Ingress|VirtualService|HTTPProxy|Mapping|SecurityPolicy|AuthorizationPolicy)(TCP|UDP)?$/.test(
      kind,
    )
  return isRoute
    ? [{ object: objectName(object), why: `Objects of kind "${kind}" are not read` }]
    : []
}

function opened(object: Json, depth: number): readonly Json[] {
  const kind = textAt(object, 'kind') ?? ''
  if (!kind.endsWith('List') || depth > listDepthMax) return [object]
  return listAt(object, 'items').flatMap((item) => opened(item, depth + 1))
}
