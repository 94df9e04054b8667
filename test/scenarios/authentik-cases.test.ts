// Upstream's own test cases of forward auth under their numbers (protocol), and beside them what is
// different here on purpose.
import { describe, expect, test } from 'bun:test'
import {
  type BenchAnswer,
  type CompatBench,
  compatBench,
} from '../../src/gate/authentik/compat/compat-bench.fixture.ts'
import { identityHeaderNames } from '../../src/gate/authentik/compat/identity.ts'
import { type TestProvider, testProvider } from '../../src/gate/authentik/testing.ts'

const prefix = '/outpost.goauthentik.io'
const forwarded = (uri: string): Record<string, string> => ({
  'X-Forwarded-Proto': 'http',
  'X-Forwarded-Host': 'test.goauthentik.io',
  'X-Forwarded-Uri': uri,
})
const fooClaims = {
  sub: 'foo',
  ak_proxy: {
    user_attributes: { username: 'foo', password: 'bar', additionalHeaders: { foo: 'bar' } },
  },
}
const domainFoo: TestProvider = {
  mode: 'forward_domain',
  cookieDomain: 'foo',
  external: 'http://auth.test.goauthentik.io',
}

/** What is left of the redirect without the parts that are fresh each time. */
function authorizeAddress(answer: BenchAnswer): Record<string, string> {
  expect(answer.status).toBe(302)
  const url = new URL(answer.header('location') ?? '')
  expect(`${url.origin}${url.pathname}`).toBe('http://fake-auth.t.goauthentik.io/auth')
  const fresh = ['state', 'nonce', 'code_challenge']
  for (const name of fresh) expect(url.searchParams.get(name)).toMatch(/^[\w-]{32,}$/)
  return Object.fromEntries([...url.searchParams].filter(([name]) => !fresh.includes(name)))
}

const auth = {
  client_id: 'client-id',
  code_challenge_method: 'S256',
  redirect_uri:
    'https://ext.t.goauthentik.io/outpost.goauthentik.io/callback?X-authentik-auth-callback=true',
  response_type: 'code',
}

function expectFoo(answer: BenchAnswer, jwt: boolean): void {
  expect(answer.status).toBe(200)
  expect(answer.body).toBe('')
  expect(answer.header('authorization')).toBe('Basic Zm9vOmJhcg==')
  expect(answer.header('foo')).toBe('bar')
  expect(answer.header('user-agent')).toBe('')
  expect(answer.header('X-Authentik-Uid')).toBe('foo')
  for (const name of ['Email', 'Groups', 'Name', 'Username', 'Entitlements'])
    expect(answer.header(`X-Authentik-${name}`)).toBe('')
  expect(answer.header('X-Authentik-Jwt')?.startsWith('ey')).toBe(jwt)
  expect(answer.header('X-Authentik-Meta-Outpost')).toBe('test outpost')
  expect(answer.cookies).toEqual([])
}

/** Every identity header once and empty: nobody is there, and no proxy keeps what a client sent. */
function expectNobody(answer: BenchAnswer): void {
  for (const name of identityHeaderNames) expect([name, answer.header(name)]).toEqual([name, ''])
  expect(answer.header('authorization')).toBeNull()
}

describe.each(['traefik', 'caddy'] as const)('T1–T6, C1–C6: %s', (dialect) => {
  const path = `${prefix}/auth/${dialect}`

  test('1: without headers 500', async () => {
    const answer = await compatBench().ask(path)
    expect(answer.status).toBe(500)
    expect(answer.body).toBe('configuration error\n')
    expectNobody(answer)
  })

  test('2: an allowlisted path is 200, and nobody is there', async () => {
    const answer = await compatBench().ask(path, { headers: forwarded('/skip') })
    expect(answer.status).toBe(200)
    expectNobody(answer)
  })

  test('3: any other path is a redirect to authentik that comes back', async () => {
    const provider = testProvider()
    const bench = compatBench({ providers: [provider] })
    const answer = await bench.ask(path, { headers: forwarded('/app') })
    expect(authorizeAddress(answer)).toEqual(auth)
    expect(bench.attempt(provider, answer.header('location')).target).toBe(
      'http://test.goauthentik.io/app',
    )
    expectNobody(answer)
  })

  test('4: somebody with a session is let in with their headers', async () => {
    const provider = testProvider()
    const bench = compatBench({ providers: [provider] })
    const cookie = await bench.signIn(provider, fooClaims)
    const answer = await bench.ask(path, { headers: { ...forwarded('/app'), Cookie: cookie } })
    expectFoo(answer, true)
  })

  test('5: without headers 500 in a domain, too', async () => {
    const bench = compatBench({ providers: [testProvider(domainFoo)] })
    expect((await bench.ask(path)).status).toBe(500)
  })

  test('6: in a domain the redirect comes back to the address that was asked for', async () => {
    const provider = testProvider(domainFoo)
    const bench = compatBench({ providers: [provider] })
    const answer = await bench.ask(path, { headers: forwarded('/app') })
    expect(authorizeAddress(answer)['client_id']).toBe('client-id')
    expect(bench.attempt(provider, answer.header('location')).target).toBe(
      'http://test.goauthentik.io/app',
    )
  })
})

describe('E1–E4: Envoy', () => {
  const path = `${prefix}/auth/envoy`

  test('E1: an allowlisted path is 200', async () => {
    const answer = await compatBench().ask(`${path}/skip`, {
      headers: { Host: 'test.goauthentik.io' },
    })
    expect(answer.status).toBe(200)
    expectNobody(answer)
  })

  test.each([
    ['E2', {}, 'ext.t.goauthentik.io', 'https://ext.t.goauthentik.io/app'],
    ['E4', domainFoo, 'test.goauthentik.io', 'http://test.goauthentik.io/app'],
  ] as const)(
    '%s: a redirect that comes back, with the scheme of the provider',
    async (_, over, host, target) => {
      const provider = testProvider(over)
      const bench = compatBench({ providers: [provider] })
      const answer = await bench.ask(`${path}/app`, { headers: { Host: host } })
      expect(authorizeAddress(answer)['response_type']).toBe('code')
      expect(bench.attempt(provider, answer.header('location')).target).toBe(target)
    },
  )

  test('E3: somebody with a session is let in with their headers', async () => {
    const provider = testProvider()
    const bench = compatBench({ providers: [provider] })
    const Cookie = await bench.signIn(provider, fooClaims)
    const answer = await bench.ask(`${path}/app`, {
      headers: { Host: 'ext.t.goauthentik.io', Cookie },
    })
    expectFoo(answer, true)
  })

  test.each([
    ['/app/page?x=1', 'https://app.example.com/app/page?x=1'],
    ['', 'https://app.example.com/'],
    ['?x=1', 'https://app.example.com/?x=1'],
  ])('Rust: rest %p of the path is asked for', async (rest, target) => {
    const provider = testProvider({ external: 'https://app.example.com' })
    const bench = compatBench({ providers: [provider] })
    const answer = await bench.ask(`${path}${rest}`, { headers: { Host: 'app.example.com' } })
    expect(bench.attempt(provider, answer.header('location')).target).toBe(target)
  })

  test('different: an address with two slashes is no redirect to a cleaned path', async () => {
    const provider = testProvider({ external: 'https://app.example.com' })
    const bench = compatBench({ providers: [provider] })
    const answer = await bench.ask(`${path}//a/../b`, { headers: { Host: 'app.example.com' } })
    expect(answer.status).toBe(302)
    expect(answer.header('location')).toStartWith('http://fake-auth.t.goauthentik.io/auth')
    expect(bench.attempt(provider, answer.header('location')).target).toBe(
      'https://app.example.com//a/../b',
    )
  })
})

describe('N1–N7: nginx', () => {
  const path = `${prefix}/auth/nginx`
  const asking = (bench: CompatBench, headers: Record<string, string>): Promise<BenchAnswer> =>
    bench.ask(path, { headers })

  test.each([
    ['N1', {}, {}, 500],
    ['N2', {}, { 'X-Original-URL': 'http://test.goauthentik.io/skip' }, 200],
    ['N3', {}, { 'X-Original-URL': 'http://test.goauthentik.io/app' }, 401],
    ['N4', domainFoo, {}, 500],
    ['N5', domainFoo, { 'X-Original-URL': 'http://test.goauthentik.io/app' }, 401],
    ['N6', {}, { 'X-Original-URI': '/app' }, 500],
  ] as const)('%s', async (_, over, headers, status) => {
    const bench = compatBench({ providers: [testProvider(over)] })
    const answer = await asking(bench, headers)
    expect(answer.status).toBe(status)
    expect(answer.cookies).toEqual([])
    expectNobody(answer)
  })

  test('N7: X-Original-URI is nothing, whoever is signed in', async () => {
    const provider = testProvider()
    const bench = compatBench({ providers: [provider] })
    const Cookie = await bench.signIn(provider, fooClaims)
    expect((await asking(bench, { Cookie, 'X-Original-URI': '/' })).status).toBe(500)
    const url = 'http://test.goauthentik.io/app'
    const both = { Cookie, 'X-Original-URI': '/skip', 'X-Original-URL': url }
    expectFoo(await asking(bench, both), true)
    expect((await asking(bench, { ...both, Cookie: '' })).status).toBe(401)
  })

  test('different: the 401 sets no cookie and stores nothing, ten thousand times', async () => {
    const bench = compatBench()
    for (let turn = 0; turn < 10_000; turn++) {
      const answer = await asking(bench, {
        'X-Original-URL': `http://test.goauthentik.io/${turn}`,
        Cookie: `authentik_proxy_${turn}=forged`,
      })
      if (answer.status !== 401 || answer.cookies.length > 0) expect(answer.headers).toEqual([])
    }
    expect(bench.sessions.stats()).toMatchObject({ storeSessions: 0, cacheEntries: 0, opened: 0 })
  })
})

test('HEAD is answered as GET, without a body', async () => {
  const provider = testProvider()
  const bench = compatBench({ providers: [provider] })
  const Cookie = await bench.signIn(provider, fooClaims)
  const url = { 'X-Original-URL': 'http://test.goauthentik.io/app' }
  for (const headers of [{ ...url, Cookie }, url, {}]) {
    const get = await bench.ask(`${prefix}/auth/nginx`, { headers })
    const head = await bench.ask(`${prefix}/auth/nginx`, { headers, method: 'HEAD' })
    expect(head.body).toBe('')
    expect([head.status, head.headers]).toEqual([get.status, get.headers])
  }
})
