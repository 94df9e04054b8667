// `gatehouse drift kubernetes` against a real API server that was given what `generate kubernetes` wrote.
import { readFileSync } from 'node:fs'
import { expect } from 'bun:test'
import { parseAllDocuments } from 'yaml'
import { startKubernetes } from '../peers/kubernetes.ts'
import type { KubernetesPeer } from '../peers/kubernetes-peer.ts'
import { scenario } from '../scenario.ts'
import { type DriftRun, runDrift } from '../support/drift-run.ts'

const config = (url: string): string => `url: https://auth.example.com
domains: [example.com]
trusted_proxies: [10.0.0.1]
identity: { accounts: {} }
services_from: { kubernetes: { url: "${url}", token_file: /token, ca_file: /ca.crt } }
services:
  - { host: grafana.example.com, groups: [staff], upstream: "http://grafana.monitoring:3000" }
  - { host: wiki.example.com, auth: none, upstream: "http://wiki.tools:80" }
estate:
  authentication: { groups: [{ name: staff }] }
  networking: { ingresses: [{ name: traefik, controller: traefik, namespace: traefik }] }
  tenancy:
    tiers: [{ name: 0-core, cpus: 2000, memory: 1024MiB, default_memory: 128MiB }]
    namespaces:
      - { name: gatehouse, tier: 0-core }
      - { name: monitoring, tier: 0-core }
      - { name: tools, tier: 0-core }
`

interface Manifest {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: { readonly name: string; readonly namespace?: string }
}

/** Where an object of a manifest is in the API. */
function pathOf({ apiVersion, kind, metadata: { name, namespace } }: Manifest): string {
  const base = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`
  const plural = `${kind.toLowerCase()}s`.replace(/ss(s?)$/, 'sse$1').replace(/ys$/, 'ies')
  const within = namespace === undefined ? '' : `/namespaces/${namespace}`
  return `${base}${within}/${kind.endsWith('ss') ? `${kind.toLowerCase()}es` : plural}/${name}`
}

/** Server-side apply, as `kubectl apply --server-side` does it. */
async function apply(cluster: KubernetesPeer, manifest: Manifest, manager: string): Promise<void> {
  const path = `${pathOf(manifest)}?fieldManager=${manager}&force=true`
  const answer = await fetch(`${cluster.url}${path}`, {
    method: 'PATCH',
    headers: {
      Authorization: `Bearer ${cluster.adminToken}`,
      'Content-Type': 'application/apply-patch+yaml',
    },
    body: JSON.stringify(manifest),
    tls: { ca: readFileSync(cluster.caFile ?? '', 'utf8') },
  })
  if (!answer.ok) throw new Error(`PATCH ${path}: ${answer.status} ${await answer.text()}`)
}

/** A custom resource that takes anything, as far as an API server looks. */
function definition(group: string, version: string, kind: string): Manifest & { spec: object } {
  const plural = `${kind.toLowerCase()}s`
  const schema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true }
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}` },
    spec: {
      ...{ group, scope: 'Namespaced', names: { kind, plural, singular: kind.toLowerCase() } },
      versions: [
        { name: version, served: true, storage: true, schema: { openAPIV3Schema: schema } },
      ],
    },
  }
}

const definitions = [
  definition('traefik.io', 'v1alpha1', 'Middleware'),
  definition('traefik.io', 'v1alpha1', 'IngressRoute'),
  definition('monitoring.coreos.com', 'v1', 'ServiceMonitor'),
]
const custom = new Set(['Middleware', 'IngressRoute', 'ServiceMonitor'])

async function served(cluster: KubernetesPeer, path: string): Promise<boolean> {
  const answer = await fetch(`${cluster.url}${path}`, {
    headers: { Authorization: `Bearer ${cluster.adminToken}` },
    tls: { ca: readFileSync(cluster.caFile ?? '', 'utf8') },
  })
  return answer.status === 200
}

async function untilServed(cluster: KubernetesPeer, path: string): Promise<void> {
  for (let i = 0; i < 400; i++) {
    if (await served(cluster, path)) return
    await Bun.sleep(25)
  }
  throw new Error(`"${path}" is not served`)
}

scenario(
  'what was generated is no difference; what others write is, with who and when',
  { needs: ['etcd', 'kube-apiserver'] },
  async () => {
    const cluster = await startKubernetes()
    const files = {
      '/c.yaml': config(cluster.url),
      '/token': `${cluster.adminToken}\n`,
      '/stranger': `${cluster.strangerToken}\n`,
      '/ca.crt': readFileSync(cluster.caFile ?? '', 'utf8'),
    }
    const drift = (...more: readonly string[]): Promise<DriftRun> =>
      runDrift(['drift', 'kubernetes', ...more], files)
    try {
      const written = await runDrift(['generate', 'kubernetes'], files)
      expect(written.error).toBe('')
      const manifests: readonly Manifest[] = parseAllDocuments(written.out).flatMap((document) => {
        const value = document.toJS()
        return value === null ? [] : [value]
      })
      for (const manifest of manifests.filter(({ kind }) => !custom.has(kind)))
        await apply(cluster, manifest, 'gatehouse')

      // A bare API server knows no Traefik: that is not read, and not missing.
      const bare = await drift()
      expect(bare.code).toBe(1)
      expect(bare.out).toContain(
        'Middleware "gatehouse/gatehouse-auth": The API server does not serve "Middleware" of "traefik.io/v1alpha1"',
      )
      expect(bare.out).toContain('Plan: 0 to add, 0 to change, 0 to destroy.')

      for (const one of definitions) await apply(cluster, one, 'helm')
      await untilServed(cluster, '/apis/traefik.io/v1alpha1/middlewares')
      await untilServed(cluster, '/apis/traefik.io/v1alpha1/ingressroutes')
      await untilServed(cluster, '/apis/monitoring.coreos.com/v1/servicemonitors')
      for (const manifest of manifests.filter(({ kind }) => custom.has(kind)))
        await apply(cluster, manifest, 'gatehouse')
      const same = await drift()
      expect(same.out).toContain('Plan: 0 to add, 0 to change, 0 to destroy.')
      expect([same.code, same.error]).toEqual([0, ''])
      expect(same.out).toContain(`${manifests.length} objects declared, `)
      expect(same.out).toContain(`, ${manifests.length} compared, 0 unmanaged`)
      expect(same.out).toContain('ok     doors-guarded: ')
      // The same from what "kubectl get -o yaml" writes.
      const all = await drift('--json')
      expect(JSON.parse(all.out)).toMatchObject({ exit_code: 0, resource_drift: [] })

      // Somebody takes the gate away from a door, and opens one of their own.
      const grafana = manifests.find(
        ({ kind, metadata }) => kind === 'Ingress' && metadata.name.includes('grafana'),
      )
      await apply(
        cluster,
        {
          apiVersion: 'networking.k8s.io/v1',
          kind: 'Ingress',
          metadata: {
            name: grafana?.metadata.name ?? '',
            namespace: 'monitoring',
            annotations: {
              'traefik.ingress.kubernetes.io/router.middlewares': 'mallory-open@kubernetescrd',
            },
          },
        } as Manifest,
        'kubectl-edit',
      )
      const backend = { service: { name: 'x', port: { number: 80 } } }
      await cluster.call('POST', '/apis/networking.k8s.io/v1/namespaces/tools/ingresses', {
        apiVersion: 'networking.k8s.io/v1',
        kind: 'Ingress',
        metadata: { name: 'mine', namespace: 'tools' },
        spec: {
          rules: [
            {
              host: 'mine.example.com',
              http: { paths: [{ path: '/', pathType: 'Prefix', backend }] },
            },
          ],
        },
      })
      await cluster.call('DELETE', '/api/v1/namespaces/tools/resourcequotas/tier-0-core')
      const other = await drift()
      expect(other.code).toBe(2)
      expect(other.out).toMatch(
        /~ kubernetes_ingress\["monitoring\/grafana-example-com"\]\n {6}# changed by "kubectl-edit" \(Apply\), \d{4}-\d\d-\d\d \d\d:\d\d UTC\n {6}~ metadata.annotations.traefik.ingress.kubernetes.io\/router.middlewares = "mallory-open@kubernetescrd" -> "gatehouse-gatehouse@kubernetescrd"/,
      )
      expect(other.out).toContain(
        'BROKEN doors-guarded: The gate is not asked at "monitoring/grafana-example-com"',
      )
      expect(other.out).toMatch(
        /\? kubernetes_ingress\["tools\/mine"\] {2}# opens "mine.example.com"; no service declares "mine.example.com"; last written by "/,
      )
      expect(other.out).toContain('  + kubernetes_resource_quota["tools/tier-0-core"]')
      expect(other.out).toContain('Plan: 1 to add, 1 to change, 0 to destroy.')

      // Who may not read knows nothing, and says so.
      const stranger = await drift('--token-file', '/stranger')
      expect([stranger.code, stranger.out]).toEqual([1, ''])
      expect(stranger.error).toContain('Cannot read "ingresses": denied: Answered "403"')

      await cluster.kill()
      const away = await drift()
      expect([away.code, away.out]).toEqual([1, ''])
      expect(away.error).toContain('nothing was compared')
    } finally {
      await cluster.stop()
    }
  },
  120_000,
)
