// What `generate kubernetes` writes, put before a real API server: it takes every object as it stands, with no
// field that it does not know, and would not take one with a mistake. Nothing is stored: a dry run.
import { expect } from 'bun:test'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseAllDocuments } from 'yaml'
import type { RuleExample } from '../../src/estate.ts'
import { renderKubernetes } from '../../src/estate-render.ts'
import { estateOf, smallHouse } from '../../src/config/estate.fixture.ts'
import { hostileHouse, hostileTexts } from '../../src/config/estate-hostile.fixture.ts'
import { loadConfig } from '../../src/config.ts'
import { forwardAuthHeaders } from '../../src/gate-snippet.ts'
import { must } from '../../src/std/assert.ts'
import { realFiles } from '../../src/world/files.ts'
import fc from 'fast-check'
import { startKubernetes } from '../peers/kubernetes.ts'
import type { KubernetesPeer } from '../peers/kubernetes-peer.ts'
import { scenario } from '../scenario.ts'

interface Manifest {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: { readonly name: string; readonly namespace?: string }
  readonly spec?: object
}

/** Kinds of other makers, which an API server without their definitions cannot judge. */
const custom = new Set(['Middleware', 'IngressRoute', 'ServiceMonitor'])

/** Lists of the kinds, below the version. */
const plurals: Readonly<Record<string, string>> = {
  ...{ Namespace: 'namespaces', ResourceQuota: 'resourcequotas', LimitRange: 'limitranges' },
  ...{ PriorityClass: 'priorityclasses', ServiceAccount: 'serviceaccounts', Service: 'services' },
  ...{ StatefulSet: 'statefulsets', PodDisruptionBudget: 'poddisruptionbudgets' },
  ...{ NetworkPolicy: 'networkpolicies', Ingress: 'ingresses' },
}

/** Sends an object as `kubectl apply --server-side --dry-run=server --validate=strict` does; '' is a yes. */
async function answerTo(cluster: KubernetesPeer, manifest: Manifest): Promise<string> {
  const { apiVersion, kind, metadata } = manifest
  const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`
  const namespace = metadata.namespace === undefined ? '' : `/namespaces/${metadata.namespace}`
  const query = 'fieldManager=gatehouse-test&fieldValidation=Strict&dryRun=All'
  const path = `${root}${namespace}/${plurals[kind] ?? kind}/${metadata.name}?${query}`
  const answer = await fetch(`${cluster.url}${path}`, {
    method: 'PATCH',
    headers: {
      Authorization: `Bearer ${cluster.adminToken}`,
      'Content-Type': 'application/apply-patch+yaml',
    },
    body: JSON.stringify(manifest),
    tls: { ca: readFileSync(cluster.caFile ?? '', 'utf8') },
  })
  const text = await answer.text()
  return answer.ok ? '' : `${kind} ${metadata.name}: ${answer.status} ${text}`
}

const headers = { asked: ['Cookie'], answered: ['Remote-User'], dropped: ['Remote-User'] }
const input = { image: 'gatehouse:1.2.3', namespace: 'gatehouse', headers }

function manifestsOf(texts: readonly { readonly text: string }[]): readonly Manifest[] {
  return texts.flatMap(({ text }) =>
    parseAllDocuments(text).map((document) => document.toJS() as Manifest),
  )
}

const manifestsOfHouse = (house: RuleExample): readonly Manifest[] =>
  manifestsOf(renderKubernetes(estateOf(house, { withRules: false }), input))

async function homelab(): Promise<readonly Manifest[]> {
  const file = join(import.meta.dir, '../../examples/homelab/gatehouse.ts')
  const loaded = await loadConfig({ files: realFiles(), file, withSecrets: false })
  const { estate, gate } = must(loaded.ok ? loaded.value : null, 'The example is right')
  return manifestsOf(
    renderKubernetes(must(estate, 'It declares an estate'), {
      ...input,
      headers: must(forwardAuthHeaders(gate), 'Its headers can be written'),
    }),
  )
}

scenario(
  'a real API server takes every manifest as it stands',
  { needs: ['etcd', 'kube-apiserver'] },
  async () => {
    const cluster = await startKubernetes()
    try {
      const hostile = fc.sample(hostileTexts, { numRuns: 4, seed: 20260418 })
      const houses: readonly (readonly [string, readonly Manifest[]])[] = [
        ['examples/homelab', await homelab()],
        ['the small house', manifestsOfHouse(smallHouse)],
        ...hostile.map(
          (texts, i) => [`hostile ${i}`, manifestsOfHouse(hostileHouse(texts))] as const,
        ),
      ]
      for (const [house, manifests] of houses) {
        const judged = manifests.filter(({ kind }) => !custom.has(kind))
        // A dry run stores nothing, so the namespaces that objects live in are made before.
        for (const namespace of new Set(judged.flatMap(({ metadata }) => metadata.namespace ?? [])))
          await ensureNamespace(cluster, namespace)
        const refused: string[] = []
        for (const manifest of judged) {
          const answer = await answerTo(cluster, manifest)
          if (answer !== '') refused.push(answer)
        }
        expect([house, refused]).toEqual([house, []])
        expect(judged.length).toBeGreaterThan(house === 'examples/homelab' ? 90 : 6)
        expect([house, judged.some(({ kind }) => kind === 'Ingress')]).toEqual([house, true])
        const known = new Set(judged.map(({ kind }) => kind))
        for (const kind of known) expect(Object.keys(plurals)).toContain(kind)
      }

      // The judge is awake: a field with a slip, a value of the wrong type, a name that is none.
      const [ingress] = manifestsOfHouse(smallHouse).filter(({ kind }) => kind === 'Ingress')
      const right = must(ingress, 'The small house has an ingress')
      expect(await answerTo(cluster, right)).toBe('')
      const { metadata, spec } = right
      for (const [wrong, said] of [
        [
          { ...right, spec: { ...spec, ingresClassName: 'traefik' } },
          'field not declared in schema',
        ],
        [{ ...right, spec: { ...spec, rules: 'all' } }, 'rules'],
        [{ ...right, metadata: { ...metadata, name: 'Not_A_Name' } }, 'Not_A_Name'],
      ] as const)
        expect(await answerTo(cluster, wrong)).toContain(said)
    } finally {
      await cluster.stop()
    }
  },
  120_000,
)

async function ensureNamespace(cluster: KubernetesPeer, name: string): Promise<void> {
  try {
    await cluster.call('POST', '/api/v1/namespaces', {
      ...{ apiVersion: 'v1', kind: 'Namespace', metadata: { name } },
    })
  } catch (cause) {
    // It is there already.
    if (!String(cause).includes('409')) throw cause
  }
}
