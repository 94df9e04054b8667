// Upstream's cases of proxy mode as far as the question "who may pass" goes (protocol), and what is
// different here on purpose. The reverse proxy itself has stories of its own.
import { describe, expect, test } from 'bun:test'
import {
  type BenchAnswer,
  type BenchRequest,
  type CompatBench,
  compatBench,
  parse,
} from '../../src/gate/authentik/compat/compat-bench.fixture.ts'
import { identityHeaderNames } from '../../src/gate/authentik/compat/identity.ts'
import type { OutpostProvider } from '../../src/gate/authentik/outpost.ts'
import type { ProxyPass } from '../../src/gate/authentik/proxy/guard.ts'
import { type TestProvider, testProvider } from '../../src/gate/authentik/testing.ts'

const prefix = '/outpost.goauthentik.io'

function proxyProvider(over: TestProvider = {}): OutpostProvider {
  return testProvider({ mode: 'proxy', external: 'https://test.goauthentik.io', ...over })
}

async function answered(
  bench: CompatBench,
  provider: OutpostProvider,
  target: string,
  request: BenchRequest = {},
): Promise<BenchAnswer> {
  const headers = { Host: provider.external.host, ...request.headers }
  const verdict = await bench.authorise(target, provider, { ...request, headers })
  if (verdict.kind !== 'answer') throw new TypeError('Expected an answer')
  return parse(verdict.bytes)
}

async function passed(
  bench: CompatBench,
  provider: OutpostProvider,
  target: string,
  request: BenchRequest = {},
): Promise<ProxyPass> {
  const headers = { Host: provider.external.host, ...request.headers }
  const verdict = await bench.authorise(target, provider, { ...request, headers })
  if (verdict.kind !== 'pass') throw new TypeError(parse(verdict.bytes).body)
  return verdict
}

describe('redirectToStart', () => {
  test.each([
    ['/foo/bar/baz', {}, 'https://test.goauthentik.io/foo/bar/baz'],
    // The encoded slash is kept, and escaped once more.
    ['/api/queues/%2F/x', {}, 'https://test.goauthentik.io/api/queues/%2F/x'],
    // Go lost the query for years.
    ['/some/path?foo=bar&baz=qux', {}, 'https://test.goauthentik.io/some/path?foo=bar&baz=qux'],
    [
      '/foo',
      { external: 'https://test.goauthentik.io/subdir' },
      'https://test.goauthentik.io/subdir/foo',
    ],
    [
      '/subdir/foo',
      { external: 'https://test.goauthentik.io/subdir/' },
      'https://test.goauthentik.io/subdir/foo',
    ],
    [`/${'a'.repeat(4000)}`, {}, 'https://test.goauthentik.io/'],
  ])('%s of %p leads to %s', async (target, over, expected) => {
    const provider = proxyProvider(over)
    const answer = await answered(compatBench({ providers: [provider] }), provider, target)
    expect([answer.status, answer.cookies]).toEqual([302, []])
    const location = answer.header('location') ?? ''
    const base = `https://test.goauthentik.io${provider.external.path.replace(/\/$/, '')}`
    expect(location).toBe(`${base}${prefix}/start?rd=${encodeURIComponent(expected)}`)
  })

  test('ten thousand requests without a session leave nothing behind', async () => {
    const provider = proxyProvider()
    const bench = compatBench({ providers: [provider] })
    for (let turn = 0; turn < 10_000; turn++) {
      const answer = await answered(bench, provider, `/${turn}`)
      if (answer.status !== 302) expect(answer.status).toBe(302)
    }
    expect(bench.sessions.stats()).toMatchObject({ storeSessions: 0, cacheEntries: 0 })
  })
})

test('/start leads to authentik and remembers where to', async () => {
  const provider = proxyProvider({ external: 'https://test.goauthentik.io/subdir/' })
  const bench = compatBench({ providers: [provider] })
  const target = 'https://test.goauthentik.io/subdir/foo?x=1'
  for (const base of ['', '/subdir']) {
    const start = `${base}${prefix}/start?rd=${encodeURIComponent(target)}`
    const answer =
      base === ''
        ? await bench.ask(start, { headers: { Host: 'test.goauthentik.io' } })
        : await answered(bench, provider, start)
    expect(answer.status).toBe(302)
    expect(bench.attempt(provider, answer.header('location')).target).toBe(target)
    expect(new URL(answer.header('location') ?? '').searchParams.get('redirect_uri')).toBe(
      `https://test.goauthentik.io/subdir${prefix}/callback?X-authentik-auth-callback=true`,
    )
  }
})

test('somebody passes with their headers and what their claims say of the service', async () => {
  const provider = proxyProvider()
  const bench = compatBench({ providers: [provider] })
  const Cookie = await bench.signIn(provider, {
    preferred_username: 'ada',
    ak_proxy: { backend_override: 'http://other:8123', host_header: 'inner', is_superuser: true },
  })
  const pass = await passed(bench, provider, '/x', { headers: { Cookie } })
  expect(pass).toMatchObject({
    ...{ backendOverride: 'http://other:8123', hostHeader: 'inner', isSuperuser: true },
    ...{ consumesAuthorization: false, setCookies: [] },
    ownCookies: [provider.cookieName, `${provider.cookieName}_start`],
  })
  expect(Object.fromEntries(pass.headers)).toMatchObject({ 'X-authentik-username': 'ada' })
})

test('10.9: on an open path nobody passes with empty headers, whatever the client sent', async () => {
  const provider = proxyProvider({ allowlist: '^/open' })
  const bench = compatBench({ providers: [provider] })
  const headers = { 'X-Authentik-Username': 'admin' }
  const pass = await passed(bench, provider, '/open/x', { headers })
  expect(pass.headers).toEqual(identityHeaderNames.map((name) => [name, '']))
  expect((await answered(bench, provider, '/open/../admin')).status).toBe(302)
})

test('a credential that is not accepted is 401 when the provider intercepts, else a redirect', async () => {
  for (const interceptHeaderAuth of [true, false]) {
    const provider = proxyProvider({ interceptHeaderAuth })
    const bench = compatBench({ providers: [provider] })
    const headers = { Authorization: 'Basic YTpi' }
    const answer = await answered(bench, provider, '/x', { headers })
    expect(answer.status).toBe(interceptHeaderAuth ? 401 : 302)
    if (interceptHeaderAuth) expect(answer.body).toContain('Receive header authentication')
  }
})

test.each(['/any/path', '/'])('the marks of callback and sign-out work on %s', async (path) => {
  const provider = proxyProvider()
  const bench = compatBench({ providers: [provider] })
  const callback = await answered(bench, provider, `${path}?X-authentik-auth-callback=true&state=x`)
  expect(callback.status).toBe(400)
  expect(callback.body).toContain('This sign-in is not ours')
  const Cookie = await bench.signIn(provider)
  const out = await answered(bench, provider, `${path}?X-authentik-logout=true`, {
    headers: { Cookie },
  })
  expect(out.header('location')).toContain('/end-session?id_token_hint=')
})

test('forward-auth endpoints are not there in mode proxy, and a path like ours is of the service', async () => {
  const provider = proxyProvider()
  const bench = compatBench({ providers: [provider] })
  const Host = 'test.goauthentik.io'
  for (const path of ['/auth/traefik', '/auth/nginx', '/auth/envoy/x', '', '/static/x'])
    expect((await bench.ask(`${prefix}${path}`, { headers: { Host } })).status).toBe(404)
  expect((await answered(bench, provider, `${prefix}XYZ`)).status).toBe(302)
})

test('a method that only HTTP knows passes like any other', async () => {
  const provider = proxyProvider()
  const bench = compatBench({ providers: [provider] })
  const Cookie = await bench.signIn(provider)
  for (const method of ['POST', 'PROPFIND', 'OPTIONS', 'HEAD'])
    expect((await passed(bench, provider, '/x', { method, headers: { Cookie } })).kind).toBe('pass')
  const head = await answered(bench, provider, '/x', { method: 'HEAD' })
  expect([head.status, head.body]).toEqual([302, ''])
})
