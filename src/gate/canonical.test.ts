// The canonicaliser as data: what goes through unchanged, what is decoded, what is refused.
import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import {
  accessRequestFromUrl,
  buildAccessRequest,
  canonicalMethod,
  canonicalScheme,
  canonicalTarget,
  clientAddress,
  targetBytesMax,
} from './canonical.ts'

function pathOf(target: string): string {
  const result = canonicalTarget(target)
  return result.ok ? result.value.path : `refused: ${result.error}`
}

describe('canonicalTarget', () => {
  const accepted: readonly (readonly [target: string, path: string])[] = [
    ['/', '/'],
    ['/a/b', '/a/b'],
    ['/a/b/', '/a/b/'],
    ['/a?x=/../b', '/a'],
    ['/a?x=1;y=2\\z', '/a'],
    ['/?', '/'],
    ['/%61dmin', '/admin'],
    ['/%41dmin', '/Admin'],
    ['/a%20b', '/a b'],
    ['/caf%C3%A9', '/café'],
    ['/100%25', '/100%'],
    ['/100%25-free', '/100%-free'],
    ['/admin%23/x', '/admin#/x'],
    ['/a%3fb', '/a?b'],
    ['/.well-known/x', '/.well-known/x'],
    ['/...', '/...'],
    ['/a..b', '/a..b'],
    ['/a.', '/a.'],
    ['/%2ewell-known/x', '/.well-known/x'],
    ["/a!$&'()*+,=:@~_-b", "/a!$&'()*+,=:@~_-b"],
  ]
  test.each(accepted)('reads %j as the path %j', (target, path) => {
    expect(pathOf(target)).toBe(path)
  })

  const refused: readonly string[] = [
    '',
    'a',
    '*',
    '?x',
    'https://app.example.com/x',
    '//',
    '//admin',
    '///admin',
    '/a//b',
    '/a/./b',
    '/a/../b',
    '/..',
    '/.',
    '/../',
    '/%2e',
    '/%2e%2e/admin',
    '/.%2E/admin',
    '/public/%2e./admin',
    '/a%2fb',
    '/a%2Fb',
    '/..%2fadmin',
    '/a%5cb',
    '/a\\b',
    '/a;b',
    '/a%3bb',
    '/..;/admin',
    '/%252e%252e/admin',
    '/a%252fb',
    '/a%2561',
    '/a%25%32%65',
    '/a%00',
    '/a%0d%0aSet-Cookie:x',
    '/a%09b',
    '/a%7f',
    '/a b',
    '/a\tb',
    '/a\u0000',
    '/caf\u00e9',
    '/a#b',
    '/a?x#y',
    '/a?x y',
    '/a?caf\u00e9',
    '/a%',
    '/a%4',
    '/a%zz',
    '/a%c3%28',
    '/a%ff',
    '/a%c0%ae%c0%ae/b',
    '/a%ed%a0%80',
  ]
  test.each(refused)('refuses %j', (target) => {
    expect(pathOf(target)).toBe('refused: ambiguous-path')
  })

  test('refuses a target beyond its limit without looking at it', () => {
    expect(pathOf(`/${'a'.repeat(targetBytesMax)}`)).toBe('refused: too-long')
    expect(pathOf(`/${'a'.repeat(targetBytesMax - 1)}`)).toBe(`/${'a'.repeat(targetBytesMax - 1)}`)
  })

  test('an accepted path is a fixed point: nothing in it could be resolved further', () => {
    const alphabet = [
      '/',
      '.',
      '%2e',
      '%2f',
      '%5c',
      '\\',
      ';',
      '%25',
      '2',
      'e',
      'a',
      '%61',
      '?',
      '#',
      ' ',
      '%00',
      'é',
      '%c3%a9',
    ]
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...alphabet), { maxLength: 12 }), (parts) => {
        const result = canonicalTarget(`/${parts.join('')}`)
        if (!result.ok) return
        const { path } = result.value
        const segments = path.split('/')
        expect(segments.slice(1, -1)).not.toContain('')
        expect(segments).not.toContain('.')
        expect(segments).not.toContain('..')
        expect(path).not.toMatch(/[\\;\p{Cc}]/u)
        expect(path).not.toMatch(/%[0-9a-fA-F]{2}/)
      }),
      { numRuns: 5000 },
    )
  })

  test('agrees with the URL parser wherever it accepts', () => {
    fc.assert(
      fc.property(fc.webUrl({ withQueryParameters: true }), (url) => {
        const result = accessRequestFromUrl({ url })
        if (result.ok) expect(result.value.path).toBe(decodeURIComponent(new URL(url).pathname))
      }),
      { numRuns: 2000 },
    )
  })
})

describe('canonicalScheme', () => {
  test.each([
    ['https', 'https'],
    ['http', 'http'],
    ['HTTPS', 'https'],
    ['ws', 'http'],
    ['wss', 'https'],
    ['javascript', null],
    ['https ', null],
    ['https\r\nX: y', null],
    ['', null],
    ['h2c', null],
  ])('reads %j as %j', (text, scheme) => {
    expect<string | null>(canonicalScheme(text)).toBe(scheme)
  })
})

describe('canonicalMethod', () => {
  test.each([
    ['GET', 'GET'],
    ['PROPFIND', 'PROPFIND'],
    ['M-SEARCH', 'M-SEARCH'],
    ['get', null],
    ['', null],
    ['GET ', null],
    ['A'.repeat(33), null],
  ])('reads %j as %j', (text, method) => {
    expect(canonicalMethod(text)).toBe(method)
  })
})

describe('clientAddress', () => {
  const isTrusted = (address: string): boolean => address.startsWith('10.')
  test.each([
    [null, null],
    ['', null],
    ['198.51.100.7', '198.51.100.7'],
    ['10.0.0.1, 198.51.100.7', '198.51.100.7'],
    ['198.51.100.7, 10.0.0.1, 10.0.0.2', '198.51.100.7'],
    ['10.0.0.1,10.0.0.2', '10.0.0.1'],
    ['garbage, 198.51.100.7', '198.51.100.7'],
    ['::ffff:10.0.0.5', '10.0.0.5'],
    ['2001:DB8::1', '2001:db8::1'],
  ])('of %j is %j', (value, address) => {
    expect(clientAddress(value, isTrusted)).toEqual({ ok: true, value: address })
  })
  test.each([
    'x',
    '198.51.100.7, ',
    ',',
    '198.51.100.7:80',
    '[::1]',
    'unknown',
    '1.2.3',
    '0x7f.1',
    '010.0.0.1',
  ])('refuses %j', (value) => {
    expect(clientAddress(value, isTrusted)).toEqual({ ok: false, error: 'malformed-header' })
  })
  test('stops after the most hops it looks at', () => {
    const hops = Array.from({ length: 40 }, () => '10.0.0.1').join(',')
    expect(clientAddress(hops, isTrusted)).toEqual({ ok: false, error: 'too-long' })
  })
})

describe('buildAccessRequest', () => {
  const parts = {
    scheme: 'https',
    host: 'App.Example.com.:443',
    target: '/x?y',
    method: 'GET',
    clientAddress: null,
    cookie: null,
    navigation: false,
  }
  test('canonicalises the host and drops the port that belongs to the scheme', () => {
    const built = buildAccessRequest(parts)
    expect(built).toMatchObject({
      ok: true,
      value: { host: 'app.example.com', port: null, path: '/x', target: '/x?y' },
    })
  })
  test('keeps a port of its own for the way back', () => {
    expect(buildAccessRequest({ ...parts, host: 'app.example.com:8443' })).toMatchObject({
      ok: true,
      value: { port: 8443 },
    })
  })
  test.each([
    ['scheme', 'ftp', 'malformed-header'],
    ['method', 'get', 'malformed-header'],
    ['host', 'app.example.com@evil.test', 'ambiguous-host'],
    ['host', 'evil.test#app.example.com', 'ambiguous-host'],
    ['host', 'app.example.com/..', 'ambiguous-host'],
    ['host', 'app example.com', 'ambiguous-host'],
    ['host', 'a, b', 'ambiguous-host'],
    ['host', 'x'.repeat(64), 'ambiguous-host'],
    ['host', 'bücher.example', 'ambiguous-host'],
    ['target', '//x', 'ambiguous-path'],
  ])('refuses a %s of %j with %s', (field, value, reason) => {
    expect(buildAccessRequest({ ...parts, [field]: value })).toMatchObject({
      ok: false,
      error: { reason },
    })
  })
})

describe('accessRequestFromUrl', () => {
  test('takes a URL without a path as its root', () => {
    expect(accessRequestFromUrl({ url: 'https://a.example.com' })).toMatchObject({
      ok: true,
      value: { path: '/' },
    })
  })
  test.each(['a.example.com/x', 'https:/a/x', 'https://a?x', ''])('refuses %j', (url) => {
    expect(accessRequestFromUrl({ url }).ok).toBe(false)
  })
})
