// What drills found: sign-ins that no layer accounts for, a gate that its own log blames first, open doors of a dead gate.
import { describe, expect, test } from 'bun:test'
import type { Input } from '../core.ts'
import type { AnswerClass, Observation } from '../door.ts'
import { explains } from './explains.ts'
import { benchOf, changeOf, minuteMs, startAt } from './testing.ts'

/** A whole sign-in of the robot, as part of a round of its own. */
function signIn(at: number, ok: boolean, answer: AnswerClass = 'OTHER'): Input {
  const seen: Observation = {
    probe: 'sign_in',
    door: null,
    vantage: 'edge',
    replica: null,
    at,
    ms: 300,
    class: ok ? 'CONTENT' : answer,
    status: ok ? 200 : null,
    ok,
    detail: ok ? 'Signed in' : 'The token is not valid yet',
  }
  return { kind: 'round', round: { at, results: new Map([['sign_in', ok]]) }, observations: [seen] }
}

describe('a sign-in that does not get through', () => {
  test('wakes somebody at the second, and is over with the next that does', () => {
    const bench = benchOf()
    const at = bench.rounds(startAt, 20)
    bench.take(signIn(at, false))
    expect(bench.said()).toEqual([])
    bench.take(signIn(at + 15 * minuteMs, false), signIn(at + 30 * minuteMs, true))
    expect(bench.said()).toEqual(['opened 2026-04-16-sign-in #1', 'closed 2026-04-16-sign-in #2'])
    expect(bench.events[0]?.incident.urgency).toBe('page')
  })

  test.each([
    ['SIGN_IN_REFUSED', 'does not take the name or the password of the robot', 'notice'],
    ['SIGN_IN_MFA', 'wants a second factor that the robot cannot give', 'notice'],
    ['SIGN_IN_CAPTCHA', 'shows the robot a captcha', 'notice'],
    ['SIGN_IN_DEACTIVATED', 'deactivated', 'notice'],
    ['SIGN_IN_DENIED', 'denies the robot access', 'page'],
    ['SIGN_IN_ELSEWHERE', 'leads the robot somewhere that is not declared', 'page'],
    ['SIGN_IN_ERROR', 'Signing in does not get through, though every layer answers', 'page'],
  ] as const)('is told as what %s means', (answer, title, urgency) => {
    const bench = benchOf()
    const at = bench.rounds(startAt, 20)
    bench.take(signIn(at, false, answer), signIn(at + 15 * minuteMs, false, answer))
    const [opened] = bench.events
    expect(opened?.incident.title).toContain(title)
    expect(opened?.incident).toMatchObject({ urgency, elements: [], cause: 'layer:sign-in' })
  })

  test('wakes somebody once it is more than the account of the robot', () => {
    const bench = benchOf()
    const at = bench.rounds(startAt, 20)
    const later = (turn: number, answer: AnswerClass): Input =>
      signIn(at + turn * 15 * minuteMs, false, answer)
    bench.take(later(0, 'SIGN_IN_REFUSED'), later(1, 'SIGN_IN_REFUSED'), later(2, 'SIGN_IN_ERROR'))
    expect(bench.events.map(({ incident }) => incident.urgency)).toEqual(['notice', 'page'])
  })

  test('is part of a layer that is broken', () => {
    const bench = benchOf()
    let at = bench.rounds(startAt, 20)
    for (let i = 0; i < 4; i++) {
      at = bench.rounds(at, 15, ['idp'])
      bench.take(signIn(at, false))
    }
    expect(bench.said()).toEqual(['opened 2026-04-16-idp #1'])
  })
})

test('an incident that the log of the gate opened gets its verdict, and judges changes by it', () => {
  const bench = benchOf()
  const at = bench.rounds(startAt, 30)
  bench.take({ kind: 'change', change: changeOf('theme', at - 10 * minuteMs, ['idp']) })
  const reason = { reason: 'session_store_error', count: 4, people: 2, hosts: 2, networks: 2 }
  bench.take({ kind: 'reasons', at, witness: 'gate', reasons: [reason] })
  expect(bench.core.incidents()[0]).toMatchObject({ verdict: null })
  expect(bench.core.incidents()[0]?.changes[0]?.judgement).not.toBe('exonerated')
  bench.rounds(at + 1, 5, ['gate_new'])
  const [incident] = bench.core.incidents()
  expect(incident?.verdict?.leader.elements).toEqual(['gate_new'])
  expect(incident?.changes[0]).toMatchObject({ judgement: 'exonerated' })
  expect(incident?.masking.length).toBeGreaterThan(0)
  expect(bench.said()).toEqual(['opened 2026-04-16-gate-new #1'])
})

describe('explains', () => {
  const way = { host: 'wiki.example', replica: null } as const
  test.each([
    ['gate', 'none', true],
    ['gate', 'required', true],
    ['edge', 'required', true],
    ['edge', 'none', false],
    ['upstream', 'required', false],
  ] as const)('a broken gate explains a door at %s of tier %s: %p', (vantage, tier, is) => {
    expect(explains('gate_new', { ...way, vantage, tier })).toBe(is)
  })
})
