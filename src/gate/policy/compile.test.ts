// The compiled policy: which host, which rule, and what happens when none applies.
import { describe, expect, test } from 'bun:test'
import { parseHost } from '../../model/host.ts'
import { must } from '../../std/assert.ts'
import { rule, service } from '../../../test/support/policy.ts'
import { compilePolicy } from './compile.ts'
import type { Policy, PolicyQuestion } from './policy.ts'

/** What the policy says, in one word: `host id` of the rule, or why there is none. */
function ask(policy: Policy, host: string, rest: Partial<PolicyQuestion> = {}): string {
  const parsed = parseHost(host)
  const match = policy.match({
    host: must(parsed.ok ? parsed.value.host : null, `"${host}" is a host`),
    path: '/',
    method: 'GET',
    clientAddress: null,
    ...rest,
  })
  if (match.kind === 'rule') return `${match.compiled.service.host} ${match.compiled.rule.id}`
  return match.kind
}

describe('compilePolicy hosts', () => {
  const all = [rule('/**')]
  const policy = compilePolicy([
    service('app.example.com', all),
    service('*.example.com', all),
    service('*.apps.example.com', all),
    service('example.org', all),
  ])
  const cases: readonly (readonly [string, string])[] = [
    ['app.example.com', 'app.example.com /**'],
    ['other.example.com', '*.example.com /**'],
    ['a.b.c.example.com', '*.example.com /**'],
    ['x.apps.example.com', '*.apps.example.com /**'],
    ['y.x.apps.example.com', '*.apps.example.com /**'],
    ['apps.example.com', '*.example.com /**'],
    ['below.app.example.com', '*.example.com /**'],
    ['example.com', 'unknown-host'],
    ['evilexample.com', 'unknown-host'],
    ['example.com.evil.test', 'unknown-host'],
    ['example.org', 'example.org /**'],
    ['www.example.org', 'unknown-host'],
    ['com', 'unknown-host'],
    ['127.0.0.1', 'unknown-host'],
    ['[::1]', 'unknown-host'],
    ['2130706433', 'unknown-host'],
  ]
  test.each(cases)('%s falls under %s', (host, expected) => {
    expect(ask(policy, host)).toBe(expected)
  })

  test('a host whose rules do not apply never falls through to a wildcard', () => {
    const shadowing = compilePolicy([
      service('app.example.com', [rule('/public/**')]),
      service('*.example.com', [rule('/**')]),
    ])
    expect(ask(shadowing, 'app.example.com', { path: '/private' })).toBe('no-rule')
    expect(ask(shadowing, 'new.example.com', { path: '/private' })).toBe('*.example.com /**')
  })

  test('an empty policy knows no host, a service without rules covers nothing', () => {
    expect(ask(compilePolicy([]), 'app.example.com')).toBe('unknown-host')
    expect(ask(compilePolicy([service('a.test', [])]), 'a.test')).toBe('no-rule')
  })

  test('a host declared twice is a defect of the caller', () => {
    expect(() => compilePolicy([service('a.test', all), service('a.test', all)])).toThrow(
      'Host "a.test" is declared twice',
    )
  })
})

describe('compilePolicy paths', () => {
  const policy = compilePolicy([
    service(
      'a.test',
      [
        '/**',
        '/',
        '/x',
        '/admin/**',
        '/admin/login',
        '/one/*',
        '/deep/*/end',
        '/deep/**',
        '/deep/a/**',
        '/*/b/**',
      ].map((path) => rule(path)),
    ),
  ])
  const cases: readonly (readonly [string, string])[] = [
    ['/', '/'],
    ['/x', '/x'],
    ['/x/', '/x'],
    ['/x/y', '/**'],
    ['/xx', '/**'],
    ['/X', '/**'],
    ['/admin', '/admin/**'],
    ['/admin/', '/admin/**'],
    ['/admin/a/b/c', '/admin/**'],
    ['/admin/login', '/admin/login'],
    ['/admin/login/', '/admin/login'],
    ['/admin/login/x', '/admin/**'],
    ['/administrator', '/**'],
    ['/one', '/**'],
    ['/one/', '/**'],
    ['/one/a', '/one/*'],
    ['/one/a/', '/one/*'],
    ['/one/a/b', '/**'],
    ['/deep', '/deep/**'],
    ['/deep/z/end', '/deep/*/end'],
    ['/deep/z/end/x', '/deep/**'],
    ['/deep/a/end', '/deep/a/**'],
    ['/deep/b', '/deep/**'],
    ['/other/b', '/*/b/**'],
    ['/other/b/c', '/*/b/**'],
    ['/__proto__', '/**'],
    ['/constructor/b', '/*/b/**'],
  ]
  test.each(cases)('%s falls under %s', (path, expected) => {
    expect(ask(policy, 'a.test', { path: path })).toBe(`a.test ${expected}`)
  })

  test('a public prefix ends on a segment boundary', () => {
    const publicOnly = compilePolicy([service('a.test', [rule('/public/**')])])
    for (const path of ['/public', '/public/', '/public/x'])
      expect(ask(publicOnly, 'a.test', { path: path })).toBe('a.test /public/**')
    for (const path of ['/publicity', '/public.evil', '/', '/PUBLIC', '/x/public'])
      expect(ask(publicOnly, 'a.test', { path: path })).toBe('no-rule')
  })

  test('case is ignored only where the service says so, and only for ASCII', () => {
    const rules = [rule('/Admin/**'), rule('/**')]
    const folding = compilePolicy([service('a.test', rules, { caseInsensitivePaths: true })])
    const exact = compilePolicy([service('a.test', rules)])
    expect(ask(folding, 'a.test', { path: '/aDMIN/x' })).toBe('a.test /Admin/**')
    expect(ask(exact, 'a.test', { path: '/aDMIN/x' })).toBe('a.test /**')
    expect(ask(exact, 'a.test', { path: '/Admin/x' })).toBe('a.test /Admin/**')
  })

  test('a path of 10,000 segments is answered by its prefix', () => {
    const path = '/x'.repeat(10_000)
    expect(ask(policy, 'a.test', { path: path })).toBe('a.test /**')
  })
})

describe('compilePolicy trailing dots and spaces', () => {
  const policy = compilePolicy([
    service('a.test', [rule('/**'), rule('/admin/**'), rule('/admin/open')]),
    service('flat.test', [rule('/**')]),
    service('folded.test', [rule('/**'), rule('/admin/**')], { caseInsensitivePaths: true }),
    service('narrow.test', [rule('/public/**')]),
  ])
  const cases: readonly (readonly [string, string, string])[] = [
    ['a.test', '/admin.', 'ambiguous-path'],
    ['a.test', '/admin ', 'ambiguous-path'],
    ['a.test', '/admin. ./x', 'ambiguous-path'],
    ['a.test', '/admin/open.', 'ambiguous-path'],
    ['a.test', '/admin/shut.', 'a.test /admin/**'],
    ['a.test', '/other.', 'a.test /**'],
    ['a.test', '/admin.x', 'a.test /**'],
    ['a.test', '/.admin', 'a.test /**'],
    ['a.test', '/x/... /admin', 'ambiguous-path'],
    ['flat.test', '/admin.', 'flat.test /**'],
    ['flat.test', '/...', 'flat.test /**'],
    ['folded.test', '/ADMIN.', 'ambiguous-path'],
    ['narrow.test', '/public.', 'ambiguous-path'],
    ['narrow.test', '/private.', 'no-rule'],
  ]
  test.each(cases)('%s%j is %s', (host, path, expected) => {
    expect(ask(policy, host, { path: path })).toBe(expected)
  })
})

describe('compilePolicy conditions', () => {
  const policy = compilePolicy([
    service('a.test', [
      rule('/**', { id: 'any' }),
      rule('/**', { id: 'lan', networks: ['10.0.0.0/8', 'fd00::/8'] }),
      rule('/**', { id: 'get', methods: ['GET'] }),
      rule('/**', { id: 'post lan', methods: ['POST'], networks: ['10.0.0.0/8'] }),
      rule('/docs/**', { id: 'docs get', methods: ['GET'] }),
      rule('/head/**', { id: 'head', methods: ['HEAD'] }),
      rule('/head/**', { id: 'head get', methods: ['GET'], networks: ['10.0.0.0/8'] }),
    ]),
  ])
  const cases: readonly (readonly [string, string, string | null, string])[] = [
    ['GET', '/', null, 'get'],
    ['GET', '/', '10.1.2.3', 'get'],
    ['HEAD', '/', null, 'get'],
    ['PUT', '/', null, 'any'],
    ['PUT', '/', '192.168.1.1', 'any'],
    ['PUT', '/', '10.1.2.3', 'lan'],
    ['PUT', '/', 'fd00::5', 'lan'],
    ['POST', '/', '10.1.2.3', 'post lan'],
    ['POST', '/', '192.168.1.1', 'any'],
    ['GET', '/docs/x', null, 'docs get'],
    ['HEAD', '/docs/x', null, 'docs get'],
    ['POST', '/docs/x', null, 'any'],
    ['HEAD', '/head/x', '10.1.2.3', 'head'],
    ['GET', '/head/x', '10.1.2.3', 'head get'],
    ['GET', '/head/x', null, 'get'],
    ['get', '/docs/x', null, 'any'],
  ]
  test.each(cases)('%s %s from %s falls under %s', (method, path, clientAddress, expected) => {
    expect(ask(policy, 'a.test', { path, method, clientAddress })).toBe(`a.test ${expected}`)
  })

  test('a rule for networks never applies to an unknown address', () => {
    const lan = compilePolicy([
      service('a.test', [rule('/**', { networks: ['0.0.0.0/0', '::/0'] })]),
    ])
    expect(ask(lan, 'a.test')).toBe('no-rule')
    expect(ask(lan, 'a.test', { clientAddress: '203.0.113.9' })).toBe('a.test /**')
  })
})

test('compilePolicy numbers rules across services and gathers the groups that rules name', () => {
  const policy = compilePolicy([
    service('a.test', [rule('/**', { groups: ['staff'] }), rule('/x', { groups: ['ops'] })]),
    service('b.test', [rule('/**', { groups: ['staff'], users: ['alice'] })]),
  ])
  expect(policy.rules.map(({ index, serviceIndex }) => [index, serviceIndex])).toEqual([
    [0, 0],
    [1, 0],
    [2, 1],
  ])
  expect([...policy.namedGroups]).toEqual(['staff', 'ops'])
  expect([...(policy.rules[2]?.users ?? [])]).toEqual(['alice'])
})

test('match gives the same answer object every time, so that nothing is made on the way', () => {
  const policy = compilePolicy([service('a.test', [rule('/x')])])
  const host = must(policy.services[0], 'There is one service').host
  const parsed = parseHost(host)
  const known = must(parsed.ok ? parsed.value.host : null, 'The host is valid')
  for (const path of ['/x', '/none', '/x.']) {
    const question = { host: known, path, method: 'GET', clientAddress: null }
    expect(policy.match(question)).toBe(policy.match({ ...question }))
  }
})
