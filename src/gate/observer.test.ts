// What is written of refusals: within bounds, in whole lines, never more than was asked.
import { describe, expect, test } from 'bun:test'
import type { Decision } from '../model/decision.ts'
import { fakeClock } from '../world/clock.ts'
import { memoryLog } from '../world/log.ts'
import { seededRandom } from '../world/random.ts'
import { Meter } from './meter.ts'
import { type Observed, Observer } from './observer.ts'
import { testRule } from './testing.ts'

const rule = testRule('app.example.com')
const identity = { user: 'alice', name: '', email: '', groups: [], provider: 'main' }
const refuse: Decision = { kind: 'refuse', reason: 'unknown-host', rule: null }
const signIn: Decision = { kind: 'sign-in', reason: 'no-session', rule }
const forbid: Decision = { kind: 'forbid', reason: 'not-member', rule, identity }

function bench() {
  const clock = fakeClock(1_790_000_000_000)
  const log = memoryLog()
  const meter = new Meter()
  const observer = new Observer({ meter, log, clock, random: seededRandom(1) })
  let ids = 0
  const deny = (decision: Decision, over: Partial<Observed> = {}): void =>
    observer.denied({
      decision,
      dialect: 'nginx',
      requestId: `r${++ids}`,
      request: null,
      refusal: null,
      host: null,
      ...over,
    })
  const lines = (event: string): number => log.lines.filter((line) => line.event === event).length
  return { clock, log, meter, observer, deny, lines }
}

describe('Observer', () => {
  test('writes fifty refusals a second and counts all of them', () => {
    const { deny, lines, meter } = bench()
    for (let i = 0; i < 500; i++) deny(refuse)
    expect(lines('decision')).toBe(50)
    expect(meter.decisions()).toMatchObject([{ count: 500 }])
  })

  test('writes five strangers a second, who take no room from refusals', () => {
    const { deny, lines } = bench()
    for (let i = 0; i < 500; i++) deny(signIn)
    expect(lines('decision')).toBe(5)
    for (let i = 0; i < 50; i++) deny(forbid)
    expect(lines('decision')).toBe(55)
  })

  test('says in one line of the next second how many were left out', () => {
    const { clock, deny, log, lines } = bench()
    for (let i = 0; i < 80; i++) deny(refuse)
    clock.advance(999)
    deny(refuse)
    expect(lines('decisions-not-logged')).toBe(0)
    clock.advance(1)
    deny(refuse)
    expect(log.lines.at(-2)).toMatchObject({ event: 'decisions-not-logged', fields: { count: 31 } })
    clock.advance(1000)
    deny(refuse)
    expect(lines('decisions-not-logged')).toBe(1)
  })

  test('remembers every refusal by its id but no stranger', () => {
    const { deny, observer } = bench()
    deny(refuse)
    deny(signIn)
    deny(forbid)
    expect(['r1', 'r2', 'r3'].map((id) => observer.recent.find(id)?.decision)).toEqual([
      'refuse',
      undefined,
      'forbid',
    ])
    expect(observer.recent.find('r3')).toMatchObject({ user: 'alice', rule: rule.id })
  })

  test('names the person of a refusal to a member only, and cuts what is long', () => {
    const { deny, log, observer } = bench()
    const long = 'x'.repeat(10_000)
    deny(
      { ...forbid, identity: { ...identity, user: long } },
      { refusal: { reason: 'too-long', detail: long } },
    )
    deny(refuse)
    expect(observer.recent.find('r1')?.user).toHaveLength(256)
    expect(observer.recent.find('r1')?.detail).toHaveLength(256)
    expect(log.lines[1]).toMatchObject({ fields: { user: '' } })
    expect(log.lines[0]?.level).toBe('warn')
  })

  test('remembers a sign-in that ended badly, apart from refusals of the same weight', () => {
    const { observer } = bench()
    observer.signInRefused({
      requestId: 's1',
      decision: 'refuse',
      reason: 'bad-state',
      detail: 'main',
      clientAddress: null,
    })
    expect(observer.recent.find('s1')).toMatchObject({
      dialect: 'sign-in',
      reason: 'bad-state',
      clientAddress: '',
    })
  })
})
