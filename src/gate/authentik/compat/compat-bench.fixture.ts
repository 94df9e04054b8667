// An outpost's HTTP side for tests: real sessions in memory, a control plane that the test turns, and
// requests as exact bytes.
import { must } from '../../../std/assert.ts'
import { toBase64Url, toUtf8 } from '../../../std/bytes.ts'
import { type FakeClock, fakeClock } from '../../../world/clock.ts'
import type { HttpClient, OutgoingRequest } from '../../../world/http-client.ts'
import { type MemoryLog, memoryLog } from '../../../world/log.ts'
import { realRandom } from '../../../world/random.ts'
import type { Service } from '../../../model/service.ts'
import { err } from '../../../std/result.ts'
import type { EndpointState } from '../../auth-endpoint.ts'
import type { GateConfig } from '../../config.ts'
import { Meter } from '../../meter.ts'
import { Observer } from '../../observer.ts'
import { compilePolicy } from '../../policy/compile.ts'
import { createSealer } from '../../seal.ts'
import { createSessions } from '../../session/create-sessions.ts'
import { createMemoryStore } from '../../session/memory.ts'
import type { Sessions } from '../../session/sessions.ts'
import type { SessionStore } from '../../session/store.ts'
import { testConfig } from '../../testing.ts'
import { type HeadBuffer, RequestHead } from '../../transport/head.ts'
import { createTrust } from '../../trust.ts'
import type { OutpostProvider } from '../outpost.ts'
import type { ProxyVerdict } from '../proxy/guard.ts'
import { type TestControlPlane, testControlPlane, testOutpost, testProvider } from '../testing.ts'
import { type Attempt, openAttempt } from './attempt.ts'
import type { Compat } from './compat.ts'
import { createCompat } from './create.ts'
import { Desks } from './desk.ts'
import type { OutpostAnswer } from './metrics.ts'
import { sampleSettings } from '../samples.fixture.ts'

/** An answer, taken apart. */
export interface BenchAnswer {
  readonly status: number
  readonly body: string
  /** In order, as sent; values as UTF-8 text. */
  readonly headers: readonly (readonly [string, string])[]
  /** The value of a header; null when absent, joined with `|+|` when there are several. */
  header(name: string): string | null
  readonly cookies: readonly string[]
}

/** What a request is made of beside its target. */
export interface BenchRequest {
  readonly method?: string
  /** Default `Host: outpost`. */
  readonly headers?: Readonly<Record<string, string | readonly string[]>>
  readonly peer?: string
}

/** An outpost under test. */
export interface CompatBench {
  readonly compat: Compat
  readonly control: TestControlPlane
  readonly sessions: Sessions
  readonly clock: FakeClock
  readonly log: MemoryLog
  readonly desks: Desks
  /** Calls to authentik that were made; none is answered unless `http` was given. */
  readonly calls: OutgoingRequest[]
  readonly outcomes: string[]
  /** Answers below the prefix, as they are measured. */
  readonly answers: readonly OutpostAnswer[]
  ask(target: string, request?: BenchRequest): Promise<BenchAnswer>
  authorise(
    target: string,
    provider: OutpostProvider,
    request?: BenchRequest,
  ): Promise<ProxyVerdict>
  /** Opens a session as a verified sign-in does; gives the Cookie header. */
  signIn(provider: OutpostProvider, claims?: Readonly<Record<string, unknown>>): Promise<string>
  /** The sealed attempt in the address of a redirect to authentik. */
  attempt(provider: OutpostProvider, location: string | null): Attempt
  refusesFetches: boolean
}

/** What a test says of its outpost. */
export interface CompatBenchOptions {
  readonly providers?: readonly OutpostProvider[]
  readonly services?: readonly Service[]
  readonly http?: HttpClient
  readonly store?: SessionStore
  readonly config?: Partial<GateConfig>
}

/** A fresh outpost of one forward_single provider, unless said otherwise. */
export function compatBench(options: CompatBenchOptions = {}): CompatBench {
  const clock = fakeClock(1_790_000_000_000)
  const log = memoryLog()
  const random = realRandom()
  const calls: OutgoingRequest[] = []
  const http: HttpClient = {
    send: (request) => {
      calls.push(request)
      const fault = { code: 'unreachable', detail: 'nobody is there' } as const
      return options.http?.send(request) ?? Promise.resolve(err(fault))
    },
  }
  const control = testControlPlane(testOutpost(options.providers ?? [testProvider()]), http)
  const config = testConfig({ services: options.services ?? [], ...options.config })
  const state: EndpointState = {
    config,
    policy: compilePolicy(config.services),
    trust: createTrust(config.trustedProxies),
  }
  const sessions = createSessions({
    config: () => ({ ...config.sessions, domain: config.domain, secure: config.secure }),
    store: options.store ?? createMemoryStore({ bounds: () => config.sessions, clock }),
    sealer: createSealer(new Uint8Array(32).fill(5), random),
    ...{ clock, random, log },
  })
  const outcomes: string[] = []
  const meter = new Meter()
  let ids = 0
  const made = { refusesFetches: false }
  const refusing = { ...config, outpost: sampleSettings({ refuseFetches: true }) }
  const answers: OutpostAnswer[] = []
  const { compat } = createCompat({
    ...{ control, sessions, clock, random, log, meter },
    signInMeter: { signIn: (method, outcome) => void outcomes.push(`${method} ${outcome}`) },
    observer: new Observer({ meter, log, clock, random }),
    state: () => (made.refusesFetches ? { ...state, config: refusing } : state),
    nextRequestId: () => `r${++ids}`,
    onAnswer: (answer) => void answers.push(answer),
  })
  const desks = new Desks(sessions, random)
  const read = (target: string, request: BenchRequest = {}): RequestHead =>
    readHead(target, request, state)
  return Object.assign(made, {
    ...{ compat, control, sessions, clock, log, desks, calls, outcomes, answers },
    ask: async (target: string, request: BenchRequest = {}) =>
      parse(await must(compat.handle(read(target, request)), 'It is for the outpost')),
    authorise: (target: string, provider: OutpostProvider, request: BenchRequest = {}) =>
      compat.authorise(read(target, request), provider),
    signIn: async (provider: OutpostProvider, claims: Readonly<Record<string, unknown>> = {}) => {
      const all = { sub: 'foo', exp: clock.now() / 1000 + 3600, ...claims }
      const opened = await desks.of(provider).sessions.open(
        {
          identity: { user: 'x', name: '', email: '', groups: [], provider: provider.clientId },
          providerSid: typeof claims['sid'] === 'string' ? claims['sid'] : '',
          providerSub: all.sub,
          userAgent: '',
          address: '',
          idToken: tokenOf(all),
        },
        null,
      )
      return opened.setCookies[0]?.split(';')[0] ?? ''
    },
    attempt: (provider: OutpostProvider, location: string | null) => {
      const sealed = new URL(location ?? '').searchParams.get('state') ?? ''
      return must(openAttempt(desks.of(provider), sealed), 'The state was sealed by us')
    },
  })
}

/** A token with these claims; its signature is none, since sessions hold verified tokens only. */
export function tokenOf(claims: Readonly<Record<string, unknown>>): string {
  const part = (value: unknown): string => toBase64Url(toUtf8(JSON.stringify(value)))
  return `${part({ alg: 'HS256' })}.${part(claims)}.${part('signature')}`
}

function readHead(target: string, request: BenchRequest, state: EndpointState): RequestHead {
  const { method = 'GET', headers = {}, peer = '127.0.0.1' } = request
  const lines = [`${method} ${target} HTTP/1.1`]
  const all = { Host: 'outpost', ...headers }
  for (const [name, value] of Object.entries(all))
    for (const one of typeof value === 'string' ? [value] : value) lines.push(`${name}: ${one}`)
  const bytes = Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1') as HeadBuffer
  const head = new RequestHead()
  const fault = head.read(bytes, 0, bytes.length)
  if (fault !== null) throw new TypeError(`The transport refuses the request: ${fault}`)
  head.peer = peer
  head.peerTrusted = state.trust.isTrusted(peer)
  return head
}

/** Takes the bytes of an answer apart. */
export function parse(bytes: Buffer): BenchAnswer {
  const text = bytes.toString('utf8')
  const end = text.indexOf('\r\n\r\n')
  const [status = '', ...lines] = text.slice(0, end).split('\r\n')
  const headers = lines.map((line): readonly [string, string] => {
    const colon = line.indexOf(':')
    return [line.slice(0, colon), line.slice(colon + 1).trim()]
  })
  const all = (name: string): readonly string[] =>
    headers.filter(([key]) => key.toLowerCase() === name.toLowerCase()).map(([, value]) => value)
  return {
    status: Number(status.split(' ')[1]),
    body: text.slice(end + 4),
    headers,
    header: (name) => (all(name).length === 0 ? null : all(name).join('|+|')),
    cookies: all('set-cookie'),
  }
}
