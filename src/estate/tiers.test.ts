// Which rule a visitor meets, by path, by host and by wildcard: as the gate would decide it.
import { describe, expect, test } from 'bun:test'
import type { AuthTier, Rule } from '../model/service.ts'
import { parseHostPattern } from '../model/host.ts'
import { must } from '../std/assert.ts'
import type { EstateService, ServiceFacts } from './estate.ts'
import { coversPath, frontRule, isOpen, routedRules, ruleAt, serviceOf, tiersOf } from './tiers.ts'

const facts: ServiceFacts = {
  exposure: 'direct',
  paths_only: false,
  depends_on: [],
  bypasses: [],
}

function rule(path: string, auth: AuthTier, more: Partial<Rule> = {}): Rule {
  const nobody = { groups: [], users: [], emailDomains: [], providers: [] }
  return { id: `${path} ${auth}`, path, auth, methods: [], networks: [], ...nobody, ...more }
}

function service(rules: readonly Rule[], more: Partial<EstateService> = {}): EstateService {
  const host = parseHostPattern('a.example.com')
  return {
    host: must(host.ok ? host.value : null, 'The host is right'),
    name: 'a',
    rules,
    caseInsensitivePaths: false,
    upstream: null,
    facts,
    reasons: new Map(),
    index: 0,
    ...more,
  }
}

function named(name: string): EstateService {
  const host = parseHostPattern(name)
  return service([], { host: must(host.ok ? host.value : null, 'The host is right') })
}

describe('coversPath()', () => {
  test.each([
    ['/', '/', true],
    ['/**', '/', true],
    ['/**', '/a/b', true],
    ['/a', '/a', true],
    ['/a', '/a/', true],
    ['/a', '/a?x=1', true],
    ['/a', '/a#x', true],
    ['/a', '/ab', false],
    ['/a', '/a/b', false],
    ['/a/**', '/a', true],
    ['/a/**', '/a/b/c', true],
    ['/a/**', '/ab', false],
    ['/a/*/c', '/a/b/c', true],
    ['/a/*/c', '/a/c', false],
    ['/a/*', '/a', false],
    ['/a/*/**', '/a/b', true],
    ['/A', '/a', false],
  ] as const)('%s holds %s: %p', (pattern, path, holds) => {
    expect(coversPath(pattern, path)).toBe(holds)
  })
})

describe('ruleAt()', () => {
  const rules = [
    rule('/**', 'required'),
    rule('/a/**', 'none'),
    rule('/a/*/c', 'app'),
    rule('/a/b/c', 'public'),
    rule('/a', 'app'),
  ]

  test.each([
    ['/', 'required'],
    ['/x', 'required'],
    ['/a', 'app'],
    ['/a/b', 'none'],
    ['/a/x/c', 'app'],
    ['/a/b/c', 'public'],
    ['/a/b/c/d', 'none'],
  ] as const)('takes the most specific at %s, in any order', (path, tier) => {
    expect(ruleAt(service(rules), path)?.auth).toBe(tier)
    expect(ruleAt(service(rules.toReversed()), path)?.auth).toBe(tier)
  })

  test('does not take rules for networks or for methods that a visitor does not use', () => {
    const special = [
      rule('/**', 'none', { networks: ['10.0.0.0/8'] }),
      rule('/**', 'app', { methods: ['POST'] }),
      rule('/**', 'required'),
    ]
    expect(ruleAt(service(special), '/')?.auth).toBe('required')
    expect(ruleAt(service(special.slice(0, 2)), '/')).toBeNull()
  })

  test('takes a rule for GET before one for every method', () => {
    const both = [rule('/**', 'required'), rule('/**', 'none', { methods: ['GET', 'HEAD'] })]
    expect(ruleAt(service(both), '/x')?.auth).toBe('none')
  })

  test('reads paths without regard to case where the service does', () => {
    const insensitive = service([rule('/Api/**', 'none'), rule('/**', 'required')], {
      caseInsensitivePaths: true,
    })
    expect(ruleAt(insensitive, '/aPI/x')?.auth).toBe('none')
  })
})

describe('frontRule()', () => {
  test('is the rule of the root before that of all paths, however they are ordered', () => {
    const both = [rule('/**', 'required'), rule('/', 'none')]
    expect(frontRule(service(both))?.auth).toBe('none')
    expect(frontRule(service(both.toReversed()))?.auth).toBe('none')
  })

  test('is not there where only paths are led anywhere', () => {
    expect(
      frontRule(service([rule('/**', 'none')], { facts: { ...facts, paths_only: true } })),
    ).toBeNull()
  })
})

describe('tiersOf()', () => {
  const bypass = { path: '/', header: 'X-Key', value: '*', auth: 'app', reason: 'Said' } as const
  const rules = [rule('/a', 'none'), rule('/**', 'required')]

  test('are those of all rules and bypasses', () => {
    const all = tiersOf(service(rules, { facts: { ...facts, bypasses: [bypass] } }))
    expect([...all].toSorted()).toEqual(['app', 'none', 'required'])
  })

  test('leave out what leads nowhere', () => {
    const only = service(rules, { facts: { ...facts, paths_only: true } })
    expect([...tiersOf(only)]).toEqual(['none'])
    expect(routedRules(only).map(({ path }) => path)).toEqual(['/a'])
  })
})

test('isOpen() holds for the tiers in which the gate asks nobody', () => {
  expect((['required', 'app', 'public', 'none'] as const).filter(isOpen)).toEqual(['app', 'none'])
})

describe('serviceOf()', () => {
  const services = [
    named('*.example.com'),
    named('*.lab.example.com'),
    named('b.lab.example.com'),
    named('example.org'),
  ]

  test.each([
    ['a.example.com', '*.example.com'],
    ['a.b.example.com', '*.example.com'],
    ['a.lab.example.com', '*.lab.example.com'],
    ['b.lab.example.com', 'b.lab.example.com'],
    ['example.com', undefined],
    ['notexample.com', undefined],
    ['a.example.org', undefined],
  ])('finds for %s the service %p', (host, found) => {
    expect(serviceOf(services, host)?.host as string | undefined).toBe(found)
  })
})
