// Checks out of observations: each status, the sentence, and the cases that it names.
import { describe, expect, test } from 'bun:test'
import type { Observation } from '../door.ts'
import { sampleDoor } from '../plan/samples.fixture.ts'
import { type CheckStatus, checkOf } from './check.ts'
import { certificatesCheck, controlCheck, doorsCheck, replicasCheck } from './observed.ts'

const dayMs = 24 * 60 * 60 * 1000
const now = Date.UTC(2026, 3, 18)

function seen(host: string, over: Partial<Observation> = {}): Observation {
  return {
    probe: `door:${host}/@edge`,
    door: sampleDoor(host),
    vantage: 'edge',
    replica: null,
    at: now,
    ms: 3,
    class: 'REDIRECT_IDP',
    status: 302,
    ok: true,
    detail: 'Redirected (302)',
    ...over,
  }
}

const bad = { ok: false, class: 'GATE_5XX', detail: 'Answered 503' } as const

describe('checkOf()', () => {
  test('counts what is beyond ten cases', () => {
    const cases = Array.from({ length: 14 }, (_, i) => `case ${i}`)
    const check = checkOf({ id: 'doors', status: 'wrong', title: 'Doors', detail: '' }, cases)
    expect(check.cases).toHaveLength(11)
    expect(check.cases.at(-1)).toBe('and 4 more')
  })
})

describe('controlCheck()', () => {
  test.each<[CheckStatus, readonly Observation[]]>([
    ['unknown', []],
    ['well', [seen('x', { probe: 'control_inet' })]],
    ['wrong', [seen('x', { probe: 'control_inet', ...bad })]],
  ])('can be %p', (status, observations) => {
    expect(controlCheck(observations).status).toBe(status)
  })
})

describe('doorsCheck()', () => {
  test('counts by vantage and names what fails', () => {
    const check = doorsCheck(
      [
        seen('a.example.com'),
        seen('b.example.com', bad),
        seen('b.example.com', { vantage: 'ingress', replica: '10.0.20.5', ...bad }),
      ],
      0,
    )
    expect(check.status).toBe('wrong')
    expect(check.detail).toBe('Kept their promise: 1 of 2 from edge, 0 of 1 from ingress')
    expect(check.cases).toEqual([
      'b.example.com/ edge: Answered 503',
      'b.example.com/ ingress 10.0.20.5: Answered 503',
    ])
  })
  test('says what it had no time for', () => {
    expect(doorsCheck([seen('a.example.com')], 7)).toMatchObject({ status: 'well' })
    expect(doorsCheck([seen('a.example.com')], 7).detail).toContain('7 were not tried')
  })
  test('of no door is unknown', () => {
    expect(doorsCheck([], 0).status).toBe('unknown')
  })
})

describe('certificatesCheck()', () => {
  const ending = (host: string, days: number): Observation =>
    seen(host, { certificateNotAfter: now + days * dayMs })
  test.each<[CheckStatus, readonly Observation[]]>([
    ['unknown', [seen('a.example.com')]],
    ['well', [ending('a.example.com', 60)]],
    ['doubtful', [ending('a.example.com', 60), ending('b.example.com', 13)]],
    ['wrong', [ending('a.example.com', 60), ending('b.example.com', 2)]],
    ['wrong', [seen('a.example.com', { ok: false, class: 'TLS', detail: 'It is expired' })]],
  ])('can be %p', (status, observations) => {
    expect(certificatesCheck(observations, now).status).toBe(status)
  })
  test('names the first that ends, and counts a host once by its worst', () => {
    const check = certificatesCheck(
      [ending('a.example.com', 60), ending('b.example.com', 50), ending('b.example.com', 10)],
      now,
    )
    expect(check.detail).toBe('2 hosts, the first ends in 10 days (b.example.com)')
    expect(check.cases).toEqual(['b.example.com: ends in 10 days'])
  })
})

describe('replicasCheck()', () => {
  const at = (replica: string, ok: boolean): Observation =>
    seen('a.example.com', { vantage: 'ingress', replica, ...(ok ? {} : bad) })
  test('names the replica most of whose probes fail', () => {
    const check = replicasCheck([
      at('10.0.20.5', true),
      at('10.0.20.6', false),
      at('10.0.20.6', false),
    ])
    expect(check).toMatchObject({ status: 'wrong', detail: '1 of 2 are well' })
    expect(check.cases).toEqual(['ingress 10.0.20.6: 2 of 2 probes fail (the reverse proxy)'])
  })
  test('does not blame a replica for one service behind it', () => {
    const many = Array.from({ length: 5 }, () => at('10.0.20.5', true))
    expect(replicasCheck([...many, at('10.0.20.5', false)]).status).toBe('well')
  })
  test('of none is unknown', () => {
    expect(replicasCheck([seen('a.example.com')]).status).toBe('unknown')
  })
})
