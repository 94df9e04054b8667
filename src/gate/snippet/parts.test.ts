import { expect, test } from 'bun:test'
import fc from 'fast-check'
import {
  authority,
  indent,
  originParts,
  plainHostsFirst,
  regexEscape,
  slug,
  underscoreAliases,
  wildcardSuffix,
} from './parts.ts'

test('originParts() takes scheme, host and port apart and knows the scheme’s own port', () => {
  const cases = [
    ['https://auth.example.com', true, 'auth.example.com', 443, true],
    ['https://auth.example.com:443', true, 'auth.example.com', 443, true],
    ['https://auth.example.com:8443', true, 'auth.example.com', 8443, false],
    ['http://auth.home.localhost:8080', false, 'auth.home.localhost', 8080, false],
    ['http://[::1]:8080', false, '[::1]', 8080, false],
    ['http://[::1]', false, '[::1]', 80, true],
  ] as const
  for (const [origin, secure, host, port, portIsDefault] of cases)
    expect(originParts(origin)).toEqual({ secure, host, port, portIsDefault })
})

test('authority() leaves out the scheme’s own port', () => {
  expect(authority(originParts('https://a.example'))).toBe('a.example')
  expect(authority(originParts('https://a.example:9'))).toBe('a.example:9')
})

test('underscoreAliases() gives every spelling that CGI reads as the same variable', () => {
  expect(underscoreAliases('Remote-User')).toEqual(['Remote_User'])
  expect(underscoreAliases('User')).toEqual([])
  expect(underscoreAliases('X-authentik-name').toSorted()).toEqual([
    'X-authentik_name',
    'X_authentik-name',
    'X_authentik_name',
  ])
})

test('slug() gives different names to different hosts', () => {
  const label = fc.stringMatching(/^[ab_]([ab_-]{0,2}[ab_])?$/)
  const host = fc
    .tuple(fc.boolean(), fc.array(label, { minLength: 1, maxLength: 3 }))
    .map(([wild, labels]) => (wild ? '*.' : '') + labels.join('.'))
  fc.assert(
    fc.property(host, host, (a, b) => a === b || slug(a) !== slug(b)),
    { numRuns: 20_000 },
  )
  expect(slug('*.example.com')).toBe('example-com_any')
  expect(slug('a-b.example.com')).toBe('a--b-example-com')
})

test('wildcardSuffix() is the name below the star, or null', () => {
  expect(wildcardSuffix('*.example.com')).toBe('example.com')
  expect(wildcardSuffix('example.com')).toBeNull()
})

test('plainHostsFirst() puts the widest wildcard last', () => {
  const hosts = ['*.example.com', '*.a.example.com', 'x.example.com']
  const services = hosts.map((host) => ({ host, upstream: null }))
  expect(plainHostsFirst(services).map(({ host }) => host)).toEqual([
    'x.example.com',
    '*.a.example.com',
    '*.example.com',
  ])
})

test('regexEscape() makes any text match itself and only itself', () => {
  fc.assert(
    fc.property(
      fc.string(),
      (text) =>
        new RegExp(`^${regexEscape(text)}$`, 's').test(text) &&
        !new RegExp(`^${regexEscape(text)}$`, 's').test(`${text}x`),
    ),
  )
})

test('indent() moves lines and leaves empty ones empty', () => {
  expect(indent('a\n\n  b', 2)).toBe('  a\n\n    b')
})
