// Answer pages: what a person reads when an auth endpoint says no.
import { describe, expect, test } from 'bun:test'
import type { Hostname } from '../../model/host.ts'
import type { Identity } from '../../model/identity.ts'
import type { Rule } from '../../model/service.ts'
import { answerPage, answerPageHeaders, type AnswerRequest } from './answers.tsx'

const origin = 'https://auth.example.com'
const requestId = 'r-1'

const rule: Rule = {
  id: 'app.example.com /admin/**',
  path: '/admin/**',
  methods: [],
  networks: [],
  auth: 'required',
  providers: [],
  groups: ['admins', '<b>odd</b>'],
  users: ['root'],
  emailDomains: ['example.com'],
}

const identity: Identity = {
  user: 'alice',
  name: 'Alice <script>alert(1)</script>',
  email: 'alice@example.com',
  groups: ['staff'],
  provider: 'main',
}

const request: AnswerRequest = {
  scheme: 'https',
  host: 'app.example.com' as Hostname,
  port: 8443,
  target: '/admin/users?token=hunter2',
}

function forbidden(): string {
  return answerPage({
    decision: { kind: 'forbid', reason: 'not-member', rule, identity },
    request,
    origin,
    requestId,
  })
}

describe('answerPage', () => {
  test('says who, what, which group would help, and offers another account', () => {
    const html = forbidden()
    expect(html).toContain('<b>alice</b>')
    expect(html).toContain('app.example.com:8443/admin/users')
    expect(html).toContain('<code>admins</code>')
    expect(html).toContain('<code>example.com</code>')
    expect(html).toContain('people named in the rule')
    expect(html).toContain('not-member')
    expect(html).toContain('r-1')
    const back = encodeURIComponent('https://app.example.com:8443/admin/users?token=hunter2')
    expect(html).toContain(`${origin}/_gatehouse/sign-in?prompt=switch&amp;rd=${back}`)
    expect(html).toContain(`${origin}/_gatehouse/`)
  })

  test('leads whoever was turned away to where they see whether it is only them', () => {
    expect(forbidden()).toContain(`${origin}/_gatehouse/status?host=app.example.com`)
    const refused = answerPage({
      decision: { kind: 'refuse', reason: 'ambiguous-host', rule: null },
      request: null,
      origin,
      requestId,
    })
    expect(refused).not.toContain('/_gatehouse/status')
  })

  test('escapes names and groups, names no person, prints no query', () => {
    const html = forbidden()
    expect(html).not.toContain('<script>alert')
    expect(html).toContain('&lt;script>')
    expect(html).not.toContain('<b>odd')
    expect(html).not.toContain('root')
    expect(html.replaceAll(/href="[^"]*"/g, '')).not.toContain('hunter2')
  })

  test('loads itself again while the session store does not answer', () => {
    const html = answerPage({
      decision: { kind: 'unavailable', reason: 'session-store', rule },
      request,
      origin,
      requestId,
    })
    expect(html).toContain('<meta http-equiv="refresh" content="5"')
  })

  test('tells the reason of a refusal and what helps, without a request to speak of', () => {
    const html = answerPage({
      decision: { kind: 'refuse', reason: 'untrusted-peer', rule: null },
      request: null,
      origin,
      requestId,
    })
    expect(html).toContain('does not come from a trusted proxy')
    expect(html).toContain('Add the address of the proxy to trusted_proxies')
    expect(html).not.toContain('http-equiv="refresh"')
  })

  test('shows the words of the operator where there are some', () => {
    const html = answerPage({
      decision: { kind: 'refuse', reason: 'unknown-host', rule: null },
      request,
      origin,
      requestId,
      supportHint: 'Ask it@example.com & wait',
    })
    expect(html).toContain('Ask it@example.com &amp; wait')
  })

  test('loads its files from the sign-in host, and its headers permit only that', () => {
    expect(forbidden()).toMatch(
      /<link rel="stylesheet" href="https:\/\/auth\.example\.com\/_gatehouse\/assets\/gatehouse\.css\?v=/,
    )
    const headers = new Headers(answerPageHeaders(origin).map(([name, value]) => [name, value]))
    const policy = headers.get('content-security-policy') ?? ''
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain(`style-src ${origin};`)
    expect(policy).not.toContain("'self'")
    expect(policy).not.toContain('unsafe-inline')
    expect(headers.has('cache-control')).toBe(false)
  })
})
