// A gate that is started while the API server is away has the services of the last good word: real processes,
// the one killed and the other too. What the cluster forgot meanwhile is gone with its first answer.
import { mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'bun:test'
import { startKubernetes } from '../peers/kubernetes.ts'
import type { KubernetesPeer } from '../peers/kubernetes-peer.ts'
import { scenario } from '../scenario.ts'
import { type GateProcess, startGateProcess } from '../support/gate-process.ts'
import { ask } from '../support/running-gate.ts'

const ingresses = '/apis/networking.k8s.io/v1/namespaces/default/ingresses'
/** An API server that comes back is asked again within this time. */
const patienceMs = 30_000

function ingress(name: string, auth: string): object {
  const backend = { service: { name, port: { number: 80 } } }
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name, namespace: 'default', annotations: { 'gatehouse.dev/auth': auth } },
    spec: {
      rules: [
        {
          host: `${name}.example.com`,
          http: { paths: [{ path: '/', pathType: 'Prefix', backend }] },
        },
      ],
    },
  }
}

async function decision(gate: GateProcess, name: string): Promise<string> {
  const answer = await ask(gate.httpPort, 'traefik', { host: `${name}.example.com` })
  return answer.header('X-Gatehouse-Decision') ?? ''
}

async function eventually(
  holds: () => boolean | Promise<boolean>,
  gate: GateProcess,
): Promise<void> {
  const deadline = performance.now() + patienceMs
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`Not so: ${String(holds)}\n${gate.log()}`)
    await Bun.sleep(20)
  }
}

function starter(cluster: KubernetesPeer, dataDir: string) {
  return (more = ''): Promise<GateProcess> =>
    startGateProcess({
      dataDir,
      config: `
url: https://auth.example.com
domains: [example.com]
trusted_proxies: [127.0.0.1]
identity: { accounts: {} }
services_from:
  kubernetes: { url: "${cluster.url}", token_file: token, ca_file: "${cluster.caFile}" ${more} }
services:
  - { host: file.example.com, auth: none }
`,
      files: { token: `${cluster.adminToken}\n` },
    })
}

scenario(
  'a gate that starts while the API server is away has what the cluster said last',
  { needs: ['etcd', 'kube-apiserver'] },
  async () => {
    const cluster = await startKubernetes()
    const dataDir = mkdtempSync(join(tmpdir(), 'gatehouse-kept-'))
    const file = join(dataDir, 'kubernetes-services.json')
    const start = starter(cluster, dataDir)
    const gates: GateProcess[] = []
    const started = async (more = ''): Promise<GateProcess> => {
      const gate = await start(more)
      gates.push(gate)
      return gate
    }
    try {
      await cluster.call('POST', ingresses, ingress('one', 'required'))
      await cluster.call('POST', ingresses, ingress('two', 'none'))
      const first = await started()
      await eventually(async () => (await decision(first, 'two')) === 'allow; open', first)
      expect(await first.metric('gatehouse_kubernetes_from_disk')).toBe(0)
      expect(await first.metric('gatehouse_kubernetes_age_seconds')).toBe(0)
      await eventually(() => written(file).includes('two.example.com'), first)
      expect(statSync(file).mode & 0o777).toBe(0o600)
      // As by a node that loses power: nothing is written any more.
      first.signal('SIGKILL')
      await first.stop()

      await cluster.call('DELETE', `${ingresses}/two`)
      await cluster.call('POST', ingresses, ingress('three', 'required'))
      await cluster.kill()
      const second = await started()
      expect(await decision(second, 'one')).toStartWith('sign-in')
      expect(await decision(second, 'two')).toBe('allow; open')
      expect(await decision(second, 'three')).toBe('refuse; unknown-host')
      expect(await decision(second, 'file')).toBe('allow; open')
      expect(second.log()).toMatch(/"event":"kubernetes-kept".*"age":"\d+s/)
      expect(await second.metric('gatehouse_kubernetes_from_disk')).toBe(1)
      expect(await second.metric('gatehouse_kubernetes_age_seconds')).toBeGreaterThan(0)

      await cluster.restart()
      await eventually(async () => (await decision(second, 'three')).startsWith('sign-in'), second)
      expect(await decision(second, 'two')).toBe('refuse; unknown-host')
      expect(await second.metric('gatehouse_kubernetes_from_disk')).toBe(0)
      await second.stop()
      expect(written(file)).not.toContain('two.example.com')

      await cluster.kill()
      const elsewhere = await started(', namespaces: [other]')
      expect(await decision(elsewhere, 'one')).toBe('refuse; unknown-host')
      expect(elsewhere.log()).toContain('"event":"kubernetes-kept-of-another"')
      await elsewhere.stop()

      for (const damage of [
        () => truncateSync(file, 100),
        () => writeFileSync(file, written(file).replace('{', '[')),
        () => writeFileSync(file, Buffer.alloc(1000, 0xff)),
      ]) {
        const whole = written(file)
        damage()
        const damaged = await started()
        expect(await decision(damaged, 'one')).toBe('refuse; unknown-host')
        expect(await decision(damaged, 'file')).toBe('allow; open')
        expect(damaged.log()).toContain('"event":"kubernetes-kept-damaged"')
        expect(await damaged.metric('gatehouse_defects_total')).toBe(0)
        await damaged.stop()
        writeFileSync(file, whole)
      }
    } finally {
      for (const gate of gates) await gate.stop()
      await cluster.stop()
      rmSync(dataDir, { recursive: true, force: true })
    }
  },
  180_000,
)

function written(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}
