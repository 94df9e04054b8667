// A million strange requests against the endpoint in this process: nobody is ever let in whom a slow and
// obviously right decision would not let in, and nobody is taken for somebody else. Fixed seed.
import { expect, test } from 'bun:test'
import {
  type ReferencePerson,
  type ReferenceRule,
  type ReferenceWorld,
  referenceDecision,
} from '../../test/support/reference-decision.ts'
import { below, one, seedWith, strangeRequest } from '../../test/support/strange-requests.ts'
import { networkSet } from '../model/network.ts'
import type { Service } from '../model/service.ts'
import { fakeClock } from '../world/clock.ts'
import { seededRandom } from '../world/random.ts'
import { AuthEndpoint, type EndpointState } from './auth-endpoint.ts'
import { Front } from './http.ts'
import { Meter } from './meter.ts'
import { Observer } from './observer.ts'
import { compilePolicy } from './policy/compile.ts'
import { createSealer } from './seal.ts'
import { createSessions } from './session/create-sessions.ts'
import { faultyStore } from './session/faulty-store.fixture.ts'
import { createMemoryStore } from './session/memory.ts'
import { testConfig, testService, testMarks } from './testing.ts'
import { type HeadBuffer, RequestHead } from './transport/head.ts'
import { createTrust } from './trust.ts'

const seed = 20_260_418
/** `GATEHOUSE_FUZZ_CASES=1000000` for the long run. */
const casesCount = Number(process.env['GATEHOUSE_FUZZ_CASES'] ?? 20_000)

/** Rules once for the gate and once, by hand and in order, for the reference. */
function rulesOf(
  team: string,
): [over: Parameters<typeof testService>[1], reference: ReferenceRule][] {
  const plain = { methods: null, inside: false, groups: [], users: [], domains: [], providers: [] }
  const first = (name: string) => (path: readonly string[]) => path[0] === name
  return [
    [
      { path: '/team/*/x', users: ['alice'] },
      {
        ...plain,
        auth: 'required',
        users: ['alice'],
        covers: (path) => path.length === 3 && path[0] === 'team' && path[2] === 'x',
      },
    ],
    [
      { path: '/admin/**', groups: ['admins'] },
      { ...plain, auth: 'required', groups: ['admins'], covers: first('admin') },
    ],
    [
      { path: '/public/**', auth: 'none' },
      { ...plain, auth: 'none', covers: first('public') },
    ],
    [
      { path: '/who/**', auth: 'public' },
      { ...plain, auth: 'public', covers: first('who') },
    ],
    [
      { path: '/lan/**', networks: ['10.0.0.0/8'], auth: 'app' },
      { ...plain, auth: 'app', inside: true, covers: first('lan') },
    ],
    [
      { path: '/docs/**', methods: ['GET'] },
      { ...plain, auth: 'required', methods: ['GET'], covers: first('docs') },
    ],
    [
      { path: '/partner/**', providers: ['idp'], emailDomains: ['example.com'] },
      {
        ...plain,
        auth: 'required',
        providers: ['idp'],
        domains: ['example.com'],
        covers: first('partner'),
      },
    ],
    [{ groups: [team] }, { ...plain, auth: 'required', groups: [team], covers: () => true }],
  ]
}

/** The same estate for two teams: a reload goes from one to the other. */
function estate(team: string): {
  readonly services: readonly Service[]
  readonly hosts: ReferenceWorld['hosts']
} {
  const rules = rulesOf(team)
  const overs = rules.map(([over]) => over ?? {})
  const own = rules.map(([, reference]) => reference)
  const open = own
    .filter(({ auth }) => auth === 'none')
    .map((rule) => ({ ...rule, covers: () => true }))
  return {
    services: [
      testService('app.example.com', ...overs),
      { ...testService('folding.example.com', ...overs), caseInsensitivePaths: true },
      testService('*.wild.example.com', { groups: [team] }),
      testService('*.open.wild.example.com', { auth: 'none' }),
    ],
    hosts: new Map([
      ['app.example.com', own],
      ['folding.example.com', own],
      ['*.wild.example.com', own.slice(-1)],
      ['*.open.wild.example.com', open],
    ]),
  }
}

const estates = { staff: estate('staff'), crew: estate('crew') }
const isTrusted = (peer: string): boolean => peer === '127.0.0.1' || peer.startsWith('172.16.')
const proxies = networkSet(['127.0.0.1/32', '172.16.0.0/16'])

function stateOf(team: keyof typeof estates): EndpointState {
  const config = testConfig({ services: estates[team].services, trustedProxies: proxies })
  return { config, policy: compilePolicy(config.services), trust: createTrust(proxies) }
}

const peers = ['127.0.0.1', '127.0.0.1', '127.0.0.1', '127.0.0.1', '172.16.3.4', '203.0.113.9', '']

interface Known extends ReferencePerson {
  readonly value: string
  readonly endsAt: number
  revoked: boolean
}

/** The gate under test, and what the reference knows of who is signed in. */
function createBench() {
  const clock = fakeClock(1_800_000_000_000)
  const random = seededRandom(seed)
  const log = { write: () => {} }
  let current = stateOf('staff')
  let team: keyof typeof estates = 'staff'
  let domain = 'example.com'
  const store = faultyStore(createMemoryStore({ bounds: () => current.config.sessions, clock }))
  const sessions = createSessions({
    config: () => ({ ...current.config.sessions, domain, secure: true }),
    store,
    sealer: createSealer(new Uint8Array(32).fill(3), random),
    clock,
    random,
    log,
  })
  const meter = new Meter()
  const endpoint = new AuthEndpoint(
    {
      ...{ sessions, meter, clock },
      observer: new Observer({ meter, log, clock, random: seededRandom(1) }),
      marks: testMarks(clock),
      nextRequestId: () => 'r',
    },
    current,
  )
  const front = new Front({
    endpoint,
    pages: [],
    outpost: null,
    config: () => current.config,
    trust: () => current.trust,
    nextRequestId: () => 'r',
    clock,
    log,
  })
  const known = new Map<string, Known>()
  return {
    clock,
    front,
    known,
    team: () => team,
    world: (peer: string): ReferenceWorld => ({
      hosts: estates[team].hosts,
      foldingHosts: new Set(['folding.example.com']),
      gateHost: 'auth.example.com',
      peerTrusted: isTrusted(peer),
      isProxy: isTrusted,
      personOf: (value) => {
        const person = known.get(value)
        return person === undefined || person.revoked || clock.now() >= person.endsAt
          ? null
          : person
      },
    }),
    /** Signs somebody in; sealed into the cookie every third time, for another domain now and then. */
    signIn: async (): Promise<void> => {
      const user = one(['alice', 'bob', 'carol', 'dave', 'ädam'])
      const groups = ['staff', 'crew', 'admins', 'guests'].filter(() => below(2) === 0)
      const provider = one(['idp', 'accounts'])
      store.writes = below(3) > 0
      domain = below(6) === 0 ? 'second.test' : 'example.com'
      const opened = await sessions.open(
        {
          identity: { user, name: user, email: `${user}@example.com`, groups, provider },
          providerSid: '',
          providerSub: '',
          userAgent: '',
          address: '',
          idToken: '',
        },
        null,
      )
      const value = opened.setCookies.at(-1)?.split(';')[0]?.split('=')[1] ?? ''
      const lifeMs = store.writes
        ? current.config.sessions.idleMs
        : current.config.sessions.sealedMs
      const revoked = domain !== 'example.com'
      known.set(value, { user, groups, provider, value, endsAt: clock.now() + lifeMs, revoked })
      domain = 'example.com'
      // Sealed sessions stay sealed, so that each ends when its seal does.
      store.writes = false
    },
    revoke: async (): Promise<void> => {
      const person = one([...known.values()])
      store.writes = true
      await sessions.end(`__Secure-gatehouse=${person.value}`)
      store.writes = false
      person.revoked = true
    },
    /** Ends everyone: otherwise use, which the reference does not follow, would lengthen idle times. */
    expireAll: (): void => {
      clock.advance(25 * 3_600_000)
      known.clear()
    },
    reload: (): void => {
      team = team === 'staff' ? 'crew' : 'staff'
      current = stateOf(team)
      endpoint.reload(current)
    },
  }
}

/** Everything that any answer has to be, whatever was asked; gives status, user and groups. */
function readAnswer(answer: Buffer): {
  readonly status: number
  readonly user: string
  readonly groups: string
} {
  const text = answer.toString('utf8')
  const end = text.indexOf('\r\n\r\n')
  const lines = text.slice(0, end).split('\r\n')
  const value = (name: string): readonly string[] =>
    lines.filter((line) => line.startsWith(`${name}: `)).map((line) => line.slice(name.length + 2))
  const [user, groups] = [value('Remote-User'), value('Remote-Groups')]
  if (user.length !== 1 || groups.length !== 1 || /^set-cookie:/im.test(text.slice(0, end)))
    throw new Error(`Not an answer of ours: ${JSON.stringify(text)}`)
  return {
    status: Number(lines[0]?.slice(9, 12)),
    user: user[0] ?? '',
    groups: sorted(groups[0] ?? ''),
  }
}

function sorted(groups: string): string {
  return groups.split(',').toSorted().join(',')
}

/** What goes on in the world between two requests. */
async function happen(bench: ReturnType<typeof createBench>, i: number): Promise<void> {
  if (i % 4000 === 0) {
    bench.expireAll()
    for (let n = 0; n < 12; n++) await bench.signIn()
  }
  if (i % 100 === 0) await bench.signIn()
  if (i % 130 === 7) await bench.revoke()
  if (i % 170 === 9) bench.clock.advance(below(90_000))
  if (i % 700 === 11) bench.reload()
}

type Outcome = 'allowed' | 'named' | 'shut' | 'unreadable' | 'stricter'

/** One request through the reader, the front and the endpoint. Throws where the invariant is broken. */
async function tryOne(bench: ReturnType<typeof createBench>, head: RequestHead): Promise<Outcome> {
  const text = strangeRequest([...bench.known.keys()])
  const end = text.indexOf('\r\n\r\n')
  const peer = one(peers)
  const raw = end === -1 ? text : text.slice(0, end + 4)
  const buffer = Buffer.from(raw, 'latin1') as HeadBuffer
  head.peer = peer
  head.peerTrusted = isTrusted(peer)
  const readable = end !== -1 && head.read(buffer, 0, buffer.length) === null
  const expected = referenceDecision(raw, bench.world(peer))
  if (!readable || !isEndpoint(head.target)) {
    expect(expected).toBeNull()
    return 'unreadable'
  }
  const { status, ...told } = readAnswer(await bench.front.handle(head, new Uint8Array(0)))
  if (status >= 200 && status < 300) {
    const wanted = expected === null ? null : toldOf(expected.person, bench.team())
    if (!Bun.deepEquals(told, wanted))
      throw new Error(`Let in by mistake: ${JSON.stringify({ raw, peer, told, wanted })}`)
    return told.user === '' ? 'allowed' : 'named'
  }
  if (told.user + told.groups !== '')
    throw new Error(`Says who was not let in: ${JSON.stringify({ raw, peer, told })}`)
  return expected === null ? 'shut' : 'stricter'
}

test(`${casesCount} strange requests let in nobody whom the reference would not`, async () => {
  seedWith(seed)
  const bench = createBench()
  const head = new RequestHead()
  const seen = { allowed: 0, named: 0, shut: 0, unreadable: 0, stricter: 0 }
  for (let i = 0; i < casesCount; i++) {
    await happen(bench, i)
    seen[await tryOne(bench, head)]++
  }
  if (casesCount > 20_000) console.log(seed, seen)
  // What the gate refuses and the reference does not would be a reference that is not careful enough.
  expect(seen.stricter).toBeLessThan(casesCount / 1000)
  for (const count of [seen.allowed, seen.named, seen.shut, seen.unreadable])
    expect(count).toBeGreaterThan(casesCount / 100)
}, 3_600_000)

/** Anything else is a page that there is not. */
function isEndpoint(target: string): boolean {
  return /^\/_gatehouse\/auth\/(?:envoy|(?:traefik|caddy|haproxy|nginx)(?:\?|$))/.test(target)
}

/** What a service is told of a person: only the groups that some rule names. */
function toldOf(
  person: ReferencePerson | null,
  team: string,
): { readonly user: string; readonly groups: string } {
  const named = (person?.groups ?? []).filter((name) => [team, 'admins'].includes(name))
  return { user: person?.user ?? '', groups: named.toSorted().join(',') }
}
