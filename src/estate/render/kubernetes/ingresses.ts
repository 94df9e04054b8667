// Ingresses of the declared services behind Traefik: one for each host, through the gate where it decides.
import type { Rule } from '../../../model/service.ts'
import type { Estate, EstateService } from '../../estate.ts'
import { isOpen } from '../../tiers.ts'
import type { MiddlewareInput } from './middleware.ts'
import { objectName, ownLabels } from './names.ts'

const middlewareName = 'gatehouse'

/** A service of Kubernetes that an upstream names: `http://grafana.monitoring:3000`. */
interface Backend {
  readonly name: string
  readonly namespace: string
  readonly port: number
}

/** Ingresses of every service whose upstream is a service of the cluster, and the hosts that have none. */
export function ingressObjects(
  { areas, services }: Estate,
  input: Pick<MiddlewareInput, 'namespace'>,
): { readonly objects: readonly object[]; readonly leftOut: readonly string[] } {
  const className = areas.networking.ingresses.find(
    ({ controller }) => controller === 'traefik',
  )?.class
  const objects: object[] = []
  const leftOut: string[] = []
  for (const service of services) {
    const backend = backendOf(service.upstream)
    if (backend === null) leftOut.push(service.host)
    else objects.push(ingressOf(service, { backend, className: className ?? 'traefik', ...input }))
  }
  return { objects, leftOut }
}

interface IngressContext extends Pick<MiddlewareInput, 'namespace'> {
  readonly backend: Backend
  readonly className: string
}

/**
 * One ingress for a host. A host that asks for a sign-in anywhere goes through the gate as a whole: the gate
 * reads paths in one way, and an open prefix beside it could be left by a path that is read in two.
 */
function ingressOf(
  { facts, host, rules }: EstateService,
  { backend, className, namespace }: IngressContext,
): object {
  const routed = facts.paths_only ? rules.filter(({ path }) => path !== '/**') : rules
  const isAsked = routed.some(({ auth }) => !isOpen(auth))
  const tiers = [...new Set(routed.map(({ auth }) => auth))]
  const reference = `${namespace}-${middlewareName}@kubernetescrd`
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: {
      name: objectName(host),
      namespace: backend.namespace,
      labels: ownLabels,
      annotations: {
        'gatehouse.dev/auth': tiers.join(','),
        ...(isAsked ? { 'traefik.ingress.kubernetes.io/router.middlewares': reference } : {}),
      },
    },
    spec: {
      ingressClassName: className,
      rules: [
        {
          host,
          http: {
            paths: pathsOf(routed, facts.paths_only).map((path) => pathEntry(path, backend)),
          },
        },
      ],
    },
  }
}

/** The whole host; where only paths lead anywhere, the segments before the first wildcard of each. */
function pathsOf(rules: readonly Rule[], isPathsOnly: boolean): readonly string[] {
  if (!isPathsOnly) return ['/']
  const prefixes = rules.map(({ path }) => path.split('/*', 1)[0] ?? '')
  return [...new Set(prefixes.map((path) => (path === '' ? '/' : path)))].toSorted()
}

function pathEntry(path: string, { name, port }: Backend): object {
  return { path, pathType: 'Prefix', backend: { service: { name, port: { number: port } } } }
}

function backendOf(upstream: string | null): Backend | null {
  const url = upstream === null ? null : URL.parse(upstream)
  const [name, namespace, ...rest] = url?.hostname.split('.') ?? []
  const isService = rest.length === 0 || rest[0] === 'svc'
  if (url === null || name === undefined || namespace === undefined || !isService) return null
  const usual = url.protocol === 'https:' ? 443 : 80
  return { name, namespace, port: url.port === '' ? usual : Number(url.port) }
}
