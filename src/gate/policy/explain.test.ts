// Why a rule decides and why each other one does not.
import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { policyArbitrary, questionArbitrary } from '../../../test/support/policy-arbitrary.ts'
import { rule, service } from '../../../test/support/policy.ts'
import { parseHost } from '../../model/host.ts'
import { must } from '../../std/assert.ts'
import { compilePolicy } from './compile.ts'
import { explainPolicy } from './explain.ts'
import type { PolicyQuestion } from './policy.ts'

const policy = compilePolicy([
  service('app.example.com', [
    rule('/**', { id: 'app' }),
    rule('/admin/**', { id: 'admin' }),
    rule('/admin/**', { id: 'admin lan', networks: ['10.0.0.0/8', 'fd00::/8'] }),
    rule('/api/*', { id: 'api write', methods: ['POST', 'PUT'] }),
  ]),
  service('*.example.com', [rule('/**', { id: 'wildcard' })]),
  service('*.apps.example.com', [rule('/**', { id: 'apps' })]),
  service('other.test', [rule('/**', { id: 'other' })]),
])

function ask(host: string, rest: Partial<PolicyQuestion> = {}): readonly string[] {
  const parsed = parseHost(host)
  const known = must(parsed.ok ? parsed.value.host : null, `"${host}" is a host`)
  const question = { host: known, path: '/', method: 'GET', clientAddress: null, ...rest }
  return explainPolicy(policy, question).map(
    ({ rule: id, applies, code, why }) => `${id}: ${applies ? 'yes' : 'no'}, ${code}: ${why}`,
  )
}

const notApp =
  'wildcard: no, host: "app.example.com" is the more specific host, and only its rules are looked at'

describe('explainPolicy', () => {
  test('gives the rules of the host in the order in which they are tried, then the wildcards', () => {
    expect(ask('app.example.com', { path: '/admin/x' })).toEqual([
      'api write: no, path: The path "/admin/x" does not fall under "/api/*"',
      'admin lan: no, network: The address of the client is not known; wanted one in "10.0.0.0/8" or "fd00::/8"',
      'admin: yes, decides: The path "/admin/x" falls under "/admin/**"',
      'app: no, less-specific: The rule "admin" is more specific',
      notApp,
    ])
  })

  test('names method and network, both where they decide and where they do not', () => {
    expect(ask('app.example.com', { path: '/admin', clientAddress: '10.1.2.3' })).toContain(
      'admin lan: yes, decides: The path "/admin" falls under "/admin/**", the address "10.1.2.3" is in "10.0.0.0/8" or "fd00::/8"',
    )
    expect(ask('app.example.com', { path: '/admin', clientAddress: '192.0.2.1' })).toContain(
      'admin lan: no, network: The address "192.0.2.1" is not in "10.0.0.0/8" or "fd00::/8"',
    )
    expect(ask('app.example.com', { path: '/api/x', method: 'PUT' })).toContain(
      'api write: yes, decides: The path "/api/x" falls under "/api/*", the method is "POST" or "PUT"',
    )
    expect(ask('app.example.com', { path: '/api/x' })).toContain(
      'api write: no, method: The method "GET" is not "POST" or "PUT"',
    )
  })

  test('shows both readings of an ambiguous path, and that no rule applies', () => {
    expect(ask('app.example.com', { path: '/admin.' })).toEqual([
      'api write: no, path: The path "/admin." does not fall under "/api/*"',
      'admin lan: no, ambiguous: Some servers read the path as "/admin", which falls under it',
      'admin: no, ambiguous: Some servers read the path as "/admin", which falls under it',
      'app: no, ambiguous: Some servers read the path as "/admin", where another rule decides',
      notApp,
    ])
    expect(ask('app.example.com', { path: '/.../admin' })).toContain(
      'app: no, ambiguous: A segment of nothing but dots and spaces could be read as ".."',
    )
  })

  test('puts the longest wildcard first and says why the shorter one does not count', () => {
    expect(ask('x.apps.example.com')).toEqual([
      'apps: yes, decides: The path "/" falls under "/**"',
      'wildcard: no, host: "*.apps.example.com" is the more specific host, and only its rules are looked at',
    ])
  })

  test('says that a wildcard is not for its own name', () => {
    expect(ask('example.com')).toEqual([
      'wildcard: no, host: "*.example.com" is for names below "example.com", not for itself',
    ])
  })

  test('shows the host that an unknown one may have been mistaken for, or nothing', () => {
    expect(ask('ohter.test')).toEqual([
      'other: no, host: The host "ohter.test" is not "other.test"',
    ])
    expect(ask('something.entirely.different')).toEqual([])
  })

  test('names exactly the rule that match gives, in any policy', () => {
    fc.assert(
      fc.property(
        policyArbitrary,
        fc.array(questionArbitrary, { minLength: 5 }),
        (services, questions) => {
          const compiled = compilePolicy(services)
          for (const question of questions) {
            const match = compiled.match(question)
            const applying = explainPolicy(compiled, question).filter(({ applies }) => applies)
            expect(applying.map(({ rule: id }) => id)).toEqual(
              match.kind === 'rule' ? [match.compiled.rule.id] : [],
            )
          }
        },
      ),
      { numRuns: 500 },
    )
  })

  test('never says that a rule of the host covers the request when none decides', () => {
    fc.assert(
      fc.property(policyArbitrary, questionArbitrary, (services, question) => {
        const compiled = compilePolicy(services)
        fc.pre(compiled.match(question).kind === 'no-rule')
        for (const { code } of explainPolicy(compiled, question))
          expect(['path', 'method', 'network', 'host']).toContain(code)
      }),
      { numRuns: 200 },
    )
  })
})
