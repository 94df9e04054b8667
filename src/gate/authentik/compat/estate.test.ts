// The estate's rules on top of authentik's answer: both have to agree, and neither is asked to guess.
import { describe, expect, test } from 'bun:test'
import { parseHost } from '../../../model/host.ts'
import { must } from '../../../std/assert.ts'
import { compilePolicy } from '../../policy/compile.ts'
import { testService } from '../../testing.ts'
import type { OutpostClaims } from './claims.ts'
import { estateVerdict, identityOf } from './estate.ts'

const policy = compilePolicy([
  testService('app.example.com', { path: '/public/**', auth: 'public' }, { groups: ['staff'] }),
  testService('ours.example.com', { providers: ['main'] }),
  testService('read.example.com', { methods: ['GET'] }),
])

function claims(over: Partial<OutpostClaims> = {}): OutpostClaims {
  return {
    sub: 'sub',
    sid: 'sid',
    username: 'alice',
    email: 'alice@example.com',
    name: 'Alice',
    groups: ['staff'],
    entitlements: [],
    expiresAt: 0,
    proxy: null,
    rawToken: '',
    ...over,
  }
}

interface Question {
  readonly host?: string
  readonly path?: string | null
  readonly method?: string | null
}

function verdict(
  { host = 'app.example.com', path = '/', method = 'GET' }: Question,
  who: OutpostClaims | null,
) {
  const parsed = parseHost(host)
  const name = must(parsed.ok ? parsed.value.host : null, 'A host')
  const question = { asked: { client: null }, address: { host: name, path, method }, claims: who }
  return estateVerdict(policy, question as never)
}

describe('estateVerdict()', () => {
  const nobody = null
  test.each<readonly [Question, OutpostClaims | null, string, string | null]>([
    [{}, claims(), 'allow', 'member'],
    [{}, claims({ groups: ['other'] }), 'deny', 'not-member'],
    [{}, claims({ groups: ['Staff'] }), 'deny', 'not-member'],
    [{}, claims({ groups: [] }), 'deny', 'not-member'],
    [{}, nobody, 'sign-in', 'no-session'],
    [{ path: '/public/x' }, nobody, 'open', 'public'],
    [{ path: '/public/x' }, claims({ groups: [] }), 'allow', 'public'],
    [{ path: null }, claims(), 'deny', 'ambiguous-path'],
    [{ path: null }, nobody, 'deny', 'ambiguous-path'],
    [{ host: 'ours.example.com' }, claims(), 'deny', 'other-provider'],
    [{ host: 'ours.example.com' }, nobody, 'sign-in', 'no-session'],
    [{ host: 'read.example.com' }, claims(), 'allow', 'signed-in'],
    [{ host: 'read.example.com', method: 'POST' }, claims(), 'deny', 'no-rule'],
    [{ host: 'read.example.com', method: null }, claims(), 'deny', 'no-rule'],
    [{ host: 'elsewhere.example.com' }, claims(), 'none', null],
    [{ host: 'elsewhere.example.com', path: null }, nobody, 'none', null],
  ])('of %j is %j %s', (question, who, kind, reason) => {
    const given = verdict(question, who)
    expect([given.kind, given.decision?.reason ?? null]).toEqual([kind as never, reason as never])
    expect(given.host).toBe(kind === 'none' ? null : (question.host ?? 'app.example.com'))
  })

  test('has no say where no service is declared', () => {
    const none = compilePolicy([])
    const question = {
      asked: { client: null },
      address: { host: 'x', path: null, method: null },
      claims: null,
    }
    expect(estateVerdict(none, question as never).kind).toBe('none')
  })
})

describe('identityOf()', () => {
  test('knows a person by name, else by subject, without control characters', () => {
    expect(identityOf(claims(), 'authentik')).toEqual({
      user: 'alice',
      name: 'Alice',
      email: 'alice@example.com',
      groups: ['staff'],
      provider: 'authentik',
    })
    expect(identityOf(claims({ username: '' }), 'p').user).toBe('sub')
    expect(identityOf(claims({ username: ' \u0000 ' }), 'p').user).toBe('sub')
    expect(identityOf(claims({ username: 'a\r\nb' }), 'p').user).not.toMatch(/[\r\n]/)
  })

  test('has each group once, and none without a name', () => {
    const groups = ['a', ' a ', '', '\u0007', 'b', 'a', 'B']
    expect(identityOf(claims({ groups }), 'p').groups).toEqual(['a', 'b', 'B'])
  })
})
