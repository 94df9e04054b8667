// What the doctor asks: provider, clock and names, against answers that are well and such that are not.
import { describe, expect, test } from 'bun:test'
import { type Result, err, ok } from '../../std/result.ts'
import { fakeClock } from '../../world/clock.ts'
import type { WatchConfig } from '../config.ts'
import { testAnswer } from '../contract/testing.ts'
import type { Observation } from '../door.ts'
import { sampleDoor, sampleWatch } from '../plan/samples.fixture.ts'
import type { ProbeAnswer, ProbeFault, Prober } from '../probe/prober.ts'
import type { CheckStatus } from './check.ts'
import { type AskedContext, clockCheck, dnsCheck, identityProviderCheck } from './asked.ts'

const now = Date.UTC(2026, 3, 18, 12)
const nothing: ProbeFault = { class: 'CONNECT', detail: 'Nothing listens', ms: 1 }

interface World {
  readonly answer?: Result<ProbeAnswer, ProbeFault>
  readonly names?: Readonly<Record<string, readonly string[]>>
}

function context({ answer, names = {} }: World, over: Partial<WatchConfig> = {}): AskedContext {
  const prober: Prober = {
    probe: async () => answer ?? err(nothing),
    probeSignedIn: async () => err(nothing),
    resolve: async ({ family, name }) => {
      const found = (names[name] ?? []).filter((one) => one.includes(':') === (family === 'ipv6'))
      return found.length > 0
        ? ok(found)
        : err({ class: 'DNS', detail: `"${name}" is not there`, ms: 1 })
    },
  }
  return { config: sampleWatch(over), prober, clock: fakeClock(now), timeoutMs: 1000 }
}

function dated(offsetSeconds: number): Result<ProbeAnswer, ProbeFault> {
  const date = new Date(now + offsetSeconds * 1000).toUTCString()
  return ok(testAnswer(200, { date }))
}

describe('clockCheck()', () => {
  test.each<[number, string, string]>([
    [0, 'well', 'Within 10 seconds'],
    [-30, 'doubtful', '30 seconds ahead'],
    [45, 'doubtful', '45 seconds behind'],
    [-300, 'wrong', 'its tokens look old'],
    [300, 'wrong', 'as if from the future'],
  ])('of a provider %p seconds away is %p', async (seconds, status, words) => {
    const check = await clockCheck(context({ answer: dated(seconds) }))
    expect([check.status as string, check.detail.includes(words)]).toEqual([status, true])
  })
  test.each<[string, World, Partial<WatchConfig>]>([
    ['nobody answers', {}, {}],
    ['the answer has no date', { answer: ok(testAnswer(200)) }, {}],
    ['its date is none', { answer: ok(testAnswer(200, { date: 'soon' })) }, {}],
    ['there is nobody', { answer: dated(0) }, { identityProvider: null, control: [] }],
  ])('is unknown where %s', async (_, world, over) => {
    expect((await clockCheck(context(world, over))).status).toBe('unknown')
  })
})

describe('dnsCheck()', () => {
  const doors = ['a.example.com', 'b.example.com', 'c.example.com'].map((host) => sampleDoor(host))
  test('is well where every name leads to the same place', async () => {
    const names = Object.fromEntries(doors.map(({ host }) => [host, ['10.0.20.5', 'fd00::5']]))
    const check = await dnsCheck(context({ names }, { doors }))
    expect(check.status).toBe('well')
    expect(check.detail).toBe(
      '3 of 3 have an address, most 10.0.20.5 fd00::5, which is the reverse proxy itself',
    )
  })
  test('names those without an address, and those that lead elsewhere', async () => {
    const names = { 'a.example.com': ['192.0.2.1'], 'b.example.com': ['192.0.2.9'] }
    const check = await dnsCheck(context({ names }, { doors }))
    expect(check.status).toBe('wrong')
    expect(check.cases).toEqual([
      'c.example.com: "c.example.com" is not there',
      'b.example.com: leads elsewhere, to 192.0.2.9',
    ])
    const odd = { ...names, 'c.example.com': ['192.0.2.1'] }
    expect((await dnsCheck(context({ names: odd }, { doors }))).status).toBe('doubtful')
  })
  test('is unknown where no public name leads here', async () => {
    expect((await dnsCheck(context({}, { doors, edge: false }))).status).toBe('unknown')
  })
})

describe('identityProviderCheck()', () => {
  const seen = (probe: string, isGood: boolean): Observation => ({
    ...{ probe, door: null, vantage: null, replica: null, at: now, ms: 1, status: 200 },
    class: isGood ? 'CONTENT' : 'OTHER',
    ok: isGood,
    detail: isGood ? 'Answered 200' : 'Answered 500',
  })
  test.each<[CheckStatus, readonly string[], readonly Observation[]]>([
    ['well', [], [seen('idp', true), seen('idp_jwks', true)]],
    ['wrong', ['keys: Answered 500'], [seen('idp', true), seen('idp_jwks', false)]],
    ['wrong', ['page: Answered 500'], [seen('idp', false), seen('dns', false)]],
  ])('can be %p with %p', (status, cases, observations) => {
    const check = identityProviderCheck(sampleWatch(), observations)
    expect([check.status, check.cases]).toEqual([status, cases])
  })
  test('is unknown where none is declared', () => {
    expect(identityProviderCheck(sampleWatch({ identityProvider: null }), []).status).toBe(
      'unknown',
    )
  })
})
