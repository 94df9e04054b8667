// Ingresses of the declared services behind Traefik: one for each host, through the gate where it decides.
import type { AuthTier, Rule } from '../../../model/service.ts'
import type { Estate, EstateService } from '../../estate.ts'
import { isOpen, routedRules } from '../../tiers.ts'
import type { MiddlewareInput } from './middleware.ts'
import { numbered, objectName, ownLabels } from './names.ts'

const middlewareName = 'gatehouse'

/** The strictest first. */
const strictness: readonly AuthTier[] = ['required', 'public', 'app', 'none']

/** A service of Kubernetes that an upstream names: `http://grafana.monitoring:3000`. */
interface Backend {
  readonly name: string
  readonly namespace: string
  readonly port: number
}

/** Ingresses of every service whose upstream is a service of the cluster, and the hosts that lead to none. */
export function ingressObjects(
  { areas, services }: Estate,
  input: Pick<MiddlewareInput, 'namespace'>,
): { readonly objects: readonly object[]; readonly leftOut: readonly string[] } {
  const className = areas.networking.ingresses.find(
    ({ controller }) => controller === 'traefik',
  )?.class
  const objects: object[] = []
  const leftOut: string[] = []
  const taken = new Set<string>()
  for (const service of services) {
    const backend = backendOf(service.upstream)
    if (backend === null || routedRules(service).length === 0) leftOut.push(service.host)
    else {
      const name = freeName(service.host, backend.namespace, taken)
      objects.push(
        ingressOf(service, { name, backend, className: className ?? 'traefik', ...input }),
      )
    }
  }
  return { objects, leftOut }
}

/** A name that no other ingress of the namespace has: `a-b.example.com` and `a.b.example.com` are two hosts. */
function freeName(host: string, namespace: string, taken: Set<string>): string {
  const name = objectName(host.replace(/^\*/, 'wildcard'))
  for (let i = 1; ; i++) {
    const candidate = i === 1 ? name : numbered(name, i)
    const id = `${namespace}/${candidate}`
    if (taken.has(id)) continue
    taken.add(id)
    return candidate
  }
}

interface IngressContext extends Pick<MiddlewareInput, 'namespace'> {
  readonly name: string
  readonly backend: Backend
  readonly className: string
}

/**
 * One ingress for a host. A host that asks for a sign-in anywhere goes through the gate as a whole: the gate
 * reads paths in one way, and an open prefix beside it could be left by a path that is read in two.
 */
function ingressOf(
  service: EstateService,
  { backend, className, name, namespace }: IngressContext,
): object {
  const { facts, host } = service
  const routed = routedRules(service)
  const isAsked = routed.some(({ auth }) => !isOpen(auth))
  // One word for the object: of several tiers the strictest, for what the gate reads from the cluster.
  const tier = strictness.find((one) => routed.some(({ auth }) => auth === one)) ?? 'required'
  const reference = `${namespace}-${middlewareName}@kubernetescrd`
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: {
      name,
      namespace: backend.namespace,
      labels: ownLabels,
      annotations: {
        'gatehouse.dev/auth': tier,
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

/** A path of an ingress and how it is compared. */
type IngressPath = readonly [pathType: 'Exact' | 'Prefix', path: string]

/** The whole host; where only paths lead anywhere, each as it is, or the segments before its first wildcard. */
function pathsOf(rules: readonly Rule[], isPathsOnly: boolean): readonly IngressPath[] {
  if (!isPathsOnly) return [['Prefix', '/']]
  const paths = new Map(
    rules.map(({ path }): readonly [string, IngressPath] => {
      const prefix = path.split('/*', 1)[0] ?? ''
      const entry: IngressPath = [
        path.includes('*') ? 'Prefix' : 'Exact',
        prefix === '' ? '/' : prefix,
      ]
      return [entry.join(' '), entry]
    }),
  )
  return [...paths.values()].toSorted(([, a], [, b]) => (a < b ? -1 : Number(a > b)))
}

function pathEntry([pathType, path]: IngressPath, { name, port }: Backend): object {
  return { path, pathType, backend: { service: { name, port: { number: port } } } }
}

function backendOf(upstream: string | null): Backend | null {
  const url = upstream === null ? null : URL.parse(upstream)
  const [name, namespace, ...rest] = url?.hostname.split('.') ?? []
  const isService = rest.length === 0 || rest[0] === 'svc'
  if (url === null || name === undefined || namespace === undefined || !isService) return null
  const usual = url.protocol === 'https:' ? 443 : 80
  return { name, namespace, port: url.port === '' ? usual : Number(url.port) }
}
