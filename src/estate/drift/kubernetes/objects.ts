// Objects of Kubernetes as drift sees them: which kinds there are, where a cluster has them, who each one is.
import { fieldOf, isFields } from '../../../std/fields.ts'
import type { Resource } from '../../discover/kubernetes/live/resources.ts'
import { listAt, textAt } from '../../discover/json.ts'

/** One object, declared or live. */
export interface ClusterObject {
  readonly kind: string
  readonly apiVersion: string
  /** Null for an object of the whole cluster. */
  readonly namespace: string | null
  readonly name: string
  /** All of it. */
  readonly raw: unknown
}

/** A kind that is read. */
export interface ClusterKind extends Resource {
  readonly apiVersion: string
  /** It leads requests somewhere: what nobody declared is of interest, whoever wrote it. */
  readonly isRoute: boolean
}

function kindOf(apiVersion: string, kind: string, plural: string): ClusterKind {
  const group = apiVersion.includes('/') ? `apis/${apiVersion}` : `api/${apiVersion}`
  const isRoute = /^(?:Ingress|IngressRoute|HTTPRoute)$/.test(kind)
  return { apiVersion, kind, plural, group, isRoute, isOptional: !apiVersion.includes('k8s.io') }
}

/** Every kind that is generated, and those that open doors beside them. */
export const clusterKinds: readonly ClusterKind[] = [
  kindOf('scheduling.k8s.io/v1', 'PriorityClass', 'priorityclasses'),
  kindOf('v1', 'Namespace', 'namespaces'),
  kindOf('v1', 'ResourceQuota', 'resourcequotas'),
  kindOf('v1', 'LimitRange', 'limitranges'),
  kindOf('v1', 'ServiceAccount', 'serviceaccounts'),
  kindOf('apps/v1', 'StatefulSet', 'statefulsets'),
  kindOf('v1', 'Service', 'services'),
  kindOf('policy/v1', 'PodDisruptionBudget', 'poddisruptionbudgets'),
  kindOf('monitoring.coreos.com/v1', 'ServiceMonitor', 'servicemonitors'),
  kindOf('networking.k8s.io/v1', 'NetworkPolicy', 'networkpolicies'),
  kindOf('traefik.io/v1alpha1', 'Middleware', 'middlewares'),
  kindOf('traefik.io/v1alpha1', 'IngressRoute', 'ingressroutes'),
  kindOf('networking.k8s.io/v1', 'Ingress', 'ingresses'),
  kindOf('gateway.networking.k8s.io/v1', 'HTTPRoute', 'httproutes'),
]

/** The object in a document; null for what names no kind or has no name. */
export function clusterObject(raw: unknown): ClusterObject | null {
  const kind = textAt(raw, 'kind')
  const apiVersion = textAt(raw, 'apiVersion')
  const name = textAt(raw, 'metadata', 'name')
  if (kind === null || apiVersion === null || name === null || name === '') return null
  return { kind, apiVersion, name, namespace: textAt(raw, 'metadata', 'namespace'), raw }
}

/** Deepest nesting of lists in lists. */
const listDepthMax = 5

/** Objects of documents in which lists stand too ("kubectl get -o yaml"). */
export function openedLists(documents: readonly unknown[], depth = 0): readonly unknown[] {
  return documents.flatMap((document) =>
    (textAt(document, 'kind') ?? '').endsWith('List') && depth < listDepthMax
      ? openedLists(listAt(document, 'items'), depth + 1)
      : [document],
  )
}

/** `kubernetes_network_policy` */
export function resourceType({ kind }: Pick<ClusterObject, 'kind'>): string {
  return `kubernetes_${kind
    .replace(/^HTTP/, 'Http')
    .replaceAll(/(?<=[a-z])[A-Z]/g, (c) => `_${c}`)
    .toLowerCase()}`
}

/** `monitoring/grafana`, or the name alone. */
export function qualifiedName({ name, namespace }: ClusterObject): string {
  return namespace === null ? name : `${namespace}/${name}`
}

/** `kubernetes_ingress["monitoring/grafana"]` */
export function addressOf(object: ClusterObject): string {
  return `${resourceType(object)}[${JSON.stringify(qualifiedName(object))}]`
}

/** What is compared of an object: without who it is, and without what the cluster says of it. */
export function comparedPart(raw: unknown): Readonly<Record<string, unknown>> {
  if (!isFields(raw)) return {}
  const { apiVersion: _version, kind: _kind, metadata, status: _status, ...rest } = raw
  const labels = isFields(metadata) ? fieldOf(metadata, 'labels') : null
  const annotations = isFields(metadata) ? fieldOf(metadata, 'annotations') : null
  return {
    ...(labels === null && annotations === null
      ? {}
      : {
          metadata: {
            ...(labels === null ? {} : { labels }),
            ...(annotations === null ? {} : { annotations }),
          },
        }),
    ...rest,
  }
}
