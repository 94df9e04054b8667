// Objects of a cluster and the tier that a request meets, in every shape that a house has.
import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { type RoutedRequest, doorOf } from '../discovery.ts'
import { discoverKubernetes } from './kubernetes.ts'
import { usualKubernetesSettings } from './settings.ts'

const forwardAuth = (name = 'auth'): object => ({
  kind: 'Middleware',
  metadata: { name, namespace: 'traefik' },
  spec: { forwardAuth: { address: 'http://gate' } },
})
const chain = (name: string, ...links: readonly string[]): object => ({
  kind: 'Middleware',
  metadata: { name, namespace: 'traefik' },
  spec: { chain: { middlewares: links.map((link) => ({ name: link })) } },
})

function ingress(more: {
  readonly annotations?: Readonly<Record<string, unknown>>
  readonly paths?: readonly object[]
  readonly host?: string
}): object {
  const { annotations = {}, host = 'a.example.com', paths = [{ path: '/' }] } = more
  return {
    kind: 'Ingress',
    metadata: { name: 'a', namespace: 'x', annotations },
    spec: { rules: [{ host, http: { paths } }] },
  }
}

const links = (value: string): Readonly<Record<string, unknown>> => ({
  'traefik.ingress.kubernetes.io/router.middlewares': value,
})

const route = (match: string, more: object = {}, namespace = 'x'): object => ({
  kind: 'IngressRoute',
  metadata: { name: 'r', namespace },
  spec: { routes: [{ match, ...more }] },
})

const gated = { middlewares: [{ name: 'auth', namespace: 'traefik' }] }

const httpRoute = (rule: object, hostnames: readonly string[] = ['a.example.com']): object => ({
  kind: 'HTTPRoute',
  metadata: { name: 'h', namespace: 'x' },
  spec: { hostnames, rules: [rule] },
})

function tierAt(objects: readonly object[], request: Partial<RoutedRequest> = {}): string | null {
  const { doors } = discoverKubernetes(objects)
  return doorOf(doors, { host: 'a.example.com', path: '/', ...request })?.tier ?? null
}

function why(objects: readonly unknown[]): readonly string[] {
  return discoverKubernetes(objects).notUnderstood.map(({ why: text }) => text)
}

describe('discoverKubernetes()', () => {
  test.each<readonly [string, readonly object[], Partial<RoutedRequest>, string | null]>([
    ['an Ingress without anything', [ingress({})], {}, 'none'],
    ['its own word', [ingress({ annotations: { 'gatehouse.dev/auth': 'app' } })], {}, 'app'],
    ['a slip in it', [ingress({ annotations: { 'gatehouse.dev/auth': 'ap' } })], {}, 'required'],
    [
      'a word that is no text',
      [ingress({ annotations: { 'gatehouse.dev/auth': 7 } })],
      {},
      'required',
    ],
    [
      'groups that are none',
      [ingress({ annotations: { 'gatehouse.dev/groups': ' , ' } })],
      {},
      'required',
    ],
    [
      'forward auth',
      [ingress({ annotations: links('traefik-auth@kubernetescrd') }), forwardAuth()],
      {},
      'required',
    ],
    [
      'forward auth of one that says it is open',
      [
        ingress({
          annotations: { ...links('traefik-auth@kubernetescrd'), 'gatehouse.dev/auth': 'none' },
        }),
        forwardAuth(),
      ],
      {},
      'required',
    ],
    [
      'a chain of chains',
      [
        ingress({ annotations: links('traefik-outer@kubernetescrd') }),
        chain('outer', 'inner'),
        chain('inner', 'auth'),
        forwardAuth(),
      ],
      {},
      'required',
    ],
    [
      'a cycle of chains',
      [
        ingress({ annotations: links('traefik-a@kubernetescrd') }),
        chain('a', 'b'),
        chain('b', 'a'),
      ],
      {},
      'none',
    ],
    [
      'nginx',
      [ingress({ annotations: { 'nginx.ingress.kubernetes.io/auth-url': 'http://x' } })],
      {},
      'required',
    ],
    ['another host', [ingress({})], { host: 'b.example.com' }, null],
    ['a wildcard', [ingress({ host: '*.example.com' })], {}, 'none'],
    [
      'a wildcard is one label',
      [ingress({ host: '*.example.com' })],
      { host: 'a.b.example.com' },
      null,
    ],
    [
      'an exact path',
      [ingress({ paths: [{ path: '/x', pathType: 'Exact' }] })],
      { path: '/x/y' },
      null,
    ],
    [
      'a prefix of whole segments',
      [ingress({ paths: [{ path: '/x', pathType: 'Prefix' }] })],
      { path: '/xy' },
      null,
    ],
    [
      'a prefix',
      [ingress({ paths: [{ path: '/x', pathType: 'Prefix' }] })],
      { path: '/x/y' },
      'none',
    ],
    ['a route', [route('Host(`a.example.com`)', gated), forwardAuth()], {}, 'required'],
    [
      'a route by a header past the gate (t3)',
      [
        route('Host(`a.example.com`)', gated),
        route('Host(`a.example.com`) && Header(`Authorization`, `Bearer t3`)'),
        forwardAuth(),
      ],
      { headers: { authorization: 'Bearer t3' } },
      'none',
    ],
    [
      'the same without the header',
      [
        route('Host(`a.example.com`)', gated),
        route('Host(`a.example.com`) && Header(`Authorization`, `Bearer t3`)'),
        forwardAuth(),
      ],
      {},
      'required',
    ],
    [
      'a priority above a longer rule (terminal)',
      [
        route('Host(`a.example.com`)', { ...gated, priority: 1000 }),
        route('Host(`a.example.com`) && PathPrefix(`/ws`)'),
        forwardAuth(),
      ],
      { path: '/ws' },
      'required',
    ],
    [
      'a longer rule without a priority',
      [
        route('Host(`a.example.com`)', gated),
        route('Host(`a.example.com`) && PathPrefix(`/ws`)'),
        forwardAuth(),
      ],
      { path: '/ws' },
      'none',
    ],
    ['either of two hosts', [route('Host(`b.example.com`) || Host(`a.example.com`)')], {}, 'none'],
    ['a Gateway route', [httpRoute({})], {}, 'none'],
    [
      'a Gateway route with a gate',
      [httpRoute({ filters: [{ type: 'ExternalAuth' }] })],
      {},
      'required',
    ],
    [
      'a Gateway route by method',
      [httpRoute({ matches: [{ method: 'POST' }] })],
      { method: 'GET' },
      null,
    ],
  ])('knows the tier of %s', (_name, objects, request, tier) => {
    expect(tierAt(objects, request)).toBe(tier)
  })

  test.each<readonly [string, readonly unknown[]]>([
    ['Objects of kind "TCPRoute" are not read', [{ kind: 'TCPRoute', metadata: { name: 'a' } }]],
    ['It has no rule with a path', [{ kind: 'Ingress', metadata: { name: 'a' } }]],
    ['It has no kind: this is no object of Kubernetes', [7]],
    [
      'The middleware "traefik-gone@kubernetescrd" is not among what was read',
      [ingress({ annotations: links('traefik-gone@kubernetescrd') })],
    ],
    [
      'Its default backend opens every host, which no entry says',
      [
        {
          kind: 'Ingress',
          metadata: { name: 'a' },
          spec: { defaultBackend: {}, rules: [{ http: { paths: [{}] } }] },
        },
      ],
    ],
    [
      'The path "/x.*" is a pattern, which is not looked into',
      [httpRoute({ matches: [{ path: { type: 'RegularExpression', value: '/x.*' } }] })],
    ],
    ['Query parameters are not looked into', [httpRoute({ matches: [{ queryParams: [{}] }] })]],
    [
      'The negation of "PathPrefix" is not looked into',
      [route('Host(`a.b`) && !PathPrefix(`/x`)')],
    ],
    ['The matcher "ClientIP" is not looked into', [route('Host(`a.b`) && ClientIP(`10.0.0.1`)')]],
  ])('says "%s"', (text, objects) => {
    expect(why(objects)).toEqual([text])
  })

  test('knows the middleware of the house where an export lacks the object', () => {
    const objects = [ingress({ annotations: links('traefik-house@kubernetescrd') })]
    const settings = {
      ...usualKubernetesSettings,
      publicMiddleware: ['traefik-house@kubernetescrd'],
    }
    expect(discoverKubernetes(objects, settings).doors[0]?.tier).toBe('public')
  })

  test('gives the addresses behind a service, each with whether it is ready', () => {
    const slice = {
      kind: 'EndpointSlice',
      metadata: {
        name: 'traefik-1',
        namespace: 'traefik',
        labels: { 'kubernetes.io/service-name': 'traefik' },
      },
      ports: [{ port: 8443 }, {}],
      endpoints: [
        { addresses: ['10.42.0.5'], conditions: { ready: true } },
        { addresses: ['10.42.0.6'], conditions: { ready: false } },
        { addresses: ['10.42.0.7'] },
        {},
      ],
    }
    const { replicas } = discoverKubernetes([slice, { ...slice, metadata: {} }])
    expect(replicas).toEqual([
      { service: 'traefik/traefik', address: '10.42.0.5:8443', isReady: true },
      { service: 'traefik/traefik', address: '10.42.0.6:8443', isReady: false },
      { service: 'traefik/traefik', address: '10.42.0.7:8443', isReady: true },
    ])
    const six = { ...slice, addressType: 'IPv6', endpoints: [{ addresses: ['fd00::5'] }] }
    expect(discoverKubernetes([six]).replicas?.[0]?.address).toBe('[fd00::5]:8443')
  })

  test('whatever JSON comes, each route object is a door or is named', () => {
    const json = fc.jsonValue({ maxDepth: 3 })
    const object = fc.record(
      {
        kind: fc.constantFrom('Ingress', 'IngressRoute', 'HTTPRoute', 'TLSRoute'),
        metadata: fc.oneof(json, fc.record({ name: fc.uuid(), annotations: json })),
        spec: fc.oneof(
          json,
          fc.record({
            rules: fc.array(fc.oneof(json, fc.record({ host: json, matches: json, http: json }))),
            routes: fc.array(fc.oneof(json, fc.record({ match: json, middlewares: json }))),
            hostnames: json,
          }),
        ),
      },
      { requiredKeys: ['kind'] },
    )
    fc.assert(
      fc.property(object, (one) => {
        const { doors, notUnderstood, read } = discoverKubernetes([one])
        expect(read).toBe(1)
        expect(doors.length + notUnderstood.length).toBeGreaterThan(0)
      }),
      { numRuns: 200 },
    )
  })
})
