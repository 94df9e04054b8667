// Traefik's side of forward auth as custom resources: what is stripped, who is asked, where people sign in.
import type { Estate } from '../../estate.ts'
import { ownLabels } from './names.ts'

/** Headers by their way, as the gate names them. */
export interface MiddlewareHeaders {
  readonly asked: readonly string[]
  readonly answered: readonly string[]
  readonly dropped: readonly string[]
}

/** Where the middleware asks, and in which namespace it lives. */
export interface MiddlewareInput {
  readonly namespace: string
  /** Origin of the gate inside the cluster. */
  readonly gate: string
  readonly headers: MiddlewareHeaders
}

/**
 * The chain `gatehouse` (first take away what a client must not say, then ask), its two links, and the
 * route of the sign-in host without the endpoints that are for proxies.
 */
export function middlewareObjects(
  { origin }: Estate,
  { gate, headers, namespace }: MiddlewareInput,
): readonly object[] {
  const host = URL.parse(origin)?.hostname ?? ''
  const middleware = (name: string, spec: object): object => ({
    apiVersion: 'traefik.io/v1alpha1',
    kind: 'Middleware',
    metadata: { name, namespace, labels: ownLabels },
    spec,
  })
  const stripped = Object.fromEntries(headers.dropped.map((name) => [name, '']))
  return [
    middleware('gatehouse', {
      chain: { middlewares: [{ name: 'gatehouse-strip' }, { name: 'gatehouse-auth' }] },
    }),
    middleware('gatehouse-strip', { headers: { customRequestHeaders: stripped } }),
    middleware('gatehouse-auth', {
      forwardAuth: {
        address: `${gate}/_gatehouse/auth/traefik`,
        trustForwardHeader: false,
        authRequestHeaders: headers.asked,
        authResponseHeaders: headers.answered,
      },
    }),
    {
      apiVersion: 'traefik.io/v1alpha1',
      kind: 'IngressRoute',
      metadata: { name: 'gatehouse', namespace, labels: ownLabels },
      spec: {
        entryPoints: ['websecure'],
        routes: [
          {
            kind: 'Rule',
            match: `Host(\`${host}\`) && !PathPrefix(\`/_gatehouse/auth/\`) && !Path(\`/_gatehouse/denied\`)`,
            middlewares: [{ name: 'gatehouse-strip' }],
            services: [{ name: 'gatehouse', port: 'http' }],
          },
        ],
      },
    },
  ]
}
