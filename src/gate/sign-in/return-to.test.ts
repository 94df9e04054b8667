// Where a browser may be sent: a table of what is plain, and a corpus of what tries to get out.
import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { openRedirects } from '../../../test/support/open-redirects.ts'
import { rule, service } from '../../../test/support/policy.ts'
import { parseHost } from '../../model/host.ts'
import { must } from '../../std/assert.ts'
import { compilePolicy } from '../policy/compile.ts'
import {
  parseReturnTo,
  placeOf,
  portalUrl,
  type ReturnToRules,
  returnToOrPortal,
} from './return-to.ts'

const policy = compilePolicy([
  service('app.example.com', [rule('/**')]),
  service('*.apps.example.com', [rule('/**')]),
])

function rulesFor(origin: string): ReturnToRules {
  const url = new URL(origin)
  const host = parseHost(url.hostname)
  return {
    config: {
      origin,
      host: must(host.ok ? host.value.host : null, 'A host of the test'),
      secure: url.protocol === 'https:',
    },
    policy,
  }
}

const rules = rulesFor('https://auth.example.com')

describe('parseReturnTo', () => {
  const taken = [
    'https://app.example.com/',
    'https://app.example.com/a/b?c=d&e=%2F%5c#f',
    'https://app.example.com:8443/x',
    'https://one.apps.example.com/x',
    'https://a.b.apps.example.com/',
    'https://auth.example.com/_gatehouse/',
    'https://auth.example.com/_gatehouse/me',
    'https://auth.example.com/_gatehouse/account/codes',
    'https://app.example.com/?next=https://evil.test/',
  ]
  for (const text of taken)
    test(`takes ${text} as it stands`, () => {
      expect(String(parseReturnTo([text], rules))).toBe(text)
    })

  test('writes a target as the URL parser does, so that what was judged is what is sent', () => {
    const cases = [
      ['https://app.example.com', 'https://app.example.com/'],
      ['https://App.Example.COM:443/x', 'https://app.example.com/x'],
      ['https://app.example.com/a/../b', 'https://app.example.com/b'],
    ] as const
    for (const [text, href] of cases) expect(String(parseReturnTo([text], rules))).toBe(href)
  })

  const refused = [
    'http://app.example.com/',
    'https://example.com/',
    'https://evilexample.com/',
    'https://apps.example.com/',
    'https://app.example.com.evil.test/',
    'https://app.example.com:25/',
    'https://auth.example.com/',
    'https://auth.example.com:8443/_gatehouse/',
    'https://auth.example.com/_gatehouse/sign-out',
    'https://auth.example.com/_gatehouse/sign-in?rd=https://app.example.com',
    'https://auth.example.com/_gatehouse/callback?code=1',
    'https://auth.example.com/_gatehouse/auth/nginx',
    'https://auth.example.com/_gatehouse/%73ign-out',
    'https://auth.example.com/_gatehouse/x/../sign-out',
    'https://auth.example.com//_gatehouse/sign-out',
    'https://auth.example.com/_GATEHOUSE/sign-out',
    'https://app.example.com/_gatehouse/sign-out',
    'https://auth.example.com/_gatehouse/account/../sign-out',
    'https://app.example.com/a\\b',
    'https://app.example.com/a b',
    'https://app.example.com/a\tb',
    'https://app.example.com/a\u0000b',
    'https://app.example.com/\u00fc',
  ]
  for (const text of refused)
    test(`refuses ${JSON.stringify(text)}`, () => {
      expect(parseReturnTo([text], rules)).toBeNull()
    })

  test('refuses none and more than one value', () => {
    expect(parseReturnTo([], rules)).toBeNull()
    const twice = ['https://app.example.com/', 'https://app.example.com/']
    expect(parseReturnTo(twice, rules)).toBeNull()
  })

  test('takes http and the port of the gate where the gate itself is http', () => {
    const local = rulesFor('http://auth.example.com:81')
    for (const text of ['http://app.example.com:81/x', 'http://auth.example.com:81/_gatehouse/'])
      expect(String(parseReturnTo([text], local))).toBe(text)
    expect(parseReturnTo(['http://app.example.com:82/x'], local)).toBeNull()
  })

  test('holds against the corpus: nothing leads out, and nothing is taken but the plain form', () => {
    const corpus = openRedirects({ good: 'app.example.com', evil: 'evil.test' })
    expect(corpus.length).toBeGreaterThan(500)
    const portal = String(portalUrl(rules.config))
    const wrong = corpus.filter((payload) => {
      const url = new URL(returnToOrPortal([payload], rules))
      if (url.href === portal) return false
      const plain = payload.startsWith('https://app.example.com')
      return !plain || url.hostname !== 'app.example.com' || url.username + url.password !== ''
    })
    expect(wrong).toEqual([])
  })

  test('never leads out, whatever is mixed', () => {
    const piece = fc.constantFrom(
      ...['https://', 'http://', '//', '/', '\\', '@', ':', '.', '%2f', '%40', '#', '?', ' ', '\t'],
      ...['app.example.com', 'evil.test', 'auth.example.com', '_gatehouse/', 'sign-out', '443'],
    )
    const mixed = fc.array(piece, { maxLength: 9 }).map((pieces) => pieces.join(''))
    const text = fc.oneof(mixed, fc.string({ unit: 'binary', maxLength: 30 }))
    fc.assert(
      fc.property(text, fc.boolean(), (raw, prefixed) => {
        const target = parseReturnTo([prefixed ? `https://app.example.com${raw}` : raw], rules)
        if (target === null) return
        const url = new URL(target)
        expect(url.protocol).toBe('https:')
        expect(`${url.username}${url.password}`).toBe('')
        expect(url.hostname).toMatch(/^(?:app|auth)\.example\.com$|\.apps\.example\.com$/)
        expect(url.pathname).not.toMatch(/sign-out$/.test(url.pathname) ? /^\/_gatehouse/ : /^$/)
        expect(String(parseReturnTo([target], rules))).toBe(String(target))
      }),
      { numRuns: 5000 },
    )
  })
})

describe('placeOf', () => {
  const places: readonly (readonly [target: string, path: string])[] = [
    ['https://app.example.com/', '/'],
    ['https://app.example.com/x?y#z', '/x'],
    // Other providers may be accepted below "/partner zone" than elsewhere.
    ['https://app.example.com/partner%20zone/x?y=%2F', '/partner zone/x'],
    ['https://app.example.com/%C3%A9', '/\u00e9'],
    ['https://app.example.com/a%2Fb', '/a%2Fb'],
  ]
  test.each(places)('reads the path of %s as the auth endpoint does', (target, path) => {
    const returnTo = must(parseReturnTo([target], rules), 'A good target')
    expect(String(placeOf(returnTo).host)).toBe('app.example.com')
    expect(placeOf(returnTo).path).toBe(path)
  })
})
