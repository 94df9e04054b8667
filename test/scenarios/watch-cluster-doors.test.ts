// Hosts of a cluster are watched from the moment on that they are protected: a real API server, a real gate with a
// watch beside it, and a watch of its own elsewhere. One that is deleted is neither tried nor told of any more.
import { expect } from 'bun:test'
import { startKubernetes } from '../peers/kubernetes.ts'
import { freePorts } from '../peers/ports.ts'
import { startWatch } from '../peers/watch.ts'
import { scenario } from '../scenario.ts'
import { startGateProcess } from '../support/gate-process.ts'
import { until } from '../support/until.ts'

const ingresses = '/apis/networking.k8s.io/v1/namespaces/default/ingresses'

function ingress(name: string, host: string, auth: string): object {
  const backend = { service: { name, port: { number: 80 } } }
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name, namespace: 'default', annotations: { 'gatehouse.dev/auth': auth } },
    spec: { rules: [{ host, http: { paths: [{ path: '/', pathType: 'Prefix', backend }] } }] },
  }
}

scenario(
  'a host that comes to a cluster is watched, within and from elsewhere, and leaves without a word',
  { needs: ['etcd', 'kube-apiserver'] },
  async () => {
    const cluster = await startKubernetes()
    const [watchPort = 0] = await freePorts(1)
    const file = (gatePort: number): string => `
url: https://auth.example.com
domains: [example.com]
trusted_proxies: [127.0.0.1]
identity: { accounts: {} }
services_from:
  kubernetes: { url: "${cluster.url}", token_file: token, ca_file: "${cluster.caFile}" }
services:
  - { host: file.example.com }
watch:
  interval: 1s
  door_interval: 1s
  timeout: 2s
  edge: false
  gates: ['http://127.0.0.1:${gatePort}']
  doors: [{ host: quiet.example.com, skip: Wakes a machine }]
`
    const files = { token: `${cluster.adminToken}\n` }
    const gate = await startGateProcess({ config: file, files })
    const alone = await startWatch({
      port: watchPort,
      config: `${file(gate.httpPort)}\ndata_dir: data\nlisten: { http: '127.0.0.1:1', metrics: '127.0.0.1:${watchPort}' }\n`,
      files,
    })
    const ports = [gate.metricsPort, watchPort]
    const read = async (port: number, path: string): Promise<string> =>
      (await fetch(`http://127.0.0.1:${port}${path}`)).text()
    /** Hosts whose doors are told of in the metrics, with the value of `probe_success`. */
    const doors = async (port: number): Promise<Readonly<Record<string, string>>> => {
      const lines = (await read(port, '/metrics')).matchAll(
        /^probe_success\{instance="https:\/\/([^/"]+)\/[^}]*\} (\d)$/gm,
      )
      return Object.fromEntries([...lines].map(([, host, value]) => [host, value]))
    }
    const become = async (wanted: Readonly<Record<string, string>>): Promise<void> => {
      for (const port of ports)
        await until(async () => Bun.deepEquals(await doors(port), wanted, true))
    }
    try {
      await become({ 'file.example.com': '1' })
      await cluster.call('POST', ingresses, ingress('one', 'one.example.com', 'required'))
      await become({ 'file.example.com': '1', 'one.example.com': '1' })

      // What stands in an object is no label before it was a host, and a wildcard is nobody's name.
      await cluster.call('POST', ingresses, ingress('wild', '*.apps.example.com', 'required'))
      await cluster.call('POST', ingresses, ingress('quiet', 'quiet.example.com', 'required'))
      await cluster.call('POST', ingresses, ingress('elsewhere', 'app.example.org', 'required'))
      await cluster.call('POST', ingresses, ingress('two', 'two.example.com', 'public'))
      await become({ 'file.example.com': '1', 'one.example.com': '1', 'two.example.com': '1' })
      expect(gate.log()).toContain('"unprobed":["*.apps.example.com"]')

      await cluster.call('DELETE', `${ingresses}/one`)
      await become({ 'file.example.com': '1', 'two.example.com': '1' })
      for (const port of ports) {
        expect(await read(port, '/incidents')).toBe('[]')
        expect(await read(port, '/verdict')).toContain('"defects":0')
        expect(await read(port, '/metrics')).toContain('gatehouse_kubernetes_services 3')
      }
      expect(await gate.metric('gatehouse_defects_total')).toBe(0)
    } finally {
      await alone.stop()
      await gate.stop()
      await cluster.stop()
    }
  },
  120_000,
)
