// One name, two address families, two name servers: each is tried by itself over real sockets, and told apart.
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { execute } from '../../src/watch/run/execute.ts'
import type { WatchConfig } from '../../src/watch/config.ts'
import { createLocator } from '../../src/watch/locate/locate.ts'
import { planOf } from '../../src/watch/plan/plan.ts'
import { sampleDoor, sampleWatch } from '../../src/watch/plan/samples.fixture.ts'
import { realProber } from '../../src/watch/probe/real-prober.ts'
import { realClock } from '../../src/world/clock.ts'
import { realConnector } from '../../src/world/connector.ts'
import { type Dns, fakeDns } from '../../src/world/dns.ts'

const signIn = 'https://auth.example.com/_gatehouse/sign-in'
const token = 'token-of-a-program'
const hosts = ['open.example.com', 'app.example.com', 'www.example.org'] as const

/** What a listener does with whoever comes. */
type Behaviour = 'well' | 'broken' | 'refuses-tokens'

let behaviours: Record<'v4' | 'v6', Behaviour> = { v4: 'well', v6: 'well' }
const authorizations = new Set<string>()

function answer(request: Request, behaviour: Behaviour): Response {
  if (behaviour === 'broken') return new Response('no', { status: 502 })
  const authorization = request.headers.get('authorization')
  if (authorization !== null) {
    authorizations.add(authorization)
    return behaviour === 'well' && authorization === `Bearer ${token}`
      ? new Response('<p>inside')
      : new Response('no', { status: 403 })
  }
  const isOpen = request.headers.get('host')?.startsWith('app.') !== true
  return isOpen
    ? new Response('<p>open')
    : new Response(null, { status: 302, headers: { location: signIn } })
}

let v4: ReturnType<typeof Bun.serve>
let v6: ReturnType<typeof Bun.serve>

beforeAll(() => {
  v4 = Bun.serve({ hostname: '127.0.0.1', port: 0, fetch: (r) => answer(r, behaviours.v4) })
  v6 = Bun.serve({ hostname: '::1', port: v4.port ?? 0, fetch: (r) => answer(r, behaviours.v6) })
})
afterAll(async () => {
  await v4.stop(true)
  await v6.stop(true)
})

const all = fakeDns(Object.fromEntries(hosts.map((host) => [host, ['127.0.0.1', '::1']])))
/** Inside, the names lead to the address that only IPv6 has here. */
const inside = fakeDns(Object.fromEntries(hosts.map((host) => [host, ['::1']])))
const dns: Dns = {
  resolve: (question) => (question.resolver === '10.0.10.53' ? inside : all).resolve(question),
}

function configOf(over: Partial<WatchConfig>): WatchConfig {
  const open = sampleDoor('open.example.com', { tier: 'none', upstream: null })
  const closed = sampleDoor('app.example.com', { upstream: null })
  return sampleWatch({
    doors: [open, closed],
    canaries: { open, protected: closed },
    control: [`http://www.example.org:${v4.port}/`],
    scheme: 'http',
    port: v4.port ?? 0,
    gates: [],
    ingress: [],
    identityProvider: null,
    robot: null,
    timeoutMs: 2000,
    ...over,
  })
}

/** What every canary comes to, over and over, and the verdict. */
async function watched(config: WatchConfig, rounds = 3) {
  const plan = planOf(config)
  const clock = realClock()
  const prober = realProber({ connector: realConnector(), dns, clock, version: '0' })
  const knocking = { prober, clock, mark: null, config }
  const locator = createLocator(plan.matrix)
  let failed: readonly string[] = []
  let verdict = locator.take({ at: 0, results: new Map() })
  for (let i = 1; i <= rounds; i++) {
    const seen = await Promise.all(
      plan.canaries.map((probe) =>
        execute({ knocking, robot: null, program: config.program }, probe),
      ),
    )
    const results = new Map(seen.flatMap((one) => (one === null ? [] : [[one.probe, one.ok]])))
    failed = [...results].flatMap(([probe, ok]) => (ok ? [] : [probe])).toSorted()
    verdict = locator.take({ at: i * 60_000, results })
  }
  return { failed, elements: verdict.leader.elements, kind: verdict.kind }
}

describe('the watch over both address families', () => {
  const families = ['ipv4', 'ipv6'] as const

  test('sees nothing where both are well', async () => {
    behaviours = { v4: 'well', v6: 'well' }
    expect(await watched(configOf({ families }))).toEqual({
      ...{ failed: [], elements: [], kind: 'healthy' },
    })
  })

  test.each([
    ['v6', 'ipv6'],
    ['v4', 'ipv4'],
  ] as const)('sees that %s alone is turned away', async (broken, family) => {
    behaviours = { v4: 'well', v6: 'well', [broken]: 'broken' }
    const { elements, failed } = await watched(configOf({ families }))
    expect(failed).toEqual([`edge_anon_fwd@${family}`, `edge_anon_open@${family}`])
    expect(elements).toEqual([`edge/${family}`])
  })

  test('sees nothing of it over one family, which check says beforehand', async () => {
    behaviours = { v4: 'well', v6: 'broken' }
    expect((await watched(configOf({ families: ['ipv4'] }))).failed).toEqual([])
  })

  test('tries what the name servers inside give beside what those outside give', async () => {
    behaviours = { v4: 'broken', v6: 'well' }
    const config = configOf({ families: ['ipv4'], insideResolvers: ['10.0.10.53'] })
    const { failed } = await watched(config)
    expect(failed).toEqual(['edge_anon_fwd', 'edge_anon_open'])
    behaviours = { v4: 'well', v6: 'broken' }
    expect((await watched(config)).failed).toEqual(['inside_anon_fwd', 'inside_anon_open'])
  })
})

describe('the watch with the token of a program', () => {
  const { host } = sampleDoor('app.example.com')
  const program = { user: null, token, host, path: '/' }
  const config = () => configOf({ families: ['ipv4'], program })

  test('is let in by it, and sends it to no other door', async () => {
    behaviours = { v4: 'well', v6: 'well' }
    authorizations.clear()
    expect((await watched(config(), 1)).failed).toEqual([])
    expect([...authorizations]).toEqual([`Bearer ${token}`])
  })

  test('sees that tokens are refused while people are let in', async () => {
    behaviours = { v4: 'refuses-tokens', v6: 'well' }
    expect((await watched(config(), 1)).failed).toEqual(['edge_token'])
  })

  test('sends name and token as Basic where there is a name', async () => {
    behaviours = { v4: 'well', v6: 'well' }
    authorizations.clear()
    const named = { ...program, user: 'backup' }
    await watched(configOf({ families: ['ipv4'], program: named }), 1)
    expect([...authorizations]).toEqual([`Basic ${btoa(`backup:${token}`)}`])
  })
})
