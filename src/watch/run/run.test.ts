// The running watch with everything around it made up: what reaches the core, when, and what survives a defect.
import { describe, expect, test } from 'bun:test'
import { toUtf8 } from '../../std/bytes.ts'
import { type Result, err, ok } from '../../std/result.ts'
import { fakeClock } from '../../world/clock.ts'
import type { HttpClient } from '../../world/http-client.ts'
import { memoryLog } from '../../world/log.ts'
import { seededRandom } from '../../world/random.ts'
import type { WatchConfig } from '../config.ts'
import type { Effect, Input, WatchCore } from '../core.ts'
import type { Outbox } from '../notify/outbox.ts'
import { sampleDoor, sampleWatch } from '../plan/samples.fixture.ts'
import type { ProbeAnswer, ProbeFault, ProbeRequest, Prober } from '../probe/prober.ts'
import type { Robot } from '../robot/robot.ts'
import type { Witness } from '../witness/witness.ts'
import { watchAnswers } from './answers.ts'
import { startWatch } from './run.ts'

const startAt = Date.UTC(2026, 3, 18)

type Answerer = (request: ProbeRequest) => Promise<Result<ProbeAnswer, ProbeFault>>

/** Promises go on between the steps of a fake clock. */
async function settle(): Promise<void> {
  for (let i = 0; i < 60; i++) await Promise.resolve()
}

function answerOf(status: number, over: Partial<ProbeAnswer> = {}): ProbeAnswer {
  return {
    status,
    headers: new Map(),
    setCookies: [],
    body: '{"keys":[{}],"jwks_uri":"https://id.example.com/keys"}',
    address: '10.0.20.5',
    certificate: null,
    ms: 5,
    ...over,
  }
}

const signIn = new Map([['location', 'https://auth.example.com/_gatehouse/sign-in?rd=x']])

/** An estate in which everything is well. */
const wellAnswer: Answerer = async ({ headers, host }) => {
  const isClosed = host === 'app.example.com' || headers['X-Forwarded-Host'] === 'app.example.com'
  return ok(isClosed ? answerOf(302, { headers: signIn }) : answerOf(200))
}

interface Given {
  readonly config?: Partial<WatchConfig>
  readonly answer?: Answerer
  readonly effects?: (input: Input) => readonly Effect[]
  readonly witnesses?: readonly Witness[]
  readonly http?: HttpClient
  readonly robot?: Robot | null
}

function begin(given: Given = {}) {
  const clock = fakeClock(startAt)
  const log = memoryLog()
  const inputs: Input[] = []
  const said: string[] = []
  let closed = 0
  const core: WatchCore = {
    take: (input) => {
      inputs.push(input)
      return given.effects?.(input) ?? []
    },
    verdict: () => ({
      kind: 'healthy',
      leader: { elements: [], probability: 1 },
      runnerUp: null,
      because: [],
      discriminating: null,
      masked: [],
    }),
    incidents: () => [],
    records: () => [],
    forecasts: () => [],
    snapshot: () => ({ form: 1, records: [], changes: [], conditions: [], rounds: [] }),
  }
  const outbox: Outbox = {
    take: ({ incident }) => void said.push(incident.id),
    states: () => [],
    close: async () => {
      closed++
    },
  }
  const answer = given.answer ?? wellAnswer
  const prober: Prober = {
    probe: answer,
    probeSignedIn: ({ request }) => answer(request),
    resolve: async () => ok(['10.0.20.5']),
  }
  const http: HttpClient = given.http ?? {
    send: async () => err({ code: 'unreachable', detail: 'Nobody' }),
  }
  const watch = startWatch({
    config: sampleWatch({ robot: null, ...given.config }),
    world: { clock, random: seededRandom(1), http, log },
    core,
    outbox,
    prober,
    robot: given.robot === undefined ? null : () => given.robot ?? null,
    witnesses: given.witnesses ?? [],
    mark: null,
  })
  const pass = async (ms: number): Promise<void> => {
    for (let gone = 0; gone < ms; gone += 500) {
      clock.advance(500)
      await settle()
    }
  }
  const rounds = () => inputs.filter((input) => input.kind === 'round')
  return { watch, clock, log, inputs, rounds, said, pass, closed: () => closed }
}

describe('startWatch()', () => {
  test('gives the core a round each interval, with every canary that could be tried', async () => {
    const { pass, rounds, watch } = begin()
    await pass(5 * 60_000)
    expect(rounds().length).toBeGreaterThanOrEqual(4)
    expect(rounds().length).toBeLessThanOrEqual(6)
    const results = rounds()[0]?.round.results ?? new Map<string, boolean>()
    expect([...results].filter(([, passed]) => !passed)).toEqual([])
    expect([...results.keys()].toSorted()).toEqual([
      'control_inet',
      'dns',
      'edge_anon_fwd',
      'edge_anon_open',
      'gate_anon',
      'idp',
      'idp_jwks',
      'origin_anon_fwd',
      'origin_anon_open',
      'up_direct',
      'up_direct_open',
    ])
    expect(watch.isReady()).toBe(true)
  })

  test('gives it every door over every vantage once each interval of doors', async () => {
    const { inputs, pass } = begin({ config: { doorIntervalMs: 60_000 } })
    await pass(4 * 60_000)
    const seen = inputs.flatMap((input) => (input.kind === 'doors' ? input.observations : []))
    const counts = new Map<string, number>()
    for (const { probe } of seen) counts.set(probe, (counts.get(probe) ?? 0) + 1)
    expect(counts.size).toBe(8)
    for (const count of counts.values()) {
      expect(count).toBeGreaterThanOrEqual(2)
      expect(count).toBeLessThanOrEqual(4)
    }
  })

  test('keeps to its rounds while one host hangs', async () => {
    const hangs: Answerer = (request) =>
      request.host === 'app.example.com' ? new Promise(() => {}) : wellAnswer(request)
    const { log, pass, rounds, watch } = begin({ answer: hangs, config: { timeoutMs: 1000 } })
    await pass(5 * 60_000)
    expect(rounds().length).toBeGreaterThanOrEqual(4)
    const results = rounds()[1]?.round.results
    expect(results?.get('edge_anon_fwd')).toBe(false)
    expect(results?.get('edge_anon_open')).toBe(true)
    expect(log.lines.filter(({ event }) => event === 'watch-turn-skipped')).toEqual([])
    expect(watch.defects()).toBe(0)
  })

  test('says that it is not well while its rounds do not end', async () => {
    const hangs: Answerer = () => new Promise(() => {})
    const { pass, watch } = begin({ answer: hangs, config: { timeoutMs: 60_000 } })
    expect(watch.isReady()).toBe(false)
    await pass(60_000)
    expect(watch.isReady()).toBe(false)
    expect(watchAnswers(watch).answer('/verdict', 'watch.example.com')?.status).toBe(503)
  })

  test('goes on after a defect of its own parts, counts it and says where', async () => {
    const { log, pass, rounds, watch } = begin({
      effects: (input) => {
        if (input.kind === 'doors') throw new TypeError('of ours')
        return []
      },
      answer: async (request) => {
        if (request.host === 'id.example.com') throw new RangeError('of ours, too')
        return wellAnswer(request)
      },
    })
    await pass(3 * 60_000)
    expect(rounds().length).toBeGreaterThanOrEqual(2)
    expect(watch.defects()).toBeGreaterThan(0)
    const details = log.lines.filter(({ event }) => event === 'watch-defect')
    expect(details.map(({ fields }) => fields['detail'])).toContain('TypeError: of ours')
    expect(details.map(({ fields }) => fields['detail'])).toContain('RangeError: of ours, too')
  })

  test('runs the probe that the core asks for at once, as a small round', async () => {
    let asked = false
    const { pass, rounds } = begin({
      effects: (input) => {
        if (input.kind !== 'round' || asked) return []
        asked = true
        return [
          { kind: 'probe-now', probe: 'gate_anon' },
          { kind: 'probe-now', probe: 'nothing_of_the_kind' },
        ]
      },
    })
    await pass(30_000)
    expect(rounds().map(({ round }) => round.results.size)).toEqual([11, 1])
    expect(rounds()[1]?.round.results.get('gate_anon')).toBe(true)
  })

  test('hears witnesses, and tells a blind one from what it watches', async () => {
    const report = {
      testimonies: [{ name: 'Grafana', host: 'app.example.com', state: 'down' }],
      reasons: [{ reason: 'no-session', count: 3, people: 0, hosts: 1, networks: 2 }],
      samples: [],
      changes: [],
    } as const
    const { inputs, pass } = begin({
      witnesses: [
        { name: 'kuma', read: async () => ok(report) },
        { name: 'prom', read: async () => err({ witness: 'prom', detail: 'Nonsense' }) },
        { name: 'broken', read: () => Promise.reject(new Error('of ours')) },
      ],
    })
    await pass(30_000)
    const kinds = inputs.map(({ kind }) => kind)
    for (const kind of ['testimony', 'reasons', 'seeing-witness', 'blind-witness'] as const)
      expect(kinds).toContain(kind)
    expect(inputs.find(({ kind }) => kind === 'blind-witness')).toMatchObject({ witness: 'prom' })
  })

  const peers = [
    [200, '{"verdict":{},"ready":true,"later":1}', true],
    [200, '{"ready":false}', false],
    [200, '{"ready":"true"}', false],
    [200, '<html>Parked</html>', false],
    [200, '', false],
    [503, '{"ready":true}', false],
    [404, '', false],
    [null, '', false],
  ] as const
  test.each(peers)('takes a peer that answers %p %p for alive: %p', async (status, text, alive) => {
    const asked: string[] = []
    const http: HttpClient = {
      send: async ({ url }) => {
        asked.push(url)
        return status === null
          ? err({ code: 'timeout', detail: '' })
          : ok({ status, headers: new Headers(), body: toUtf8(text) })
      },
    }
    const { inputs, pass, watch } = begin({
      http,
      config: { peers: [{ name: 'outside', url: 'http://10.8.0.2:9300/' }] },
    })
    await pass(30_000)
    expect(inputs.find(({ kind }) => kind === 'peer')).toMatchObject({ peer: 'outside', alive })
    expect(asked[0]).toBe('http://10.8.0.2:9300/verdict')
    expect([...watch.readings.peers()]).toEqual([{ name: 'outside', up: alive }])
  })

  test('tells the core of declared changes first, in order of time, and of others when they come', async () => {
    const change = (id: string, at: number) =>
      ({ id, at, source: 'declared', title: id, touches: [], actor: 'operator' }) as const
    const { inputs, watch } = begin({
      config: { changes: [change('b', startAt - 1), change('a', startAt - 5)] },
    })
    watch.note(change('c', startAt))
    const ids = inputs.flatMap((input) => (input.kind === 'change' ? [input.change.id] : []))
    expect(ids).toEqual(['a', 'b', 'c'])
  })

  test('leaves the rows of the robot out while it has no session', async () => {
    let hasSession = false
    const session = { cookiesFor: () => 'gatehouse=s' }
    const robot: Robot = {
      session: async () => (hasSession ? session : null),
      renew: async () => null,
      signInFully: async () => ({
        ok: true,
        class: 'CONTENT',
        status: 200,
        ms: 9,
        detail: 'Signed in',
      }),
      close: async () => {},
    }
    const { robot: config } = sampleWatch()
    const { pass, rounds } = begin({ robot, config: { robot: config } })
    await pass(60_000)
    expect(rounds()[0]?.round.results.has('origin_auth')).toBe(false)
    hasSession = true
    await pass(60_000)
    // The estate here sends everybody to sign in: with a session that is a failure of the gate.
    expect(rounds().at(-1)?.round.results.get('origin_auth')).toBe(false)
    const signIns = rounds().filter(({ round }) => round.results.has('sign_in'))
    expect(signIns).toHaveLength(1)
  })

  test('does nothing more once it is closed, and closes what it was given', async () => {
    let robotClosed = 0
    const robot: Robot = {
      session: async () => null,
      renew: async () => null,
      signInFully: async () => ({ ok: false, class: 'OTHER', status: null, ms: 0, detail: '' }),
      close: async () => void robotClosed++,
    }
    const { closed, inputs, pass, watch } = begin({ robot })
    await pass(60_000)
    await watch.close()
    const before = inputs.length
    await pass(5 * 60_000)
    expect(inputs.length).toBe(before)
    expect([closed(), robotClosed]).toEqual([1, 1])
  })
})

/** Hosts that were asked under their own name. */
function asking(given: Given = {}) {
  const hosts: string[] = []
  const answer: Answerer = (request) => {
    hosts.push(request.headers['X-Forwarded-Host'] ?? request.host)
    return (given.answer ?? wellAnswer)(request)
  }
  const begun = begin({ ...given, answer })
  const count = (host: string): number => hosts.filter((one) => one === host).length
  return { ...begun, count }
}

describe('doors that come while the watch runs', () => {
  const wiki = sampleDoor('wiki.example.com', { upstream: null, tier: 'none' })

  test('are knocked at within an interval, over every vantage, and are gone when they go', async () => {
    const { count, inputs, pass, watch } = asking()
    await pass(60_000)
    const before = watch.load.requestsPerMs
    watch.replaceDoors([wiki])
    expect(watch.load.requestsPerMs).toBeCloseTo(before + 3 / 300_000, 9)
    await pass(299_000)
    expect(count('wiki.example.com')).toBe(3)
    const instances = (): readonly string[] =>
      [...watch.readings.doors()].map(({ instance }) => instance)
    expect(instances().filter((name) => name.includes('wiki'))).toHaveLength(3)

    watch.replaceDoors([])
    expect(inputs.at(-1)).toMatchObject({ kind: 'doors-gone' })
    expect(instances().filter((name) => name.includes('wiki'))).toEqual([])
    expect(watch.load.requestsPerMs).toBeCloseTo(before, 9)
    const asked = count('wiki.example.com')
    await pass(900_000)
    expect(count('wiki.example.com')).toBe(asked)
  })

  test('say nothing once they are gone, though they were asked before', async () => {
    let release = (): void => {}
    const held = new Promise<void>((done) => (release = done))
    const slow: Answerer = async (request) => {
      if ((request.headers['X-Forwarded-Host'] ?? request.host) === 'wiki.example.com') await held
      return wellAnswer(request)
    }
    const { count, inputs, pass, watch } = asking({ answer: slow })
    watch.replaceDoors([wiki])
    while (count('wiki.example.com') === 0) await pass(1000)
    watch.replaceDoors([])
    release()
    await pass(120_000)
    const seen = inputs.flatMap((input) => (input.kind === 'doors' ? input.observations : []))
    expect(seen.filter(({ door }) => door?.host === 'wiki.example.com')).toEqual([])
  })

  test('leave those of the configuration alone', async () => {
    const { inputs, pass, watch } = asking()
    watch.replaceDoors([sampleDoor('app.example.com', { tier: 'none' })])
    await pass(60_000)
    expect(inputs.filter(({ kind }) => kind === 'doors-gone')).toEqual([])
    expect(watch.doors().map(({ id, tier }) => `${tier} ${id}`)).toEqual([
      'none open.example.com/',
      'required app.example.com/',
    ])
  })

  test('are not begun once the watch is closed', async () => {
    const { count, pass, watch } = asking()
    await watch.close()
    watch.replaceDoors([wiki])
    await pass(600_000)
    expect(count('wiki.example.com')).toBe(0)
  })
})
