// The weaknesses of upstream's outposts (protocol), each under its number or advisory, and the list of
// open addresses. None of them may come back.
import { describe, expect, setDefaultTimeout, test } from 'bun:test'
import fc from 'fast-check'
import {
  type BenchAnswer,
  type CompatBench,
  compatBench,
} from '../../src/gate/authentik/compat/compat-bench.fixture.ts'
import { type TestProvider, testProvider } from '../../src/gate/authentik/testing.ts'
import { outpostSettings } from '../support/outpost-plane.ts'
import { scenarioTimeoutMs } from '../scenario.ts'

setDefaultTimeout(scenarioTimeoutMs)

const prefix = '/outpost.goauthentik.io'
const app: TestProvider = { external: 'https://app.example.com' }
const domain: TestProvider = {
  mode: 'forward_domain',
  external: 'https://auth.example.com',
  cookieDomain: 'example.com',
}

function traefik(bench: CompatBench, url: string, more = {}): Promise<BenchAnswer> {
  const { protocol, host } = new URL(url)
  return bench.ask(`${prefix}/auth/traefik`, {
    headers: {
      'X-Forwarded-Proto': protocol.slice(0, -1),
      'X-Forwarded-Host': host,
      // As a client wrote it: nothing resolved.
      'X-Forwarded-Uri': url.slice(url.indexOf(host) + host.length) || '/',
      ...more,
    },
  })
}

function nginx(bench: CompatBench, url: string, more = {}): Promise<BenchAnswer> {
  const { host } = new URL(url)
  return bench.ask(`${prefix}/auth/nginx`, {
    headers: { Host: host, 'X-Original-URL': url, ...more },
  })
}

describe('allowlist', () => {
  test.each([
    ['', app, 'https://app.example.com/foo', false],
    ['^/foo', app, 'https://app.example.com/foo', true],
    ['/skip.*', app, 'https://app.example.com/skip/here', true],
    ['/skip.*', app, 'https://app.example.com/private', false],
    ['/skip.*', app, 'https://app.example.com/a/skip', true],
    ['^/foo', domain, 'https://some.example.com/foo', false],
    ['^https://some\\.example\\.com/foo', domain, 'https://some.example.com/foo', true],
    ['https://health.example.com/ping/*', domain, 'https://health.example.com/ping/qq', true],
    ['https://health.example.com/ping/*', domain, 'https://health.example.com/', false],
    ['^https://public\\.example\\.com/', domain, 'https://public.example.com/x', true],
    ['^https://public\\.example\\.com/', domain, 'https://private.example.com/x', false],
  ] as const)('%p of %p: %s is open: %p', async (allowlist, over, url, open) => {
    const bench = compatBench({ providers: [testProvider({ ...over, allowlist })] })
    expect((await traefik(bench, url)).status).toBe(open ? 200 : 302)
    expect((await nginx(bench, url)).status).toBe(open ? 200 : 401)
  })

  test('10.1: a blank line opens nothing', async () => {
    for (const allowlist of ['\n', '/skip\n\n/health', ' \n\t\n/skip\n', '\r\n/skip\r\n\r\n']) {
      const bench = compatBench({ providers: [testProvider({ ...app, allowlist })] })
      expect((await traefik(bench, 'https://app.example.com/private')).status).toBe(302)
      expect((await traefik(bench, 'https://app.example.com/')).status).toBe(302)
    }
  })

  test('10.5: in a domain the query is no part of what is matched', async () => {
    const provider = testProvider({ ...domain, allowlist: 'https://public.example.com/' })
    const bench = compatBench({ providers: [provider] })
    const url = 'https://private.example.com/?x=https://public.example.com/'
    expect((await traefik(bench, url)).status).toBe(302)
    expect((await nginx(bench, url)).status).toBe(401)
    expect((await traefik(bench, 'https://public.example.com/?x=1')).status).toBe(200)
  })

  test.each([
    '/public/../admin',
    '/public/%2e%2e/admin',
    '/public/.%2E/admin',
    '/public%2f..%2fadmin',
    '/public/..%5cadmin',
    '/public;/../admin',
    '//public/',
    '/public/%252e%252e/admin',
    '/public/\\..\\admin',
  ])('a path that can be read in two ways is on no list: %s', async (path) => {
    for (const over of [
      { ...app, allowlist: '^/public' },
      { ...app, allowlist: '.*' },
      { ...domain, allowlist: '^https://[a-z.]+/public' },
    ]) {
      const bench = compatBench({ providers: [testProvider(over)] })
      const url = `https://app.example.com${path}`
      expect([path, (await traefik(bench, url)).status]).toEqual([path, 302])
      expect([path, (await nginx(bench, url)).status]).toEqual([path, 401])
    }
  })

  test('somebody who is signed in may ask for any path: authentik has no rules for paths', async () => {
    const provider = testProvider(app)
    const bench = compatBench({ providers: [provider] })
    const Cookie = await bench.signIn(provider)
    for (const path of ['/a//b', '/api/queues/%2F/x', '/x/../y'])
      expect((await traefik(bench, `https://app.example.com${path}`, { Cookie })).status).toBe(200)
  })

  test('patterns made to burn time burn none', async () => {
    const provider = testProvider({ ...app, allowlist: '^(/a+)+$\n^(/a|/aa)+$' })
    const bench = compatBench({ providers: [provider] })
    // With a matcher that goes back, one of these takes longer than the universe is old.
    for (const path of [`/${'a'.repeat(4000)}`, '/a'.repeat(2000), '/aa'.repeat(1300)])
      expect((await traefik(bench, `https://app.example.com${path}!`)).status).toBe(302)
  })
})

describe('GHSA-5wcc-hf24-rf5h and 10.2: addresses of the outpost itself, asked about by nginx', () => {
  const bench = compatBench({ providers: [testProvider({ ...app, allowlist: '' })] })
  test.each([
    ['/outpost.goauthentik.io/start', 200],
    ['/outpost.goauthentik.io', 200],
    ['/outpost.goauthentik.io?x', 200],
    ['/outpost.goauthentik.ioXYZ', 401],
    ['/outpost.goauthentik.io/../admin', 401],
    ['/outpost.goauthentik.io/%2e%2e/admin', 401],
    ['/outpost.goauthentik.io/..%2fadmin', 401],
    ['/outpost.goauthentik.io\\..\\admin', 401],
    ['/outpost.goauthentik.io//x', 401],
    ['/x/outpost.goauthentik.io/', 401],
  ])('%s is %d', async (path, status) => {
    expect((await nginx(bench, `https://app.example.com${path}`)).status).toBe(status)
  })

  test('X-Original-URI is not read, on any endpoint', async () => {
    for (const uri of ['/outpost.goauthentik.io/', '/skip', '/'])
      for (const path of ['nginx', 'traefik', 'caddy'])
        expect(
          (await bench.ask(`${prefix}/auth/${path}`, { headers: { 'X-Original-URI': uri } }))
            .status,
        ).toBe(500)
  })
})

test('CVE-2026-25748: no cookie, however malformed, is let in', async () => {
  const provider = testProvider(app)
  const bench = compatBench({ providers: [provider] })
  const good = (await bench.signIn(provider)).split('=')[1] ?? ''
  const piece = fc.constantFrom(
    good,
    '',
    '1',
    '=',
    '"',
    ';',
    ' ',
    '%',
    's1.',
    'A'.repeat(200),
    '\u00ff',
  )
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 6 }), async (pieces) => {
      const value = pieces.join('')
      if (value.split(/[; ]/).includes(good)) return
      const answer = await traefik(bench, 'https://app.example.com/x', {
        Cookie: `${provider.cookieName}=${value}`,
      })
      expect(answer.status).toBe(302)
    }),
    { numRuns: 500 },
  )
})

test('10.3: a host that only ends like the domain is answered by no provider', async () => {
  const bench = compatBench({
    providers: [testProvider(domain), testProvider({ ...app, clientId: 'b' })],
  })
  for (const host of ['evilexample.com', 'example.com.evil.org', 'app.example.com:99999']) {
    const answer = await traefik(bench, `https://x.example.com/`, { 'X-Forwarded-Host': host })
    expect([host, answer.status]).toEqual([host, 400])
    expect(answer.header('content-type')).toBe('application/json')
    expect(JSON.parse(answer.body)).toMatchObject({ Message: 'no app for hostname' })
  }
  const known = await traefik(bench, 'https://a.b.example.com/')
  expect(known.status).toBe(302)
})

test('of two providers and none for the host, the message names the host and nothing else', async () => {
  const bench = compatBench({ providers: [testProvider(app), testProvider({ clientId: 'b' })] })
  const answer = await bench.ask(`${prefix}/start`, { headers: { Host: 'other.org' } })
  expect(answer.status).toBe(400)
  expect(answer.body).toBe(
    '{\n\t"Message": "no app for hostname",\n\t"Host": "other.org",\n\t"Detail": ' +
      '"Check the outpost settings and make sure \'other.org\' is included."\n}\n',
  )
  const evil = await bench.ask(`${prefix}/start`, { headers: { Host: '"><script>' } })
  expect(evil.body).not.toContain('script')
})

test('nginx: an address of another host than the one that was looked up is refused', async () => {
  const provider = testProvider({ ...domain, allowlist: '^https://public\\.example\\.com/' })
  const bench = compatBench({ providers: [provider, testProvider({ clientId: 'b' })] })
  const url = 'https://public.example.com/admin'
  expect((await nginx(bench, url)).status).toBe(200)
  // An absolute request target: nginx picks the server by one name and forwards the other.
  expect((await nginx(bench, url, { Host: 'private.example.com' })).status).toBe(403)
  // A port and a case are not another host.
  expect((await nginx(bench, url, { Host: 'PUBLIC.example.com:8443' })).status).toBe(200)
})

test('CVE-2023-36456 and CVE-2026-40575: a stranger forwards nothing', async () => {
  const provider = testProvider({ ...app, allowlist: '^/public' })
  const bench = compatBench({ providers: [provider, testProvider({ clientId: 'b' })] })
  const Cookie = await bench.signIn(provider)
  const headers = {
    Host: 'app.example.com',
    'X-Forwarded-Proto': 'https',
    'X-Forwarded-Host': 'ext.t.goauthentik.io',
    'X-Forwarded-Uri': '/public',
    'X-Original-URL': 'https://app.example.com/public',
    Cookie,
  }
  for (const path of ['traefik', 'caddy', 'nginx']) {
    const answer = await bench.ask(`${prefix}/auth/${path}`, { headers, peer: '203.0.113.5' })
    expect([path, answer.status]).toEqual([path, 500])
  }
  expect(bench.calls).toEqual([])
})

test('a header that came twice is none: no proxy sends two', async () => {
  const bench = compatBench({ providers: [testProvider({ ...app, allowlist: '^/public' })] })
  for (const [name, values] of [
    ['X-Forwarded-Uri', ['/public', '/admin']],
    ['X-Forwarded-Host', ['app.example.com', 'evil.org']],
    ['X-Forwarded-Proto', ['https', 'http']],
  ] as const)
    expect(
      (await traefik(bench, 'https://app.example.com/public', { [name]: values })).status,
    ).toBe(500)
  const twice = ['https://app.example.com/public', 'https://app.example.com/admin']
  expect((await nginx(bench, twice[0] ?? '', { 'X-Original-URL': twice })).status).toBe(500)
})

test('10.8: a session is over when its token is, whatever the cookie says', async () => {
  const provider = testProvider({ ...app, lifetimeMs: 86_400_000 })
  const bench = compatBench({ providers: [provider] })
  const opened = await bench.desks.of(provider).sessions.open(
    {
      identity: { user: 'x', name: '', email: '', groups: [], provider: provider.clientId },
      ...{ providerSid: '', providerSub: 'x', userAgent: '', address: '', idToken: '' },
      lifetimeMs: 600_000,
    },
    null,
  )
  const Cookie = opened.setCookies[0]?.split(';')[0] ?? ''
  expect((await traefik(bench, 'https://app.example.com/', { Cookie })).status).toBe(200)
  bench.clock.advance(600_000)
  expect((await traefik(bench, 'https://app.example.com/', { Cookie })).status).toBe(302)
})

test('10.10: one misconfigured proxy is one event, without what the client sent', async () => {
  const posted: string[] = []
  const settings = outpostSettings({ url: 'http://authentik.test/', token: 'the-token' })
  const bench = compatBench({
    providers: [testProvider(app)],
    config: { outpost: settings },
    http: {
      send: async (request) => {
        posted.push(request.body ?? '')
        return { ok: true, value: { status: 201, headers: new Headers(), body: new Uint8Array(0) } }
      },
    },
  })
  for (let turn = 0; turn < 1000; turn++)
    await bench.ask(`${prefix}/auth/traefik?secret=query`, {
      headers: { Cookie: 'secret=cookie', Authorization: 'Bearer secret', 'X-Secret': `s${turn}` },
    })
  expect(posted).toHaveLength(1)
  expect(posted[0]).not.toMatch(/secret/i)
  expect(JSON.parse(posted[0] ?? '')).toMatchObject({
    action: 'configuration_error',
    app: 'authentik.providers.proxy',
    context: {
      message: 'Outpost test outpost (Provider app) failed to detect a forward URL from Traefik',
    },
  })
  bench.clock.advance(600_000)
  await bench.ask(`${prefix}/auth/traefik`)
  expect(posted).toHaveLength(2)
  expect(bench.log.lines.filter(({ event }) => event === 'outpost-misconfigured')).toHaveLength(2)
})

test('10.13: no line of the log holds a code, a state or a token', async () => {
  const provider = testProvider(app)
  const bench = compatBench({ providers: [provider] })
  const start = await traefik(bench, 'https://app.example.com/x?q=hidden')
  const state = new URL(start.header('location') ?? '').searchParams.get('state') ?? ''
  const Cookie = start.cookies[0]?.split(';')[0] ?? ''
  const query = `X-authentik-auth-callback=true&code=hidden-code&state=${state}`
  await bench.ask(`${prefix}/callback?${query}`, { headers: { Host: 'app.example.com', Cookie } })
  const log = JSON.stringify(bench.log.lines)
  expect(bench.log.lines.length).toBeGreaterThan(0)
  for (const secret of ['hidden', state, Cookie]) expect(log).not.toContain(secret)
})
