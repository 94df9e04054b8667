// Where routes lead: ports by number and by name, and services that stand for a name outside.
import { describe, expect, test } from 'bun:test'
import { discoverKubernetes } from './kubernetes.ts'
import { Services } from './services.ts'

const service = (name: string, spec: object): object => ({
  ...{ kind: 'Service', metadata: { name, namespace: 'x' }, spec },
})
const web = service('web', {
  ports: [
    { name: 'http', port: 8080 },
    { name: 'admin', port: 9000 },
  ],
})
const outside = service('nas', {
  ...{ type: 'ExternalName', externalName: 'nas.example.lan', ports: [{ name: 'ui', port: 5000 }] },
})

describe('Services', () => {
  const known = new Services([web, outside, { kind: 'Service' }, 7, null])

  test.each<readonly [string, string, number | string | null, string]>([
    ['a port by its number', 'web', 80, 'http://web.x:80'],
    ['a port by its name', 'web', 'admin', 'http://web.x:9000'],
    ['a number that is a text', 'web', '8080', 'http://web.x:8080'],
    ['no port', 'web', null, 'http://web.x'],
    ['a name that it does not have', 'web', 'metrics', 'http://web.x'],
    ['a name of a service that was not read', 'other', 'http', 'http://other.x'],
    ['a name outside', 'nas', 'ui', 'http://nas.example.lan:5000'],
    ['a name outside without a port', 'nas', null, 'http://nas.example.lan'],
  ])('knows %s', (_, name, port, upstream) => {
    expect(known.upstreamOf({ namespace: 'x', name, port })).toBe(upstream)
  })

  test('keep namespaces apart', () => {
    expect(known.upstreamOf({ namespace: 'y', name: 'nas', port: 'ui' })).toBe('http://nas.y')
  })
})

describe('discoverKubernetes()', () => {
  const metadata = { name: 'r', namespace: 'x' }
  const ingress = {
    ...{ kind: 'Ingress', metadata },
    spec: {
      rules: [
        {
          host: 'a.example.com',
          http: {
            paths: [{ path: '/', backend: { service: { name: 'web', port: { name: 'http' } } } }],
          },
        },
      ],
    },
  }
  const route = {
    ...{ kind: 'IngressRoute', metadata },
    spec: { routes: [{ match: 'Host(`a.example.com`)', services: [{ name: 'nas', port: 'ui' }] }] },
  }
  const gateway = {
    ...{ kind: 'HTTPRoute', metadata },
    spec: {
      hostnames: ['a.example.com'],
      rules: [{ backendRefs: [{ name: 'nas', namespace: 'x', port: 5000 }] }],
    },
  }

  test.each([
    ['Ingress', ingress, 'http://web.x:8080', 'http://web.x'],
    ['IngressRoute', route, 'http://nas.example.lan:5000', 'http://nas.x'],
    ['HTTPRoute', gateway, 'http://nas.example.lan:5000', 'http://nas.x:5000'],
  ])(
    'tells where a door of an %s leads, as far as services were read',
    (_, object, with_, without) => {
      expect(discoverKubernetes([object, web, outside]).doors[0]?.upstream).toBe(with_)
      expect(discoverKubernetes([object]).doors[0]?.upstream).toBe(without)
    },
  )
})
