// The way of a request through the endpoint, without a network: who is let in, what is told, what stays.
import { memoryUsage } from 'bun:jsc'
import { describe, expect, test } from 'bun:test'
import { fakeClock } from '../world/clock.ts'
import { memoryLog } from '../world/log.ts'
import { seededRandom } from '../world/random.ts'
import { AuthEndpoint, type EndpointState } from './auth-endpoint.ts'
import type { GateConfig } from './config.ts'
import { dialects } from './dialect/registry.ts'
import { Meter } from './meter.ts'
import { Observer } from './observer.ts'
import { compilePolicy } from './policy/compile.ts'
import { createSealer } from './seal.ts'
import { createSessions } from './session/create-sessions.ts'
import { createMemoryStore } from './session/memory.ts'
import type { Lookup, SessionStore } from './session/store.ts'
import type { Sessions } from './session/sessions.ts'
import { type TestHeaders, testConfig, testRequest, testService, testMarks } from './testing.ts'
import { type HeadBuffer, RequestHead } from './transport/head.ts'
import { createTrust } from './trust.ts'

const services = [
  testService(
    'app.example.com',
    { groups: ['staff'] },
    { path: '/public/**', auth: 'public' },
    { path: '/admin/**', groups: ['admins'] },
  ),
  testService('*.wild.example.com'),
]

interface Door {
  ask(headers: TestHeaders): Promise<Answer>
  signIn(user: string, groups: readonly string[]): Promise<string>
  reload(config: GateConfig): void
  readonly endpoint: AuthEndpoint
  readonly meter: Meter
  readonly observer: Observer
  readonly log: ReturnType<typeof memoryLog>
  readonly clock: ReturnType<typeof fakeClock>
  readonly sessions: Sessions
}

interface Answer {
  readonly status: number
  readonly headers: ReadonlyMap<string, string>
  readonly body: string
  readonly decision: string
}

function stateOf(config: GateConfig): EndpointState {
  return {
    config,
    policy: compilePolicy(config.services),
    trust: createTrust(config.trustedProxies),
  }
}

function createDoor(breakStore: (store: SessionStore) => SessionStore = (store) => store): Door {
  const clock = fakeClock(1_800_000_000_000)
  const log = memoryLog()
  const random = seededRandom(1)
  const config = testConfig({ services })
  const sessions = createSessions({
    config: () => ({ ...config.sessions, domain: config.domain, secure: true }),
    store: breakStore(createMemoryStore({ bounds: () => config.sessions, clock })),
    sealer: createSealer(new Uint8Array(32), random),
    clock,
    random,
    log,
  })
  const meter = new Meter()
  const observer = new Observer({ meter, log, clock, random: seededRandom(1) })
  let ids = 0
  const endpoint = new AuthEndpoint(
    {
      ...{ sessions, meter, observer, clock },
      marks: testMarks(clock),
      nextRequestId: () => `r${++ids}`,
    },
    stateOf(config),
  )
  return {
    ask: async (headers) =>
      parse(await endpoint.answer(testRequest({ ...base, ...headers }), dialects.traefik)),
    signIn: async (user, groups) => {
      const identity = { user, name: '', email: '', groups, provider: 'test' }
      const facts = {
        identity,
        providerSid: '',
        providerSub: '',
        userAgent: '',
        address: '',
        idToken: '',
      }
      const opened = await sessions.open(facts, null)
      return opened.setCookies[0]?.split(';')[0] ?? ''
    },
    reload: (next) => endpoint.reload(stateOf(next)),
    endpoint,
    meter,
    observer,
    log,
    clock,
    sessions,
  }
}

const base: TestHeaders = {
  'x-forwarded-proto': 'https',
  'x-forwarded-host': 'app.example.com',
  'x-forwarded-uri': '/',
  'x-forwarded-method': 'GET',
}

function parse(bytes: Buffer): Answer {
  const text = bytes.toString('utf8')
  const end = text.indexOf('\r\n\r\n')
  const [first = '', ...lines] = text.slice(0, end).split('\r\n')
  const headers = new Map(
    lines.map((line): [string, string] => {
      const colon = line.indexOf(':')
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()]
    }),
  )
  return {
    status: Number(first.split(' ')[1]),
    headers,
    body: text.slice(end + 4),
    decision: headers.get('x-gatehouse-decision') ?? '',
  }
}

/** What a door that was never asked before says to alice of the staff. */
async function createDoorFor(headers: TestHeaders): Promise<(string | number | undefined)[]> {
  const door = createDoor()
  const session = await door.signIn('alice', ['staff'])
  const before = typeof headers.cookie === 'string' && headers.cookie.startsWith('theme')
  const cookie = before ? `theme=dark; ${session}` : session
  const { status, decision, headers: lines } = await door.ask({ ...headers, cookie })
  return [status, decision, lines.get('remote-user'), lines.get('cookie')]
}

const identityNames = ['remote-user', 'remote-groups', 'remote-email', 'remote-name']

describe('AuthEndpoint', () => {
  test('sends a stranger who navigates to sign in, with the way back whole', async () => {
    const answer = await createDoor().ask({
      accept: 'text/html',
      'x-forwarded-uri': '/d/x?a=1&b=%2F',
    })
    expect([answer.status, answer.decision]).toEqual([302, 'sign-in; no-session'])
    const target = new URL(answer.headers.get('location') ?? '')
    expect(target.origin + target.pathname).toBe('https://auth.example.com/_gatehouse/sign-in')
    expect(target.searchParams.get('rd')).toBe('https://app.example.com/d/x?a=1&b=%2F')
    expect(answer.headers.has('set-cookie')).toBe(false)
  })

  test('tells anything else 401, without a redirect', async () => {
    const answer = await createDoor().ask({ accept: 'application/json' })
    expect([
      answer.status,
      answer.headers.get('location'),
      answer.headers.get('set-cookie'),
    ]).toEqual([401, undefined, undefined])
    expect(JSON.parse(answer.body)).toMatchObject({ decision: 'sign-in', reason: 'no-session' })
  })

  test('lets a member in and passes on who it is', async () => {
    const door = createDoor()
    const cookie = await door.signIn('alice', ['staff', 'family'])
    const answer = await door.ask({ cookie })
    expect([
      answer.status,
      answer.headers.get('remote-user'),
      answer.headers.get('remote-groups'),
    ]).toEqual([200, 'alice', 'staff'])
  })

  test('says the same when somebody is let in again, and decides anew under another rule', async () => {
    const door = createDoor()
    const session = await door.signIn('alice', ['staff'])
    const asked: readonly TestHeaders[] = [
      { cookie: session },
      { cookie: `theme=dark; ${session}` },
      { cookie: session, 'x-forwarded-uri': '/public/x' },
      { cookie: session, 'x-forwarded-uri': '/admin' },
      { cookie: session, 'x-forwarded-host': 'x.wild.example.com' },
      { cookie: session },
    ]
    const once = await Promise.all(asked.map((headers) => createDoorFor(headers)))
    for (const round of [1, 2, 3]) {
      for (const [i, headers] of asked.entries()) {
        const { status, decision, headers: lines } = await door.ask(headers)
        const said = [status, decision, lines.get('remote-user'), lines.get('cookie')]
        expect({ round, i, said }).toEqual({ round, i, said: once[i] ?? [] })
      }
    }
    const counted = door.meter.decisions().reduce((sum, { count }) => sum + count, 0)
    expect(counted).toBe(3 * asked.length)
  })

  test('answers 403 to who may not, and names the group that would help', async () => {
    const door = createDoor()
    const cookie = await door.signIn('alice', ['staff'])
    const answer = await door.ask({ cookie, 'x-forwarded-uri': '/admin', accept: 'text/html' })
    expect(answer.status).toBe(403)
    expect(answer.body).toContain('admins')
    expect(answer.headers.has('location')).toBe(false)
  })

  const everyDecision: readonly TestHeaders[] = [
    {},
    { accept: 'text/html' },
    { 'x-forwarded-uri': '/public/x' },
    { 'x-forwarded-uri': '/public/x', cookie: '__Secure-gatehouse=garbage' },
    { 'x-forwarded-uri': '//x' },
    { 'x-forwarded-host': 'unknown.example.com' },
    { 'x-forwarded-host': '' },
    { 'x-forwarded-uri': '/x\u0000' },
    { cookie: '__Secure-gatehouse=1aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa' },
  ]
  test.each(everyDecision)(
    'carries every identity header, empty, and no cookie for %j',
    async (headers) => {
      const answer = await createDoor().ask(headers)
      for (const name of identityNames) expect(answer.headers.get(name)).toBe('')
      expect(answer.headers.has('set-cookie')).toBe(false)
    },
  )

  test('says that it cannot know, when the store does not answer, and leaves the cookie alone', async () => {
    const unavailable: Lookup = { kind: 'unavailable' }
    const door = createDoor((store) => Object.assign(store, { find: () => unavailable }))
    const cookie = '__Secure-gatehouse=1aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'
    const answer = await door.ask({ cookie, accept: 'text/html' })
    expect([
      answer.status,
      answer.headers.get('retry-after'),
      answer.headers.get('set-cookie'),
    ]).toEqual([503, '5', undefined])
    expect((await door.ask({ cookie, 'x-forwarded-uri': '/public/x' })).status).toBe(200)
  })

  test('takes the gate host as its own: pages open, auth endpoints shut', async () => {
    const door = createDoor()
    const own = { 'x-forwarded-host': 'auth.example.com' }
    expect((await door.ask({ ...own, 'x-forwarded-uri': '/_gatehouse/sign-in?rd=x' })).status).toBe(
      200,
    )
    expect((await door.ask({ ...own, 'x-forwarded-uri': '/_gatehouse/auth/traefik' })).status).toBe(
      403,
    )
    expect((await door.ask({ ...own, 'x-forwarded-uri': '/_gatehouse/denied' })).status).toBe(403)
    expect((await door.ask({ ...own, 'x-forwarded-uri': '/' })).status).toBe(403)
  })

  test('refuses a peer that is not a trusted proxy before reading a word', async () => {
    const door = createDoor()
    const cookie = await door.signIn('alice', ['staff'])
    const raw = testRequest({ ...base, cookie }, { peer: '203.0.113.9', peerTrusted: false })
    const answer = parse(await door.endpoint.answer(raw, dialects.traefik))
    expect([answer.status, answer.decision]).toEqual([403, 'refuse; untrusted-peer'])
  })

  test('drops prepared answers on reload', async () => {
    const door = createDoor()
    const cookie = await door.signIn('alice', ['staff'])
    expect((await door.ask({ cookie })).headers.get('remote-groups')).toBe('staff')
    door.reload(testConfig({ services: [testService('app.example.com')] }))
    expect((await door.ask({ cookie })).headers.get('remote-groups')).toBe('')
    door.reload(testConfig({ services: [testService('app.example.com', { groups: ['admins'] })] }))
    expect((await door.ask({ cookie })).status).toBe(403)
  })

  test('dates its answers by the clock', async () => {
    const door = createDoor()
    const cookie = await door.signIn('alice', ['staff'])
    const before = (await door.ask({ cookie })).headers.get('date') ?? ''
    door.clock.advance(10_000)
    const after = (await door.ask({ cookie })).headers.get('date') ?? ''
    expect(Date.parse(after) - Date.parse(before)).toBe(10_000)
  })

  test('remembers a refusal by its request id, and no sign-in', async () => {
    const door = createDoor()
    const refused = await door.ask({ 'x-forwarded-host': 'unknown.example.com' })
    const id = refused.headers.get('x-gatehouse-request-id') ?? ''
    expect(door.observer.recent.find(id)).toMatchObject({
      reason: 'unknown-host',
      host: 'unknown.example.com',
    })
    const stranger = await door.ask({})
    expect(
      door.observer.recent.find(stranger.headers.get('x-gatehouse-request-id') ?? ''),
    ).toBeNull()
  })

  test('keeps of a refused request what it remembers, not the whole head', async () => {
    const door = createDoor()
    const head = new RequestHead()
    head.peerTrusted = true
    const padding = 'x'.repeat(60_000)
    const ask = (i: number): void => {
      const lines = Object.entries({ ...base, 'x-forwarded-host': `h${i}.test`, 'x-pad': padding })
      const text = lines.map(([name, value]) => `${name}: ${String(value)}\r\n`).join('')
      const bytes = Buffer.from(`GET /x HTTP/1.1\r\nHost: a\r\n${text}\r\n`) as HeadBuffer
      expect(head.read(bytes, 0, bytes.length)).toBeNull()
      void door.endpoint.answer(head, dialects.traefik)
    }
    const used = (): number => {
      Bun.gc(true)
      return memoryUsage().current
    }
    ask(0)
    const before = used()
    for (let i = 0; i < 512; i++) ask(i)
    // 512 heads of 60 kB are 31 MB.
    expect(used() - before).toBeLessThan(15_000_000)
    expect(door.observer.recent.list().length).toBe(512)
  })

  test('counts by decision, reason, dialect, and by declared host only', async () => {
    const door = createDoor()
    await door.ask({})
    await door.ask({ 'x-forwarded-host': 'x1.wild.example.com' })
    await door.ask({ 'x-forwarded-host': 'x2.wild.example.com' })
    await door.ask({ 'x-forwarded-host': 'evil.test' })
    expect(door.meter.decisions()).toEqual([
      { decision: 'sign-in', reason: 'no-session', dialect: 'traefik', count: 3 },
      { decision: 'refuse', reason: 'unknown-host', dialect: 'traefik', count: 1 },
    ])
    expect([...door.meter.hosts()].map(([host]) => host)).toEqual([
      'app.example.com',
      '*.wild.example.com',
    ])
  })

  test('writes a bounded number of log lines a second and says how many it left out', async () => {
    const door = createDoor()
    for (let i = 0; i < 500; i++) await door.ask({ 'x-forwarded-host': 'evil.test' })
    for (let i = 0; i < 500; i++) await door.ask({})
    expect(door.log.lines.length).toBeLessThan(60)
    door.clock.advance(1000)
    await door.ask({})
    const said = door.log.lines.find((line) => line.event === 'decisions-not-logged')
    expect(said?.fields).toEqual({ count: 945 })
  })
})
