// What the gate refused one person, told apart from what it refused others and from what is no one's own.
import { describe, expect, test } from 'bun:test'
import { personalCausesOf, refusalsByReason } from './personal-causes.ts'
import type { RecordedDecision, RecordedSignIn } from './recorded-decision.ts'

const now = Date.UTC(2026, 3, 18, 12)
const hourMs = 60 * 60 * 1000

function refusal(over: Partial<RecordedDecision> = {}): RecordedDecision {
  return {
    requestId: 'r-1',
    at: now - 60_000,
    decision: 'forbid',
    reason: 'not-member',
    dialect: 'nginx',
    method: 'GET',
    host: 'app.example.com',
    path: '/',
    user: 'alice',
    rule: 'app.example.com /**',
    clientAddress: '10.0.0.7',
    detail: '',
    ...over,
  }
}

function signIn(over: Partial<RecordedSignIn> = {}): RecordedSignIn {
  const { reason: _, ...noted } = refusal({
    dialect: 'sign-in',
    host: '',
    user: '',
    decision: 'refuse',
  })
  return { ...noted, reason: 'no-binding', ...over }
}

const alice = { user: 'alice', host: 'app.example.com', now }

describe('personalCausesOf', () => {
  test('counts what was refused to them here, with the newest request', () => {
    const causes = personalCausesOf(
      [refusal({ at: now - 5, requestId: 'r-9' }), refusal(), refusal({ at: now - hourMs })],
      alice,
    )
    expect(causes).toHaveLength(1)
    expect(causes[0]).toMatchObject({
      reason: 'not-member',
      count: 3,
      lastAt: now - 5,
      requestId: 'r-9',
      isKnown: true,
    })
    expect(causes[0]?.help).toContain('group')
  })

  test.each<[string, RecordedDecision | RecordedSignIn]>([
    ['somebody else’s', refusal({ user: 'bob' })],
    ['another host’s', refusal({ host: 'wiki.example.com' })],
    ['yesterday’s', refusal({ at: now - 25 * hourMs })],
    ['a fault of the gate', refusal({ reason: 'session-store', decision: 'unavailable' })],
    ['a proxy set up wrongly', refusal({ reason: 'untrusted-peer', user: '' })],
    ['the provider’s trouble', signIn({ reason: 'provider-down', decision: 'unavailable' })],
  ])('leaves out %s', (_, entry) => {
    expect(personalCausesOf([entry], alice)).toEqual([])
  })

  test.each<[RecordedDecision | RecordedSignIn, string]>([
    [refusal({ reason: 'too-long', user: '', decision: 'refuse' }), 'clear the cookies'],
    [signIn({ reason: 'no-binding' }), 'allow cookies'],
    [signIn({ reason: 'bad-token', decision: 'forbid' }), 'clocks'],
    [signIn({ reason: 'session-not-seen' }), 'clear the cookies'],
  ])('takes for perhaps theirs what nobody was named in (%#)', (entry, help) => {
    const [cause] = personalCausesOf([entry], alice)
    expect(cause?.isKnown).toBe(false)
    expect(cause?.help).toContain(help)
  })

  test('puts what is surely theirs first', () => {
    const causes = personalCausesOf([signIn({ at: now - 1 }), refusal({ at: now - hourMs })], alice)
    expect(causes.map(({ isKnown }) => isKnown)).toEqual([true, false])
  })
})

describe('refusalsByReason', () => {
  test('counts each reason since a time, most frequent first, ties by name', () => {
    const entries = [
      refusal(),
      refusal(),
      signIn(),
      refusal({ reason: 'no-rule', decision: 'refuse' }),
      refusal({ reason: 'too-long', at: now - 2 * hourMs }),
    ]
    expect(
      refusalsByReason(entries, now - hourMs).map(({ count, reason }) => [reason, count]),
    ).toEqual([
      ['not-member', 2],
      ['no-binding', 1],
      ['no-rule', 1],
    ])
  })
  test('has the title of each', () => {
    expect(refusalsByReason([signIn()], 0)[0]?.title).toBe(
      'Your browser did not bring back our cookie',
    )
  })
})
