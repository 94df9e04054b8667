// The decision as a table: tier × who is there.
import { describe, expect, test } from 'bun:test'
import type { Identity } from '../model/identity.ts'
import type { AuthTier, Service } from '../model/service.ts'
import { type Presence, decide, emailDomain, needsPresence } from './decide.ts'
import { compilePolicy } from './policy/compile.ts'
import type { PolicyMatch } from './policy/policy.ts'
import { accessRequestFromUrl } from './canonical.ts'
import { testService } from './testing.ts'

const alice: Identity = {
  user: 'alice',
  name: 'Alice',
  email: 'alice@example.com',
  groups: ['staff'],
  provider: 'corp',
}
const presences: Readonly<Record<string, Presence>> = {
  alice: { kind: 'found', identity: alice },
  nobody: { kind: 'none' },
  ended: { kind: 'ended' },
  unknown: { kind: 'unavailable' },
}

function matchOf(service: Service, url = 'https://app.example.com/'): PolicyMatch {
  const request = accessRequestFromUrl({ url })
  if (!request.ok) throw new Error('The test asks for a bad URL')
  return compilePolicy([service]).match(request.value)
}

function verdict(
  auth: AuthTier,
  who: string,
  over: Parameters<typeof testService>[1] = {},
): string {
  const presence = presences[who]
  if (presence === undefined) throw new Error('No such presence')
  const decision = decide(matchOf(testService('app.example.com', { auth, ...over })), presence)
  const passed = decision.kind === 'allow' ? ` as ${decision.identity?.user ?? 'nobody'}` : ''
  return `${decision.kind}; ${decision.reason}${passed}`
}

describe('decide', () => {
  const table: readonly (readonly [AuthTier, string, string])[] = [
    ['required', 'alice', 'allow; signed-in as alice'],
    ['required', 'nobody', 'sign-in; no-session'],
    ['required', 'ended', 'sign-in; session-ended'],
    ['required', 'unknown', 'unavailable; session-store'],
    ['public', 'alice', 'allow; public as alice'],
    ['public', 'nobody', 'allow; public as nobody'],
    ['public', 'ended', 'allow; public as nobody'],
    ['public', 'unknown', 'allow; public as nobody'],
    ['app', 'alice', 'allow; own-sign-in as nobody'],
    ['app', 'unknown', 'allow; own-sign-in as nobody'],
    ['none', 'alice', 'allow; open as nobody'],
    ['none', 'nobody', 'allow; open as nobody'],
  ]
  test.each(table)('%s with %s: %s', (auth, who, expected) => {
    expect(verdict(auth, who)).toBe(expected)
  })

  test.each([
    [{ groups: ['staff'] }, 'allow; member as alice'],
    [{ groups: ['admins'] }, 'forbid; not-member'],
    [{ groups: ['STAFF'] }, 'forbid; not-member'],
    [{ users: ['alice'] }, 'allow; member as alice'],
    [{ users: ['bob'] }, 'forbid; not-member'],
    [{ emailDomains: ['example.com'] }, 'allow; member as alice'],
    [{ emailDomains: ['ample.com'] }, 'forbid; not-member'],
    [{ groups: ['admins'], users: ['alice'] }, 'allow; member as alice'],
    [{ providers: ['corp'] }, 'allow; signed-in as alice'],
    [{ providers: ['other'] }, 'sign-in; other-provider'],
  ])('alice under %j: %s', (over, expected) => {
    expect(verdict('required', 'alice', over)).toBe(expected)
  })

  test('refuses a host that nobody declared and a path that no rule covers', () => {
    const service = testService('app.example.com', { path: '/only/**' })
    expect(decide(matchOf(service), { kind: 'found', identity: alice })).toMatchObject({
      kind: 'refuse',
      reason: 'no-rule',
    })
    const elsewhere = matchOf(service, 'https://other.example.com/')
    expect(decide(elsewhere, { kind: 'found', identity: alice })).toMatchObject({
      kind: 'refuse',
      reason: 'unknown-host',
    })
  })

  test('needsPresence spares the store where the answer does not depend on it', () => {
    const needs = (auth: AuthTier): boolean =>
      needsPresence(matchOf(testService('app.example.com', { auth })))
    expect([needs('required'), needs('public'), needs('app'), needs('none')]).toEqual([
      true,
      true,
      false,
      false,
    ])
  })
})

describe('emailDomain', () => {
  test.each([
    ['a@Example.COM', 'example.com'],
    ['a@evil.test@example.com', ''],
    ['@example.com', ''],
    ['example.com', ''],
    ['', ''],
  ])('of %j is %j', (email, domain) => {
    expect(emailDomain(email)).toBe(domain)
  })
})
