// Generated manifests against the published schemas of Kubernetes, Traefik and the Prometheus operator.
import { describe, expect, test } from 'bun:test'
import { IngressRoute, Middleware } from '@kubernetes-models/traefik/traefik.io/v1alpha1'
import { ServiceMonitor } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1'
import fc from 'fast-check'
import { StatefulSet } from 'kubernetes-models/apps/v1'
import { Ingress, NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1'
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1'
import { PriorityClass } from 'kubernetes-models/scheduling.k8s.io/v1'
import { LimitRange, Namespace, ResourceQuota, Service, ServiceAccount } from 'kubernetes-models/v1'
import { parseAllDocuments } from 'yaml'
import { renderKubernetes } from '../estate-render.ts'
import type { RuleExample } from '../estate.ts'
import { estateOf, smallHouse } from './estate.fixture.ts'

interface Validated {
  validate(): void
}

/** The schema of each kind that we write. */
const kinds: Readonly<Record<string, (object: never) => Validated>> = {
  'apps/v1 StatefulSet': (object) => new StatefulSet(object),
  'monitoring.coreos.com/v1 ServiceMonitor': (object) => new ServiceMonitor(object),
  'networking.k8s.io/v1 Ingress': (object) => new Ingress(object),
  'networking.k8s.io/v1 NetworkPolicy': (object) => new NetworkPolicy(object),
  'policy/v1 PodDisruptionBudget': (object) => new PodDisruptionBudget(object),
  'scheduling.k8s.io/v1 PriorityClass': (object) => new PriorityClass(object),
  'traefik.io/v1alpha1 IngressRoute': (object) => new IngressRoute(object),
  'traefik.io/v1alpha1 Middleware': (object) => new Middleware(object),
  'v1 LimitRange': (object) => new LimitRange(object),
  'v1 Namespace': (object) => new Namespace(object),
  'v1 ResourceQuota': (object) => new ResourceQuota(object),
  'v1 Service': (object) => new Service(object),
  'v1 ServiceAccount': (object) => new ServiceAccount(object),
}

interface Manifest {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: { readonly name: string; readonly namespace?: string }
}

const input = {
  image: 'gatehouse:1.2.3',
  namespace: 'gatehouse',
  headers: { asked: ['Cookie'], answered: ['Remote-User'], dropped: ['Remote-User'] },
}

function manifestsOf(declared: RuleExample): readonly Manifest[] {
  return renderKubernetes(estateOf(declared, { withRules: false }), input).flatMap(({ text }) =>
    parseAllDocuments(text).map((document) => document.toJS() as Manifest),
  )
}

/** What a schema has against an object; null: nothing. */
function fault(manifest: Manifest): string | null {
  const make = kinds[`${manifest.apiVersion} ${manifest.kind}`]
  if (make === undefined) return `No schema for ${manifest.kind}`
  try {
    make(manifest as never).validate()
    return null
  } catch (cause) {
    return `${manifest.kind} ${manifest.metadata.name}: ${String(cause)}`
  }
}

const idOf = ({ kind, metadata }: Manifest): string =>
  `${kind} ${metadata.namespace ?? ''}/${metadata.name}`

describe('generated manifests', () => {
  const manifests = manifestsOf(smallHouse)

  test('are of every kind that has a schema here', () => {
    const written = new Set(manifests.map(({ apiVersion, kind }) => `${apiVersion} ${kind}`))
    expect([...written].toSorted()).toEqual(Object.keys(kinds).toSorted())
  })

  test.each(manifests.map((manifest) => [idOf(manifest), manifest] as const))(
    '%s is what its schema takes',
    (_, manifest) => {
      expect(fault(manifest)).toBeNull()
    },
  )

  test('would not pass with a mistake in them', () => {
    const broken = manifests.map((manifest) => ({
      ...manifest,
      metadata: 5,
      spec: 'x',
      value: 'y',
    }))
    for (const manifest of broken) expect(fault(manifest as never)).not.toBeNull()
  })
})

describe('manifests of any estate', () => {
  const label = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,8}[a-z0-9])?$/)
  const service = fc.record(
    {
      host: fc.oneof(
        label.map((name) => `${name}.example.com`),
        fc.constantFrom('*.example.com', 'example.com', 'a-b.example.com', 'a.b.example.com'),
      ),
      auth: fc.constantFrom('required', 'none', 'app', 'public'),
      upstream: fc.constantFrom('http://a.b:1', 'https://a.b.svc', 'http://10.0.0.1'),
      paths_only: fc.boolean(),
      paths: fc.uniqueArray(
        fc.record({ path: fc.constantFrom('/a/**', '/b/*/c', '/d.png', '/a', '/**') }),
        { selector: ({ path }) => path, minLength: 1, maxLength: 3 },
      ),
    },
    { requiredKeys: ['host', 'auth', 'upstream'] },
  )
  const tier = fc.record({
    name: fc.string({ minLength: 1, maxLength: 80 }).filter((name) => /^[ -~]+$/.test(name)),
    cpus: fc.integer({ min: 1, max: 10_000_000 }),
    memory: fc.constantFrom('1MiB', '1.5GiB', '100000GiB'),
    priority: fc.integer({ min: -1_000_000, max: 1_000_000_000 }),
    default_memory: fc.constant('256MiB'),
  })

  test('are what the schemas take, each name once', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(service, { selector: ({ host }) => host, maxLength: 6 }),
        fc.array(tier, { maxLength: 2 }),
        (services, tiers) => {
          const namespaces = tiers.map(({ name }, i) => ({ name: `n${i}`, tier: name }))
          const manifests = manifestsOf({ services, estate: { tenancy: { tiers, namespaces } } })
          expect(manifests.map(fault).filter((text) => text !== null)).toEqual([])
          const ingresses = manifests.filter(({ kind }) => kind === 'Ingress')
          expect(new Set(ingresses.map(idOf)).size).toBe(ingresses.length)
          for (const ingress of ingresses) {
            expect(ingress.metadata.name).toMatch(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/)
            expect(JSON.stringify(ingress)).not.toContain('"paths":[]')
          }
        },
      ),
      { numRuns: 60 },
    )
  })
})
