// The last refusals: the newest of each kind, a flood of one washing out no other.
import { describe, expect, test } from 'bun:test'
import { type RecentDecision, RecentDecisions, signInPlace } from './recent.ts'

function entry(id: string, over: Partial<RecentDecision> = {}): RecentDecision {
  return {
    requestId: id,
    at: 0,
    decision: 'refuse',
    reason: 'unknown-host',
    dialect: 'nginx',
    method: 'GET',
    host: 'app.example.com',
    path: '/',
    user: '',
    rule: '',
    clientAddress: '',
    detail: '',
    ...over,
  }
}

describe('RecentDecisions', () => {
  test('remembers as many of a kind as it is told, the newest', () => {
    const recent = new RecentDecisions(3)
    for (let i = 1; i <= 7; i++) recent.add(entry(`r${i}`, { at: i }))
    expect(recent.list().map(({ requestId }) => requestId)).toEqual(['r7', 'r6', 'r5'])
    expect([recent.find('r4'), recent.find('r5')?.at]).toEqual([null, 5])
  })

  test('keeps kinds apart, and pages of signing in apart from all of them', () => {
    const recent = new RecentDecisions(2)
    recent.add(entry('forbidden', { decision: 'forbid' }))
    recent.add(entry('page', { decision: 'refuse', dialect: signInPlace }))
    for (let i = 0; i < 1000; i++) recent.add(entry(`r${i}`, { at: 10 + i }))
    expect(recent.list().map(({ requestId }) => requestId)).toEqual([
      'r999',
      'r998',
      'forbidden',
      'page',
    ])
    expect(recent.find('page')).toMatchObject({ dialect: signInPlace })
  })

  test('knows nothing at first, and nothing of an id that never was', () => {
    const recent = new RecentDecisions(2)
    expect([recent.list(), recent.find('')]).toEqual([[], null])
    recent.add(entry('a'))
    expect(recent.find('A')).toBeNull()
  })
})
