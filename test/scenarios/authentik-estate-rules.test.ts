// The estate's own rules on top of one domain-wide provider: which group may enter which host, default
// deny, in every dialect and in proxy mode, and explained.
import { describe, expect, test } from 'bun:test'
import {
  type BenchAnswer,
  type CompatBench,
  compatBench,
} from '../../src/gate/authentik/compat/compat-bench.fixture.ts'
import { testProvider } from '../../src/gate/authentik/testing.ts'
import { identityHeaderNames } from '../../src/gate/authentik/compat/identity.ts'
import { rule, service } from '../support/policy.ts'

const prefix = '/outpost.goauthentik.io'
const provider = testProvider({
  ...{ mode: 'forward_domain', external: 'https://auth.example.com', cookieDomain: 'example.com' },
  allowlist: '^https://[^/]+/health$',
})
const services = [
  service('grafana.example.com', [rule('/**', { groups: ['staff'] })]),
  service('vault.example.com', [
    rule('/health', { auth: 'none' }),
    rule('/admin/**', { groups: ['admins'] }),
    rule('/read/**', { methods: ['GET'], groups: ['staff'] }),
  ]),
  service('other.example.com', [rule('/**', { providers: ['google'] })]),
  service('via.example.com', [rule('/**', { providers: ['authentik'], users: ['ada'] })]),
]

interface Question {
  readonly url: string
  readonly cookie?: string
  readonly method?: string
}

type Ask = (bench: CompatBench, question: Question) => Promise<BenchAnswer>

/** Host and path as they are written: nothing resolved. */
function apart(url: string): { readonly host: string; readonly path: string } {
  const [, host = '', path = ''] = /^https:\/\/([^/]+)(.*)$/.exec(url) ?? []
  return { host, path }
}

const asks: Readonly<Record<'traefik' | 'nginx' | 'envoy', Ask>> = {
  traefik: (bench, { url, cookie = '', method = 'GET' }) => {
    const { host, path } = apart(url)
    return bench.ask(`${prefix}/auth/traefik`, {
      headers: {
        ...{ 'X-Forwarded-Proto': 'https', 'X-Forwarded-Host': host, 'X-Forwarded-Uri': path },
        ...{ 'X-Forwarded-Method': method, Cookie: cookie },
      },
    })
  },
  nginx: (bench, { url, cookie = '', method = 'GET' }) =>
    bench.ask(`${prefix}/auth/nginx`, {
      headers: {
        ...{ Host: new URL(url).host, 'X-Original-URL': url, 'X-Original-Method': method },
        Cookie: cookie,
      },
    }),
  envoy: (bench, { url, cookie = '', method = 'GET' }) => {
    const { host, path } = apart(url)
    const headers = { Host: host, Cookie: cookie }
    return bench.ask(`${prefix}/auth/envoy${path}`, { method, headers })
  },
}

const people = {
  ada: { sub: 'a', preferred_username: 'ada', groups: ['staff', 'admins'] },
  bob: { sub: 'b', preferred_username: 'bob', groups: ['staff'] },
  guest: { sub: 'g', preferred_username: 'guest', groups: ['guests'] },
}

describe.each(['traefik', 'nginx', 'envoy'] as const)('asked by %s', (dialect) => {
  test.each([
    ['ada', 'https://grafana.example.com/', 'GET', 200],
    ['bob', 'https://grafana.example.com/', 'GET', 200],
    ['guest', 'https://grafana.example.com/', 'GET', 403],
    ['ada', 'https://vault.example.com/admin/x', 'GET', 200],
    ['bob', 'https://vault.example.com/admin/x', 'GET', 403],
    ['bob', 'https://vault.example.com/read/x', 'GET', 200],
    ['bob', 'https://vault.example.com/read/x', 'POST', 403],
    // No rule: default deny.
    ['ada', 'https://vault.example.com/elsewhere', 'GET', 403],
    ['ada', 'https://other.example.com/', 'GET', 403],
    ['ada', 'https://via.example.com/', 'GET', 200],
    ['bob', 'https://via.example.com/', 'GET', 403],
    // A host that the estate does not name is authentik's alone.
    ['guest', 'https://unnamed.example.com/', 'GET', 200],
    ['ada', 'https://grafana.example.com/a/../b', 'GET', 403],
  ] as const)('%s at %s with %s is %d', async (who, url, method, status) => {
    const bench = compatBench({ providers: [provider], services })
    const cookie = await bench.signIn(provider, people[who])
    const answer = await asks[dialect](bench, { url, cookie, method })
    expect(answer.status).toBe(status)
    if (status === 403) {
      for (const name of identityHeaderNames) expect(answer.header(name)).toBe('')
      expect(answer.header('x-gatehouse-decision')).toMatch(/^(forbid|refuse|sign-in); /)
      expect(answer.cookies).toEqual([])
    }
  })

  test.each([
    // Both have to agree: authentik's list alone opens nothing that the estate guards.
    ['https://grafana.example.com/health', 'sign-in'],
    ['https://vault.example.com/health', 'open'],
    ['https://unnamed.example.com/health', 'open'],
    ['https://grafana.example.com/', 'sign-in'],
    ['https://vault.example.com/elsewhere', 'deny'],
  ])('nobody at %s: %s', async (url, expected) => {
    const bench = compatBench({ providers: [provider], services })
    const signIn = dialect === 'nginx' ? 401 : 302
    const status = { open: 200, deny: 403, 'sign-in': signIn }[expected]
    expect((await asks[dialect](bench, { url })).status).toBe(status ?? 0)
  })
})

test('a method that nginx keeps to itself falls under no rule for one method', async () => {
  const bench = compatBench({ providers: [provider], services })
  const Cookie = await bench.signIn(provider, people.ada)
  const ask = async (path: string): Promise<number> => {
    const url = `https://vault.example.com${path}`
    const headers = { Host: 'vault.example.com', 'X-Original-URL': url, Cookie }
    return (await bench.ask(`${prefix}/auth/nginx`, { headers })).status
  }
  expect(await ask('/read/x')).toBe(403)
  expect(await ask('/admin/x')).toBe(200)
})

test('a refusal says who one is, and is found again by its request', async () => {
  const bench = compatBench({ providers: [provider], services })
  const cookie = await bench.signIn(provider, people.guest)
  const answer = await asks.traefik(bench, { url: 'https://grafana.example.com/', cookie })
  expect(answer.body).toContain('You are signed in as &quot;guest&quot;')
  const id = /Request <code>([^<]+)/.exec(answer.body)?.[1]
  const line = bench.log.lines.find(({ fields }) => fields['request_id'] === id)
  expect(line?.fields).toMatchObject({
    ...{ decision: 'forbid', reason: 'not-member', host: 'grafana.example.com', user: 'guest' },
  })
})

test('in mode proxy the rules hold as well', async () => {
  const proxied = testProvider({
    mode: 'proxy',
    external: 'https://vault.example.com',
    allowlist: '^/',
  })
  const bench = compatBench({ providers: [proxied], services })
  const verdict = async (path: string, claims: Record<string, unknown> | null): Promise<string> => {
    const Cookie = claims === null ? '' : await bench.signIn(proxied, claims)
    const headers = { Host: 'vault.example.com', Cookie }
    const { kind } = await bench.authorise(path, proxied, { headers })
    return kind
  }
  expect(await verdict('/admin/x', people.ada)).toBe('pass')
  expect(await verdict('/admin/x', people.bob)).toBe('answer')
  expect(await verdict('/health', null)).toBe('pass')
  expect(await verdict('/admin/x', null)).toBe('answer')
})

test('somebody with a credential in a header is held to the rules like everybody', async () => {
  const claims = { active: true, exp: 4_000_000_000, ...people.guest }
  const bench = compatBench({
    ...{ providers: [provider], services },
    http: {
      send: async () => ({
        ok: true,
        value: {
          status: 200,
          headers: new Headers(),
          body: new Uint8Array(Buffer.from(JSON.stringify(claims))),
        },
      }),
    },
  })
  const ask = async (host: string): Promise<number> => {
    const headers = {
      ...{ 'X-Forwarded-Proto': 'https', 'X-Forwarded-Host': host, 'X-Forwarded-Uri': '/' },
      Authorization: 'Bearer token',
    }
    return (await bench.ask(`${prefix}/auth/traefik`, { headers })).status
  }
  expect(await ask('unnamed.example.com')).toBe(200)
  expect(await ask('grafana.example.com')).toBe(403)
})

test('who may not enter a service may sign out on its host, also where nginx asks about that', async () => {
  const bench = compatBench({ providers: [provider], services })
  const cookie = await bench.signIn(provider, people.guest)
  for (const dialect of ['nginx', 'envoy'] as const) {
    const at = (path: string): Promise<BenchAnswer> =>
      asks[dialect](bench, { url: `https://grafana.example.com${path}`, cookie })
    expect((await at('/outpost.goauthentik.io/sign_out')).status).toBe(200)
    expect((await at('/outpost.goauthentik.io/../x')).status).toBe(403)
    expect((await at('/')).status).toBe(403)
  }
})
