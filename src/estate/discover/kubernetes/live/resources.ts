// The kinds of objects that make doors, and where an API server has them.

/** One resource of the API. */
export interface Resource {
  /** Value of `kind` in its objects. */
  readonly kind: string
  /** `apis/networking.k8s.io/v1` */
  readonly group: string
  /** `ingresses` */
  readonly plural: string
  /** False: every cluster has it. True: it comes with a custom resource, which may not be installed. */
  readonly isOptional: boolean
}

/** Everything that is listed and watched. */
export const watchedResources: readonly Resource[] = [
  { kind: 'Ingress', group: 'apis/networking.k8s.io/v1', plural: 'ingresses', isOptional: false },
  {
    kind: 'Middleware',
    group: 'apis/traefik.io/v1alpha1',
    plural: 'middlewares',
    isOptional: true,
  },
  {
    kind: 'IngressRoute',
    group: 'apis/traefik.io/v1alpha1',
    plural: 'ingressroutes',
    isOptional: true,
  },
  {
    kind: 'HTTPRoute',
    group: 'apis/gateway.networking.k8s.io/v1',
    plural: 'httproutes',
    isOptional: true,
  },
]

/** What is listed beside, for a look at what is behind a service. */
export const endpointSlices: Resource = {
  kind: 'EndpointSlice',
  group: 'apis/discovery.k8s.io/v1',
  plural: 'endpointslices',
  isOptional: false,
}

/** What is listed beside, for ports that are called by name and names that lead out of the cluster. */
export const services: Resource = {
  kind: 'Service',
  group: 'api/v1',
  plural: 'services',
  isOptional: true,
}

/** Address of a resource's collection; `namespace` null: of all namespaces. */
export function collectionUrl(
  url: string,
  { group, plural }: Resource,
  namespace: string | null,
): string {
  const base = `${url.replace(/\/+$/, '')}/${group}`
  return namespace === null
    ? `${base}/${plural}`
    : `${base}/namespaces/${encodeURIComponent(namespace)}/${plural}`
}

/** `apiVersion` of the objects of a resource; lists leave it out of their items. */
export function apiVersionOf({ group }: Resource): string {
  return group.replace(/^apis?\//, '')
}
