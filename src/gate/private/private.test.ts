// The private listener of a running gate: what it says, how true it is, and to whom.
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import {
  type RunningGate,
  ask,
  signIn,
  startRunningGate,
} from '../../../test/support/running-gate.ts'
import type { Decision } from '../../model/decision.ts'
import { type TestHeaders, testConfig, testRequest, testService } from '../testing.ts'
import { Meter, decisionTimeBuckets } from '../meter.ts'
import { RecentDecisions } from '../recent.ts'
import { compilePolicy } from '../policy/compile.ts'
import { readiness } from './health.ts'
import { mayKnowDecisions } from './listener.ts'
import type { AuthEndpoint } from '../auth-endpoint.ts'
import type { ControlPlane } from '../authentik/outpost.ts'
import { testControlPlane } from '../authentik/testing.ts'

let running: RunningGate
let origin: string

beforeAll(async () => {
  const free = { hostname: '127.0.0.1', port: 0 }
  running = await startRunningGate({ listen: { http: free, metrics: free } })
  origin = `http://127.0.0.1:${running.gate.metricsPort}`
})

afterAll(() => running.close())

async function metrics(): Promise<Map<string, number>> {
  const text = await (await fetch(`${origin}/metrics`)).text()
  const rows = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  return new Map(
    rows.map((line): [string, number] => [
      line.slice(0, line.lastIndexOf(' ')),
      Number(line.slice(line.lastIndexOf(' ') + 1)),
    ]),
  )
}

describe('the private listener', () => {
  test('is live and ready, and says what it tried', async () => {
    expect(await (await fetch(`${origin}/livez`)).json()).toEqual({ live: true })
    const ready = await fetch(`${origin}/readyz`)
    expect(ready.status).toBe(200)
    expect(await ready.json()).toEqual({
      ready: true,
      checks: [
        { name: 'stranger', ok: true, detail: 'sign-in; no-session' },
        { name: 'session-store', ok: true, detail: 'works' },
      ],
    })
  })

  test('tells the refusals of the last whole minutes by reason, and how full the store is', async () => {
    const evidence = async (query = ''): Promise<unknown> =>
      (await fetch(`${origin}/evidence${query}`)).json()
    const shape = {
      until: expect.any(Number),
      reasons: expect.any(Array),
      sessions: {
        stored: expect.any(Number),
        most: 100_000,
        opened: { people: expect.any(Number), probes: 0, machines: 0 },
        faults: 0,
      },
    }
    expect(await evidence()).toEqual(shape)
    for (const odd of ['?since=', '?since=-1', '?since=1e9', '?since=999999999999', '?since=%00'])
      expect(await evidence(odd)).toEqual(shape)
  })

  test('counts what the auth endpoints decide, with labels of ours only', async () => {
    const row = 'gatehouse_decisions_total{decision="refuse",reason="unknown-host",dialect="caddy"}'
    const before = (await metrics()).get(row) ?? 0
    await ask(running.port, 'caddy', { host: 'evil"} 1.test' })
    await ask(running.port, 'caddy', { host: 'unheard-of.test' })
    const after = await metrics()
    expect((after.get(row) ?? 0) - before).toBe(1)
    expect([...after.keys()].join('\n')).not.toContain('unheard-of')
    expect([...after.keys()].every((name) => name.startsWith('gatehouse_'))).toBe(true)
  })

  test('tells monitors from people among those who are told to sign in', async () => {
    const kuma = 'gatehouse_strangers_total{client="probes"}'
    const before = (await metrics()).get(kuma) ?? 0
    for (let i = 0; i < 3; i++)
      await ask(running.port, 'nginx', { headers: ['User-Agent: Uptime-Kuma/2.3.2'] })
    await ask(running.port, 'nginx', { headers: ['User-Agent: Mozilla/5.0'] })
    expect((await metrics()).get(kuma)).toBe(before + 3)
  })

  test('shows sessions and their bounds', async () => {
    const before = (await metrics()).get('gatehouse_sessions') ?? 0
    await signIn(running.gate, 'carol', ['staff'])
    const after = await metrics()
    expect(after.get('gatehouse_sessions')).toBe(before + 1)
    expect(after.get('gatehouse_session_bound{bound="per_user"}')).toBe(20)
    expect(after.get('gatehouse_session_store_up')).toBe(1)
    expect(after.get('gatehouse_build_info{version="test"}')).toBe(1)
  })

  test('counts configurations that were taken and refused', async () => {
    running.gate.reloadRefused()
    expect((await metrics()).get('gatehouse_config_last_reload_successful')).toBe(0)
  })

  test('explains a refused request by its id, to this machine only', async () => {
    const answer = await ask(running.port, 'traefik', {
      uri: '/admin',
      cookie: running.cookies.alice,
    })
    const id = answer.header('X-Gatehouse-Request-Id') ?? ''
    expect(await (await fetch(`${origin}/decisions/${id}`)).json()).toMatchObject({
      decision: 'forbid',
      reason: 'not-member',
      user: 'alice',
      host: 'app.example.com',
      path: '/admin',
    })
    expect(await (await fetch(`${origin}/decisions`)).json()).toContainEqual(
      expect.objectContaining({ request_id: id }),
    )
    const rebound = await fetch(`${origin}/decisions/${id}`, {
      headers: { host: 'rebound.evil.test' },
    })
    expect(rebound.status).toBe(404)
    expect((await fetch(`${origin}/decisions/unknown`)).status).toBe(404)
  })

  const askers: readonly (readonly [peer: string | null, own: string, host: string, boolean])[] = [
    ['127.0.0.1', '0.0.0.0', '127.0.0.1', true],
    ['::ffff:127.0.0.1', '::', 'localhost', true],
    ['::1', '::', '[::1]', true],
    ['10.0.0.5', '10.0.0.5', '10.0.0.5', true],
    // Another pod of the cluster, which may scrape metrics.
    ['10.0.0.9', '0.0.0.0', '10.0.0.5', false],
    ['10.0.0.9', '10.0.0.5', '10.0.0.5', false],
    ['10.0.0.9', '0.0.0.0', '127.0.0.1', false],
    ['10.0.0.9', '0.0.0.0', 'localhost', false],
    ['127.0.0.1', '0.0.0.0', 'rebound.evil.test', false],
    [null, '127.0.0.1', '127.0.0.1', false],
  ]
  test.each(askers)('tells %s at the listener on %s who asks for %s decisions: %p', (...asker) => {
    const [peer, own, hostname, told] = asker
    expect(mayKnowDecisions({ peer, own, hostname })).toBe(told)
  })

  test.each(['/', '/_gatehouse/sign-in', '/metrics/x', '/decisionsx'])(
    'has nothing at %s',
    async (path) => {
      expect((await fetch(origin + path)).status).toBe(404)
    },
  )
})

describe('readiness', () => {
  const stats = { storeWorks: true, storeFaults: 0 } as ReturnType<
    RunningGate['gate']['sessions']['stats']
  >

  function endpointSaying(decision: string): AuthEndpoint {
    const answer = Buffer.from(`HTTP/1.1 302 Found\r\nX-Gatehouse-Decision: ${decision}\r\n\r\n`)
    return { answer: () => answer } as unknown as AuthEndpoint
  }

  test('is not ready when a stranger would be let in, or told nonsense', async () => {
    for (const decision of ['allow; open', 'unavailable; session-store', 'refuse; unknown-host']) {
      const state = await readiness({
        endpoint: endpointSaying(decision),
        policy: () => compilePolicy(testConfig().services),
        sessions: () => stats,
        outpost: null,
      })
      expect([decision, state.ready]).toEqual([decision, false])
    }
  })

  test('stays ready when only the store fails, and says so', async () => {
    const state = await readiness({
      endpoint: endpointSaying('sign-in; no-session'),
      policy: () => compilePolicy([testService('*.example.com')]),
      sessions: () => ({ ...stats, storeWorks: false, storeFaults: 3 }),
      outpost: null,
    })
    expect(state.ready).toBe(true)
    expect(state.checks[1]).toEqual({
      name: 'session-store',
      ok: false,
      detail: 'does not work, 3 faults',
    })
  })

  test('of an outpost is not ready before it has a configuration, and says where that is from', async () => {
    const asked = async (outpost: ControlPlane): Promise<unknown> => {
      const state = await readiness({
        endpoint: endpointSaying('refuse; unknown-host'),
        policy: () => compilePolicy([]),
        sessions: () => stats,
        outpost,
      })
      return [state.ready, state.checks.at(-1)?.detail]
    }
    const plane = testControlPlane()
    const state = plane.state()
    expect(await asked(plane)).toEqual([true, 'connected'])
    expect(await asked(testControlPlane(null))).toEqual([false, 'has not answered yet'])
    const away = { ...plane, state: () => ({ ...state, source: 'disk' as const }) }
    expect(await asked(away)).toEqual([
      true,
      'does not answer, the last good configuration is in force',
    ])
  })

  test('expects a refusal where no service asks for a sign-in', async () => {
    const state = await readiness({
      endpoint: endpointSaying('refuse; unknown-host'),
      policy: () => compilePolicy([testService('open.example.com', { auth: 'none' })]),
      sessions: () => stats,
      outpost: null,
    })
    expect(state.ready).toBe(true)
  })
})

describe('Meter', () => {
  test('sorts times into buckets that add up', () => {
    const meter = new Meter()
    for (const ms of [0.001, 0.004, 0.5, 5000]) meter.time(ms)
    const { buckets, sum } = meter.times()
    expect(buckets.reduce((total, count) => total + count, 0)).toBe(4)
    expect(buckets[decisionTimeBuckets.length]).toBe(1)
    expect(sum).toBeCloseTo(5.000505, 5)
  })

  test('forgets the counts of hosts that are no longer declared', () => {
    const meter = new Meter()
    const decision: Decision = { kind: 'refuse', reason: 'no-rule', rule: null }
    meter.decision(decision, 'nginx', 'a.example.com')
    meter.decision(decision, 'nginx', 'b.example.com')
    meter.keepHosts(new Set(['b.example.com']))
    expect([...meter.hosts()].map(([host]) => host)).toEqual(['b.example.com'])
  })
})

describe('RecentDecisions', () => {
  test('keeps the newest of each kind, however many of another come', () => {
    const recent = new RecentDecisions(3)
    const entry = {
      at: 1,
      reason: 'x',
      dialect: 'nginx',
      method: '',
      host: '',
      path: '',
      user: '',
      rule: '',
      clientAddress: '',
      detail: '',
    }
    recent.add({ ...entry, requestId: 'f', decision: 'forbid' })
    for (let i = 0; i < 10; i++) recent.add({ ...entry, requestId: `r${i}`, decision: 'refuse' })
    expect(recent.find('f')?.decision).toBe('forbid')
    expect(recent.find('r6')).toBeNull()
    expect(
      recent
        .list()
        .map(({ requestId }) => requestId)
        .toSorted(),
    ).toEqual(['f', 'r7', 'r8', 'r9'])
  })
})

describe('test requests', () => {
  test('count headers as a transport does', () => {
    const headers: TestHeaders = { cookie: ['a', 'b'] }
    expect([
      testRequest(headers).count(1),
      testRequest(headers).first(1),
      testRequest(headers).count(2),
    ]).toEqual([2, 'a', 0])
  })
})
