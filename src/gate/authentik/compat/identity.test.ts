// Identity headers: upstream's rows, and that no claim can write a header of its own.
import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { testOutpost, testProvider } from '../testing.ts'
import { type OutpostClaims, readClaims } from './claims.ts'
import { identityHeaderNames, identityHeaders, nobodyHeaders } from './identity.ts'
import { writeAnswer } from './wire.ts'

const provider = testProvider({
  name: 'my provider',
  basicAuth: { user: 'user', password: 'pass' },
  application: { slug: '', name: '' },
})
const outpost = { ...testOutpost().outpost, name: '' }
const base = {
  ...{ sub: 'bar', exp: 2_000_000_000, preferred_username: 'foo', groups: ['foo', 'bar'] },
  ...{ entitlements: ['bar', 'quox'], email: 'bar@authentik.company', name: 'foo' },
}

function claimsOf(over: Readonly<Record<string, unknown>>, assumesProxy = true): OutpostClaims {
  const claims = readClaims({ ...base, ...over }, { rawToken: 'baz', assumesProxy })
  if (claims === null) throw new TypeError('The claims are usable')
  return claims
}

function headersOf(over: Readonly<Record<string, unknown>>, of = provider): Record<string, string> {
  return Object.fromEntries(identityHeaders(claimsOf(over), of, outpost))
}

const attributes = (
  user_attributes: Readonly<Record<string, unknown>>,
): Record<string, unknown> => ({
  ak_proxy: { user_attributes },
})

test('identityHeaders() is exactly the twelve standard headers without ak_proxy', () => {
  expect(headersOf({})).toEqual({
    'X-authentik-username': 'foo',
    'X-authentik-groups': 'foo|bar',
    'X-authentik-entitlements': 'bar|quox',
    'X-authentik-email': 'bar@authentik.company',
    'X-authentik-name': 'foo',
    'X-authentik-uid': 'bar',
    'X-authentik-jwt': 'baz',
    'X-authentik-meta-jwks': 'http://fake-auth.t.goauthentik.io/jwks',
    'X-authentik-meta-outpost': '',
    'X-authentik-meta-provider': 'my provider',
    'X-authentik-meta-app': '',
    'X-authentik-meta-version': 'goauthentik.io/outpost/2026.8.6',
  })
  expect(nobodyHeaders.map(([name]) => name)).toEqual([...identityHeaderNames])
})

test.each([
  [{ user: 'foo', pass: 'baz' }, 'Basic Zm9vOmJheg=='],
  [{ pass: 'secret' }, `Basic ${btoa('bar@authentik.company:secret')}`],
  [{ user: 1, pass: 'secret' }, `Basic ${btoa('bar@authentik.company:secret')}`],
  [{ user: 'foo' }, undefined],
  [{ user: 'foo', pass: '' }, undefined],
  [{ user: 'foo', pass: 5 }, undefined],
  [{ user: 'jürgen', pass: 'ü' }, `Basic ${Buffer.from('jürgen:ü').toString('base64')}`],
])('identityHeaders() for attributes %p has Authorization %p', (user_attributes, expected) => {
  expect(headersOf(attributes(user_attributes))['Authorization']).toBe(expected as string)
})

test('identityHeaders() has no Authorization when it is off, or when nothing is known of ak_proxy', () => {
  const off = testProvider({ basicAuth: null })
  expect(headersOf(attributes({ user: 'foo', pass: 'baz' }), off)).not.toHaveProperty(
    'Authorization',
  )
  const names = identityHeaders(claimsOf({ ak_proxy: null }, false), provider, outpost)
  expect(names).toHaveLength(12)
  const inherited = testProvider({ basicAuth: { user: 'toString', password: 'constructor' } })
  expect(headersOf(attributes({}), inherited)).not.toHaveProperty('Authorization')
})

test('identityHeaders() adds additional headers of every type, last, over the standard ones', () => {
  const additionalHeaders = {
    foo: 'bar',
    n: 1.5,
    b: true,
    none: null,
    list: ['a', 1],
    'X-Authentik-Name': 'other',
  }
  const headers = identityHeaders(claimsOf(attributes({ additionalHeaders })), provider, outpost)
  const plainly = Object.fromEntries(headers.map(([name, value]) => [name.toLowerCase(), value]))
  expect(plainly).toMatchObject({ foo: 'bar', n: '1.5', b: 'true', none: '', list: '["a",1]' })
  expect(plainly['x-authentik-name']).toBe('other')
  expect(headers.filter(([name]) => name.toLowerCase() === 'x-authentik-name')).toHaveLength(1)
})

test.each([
  [['not', 'an', 'object']],
  ['text'],
  [{ x_authentik_username: 'admin', 'X_Request-id': 'x' }],
  [{ 'bad name': 'x', 'a:b': 'x', '': 'x', 'a\r\nb': 'x' }],
  [{ 'Set-Cookie': 'a=b', Location: '/', 'content-length': '1', 'Transfer-Encoding': 'chunked' }],
])('identityHeaders() drops additional headers %p', (additionalHeaders) => {
  const claims = claimsOf(attributes({ additionalHeaders }))
  expect(identityHeaders(claims, provider, outpost)).toHaveLength(12)
})

test('identityHeaders() bounds additional headers', () => {
  const many = Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`x-${i}`, 'v']))
  const some = identityHeaders(claimsOf(attributes({ additionalHeaders: many })), provider, outpost)
  expect(some).toHaveLength(12 + 64)
  const long = { a: 'x'.repeat(16_000), b: 'x'.repeat(16_000) }
  const few = identityHeaders(claimsOf(attributes({ additionalHeaders: long })), provider, outpost)
  expect(few.map(([name]) => name)).not.toContain('b')
})

test('names that are not Latin-1 leave as UTF-8, and no value makes a second line', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (name, group) => {
      const claims = claimsOf({ name, groups: [group, 'x\r\nX-authentik-username: admin'] })
      const headers = identityHeaders(claims, provider, outpost)
      const bytes = writeAnswer({ status: 200, headers }, { isHead: false, now: 0 })
      const lines = bytes.toString('utf8').split('\r\n')
      // Status, date, the headers, the length, and the empty line twice.
      expect(lines).toHaveLength(1 + 1 + headers.length + 1 + 2)
      expect(lines.filter((line) => /^x-authentik-username:/i.test(line))).toHaveLength(1)
    }),
    { numRuns: 300 },
  )
  const headers = identityHeaders(claimsOf({ name: 'Jürgen Młynarski 梅' }), provider, outpost)
  const bytes = writeAnswer({ status: 200, headers }, { isHead: false, now: 0 })
  expect(bytes.includes(Buffer.from('X-authentik-name: Jürgen Młynarski 梅\r\n', 'utf8'))).toBe(
    true,
  )
})

test.each([
  ['a text', 'nobody', false],
  ['no subject', { exp: 1 }, false],
  ['an empty subject', { sub: '', exp: 1 }, false],
  ['a subject of another type', { sub: 5, exp: 1 }, false],
  ['no end', { sub: 'a' }, false],
  ['null', null, false],
  ['a list', [], false],
  ['the least', { sub: 'a', exp: 1 }, true],
  [
    'other types elsewhere',
    { sub: 'a', exp: 1, groups: 'x', email: 5, ak_proxy: [], sid: {} },
    true,
  ],
])('readClaims() of %s', (_, payload, usable) => {
  const claims = readClaims(payload, { rawToken: '', assumesProxy: true })
  expect(claims !== null).toBe(usable)
  if (claims !== null)
    expect(claims).toMatchObject({ sub: 'a', sid: '', groups: [], email: '', username: '' })
})

test('readClaims() keeps ak_proxy as it is', () => {
  expect(claimsOf({ ak_proxy: null }, false).proxy).toBeNull()
  expect(claimsOf({}, true).proxy).toMatchObject({ userAttributes: {}, isSuperuser: false })
  const ak_proxy = { backend_override: 'http://b', host_header: 'h', is_superuser: true }
  expect(claimsOf({ ak_proxy }).proxy).toMatchObject({
    ...{ backendOverride: 'http://b', hostHeader: 'h', isSuperuser: true },
  })
  expect(claimsOf({ groups: [], entitlements: ['a', 5, null] })).toMatchObject({
    ...{ groups: [], entitlements: ['a'] },
  })
})
