// Where a sign-in may lead to: as tables, upstream's rows and ours.
import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { isWithinDomain } from '../../../model/host.ts'
import { type TestProvider, testProvider } from '../testing.ts'
import { parseRd, rdOf, startUrl } from './return-to.ts'

const app: TestProvider = { external: 'https://app.example.com' }
const ext: TestProvider = { external: 'https://ext.t.goauthentik.io' }
const domain: TestProvider = {
  mode: 'forward_domain',
  external: 'https://auth.example.com',
  cookieDomain: 'example.com',
}
const goDomain: TestProvider = { ...ext, mode: 'forward_domain', cookieDomain: 't.goauthentik.io' }

test.each([
  // Upstream's rows.
  ['single: absent', ext, null, null],
  ['single: another host', ext, 'https://google.com', null],
  ['single: same', ext, 'https://ext.t.goauthentik.io/test?foo', '='],
  ['single: path', ext, '/test?foo', 'https://ext.t.goauthentik.io/test?foo'],
  ['domain: absent', goDomain, null, null],
  ['domain: inside', goDomain, 'https://ext.t.goauthentik.io/test', '='],
  ['Rust proxy: same', { ...app, mode: 'proxy' }, 'https://app.example.com/page', '='],
  ['Rust proxy: path', { ...app, mode: 'proxy' }, '/page', 'https://app.example.com/page'],
  ['Rust proxy: evil', { ...app, mode: 'proxy' }, 'https://evil.example.com/page', null],
  ['Rust domain: sub', domain, 'https://sub.example.com/page', '='],
  ['Rust domain: evil', domain, 'https://evil.com/page', null],
  // Ours: what upstream lets through, one or the other of them.
  ['no dot boundary', domain, 'https://evilexample.com', null],
  ['the domain itself', domain, 'https://example.com/', '='],
  ['two slashes', app, '//evil.com', null],
  ['slash and backslash', app, '/\\evil.com', null],
  ['backslashes', app, 'https:\\\\evil.com', null],
  ['user information', app, 'https://app.example.com@evil.com', null],
  ['user information, right host', app, 'https://evil.com@app.example.com/', null],
  ['another port', app, 'https://app.example.com:8443', null],
  ['the default port', app, 'https://app.example.com:443/x', 'https://app.example.com/x'],
  ['javascript', app, 'javascript:alert(1)', null],
  ['data', domain, 'data:text/html,x', null],
  ['ftp', app, 'ftp://app.example.com/', null],
  ['http below https', app, 'http://app.example.com/x', 'https://app.example.com/x'],
  ['http below https in a domain', domain, 'http://a.example.com/x', 'https://a.example.com/x'],
  ['any port in a domain', domain, 'https://a.example.com:8443/x', '='],
  ['a bare path in a domain', domain, '/x', null],
  ['line end', app, 'https://app.example.com/\r\nSet-Cookie: a=b', null],
  ['blank', app, 'https://app.example.com/a b', null],
  ['upper case', app, 'HTTPS://APP.example.COM/X', 'https://app.example.com/X'],
  ['no path', app, 'https://app.example.com', 'https://app.example.com/'],
  ['query without path', app, 'https://app.example.com?x', 'https://app.example.com/?x'],
  ['full stop', app, 'https://app.example.com./x', 'https://app.example.com/x'],
  ['not ASCII', app, 'https://app.example.com/\u00fc', 'https://app.example.com/%FC'],
  ['too long', app, `https://app.example.com/${'a'.repeat(3000)}`, null],
] as const)('parseRd(): %s', (_, over, rd, expected) => {
  expect(parseRd(rd, testProvider(over))).toBe(expected === '=' ? rd : expected)
})

test('parseRd() gives nothing but addresses of the provider or of its domain, whatever is asked', () => {
  const hosts = ['app.example.com', 'evil.com', 'example.com', 'xexample.com', '[::1]', '']
  const piece = fc.constantFrom(
    ...hosts,
    'https:',
    '//',
    '\\',
    '@',
    ':8443',
    '/',
    '?',
    '#',
    '%2f',
    '\t',
    '.',
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
      const rd = pieces.join('')
      const single = parseRd(rd, testProvider(app))
      if (single !== null) expect(new URL(single).origin).toBe('https://app.example.com')
      const wide = parseRd(rd, testProvider(domain))
      if (wide !== null) expect(isWithinDomain(new URL(wide).hostname, 'example.com')).toBe(true)
    }),
    { numRuns: 2000 },
  )
})

test.each([
  ['', null],
  ['x=1', null],
  ['rd=', ''],
  ['rd=https%3A%2F%2Fa.example.com%2F%3Fx%3D1%26y%3D2', 'https://a.example.com/?x=1&y=2'],
  // nginx, not escaped: all of it belongs to the address.
  ['rd=https://a.example.com/p?x=1&y=%2F&z', 'https://a.example.com/p?x=1&y=%2F&z'],
  ['rd=/p?x=1&y=2', '/p?x=1&y=2'],
  ['rd=http://a.example.com', 'http://a.example.com'],
  // ingress-nginx: only what follows the host is escaped.
  ['rd=https://a.example.com%2Fp%3Fx%3D1%26y%3D2', 'https://a.example.com/p?x=1&y=2'],
  ['rd=https://a.example.com:8443%2Fp', 'https://a.example.com:8443/p'],
  ['a=b&rd=%2Fp&c=d', '/p'],
  ['nord=/x', null],
])('rdOf(%p) is %p', (query, rd) => {
  expect(rdOf(query)).toBe(rd)
})

test.each([
  [app, 'https://app.example.com/foo', 'https://app.example.com', '%2Ffoo'],
  [{ external: 'https://h.org/sub' }, 'https://h.org/sub/foo', 'https://h.org/sub', '%2Fsub%2Ffoo'],
  [
    { external: 'https://h.org/sub/' },
    'https://h.org/sub/foo',
    'https://h.org/sub',
    '%2Fsub%2Ffoo',
  ],
])('startUrl() of %p for %p', (over, target, base, tail) => {
  const url = startUrl(testProvider(over), target)
  expect(url).toStartWith(`${base}/outpost.goauthentik.io/start?rd=https%3A%2F%2F`)
  expect(url).toEndWith(tail)
  expect(new URL(url).searchParams.get('rd')).toBe(target)
})
