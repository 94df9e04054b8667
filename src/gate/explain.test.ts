// What the gate would answer to a request that nobody has sent.
import { describe, expect, test } from 'bun:test'
import { rule, service } from '../../test/support/policy.ts'
import { parseHost } from '../model/host.ts'
import { must } from '../std/assert.ts'
import {
  type AskedRequest,
  describeReason,
  describeRequirement,
  explainRequest,
} from './explain.ts'
import { compilePolicy } from './policy/compile.ts'

const gate = parseHost('auth.example.com')
const answering = {
  policy: compilePolicy([
    service('app.example.com', [
      rule('/**', { groups: ['staff'] }),
      rule('/admin/**', { groups: ['admins'], users: ['root'] }),
      rule('/public/**', { auth: 'public' }),
      rule('/hook', { auth: 'none', methods: ['POST'], networks: ['10.0.0.0/8'] }),
      rule('/größe', { auth: 'none' }),
      rule('/mail/**', { emailDomains: ['example.com'] }),
      rule('/company/**', { providers: ['company', 'backup'] }),
      rule('/own/**', { auth: 'app' }),
    ]),
    service('auth.example.com', [rule('/**', { groups: ['admins'] })]),
  ]),
  gateHost: must(gate.ok ? gate.value.host : null, 'The host is valid'),
}

const app = 'https://app.example.com'
const alice = { user: 'alice', groups: ['staff'] }

describe('explainRequest', () => {
  const cases: readonly (readonly [string, AskedRequest, string])[] = [
    ['nobody', { url: `${app}/` }, 'sign-in no-session /**'],
    ['an address without a path', { url: app }, 'sign-in no-session /**'],
    ['a member', { url: `${app}/`, person: alice }, 'allow member /**'],
    ['not a member', { url: `${app}/admin`, person: alice }, 'forbid not-member /admin/**'],
    ['a named user', { url: `${app}/admin/`, person: { user: 'root' } }, 'allow member /admin/**'],
    ['a public path', { url: `${app}/public/x?y=/admin` }, 'allow public /public/**'],
    ['a service of its own sign-in', { url: `${app}/own/x` }, 'allow own-sign-in /own/**'],
    [
      'method and network together',
      { url: `${app}/hook`, method: 'post', from: '10.1.2.3' },
      'allow open /hook',
    ],
    ['the same from elsewhere', { url: `${app}/hook`, method: 'POST' }, 'sign-in no-session /**'],
    ['an escaped path', { url: `${app}/gr%C3%B6%C3%9Fe` }, 'allow open /größe'],
    ['the same path as a person types it', { url: `${app}/größe` }, 'allow open /größe'],
    [
      'an e-mail domain',
      { url: `${app}/mail`, person: { email: 'bob@Example.com' } },
      'allow member /mail/**',
    ],
    [
      'another e-mail domain',
      { url: `${app}/mail`, person: { email: 'bob@example.com.evil.test' } },
      'forbid not-member /mail/**',
    ],
    [
      'a person whose provider is left open',
      { url: `${app}/company`, person: { user: 'bob' } },
      'allow signed-in /company/**',
    ],
    [
      'a person of another provider',
      { url: `${app}/company`, person: { user: 'bob', provider: 'accounts' } },
      'sign-in other-provider /company/**',
    ],
    [
      'a store that does not answer',
      { url: `${app}/`, person: alice, session: 'unavailable' },
      'unavailable session-store /**',
    ],
    ['an ended session', { url: `${app}/`, session: 'ended' }, 'sign-in session-ended /**'],
    [
      'a public path while the store is away',
      { url: `${app}/public`, session: 'unavailable' },
      'allow public /public/**',
    ],
    ['another host', { url: 'https://other.example.com/' }, 'refuse unknown-host -'],
    ['a path read in two ways', { url: `${app}/admin.` }, 'refuse ambiguous-path -'],
    ['dot segments', { url: `${app}/public/../admin` }, 'refuse ambiguous-path - path'],
    ['a raw fragment', { url: `${app}/admin#x` }, 'refuse ambiguous-path - path'],
    ['an odd host', { url: 'https://app.example.com@evil.test/' }, 'refuse ambiguous-host - host'],
    ['an odd scheme', { url: 'ftp://app.example.com/' }, 'refuse malformed-header - scheme'],
    ['an odd method', { url: app, method: 'GET /' }, 'refuse malformed-header - method'],
    ['no address', { url: 'app.example.com/x' }, 'refuse malformed-header - url'],
    ['half a character', { url: `${app}/\ud800` }, 'sign-in no-session /**'],
    [
      'a page of the gate',
      { url: 'https://auth.example.com/_gatehouse/sign-in' },
      'allow gate-page -',
    ],
    [
      'the auth endpoint of the gate',
      { url: 'https://auth.example.com/_gatehouse/auth/nginx' },
      'refuse auth-endpoint -',
    ],
    [
      'another page on the host of the gate',
      { url: 'https://auth.example.com/' },
      'sign-in no-session /**',
    ],
    [
      'a page of the gate on another host',
      { url: `${app}/_gatehouse/sign-in` },
      'sign-in no-session /**',
    ],
  ]
  test.each(cases)('%s', (_name, asked, expected) => {
    const got = explainRequest(answering, asked)
    const detail = got.detail === null ? '' : ` ${got.detail}`
    expect(`${got.decision} ${got.reason} ${got.rule?.id ?? '-'}${detail}`).toBe(expected)
  })

  test('lists what was considered, and nothing for what could not be read', () => {
    const { considered } = explainRequest(answering, { url: `${app}/admin` })
    expect(considered.filter(({ applies }) => applies).map((each) => each.rule)).toEqual([
      '/admin/**',
    ])
    expect(considered).toHaveLength(8)
    expect(explainRequest(answering, { url: `${app}//` }).considered).toEqual([])
  })
})

test('describeReason says what happened and what to do', () => {
  expect(describeReason('no-rule').title).toBe('No rule of the service covers this request')
  expect(describeReason('signed-in').fix).toBe('')
})

describe('describeRequirement', () => {
  const rules: readonly (readonly [Parameters<typeof rule>[1], string])[] = [
    [{}, 'everybody who is signed in'],
    [{ auth: 'none' }, 'everybody (auth "none")'],
    [{ groups: ['a', 'b'] }, 'members of "a" or "b"'],
    [
      { groups: ['a'], users: ['u'], emailDomains: ['d.test'], providers: ['p'] },
      'members of "a", the user "u", addresses at "d.test", signed in through "p"',
    ],
  ]
  test.each(rules)('of %j', (rest, expected) => {
    expect(describeRequirement(rule('/**', rest))).toBe(expected)
  })
})
