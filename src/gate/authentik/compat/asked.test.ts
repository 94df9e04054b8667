// What a request asks about: host extraction, addresses in every proxy's words, and that nothing
// that anyone sends is let in or brings the outpost down.
import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { networkSet } from '../../../model/network.ts'
import { createTrust } from '../../trust.ts'
import { type TestHeaders, testRequest } from '../../testing.ts'
import { testProvider } from '../testing.ts'
import { type AskedDialect, askedAddress, hrefOf, markOf, readAsked } from './asked.ts'
import { compatBench } from './compat-bench.fixture.ts'

const trust = createTrust(networkSet(['127.0.0.1/32', '10.0.0.0/8']))
const provider = testProvider({ external: 'https://app.example.com' })

function hostOf(headers: TestHeaders, peer = '127.0.0.1'): string {
  return readAsked(testRequest(headers, { peer, peerTrusted: trust.isTrusted(peer) }), trust).host
}

test.each([
  ['Host with its port', { host: 'example.com:8080' }, '127.0.0.1', 'example.com:8080'],
  ['a trusted proxy', { host: 'a', 'x-forwarded-host': 'b:1' }, '127.0.0.1', 'b:1'],
  ['a stranger', { host: 'a', 'x-forwarded-host': 'b' }, '203.0.113.9', 'a'],
  ['an empty value', { host: 'a', 'x-forwarded-host': '' }, '127.0.0.1', 'a'],
  ['two values', { host: 'a', 'x-forwarded-host': ['b', 'c'] }, '127.0.0.1', 'a'],
  ['neither', {}, '127.0.0.1', ''],
] as const)('the host that is looked up, from %s', (_, headers, peer, host) => {
  expect(hostOf(headers, peer)).toBe(host)
})

test.each([
  ['no proxy before us', { peer: '203.0.113.9' }, {}, '203.0.113.9'],
  [
    'a stranger who forwards',
    { peer: '203.0.113.9' },
    { 'x-forwarded-for': '1.2.3.4' },
    '203.0.113.9',
  ],
  [
    'a proxy',
    { peer: '127.0.0.1' },
    { 'x-forwarded-for': '6.6.6.6, 1.2.3.4, 10.0.0.1' },
    '1.2.3.4',
  ],
  ['a proxy that writes nonsense', { peer: '127.0.0.1' }, { 'x-forwarded-for': 'x' }, '127.0.0.1'],
])('the client of %s', (_, { peer }, headers, client) => {
  const raw = testRequest(headers, { peer, peerTrusted: trust.isTrusted(peer) })
  expect(readAsked(raw, trust).client).toBe(client)
})

function addressOf(dialect: AskedDialect, headers: TestHeaders, target = ''): string {
  const raw = testRequest(headers, { target: `/outpost.goauthentik.io/auth/${dialect}${target}` })
  const address = askedAddress(readAsked(raw, trust), dialect, provider)
  return address.ok ? `${hrefOf(address.value)} ${address.value.path}` : address.error
}

const xf = (proto: string, host: string, uri: string): TestHeaders => ({
  ...{ 'x-forwarded-proto': proto, 'x-forwarded-host': host, 'x-forwarded-uri': uri },
})

test.each([
  [
    'traefik',
    xf('https', 'App.Example.com', '/a%20b?x=1'),
    'https://app.example.com/a%20b?x=1 /a b',
  ],
  ['traefik', xf('https', 'a.org:443', '/'), 'https://a.org/ /'],
  ['traefik', xf('https', 'a.org:8443', '/'), 'https://a.org:8443/ /'],
  // Traefik names the scheme of WebSockets so.
  ['traefik', xf('wss', 'a.org', '/'), 'https://a.org/ /'],
  ['traefik', xf('https', 'a.org', 'x'), 'configuration'],
  ['traefik', xf('https', 'a.org', 'https://b.org/'), 'configuration'],
  ['traefik', xf('https', 'a.org/b', '/'), 'configuration'],
  ['traefik', xf('https', 'a@b.org', '/'), 'configuration'],
  ['traefik', xf('javascript', 'a.org', '/'), 'configuration'],
  ['traefik', xf('https', '', '/'), 'configuration'],
  ['caddy', xf('http', 'a.org', '/x/../y'), 'http://a.org/x/../y null'],
  ['caddy', xf('http', 'a.org', '/ü'), 'http://a.org/%FC null'],
  ['caddy', xf('http', 'a.org', '/a"<b>'), 'http://a.org/a%22%3Cb%3E /a"<b>'],
  ['nginx', { 'x-original-url': 'https://a.org/x?y' }, 'https://a.org/x?y /x'],
  ['nginx', { 'x-original-url': 'https://a.org' }, 'https://a.org/ /'],
  ['nginx', { 'x-original-url': 'https://u:p@a.org/' }, 'configuration'],
  ['nginx', { 'x-original-url': '/x' }, 'configuration'],
  ['nginx', { 'x-original-url': 'a.org/x' }, 'configuration'],
] as const)('%s %p is %p', (dialect, headers, expected) => {
  expect(addressOf(dialect, headers)).toBe(expected)
})

test.each([
  ['/x?y', { host: 'a.org' }, 'https://a.org/x?y /x'],
  ['', { host: 'a.org' }, 'https://a.org/ /'],
  ['/x', { host: 'a.org', 'x-forwarded-proto': 'http' }, 'http://a.org/x /x'],
  ['/x', {}, 'host'],
])('Envoy at %p with %p is %p', (target, headers, expected) => {
  expect(addressOf('envoy', headers, target)).toBe(expected)
})

test.each([
  ['', null],
  ['x=1', null],
  ['X-authentik-auth-callback=true', 'callback'],
  ['a=b&X-authentik-auth-callback=TRUE&c', 'callback'],
  ['X-authentik-auth-callback=false', null],
  ['X-authentik-auth-callback', null],
  ['X-authentik-logout=true', 'signOut'],
  ['x=X-authentik-logout=true', null],
] as const)('markOf(%p) is %p', (query, mark) => {
  expect(markOf(query)).toBe(mark)
})

describe('whatever is sent', () => {
  const piece = fc.constantFrom(
    ...[
      '/',
      '//',
      '..',
      '%2e',
      '%2f',
      '\\',
      ';',
      '?',
      '#',
      '&',
      '=',
      'skip',
      'app',
      '%',
      '%00',
      'é',
    ],
    ...[
      '/outpost.goauthentik.io',
      '/auth/',
      'traefik',
      'nginx',
      'envoy',
      'caddy',
      '/start',
      '/callback',
    ],
    ...[
      'X-authentik-auth-callback=true',
      'X-authentik-logout=true',
      'state=',
      'code=',
      'rd=',
      'https://',
    ],
    ...['ext.t.goauthentik.io', 'evil.org', ':443', '@', 'a'.repeat(300)],
  )
  const text = fc.array(piece, { maxLength: 7 }).map((pieces) => pieces.join(''))

  test('nobody is let in without a session, nothing is stored, one cookie at most', async () => {
    const bench = compatBench({ providers: [testProvider({ allowlist: '' })] })
    const value = text.map((one) => one.replace(/[^\x21-\x7e]/g, ''))
    await fc.assert(
      fc.asyncProperty(
        text,
        fc.array(value, { minLength: 6, maxLength: 6 }),
        async (path, values) => {
          const [proto, host, uri, url, cookie, authorization] = values
          const target = `/outpost.goauthentik.io${path}`.replace(/[^\x21-\xff]/g, '')
          const answer = await bench
            .ask(target, {
              headers: {
                ...{ 'X-Forwarded-Proto': proto ?? '', 'X-Forwarded-Host': host ?? '' },
                ...{ 'X-Forwarded-Uri': uri ?? '', 'X-Original-URL': url ?? '' },
                ...{ Cookie: cookie ?? '', Authorization: authorization ?? '' },
              },
            })
            .catch((cause: unknown) => {
              if (String(cause).includes('It is for the outpost')) return null
              throw cause
            })
          if (answer === null) return
          expect([200, 204, 302, 400, 401, 403, 404, 500]).toContain(answer.status)
          expect(answer.cookies.length).toBeLessThanOrEqual(1)
          // 200 is the answer of nginx's server-level auth_request about our own addresses alone.
          if (answer.status === 200) {
            expect(target).toContain('/auth/nginx')
            expect(url).toContain('/outpost.goauthentik.io')
            expect(answer.header('X-authentik-username')).toBe('')
          }
          const location = answer.header('location')
          if (location !== null)
            expect(['fake-auth.t.goauthentik.io', 'ext.t.goauthentik.io']).toContain(
              new URL(location).host,
            )
        },
      ),
      { numRuns: 1500 },
    )
    expect(bench.sessions.stats()).toMatchObject({ storeSessions: 0, opened: 0 })
  })
})
