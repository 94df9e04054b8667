// What `gatehouse generate kubernetes` writes. Pure: equal estates give equal bytes.
import type { Estate } from '../../estate.ts'
import type { DocsFile } from '../docs/page.ts'
import { yamlDocuments } from '../yaml.ts'
import { gateObjects } from './gate.ts'
import { ingressObjects } from './ingresses.ts'
import { type MiddlewareHeaders, middlewareObjects } from './middleware.ts'
import { tenancyObjects } from './tenancy.ts'

/** Written without a document as well, where it has hosts to name that were left out. */
const ingressesFile = 'ingresses.yaml'

/** How the gate is run and reached. */
export interface KubernetesInput {
  readonly image: string
  readonly namespace: string
  readonly headers: MiddlewareHeaders
}

/** Every object of the manifests, in their order. */
export function kubernetesObjects(estate: Estate, input: KubernetesInput): readonly object[] {
  const { headers, namespace } = input
  return [
    ...tenancyObjects(estate),
    ...gateObjects(estate, input),
    ...middlewareObjects(estate, { gate: originOfGate(namespace), headers, namespace }),
    ...ingressObjects(estate, { namespace }).objects,
  ]
}

/** Where the gate is inside of the cluster. */
function originOfGate(namespace: string): string {
  return `http://gatehouse.${namespace}.svc.cluster.local:9000`
}

/** Manifests by file; a file without objects is left out. */
export function renderKubernetes(estate: Estate, input: KubernetesInput): readonly DocsFile[] {
  const { headers, namespace } = input
  const { leftOut, objects } = ingressObjects(estate, { namespace })
  const left =
    leftOut.length === 0
      ? ''
      : ` Left out, without an upstream in the cluster: ${leftOut.toSorted().join(' ')}`
  const files: readonly (readonly [string, string, readonly object[]])[] = [
    ['namespaces.yaml', 'Tiers and namespaces.', tenancyObjects(estate)],
    [
      'gate.yaml',
      'The gate. Its configuration is the Secret "gatehouse-config".',
      gateObjects(estate, input),
    ],
    [
      'middleware.yaml',
      'Forward auth for Traefik, and the sign-in host.',
      middlewareObjects(estate, { gate: originOfGate(namespace), headers, namespace }),
    ],
    [ingressesFile, `Ingresses of the services.${left}`, objects],
  ]
  return files
    .filter(
      ([path, , documents]) => documents.length > 0 || (path === ingressesFile && left !== ''),
    )
    .map(([path, comment, documents]) => ({ path, text: yamlDocuments(comment, documents) }))
}
