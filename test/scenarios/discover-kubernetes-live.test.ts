// A real API server and a real gate: an annotated Ingress is protected, a deleted one is gone, and an API
// server that is not there changes nothing.
import { readFileSync, writeFileSync } from 'node:fs'
import { expect } from 'bun:test'
import { startKubernetes } from '../peers/kubernetes.ts'
import type { KubernetesPeer } from '../peers/kubernetes-peer.ts'
import { scenario } from '../scenario.ts'
import { type GateProcess, startGateProcess } from '../support/gate-process.ts'
import { ask } from '../support/running-gate.ts'

/** Only tells a busy machine from a gate that never hears of a change. */
const heardMs = 30_000
/** After the API server was away, its clients come back one by one. */
const returnMs = 60_000

const ingresses = '/apis/networking.k8s.io/v1/namespaces/default/ingresses'

function ingress(name: string, annotations: Readonly<Record<string, string>>): object {
  const backend = { service: { name, port: { number: 80 } } }
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name, namespace: 'default', annotations },
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

async function startBoth(
  more = '',
): Promise<{ readonly cluster: KubernetesPeer; readonly gate: GateProcess }> {
  const cluster = await startKubernetes()
  const gate = await startGateProcess({
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
  return { cluster, gate }
}

async function decision(gate: GateProcess, host: string): Promise<string> {
  const answer = await ask(gate.httpPort, 'traefik', { host })
  return answer.header('X-Gatehouse-Decision') ?? ''
}

async function becomes(
  { gate, ms = heardMs }: { readonly gate: GateProcess; readonly ms?: number },
  host: string,
  wanted: string,
): Promise<void> {
  const deadline = performance.now() + ms
  while (!(await decision(gate, host)).startsWith(wanted)) {
    if (performance.now() > deadline)
      throw new Error(
        `"${host}" is "${await decision(gate, host)}", not "${wanted}":\n${gate.log()}`,
      )
    await Bun.sleep(10)
  }
}

async function logged(gate: GateProcess, text: string): Promise<void> {
  const deadline = performance.now() + returnMs
  while (!gate.log().includes(text)) {
    if (performance.now() > deadline) throw new Error(`"${text}" is not in:\n${gate.log()}`)
    await Bun.sleep(20)
  }
}

scenario(
  'an annotated Ingress is protected as long as it is there, also while nobody can ask',
  { needs: ['etcd', 'kube-apiserver'] },
  async () => {
    const { cluster, gate } = await startBoth()
    try {
      await logged(gate, '"event":"kubernetes-read"')
      expect(await decision(gate, 'one.example.com')).toBe('refuse; unknown-host')

      await cluster.call('POST', ingresses, ingress('one', { 'gatehouse.dev/auth': 'required' }))
      await becomes({ gate }, 'one.example.com', 'sign-in')
      await cluster.call('POST', ingresses, ingress('two', { 'gatehouse.dev/auth': 'none' }))
      await becomes({ gate }, 'two.example.com', 'allow; open')
      await cluster.call('POST', ingresses, ingress('mute', {}))
      await cluster.call(
        'PUT',
        `${ingresses}/two`,
        ingress('two', { 'gatehouse.dev/auth': 'public' }),
      )
      await cluster.call('DELETE', `${ingresses}/one`)
      await becomes({ gate }, 'one.example.com', 'refuse; unknown-host')
      expect(await decision(gate, 'mute.example.com')).toBe('refuse; unknown-host')

      // A slip in an annotation opens nothing.
      await cluster.call('POST', ingresses, ingress('slip', { 'gatehouse.dev/auth': 'non' }))
      await becomes({ gate }, 'slip.example.com', 'sign-in')
      expect(gate.log()).toContain('Ingress default/slip: Found')

      // The file counts, and a reload of it forgets nothing of the cluster.
      await cluster.call('POST', ingresses, ingress('file', { 'gatehouse.dev/auth': 'required' }))
      await logged(gate, 'Ingress default/file: The host')
      expect(await decision(gate, 'file.example.com')).toBe('allow; open')
      writeFileSync(
        gate.configFile,
        readFileSync(gate.configFile, 'utf8').replace(
          '- { host: file.example.com, auth: none }',
          '- { host: new.example.com, auth: none }',
        ),
      )
      await becomes({ gate, ms: returnMs }, 'new.example.com', 'allow; open')
      await becomes({ gate }, 'file.example.com', 'sign-in')
      expect(await decision(gate, 'slip.example.com')).toStartWith('sign-in')

      await cluster.kill()
      await logged(gate, '"event":"kubernetes-unreadable"')
      for (const host of ['two', 'slip', 'file'])
        expect(await decision(gate, `${host}.example.com`)).not.toContain('unknown-host')
      await cluster.restart()
      await cluster.call('DELETE', `${ingresses}/slip`)
      await cluster.call('POST', ingresses, ingress('late', { 'gatehouse.dev/auth': 'required' }))
      await becomes({ gate, ms: returnMs }, 'late.example.com', 'sign-in')
      await becomes({ gate }, 'slip.example.com', 'refuse; unknown-host')
      expect(await gate.metric('gatehouse_kubernetes_up{kind="Ingress"}')).toBe(1)
      expect(await gate.metric('gatehouse_kubernetes_services')).toBe(3)
      expect(await gate.metric('gatehouse_defects_total')).toBe(0)
    } finally {
      await gate.stop()
      await cluster.stop()
    }
  },
  280_000,
)
