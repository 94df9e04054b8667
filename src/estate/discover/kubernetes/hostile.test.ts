// Clusters that nobody would build, and exports that somebody made: nothing hangs, nothing is dropped unsaid.
import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { doorOf } from '../discovery.ts'
import { discoverTraefik } from '../traefik-api.ts'
import { discoverKubernetes } from './kubernetes.ts'

const host = 'a.example.com'

const middleware = (name: string, spec: object): object => ({
  kind: 'Middleware',
  metadata: { name, namespace: 'x' },
  spec,
})
const chain = (name: string, ...links: readonly string[]): object =>
  middleware(name, { chain: { middlewares: links.map((link) => ({ name: link })) } })
const gate = (address = 'http://gate'): object => middleware('auth', { forwardAuth: { address } })

function route(match: string, more: object = {}): object {
  return {
    ...{ apiVersion: 'traefik.io/v1alpha1', kind: 'IngressRoute' },
    ...{ metadata: { name: 'r', namespace: 'x' }, spec: { routes: [{ match, ...more }] } },
  }
}

function ingress(annotations: Readonly<Record<string, unknown>>, name = 'a'): object {
  return {
    ...{ apiVersion: 'networking.k8s.io/v1', kind: 'Ingress' },
    metadata: { name, namespace: 'x', annotations },
    spec: { rules: [{ host, http: { paths: [{ path: '/', pathType: 'Prefix' }] } }] },
  }
}

const through = (name: string): Readonly<Record<string, string>> => ({
  'traefik.ingress.kubernetes.io/router.middlewares': `x-${name}@kubernetescrd`,
})

const why = (...objects: readonly unknown[]): readonly string[] =>
  discoverKubernetes(objects).notUnderstood.map((one) => one.why)

const tierOf = (...objects: readonly unknown[]): string | undefined =>
  doorOf(discoverKubernetes(objects).doors, { host, path: '/' })?.tier

describe('chains of middlewares', () => {
  test('that lead back to themselves end, and are named', () => {
    const objects = [ingress(through('a')), chain('a', 'b'), chain('b', 'a')]
    expect(why(...objects)).toEqual(['The middleware "x/a" is not among what was read'])
    expect(tierOf(...objects)).toBe('none')
  })

  test('that lead back to themselves and to the gate ask the gate', () => {
    const objects = [ingress(through('a')), chain('a', 'a', 'b'), chain('b', 'a', 'auth'), gate()]
    expect(tierOf(...objects)).toBe('required')
  })

  test('of which each leads to the next a thousand times are followed once', () => {
    const links = Array.from({ length: 19 }, (_, i) =>
      chain(`c${i}`, ...Array.from({ length: 1000 }, () => `c${i + 1}`)),
    )
    expect(tierOf(ingress(through('c0')), ...links, chain('c19', 'auth'), gate())).toBe('required')
  })

  test('of a running Traefik are followed once as well', () => {
    const middlewares = Array.from({ length: 30 }, (_, i) => ({
      name: `c${i}@docker`,
      chain: { middlewares: Array.from({ length: 50 }, () => `c${i + 1}@docker`) },
    }))
    const router = { name: 'a@docker', rule: `Host(\`${host}\`)`, middlewares: ['c0@docker'] }
    const open = discoverTraefik({ routers: [router], middlewares })
    expect(open.doors[0]?.tier).toBe('none')
    const last = { name: 'c30@docker', forwardAuth: { address: 'http://gate' } }
    const shut = discoverTraefik({ routers: [router], middlewares: [...middlewares, last] })
    expect(shut.doors[0]?.tier).toBe('required')
  })
})

describe('a gate of ours', () => {
  const ours = gate('http://gatehouse.gatehouse.svc:9000/_gatehouse/auth/traefik')

  test.each([
    ['public', ours, 'public'],
    ['required', ours, 'required'],
    // What asks is asked, whatever is said: only a gate that reads the word can honour it.
    ['none', ours, 'required'],
    ['app', ours, 'required'],
    ['pubic', ours, 'required'],
    ['public', gate(), 'required'],
  ])('that is asked for a host that says "%s"', (auth, asked, tier) => {
    expect(tierOf(ingress({ ...through('auth'), 'gatehouse.dev/auth': auth }), asked)).toBe(tier)
  })

  test('beside another one decides nothing alone', () => {
    const other = middleware('other', { forwardAuth: { address: 'http://other' } })
    const annotations = { ...through('both'), 'gatehouse.dev/auth': 'public' }
    expect(tierOf(ingress(annotations), chain('both', 'auth', 'other'), ours, other)).toBe(
      'required',
    )
  })
})

describe('the order of routes', () => {
  const open = `Host(\`${host}\`) && PathPrefix(\`/\`)`
  const gated = { middlewares: [{ name: 'auth' }] }

  test.each<readonly [string, number | undefined, string]>([
    ['without a priority goes by length', undefined, 'none'],
    ['with a priority below the length of the other rule stands behind it', 10, 'none'],
    ['with a priority above it stands before', 1000, 'required'],
    ['with a priority below nothing stands last', -1, 'none'],
  ])('of a shorter rule %s', (_, priority, tier) => {
    const shorter = route(`Host(\`${host}\`)`, { ...gated, priority })
    expect(tierOf(shorter, route(open), gate())).toBe(tier)
  })
})

describe('rules of Traefik 2 and 3', () => {
  test.each<readonly [string, readonly string[]]>([
    [
      `Host(\`${host}\`) && PathPrefix(\`/a\`) && Path(\`/a/b\`)`,
      ['A second matcher "Path" beside the first is not looked into'],
    ],
    [
      `Host(\`${host}\`) && Host(\`b.example.com\`)`,
      ['A second matcher "Host" beside the first is not looked into'],
    ],
    [
      `Host(\`${host}\`) && Path(\`/a/{id:[0-9]+}\`)`,
      ['The pattern "/a/{id:[0-9]+}" of "Path" is not looked into'],
    ],
    [`HostRegexp(\`{any:.+}.example.com\`)`, ['The matcher "HostRegexp" is not looked into']],
    ['HostRegexp(`^.+\\.example\\.com$`)', ['The matcher "HostRegexp" is not looked into']],
    [
      `Host(\`${host}\`) && !Header(\`X-A\`, \`b\`)`,
      ['The negation of "Header" is not looked into'],
    ],
    [
      `Host(\`${host}\`) && ClientIP(\`10.0.0.0/8\`)`,
      ['The matcher "ClientIP" is not looked into'],
    ],
    [`Host(\`${host}\`) && Query(\`a\`, \`b\`)`, ['The matcher "Query" is not looked into']],
    [`Host(\`${host}\`) && HeaderRegexp(\`X-A\`, \`.*\`) && Header(\`X-B\`, \`c\`)`, []],
    [`Host(\`${host}\`, \`b.example.com\`) && PathPrefix(\`/a\`, \`/b\`)`, []],
    [`Host(\`${host}\`) || PathPrefix(\`/a\`)`, []],
  ])('%s', (match, said) => {
    expect(why(route(match))).toEqual([...said])
  })

  test('that are not understood whole never open what is protected', () => {
    for (const match of [
      `Host(\`${host}\`) && Query(\`a\`, \`b\`)`,
      `Host(\`${host}\`) && PathPrefix(\`/\`) && Path(\`/x\`)`,
    ]) {
      const door = discoverKubernetes([route(match)]).doors[0]
      expect([match, door?.isPartial]).toEqual([match, true])
    }
  })
})

describe('objects of a cluster', () => {
  test.each<readonly [string, readonly unknown[], readonly string[]]>([
    [
      'that are there twice',
      [ingress({}), ingress({})],
      ['It is there twice: which of them the cluster has cannot be told'],
    ],
    ['of one name in two kinds', [ingress({}, 'r'), route(`Host(\`${host}\`)`)], []],
    [
      'of another maker that may ask a gate',
      [{ kind: 'SecurityPolicy', metadata: { name: 'p' } }],
      ['Objects of kind "SecurityPolicy" are not read'],
    ],
    [
      'with a filter of another maker',
      [
        {
          kind: 'HTTPRoute',
          metadata: { name: 'h', namespace: 'x' },
          spec: {
            hostnames: [host],
            rules: [
              {
                filters: [
                  { type: 'RequestRedirect' },
                  { type: 'URLRewrite' },
                  { type: 'ExtensionRef', extensionRef: { kind: 'Oidc', name: 'o' } },
                  { type: 'Teapot' },
                ],
              },
            ],
          },
        },
      ],
      ['The filter "Oidc" is not looked into', 'The filter "Teapot" is not looked into'],
    ],
    [
      'whose addresses are nobody’s',
      [{ kind: 'EndpointSlice', metadata: { name: 's' }, ports: [{ port: 1 }] }],
      ['It has no label "kubernetes.io/service-name": whose addresses it has nobody told'],
    ],
    [
      'whose addresses have no port',
      [
        {
          kind: 'EndpointSlice',
          metadata: { name: 's', labels: { 'kubernetes.io/service-name': 's' } },
          endpoints: [{ addresses: ['10.0.0.1'] }],
        },
      ],
      ['Its addresses have no port with a number'],
    ],
  ])('%s', (_, objects, said) => {
    expect(why(...objects)).toEqual([...said])
  })

  test('without an address that is ready keep those that are not', () => {
    const slice = {
      kind: 'EndpointSlice',
      metadata: { name: 's', labels: { 'kubernetes.io/service-name': 's' } },
      ports: [{ port: 80 }],
      endpoints: [
        { addresses: ['10.0.0.1'], conditions: { ready: false } },
        { addresses: ['10.0.0.2'], conditions: { ready: false, terminating: true } },
      ],
    }
    expect(discoverKubernetes([slice]).replicas?.map(({ isReady }) => isReady)).toEqual([
      false,
      false,
    ])
  })

  test('in lists of lists are opened, and a list without an end is said', () => {
    const nested = {
      kind: 'List',
      items: [{ kind: 'IngressList', items: [ingress({})] }, ingress({}, 'b')],
    }
    expect(discoverKubernetes([nested])).toMatchObject({ read: 2, notUnderstood: [] })
    const loop: { kind: string; items: unknown[] } = { kind: 'List', items: [] }
    loop.items.push(loop)
    expect(discoverKubernetes([loop]).read).toBe(1)
  })

  test('of an export of ten megabytes are each read once', () => {
    const many = Array.from({ length: 20_000 }, (_, i) => ingress(through('auth'), `i${i}`))
    const found = discoverKubernetes([{ kind: 'List', items: [...many, gate()] }])
    expect([found.read, found.doors.length, found.notUnderstood]).toEqual([20_001, 20_000, []])
    expect(found.doors.every(({ tier }) => tier === 'required')).toBe(true)
  })

  test('are a door, or are named, whatever is wrong with them', () => {
    const link = fc.record({
      name: fc.constantFrom('auth', 'gone', 'a', 7),
      namespace: fc.constantFrom('x', null, {}),
    })
    const matcher = fc.constantFrom(
      ...['Host(`a.b`)', 'Path(`/x`)', 'PathPrefix(`/{x}`)', 'HostRegexp(`.`)', 'Method(`GET`)'],
      ...['Header(`A`, `b`)', 'ClientIP(`::1`)', 'Foo()', 'Host()', 'Host(`a`) Host(`b`)', ''],
    )
    const match = fc.oneof(
      fc
        .array(fc.tuple(fc.constantFrom('', '!', '!!'), matcher, fc.constantFrom(' && ', ' || ')), {
          maxLength: 4,
        })
        .map((parts) =>
          parts
            .map(([not, one, sign]) => `${not}${one}${sign}`)
            .join('')
            .replace(/ (&&|\|\|) $/, ''),
        ),
      fc.jsonValue(),
    )
    const one = fc.record({
      kind: fc.constant('IngressRoute'),
      metadata: fc.record({
        name: fc.constantFrom('a', 'b', '', 7),
        namespace: fc.constantFrom('x', 9),
      }),
      spec: fc.record({
        routes: fc.array(fc.record({ match, middlewares: fc.array(link) }), { maxLength: 3 }),
      }),
    })
    fc.assert(
      fc.property(fc.array(one, { maxLength: 4 }), (objects) => {
        for (const object of objects) {
          const { doors, notUnderstood, read } = discoverKubernetes([object, gate()])
          const routes = object.spec.routes.length
          expect(read).toBe(2)
          expect(doors.length + notUnderstood.length).toBeGreaterThanOrEqual(Math.max(1, routes))
          // A door that is only partly understood is never one that nobody told of.
          if (doors.some(({ isPartial }) => isPartial)) expect(notUnderstood).not.toEqual([])
        }
      }),
      { numRuns: 150 },
    )
  })
})
