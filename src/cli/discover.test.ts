// `gatehouse discover` from every source: entries, what was not understood, and what could not be read.
import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { type KubernetesApi, startKubernetesApi } from '../../test/peers/kubernetes-api.ts'
import { fakeWorld } from '../world/fake-world.ts'
import { realHttpClient } from '../world/http-client.ts'
import { runCli } from './cli.ts'

const cluster = `
kind: List
items:
  - kind: Ingress
    metadata: { name: a, namespace: x, annotations: { house/tier: app } }
    spec: { rules: [{ host: a.example.com, http: { paths: [{ path: / }] } }] }
---
kind: EndpointSlice
metadata: { name: t-1, namespace: t, labels: { kubernetes.io/service-name: t } }
ports: [{ port: 443 }]
endpoints: [{ addresses: [10.0.0.7] }, { addresses: [10.0.0.8], conditions: { ready: false } }]
`
const monitors = JSON.stringify({
  monitorList: [{ name: 'a', type: 'http', url: 'https://a.example.com/', interval: 60 }],
})
const config = `
url: https://auth.example.com
domains: [example.com]
trusted_proxies: [127.0.0.1]
identity: { accounts: {} }
services: []
services_from: { kubernetes: { auth_annotations: [house/tier] } }
`
const files = {
  'cluster.yaml': cluster,
  'monitors.json': monitors,
  '/gatehouse.yaml': config,
  'broken.yaml': 'a: [',
  'tcp.yaml': 'kind: TLSRoute\nmetadata: { name: tls }',
  token: 'stand-in-token',
}

async function discover(...args: readonly string[]) {
  const world = fakeWorld({ args: ['discover', ...args], files, http: realHttpClient() })
  const code = await runCli(world)
  return { code, out: world.output(), errors: world.errors(), files: world.files }
}

describe('gatehouse discover', () => {
  test('reads an export with the annotations of the house', async () => {
    const args = ['kubernetes', '--file', 'cluster.yaml']
    expect(await discover(...args)).toMatchObject({
      code: 0,
      out: 'services:\n  - host: a.example.com\n    auth: none\n    reason: Found in Ingress x/a\n',
    })
    const { out } = await discover(...args, '--config', '/gatehouse.yaml')
    expect(out).toContain('auth: app')
  })

  test('takes --from for --file', async () => {
    const { code, errors, out } = await discover('kubernetes', '--from', 'cluster.yaml')
    const named = await discover('kubernetes', '--file', 'cluster.yaml')
    expect([code, errors, out]).toEqual([named.code, named.errors, named.out])
  })

  test('writes into a directory what it would have printed', async () => {
    const { out } = await discover('kubernetes', '--from', 'cluster.yaml')
    const written = await discover('kubernetes', '--from', 'cluster.yaml', '--out', '/found')
    expect([written.code, written.out]).toEqual([0, '/found/kubernetes.yaml\n'])
    expect(written.files.readText('/found/kubernetes.yaml')).toEqual({ ok: true, value: out })
  })

  test('writes over no file of a person without --force', async () => {
    const mine = { ...files, '/found/kubernetes.yaml': 'services: [] # Mine\n' }
    const args = ['discover', 'kubernetes', '--from', 'cluster.yaml', '--out', '/found']
    const world = fakeWorld({ args, files: mine })
    expect([await runCli(world), world.output()]).toEqual([1, ''])
    expect(world.errors()).toContain('Found "/found/kubernetes.yaml" changed by hand')
    const forced = fakeWorld({ args: [...args, '--force'], files: mine })
    expect(await runCli(forced)).toBe(0)
    expect(forced.files.readText('/found/kubernetes.yaml')).toMatchObject({
      value: expect.stringContaining('a.example.com'),
    })
  })

  test('gives the replicas of the reverse proxy that are ready, for the watch', async () => {
    const args = ['kubernetes', '--file', 'cluster.yaml', '--ingress']
    expect((await discover(...args, 't/t')).out).toEndWith(
      'watch:\n  ingress:\n    - 10.0.0.7:443\n',
    )
    const none = await discover(...args, 't/other')
    expect(none.code).toBe(2)
    expect(none.errors).toContain('Service t/other: No EndpointSlice names a replica that is ready')
  })

  test('reads several exports at once', async () => {
    const { code, out } = await discover(
      'files',
      '--file',
      'cluster.yaml',
      'monitors.json',
      '--json',
    )
    expect(code).toBe(0)
    expect(JSON.parse(out).services).toEqual([
      {
        host: 'a.example.com',
        auth: 'none',
        reason: 'Found in Ingress x/a',
        monitor: { interval: '60s' },
      },
    ])
  })

  test('names what it does not understand, and ends with 2', async () => {
    const { code, errors } = await discover('kubernetes', '--file', 'tcp.yaml')
    expect(code).toBe(2)
    expect(errors).toContain(
      'Not understood: TLSRoute tls: Objects of kind "TLSRoute" are not read',
    )
  })

  test.each([
    [['kubernetes']],
    [['traefik']],
    [['uptime-kuma']],
    [['files']],
    [['authentik', '--url', 'nothing']],
    [['authentik', '--url', 'https://id.example.com']],
    [['kubernetes', '--file', 'gone.yaml']],
    [['kubernetes', '--file', 'cluster.yaml', 'broken.yaml']],
    [['uptime-kuma', '--file', 'cluster.yaml']],
    [['kubernetes', '--url', 'http://127.0.0.1:1']],
    [['uptime-kuma', '--url', 'http://127.0.0.1:1']],
    [['kubernetes', '--file', 'cluster.yaml', '--config', 'broken.yaml']],
  ])('says that it could not read: %p', async (args) => {
    const { code, errors, out } = await discover(...args)
    expect([code, out]).toEqual([1, ''])
    expect(errors).not.toBe('')
  })
})

describe('gatehouse discover kubernetes --url', () => {
  let api: KubernetesApi
  beforeEach(() => {
    api = startKubernetesApi(['Ingress', 'EndpointSlice'])
    api.pageSize = 2
    for (const name of ['a', 'b', 'c'])
      api.apply({
        kind: 'Ingress',
        metadata: { name, namespace: 'x', annotations: { 'gatehouse.dev/auth': 'required' } },
        spec: { rules: [{ host: `${name}.example.com`, http: { paths: [{ path: '/' }] } }] },
      })
  })
  afterEach(async () => api.stop())

  test('reads the API server page by page, without what is not installed', async () => {
    const { code, out } = await discover('kubernetes', '--url', api.url, '--token-file', 'token')
    expect(code).toBe(0)
    expect(out.match(/host: \w/g)).toEqual(['host: a', 'host: b', 'host: c'])
  })

  test('names every resource that it may not read', async () => {
    const { code, errors, out } = await discover('kubernetes', '--url', api.url)
    expect([code, out]).toEqual([1, ''])
    expect(errors).toContain('Cannot read ingresses of')
    expect(errors).toContain('endpointslices of')
  })

  const withToken = (): ReturnType<typeof discover> =>
    discover('kubernetes', '--url', api.url, '--token-file', 'token')

  test.each(['services', 'endpointslices'])(
    'reads the doors with a token that may not list %s, and names what it could not read',
    async (plural) => {
      api.refused.add(plural)
      const { code, errors, out } = await withToken()
      expect(code).toBe(2)
      expect(out.match(/host: \w/g)).toEqual(['host: a', 'host: b', 'host: c'])
      expect(errors).toContain(`Not understood: ${plural} of "${api.url}": Cannot be read (denied`)
    },
  )

  test.each(['ingresses', 'middlewares', 'ingressroutes', 'httproutes'])(
    'gives no doors without %s: they would look open, or gone',
    async (plural) => {
      api.refused.add(plural)
      const { code, errors, out } = await withToken()
      expect([code, out]).toEqual([1, ''])
      expect(errors).toContain(`Cannot read ${plural} of`)
    },
  )

  test('takes nonsense for no list', async () => {
    api.mood = 'nonsense'
    const { code, errors } = await discover('kubernetes', '--url', api.url, '--token-file', 'token')
    expect(code).toBe(1)
    expect(errors).toContain('malformed: The answer is no "IngressList"')
  })
})
