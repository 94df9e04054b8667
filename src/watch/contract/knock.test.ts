// Knocks: the request from each vantage, and the observation that comes of it.
import { describe, expect, test } from 'bun:test'
import { type Result, err, ok } from '../../std/result.ts'
import type { Hostname } from '../../model/host.ts'
import { fakeClock } from '../../world/clock.ts'
import type { ProbeAnswer, ProbeFault, ProbeRequest, Prober } from '../probe/prober.ts'
import { type KnockContext, knock, knockSignedIn } from './knock.ts'
import { testAnswer, testDoor } from './testing.ts'
import { type Way, replicaName, replicaOf } from './vantage.ts'

interface Recorded {
  readonly prober: Prober
  readonly requests: ProbeRequest[]
  readonly cookies: string[]
}

/** A prober that gives one answer and keeps what it was asked. */
function recorder(outcome: Result<ProbeAnswer, ProbeFault>): Recorded {
  const requests: ProbeRequest[] = []
  const cookies: string[] = []
  const prober: Prober = {
    probe: async (request) => {
      requests.push(request)
      return outcome
    },
    probeSignedIn: async ({ request, cookies: sent }) => {
      requests.push(request)
      cookies.push(sent)
      return outcome
    },
    resolve: async () => ok([]),
  }
  return { prober, requests, cookies }
}

const redirect = ok(
  testAnswer(302, { location: 'https://auth.example.com/_gatehouse/sign-in?rd=x' }),
)
const config = {
  signInOrigins: ['https://auth.example.com/_gatehouse/sign-in'],
  gatePath: '/_gatehouse/auth/traefik',
  timeoutMs: 5000,
  verifyTls: true,
  scheme: 'https',
  port: 443,
  resolvers: ['9.9.9.9'],
} as const
const door = testDoor({
  path: '/api/x?y=z',
  headers: { 'X-Kind': 'native' },
  upstream: 'http://10.0.20.7:3000',
})

async function asked(
  way: Way,
  over: Partial<KnockContext['config']> = {},
  from = door,
): Promise<ProbeRequest | undefined> {
  const { prober, requests } = recorder(redirect)
  const context = { prober, clock: fakeClock(0), mark: null, config: { ...config, ...over } }
  await knock(context, { door: from, way, probe: null })
  return requests[0]
}

const accept = { Accept: 'text/html,*/*;q=0.8', 'X-Kind': 'native' }
const common = {
  method: 'GET',
  timeoutMs: 5000,
  verifyTls: true,
  family: 'any',
  address: null,
} as const
const publicly = { ...common, scheme: 'https', host: 'app.example.com', port: 443 } as const

describe('knock() asks', () => {
  test('at the edge, by public name', async () => {
    const resolvers = ['9.9.9.9']
    const wanted = { ...publicly, target: '/api/x?y=z', headers: accept, resolvers }
    expect(await asked({ vantage: 'edge' })).toEqual(wanted)
    expect(await asked({ vantage: 'edge', family: 'ipv6' })).toEqual({ ...wanted, family: 'ipv6' })
    const plain = await asked({ vantage: 'edge' }, { scheme: 'http', port: 8080 })
    expect(plain).toEqual({ ...wanted, scheme: 'http', port: 8080 })
  })

  test('at the ingress, with the address pinned and the name kept', async () => {
    const replica = { address: '10.0.20.5', port: 443 }
    const wanted = { ...publicly, target: '/api/x?y=z', headers: accept, address: '10.0.20.5' }
    expect(await asked({ vantage: 'ingress', replica })).toEqual(wanted)
    const other = await asked({ vantage: 'ingress', replica: { ...replica, port: 30_443 } })
    expect(other?.port).toBe(30_443)
    expect(other?.headers).toEqual({ ...accept, Host: 'app.example.com' })
    const odd = await asked({ vantage: 'ingress', replica }, { port: 8443 })
    expect(odd?.headers).toEqual({ ...accept, Host: 'app.example.com:8443' })
  })

  test('the gate as Traefik, Caddy and HAProxy do', async () => {
    const gate = await asked({ vantage: 'gate', origin: 'http://10.0.20.9:9000' })
    expect(gate).toEqual({
      ...common,
      scheme: 'http',
      host: '10.0.20.9',
      port: 9000,
      target: '/_gatehouse/auth/traefik',
      headers: {
        ...accept,
        'X-Forwarded-Method': 'GET',
        'X-Forwarded-Proto': 'https',
        'X-Forwarded-Host': 'app.example.com',
        'X-Forwarded-Uri': '/api/x?y=z',
      },
    })
    const odd = await asked({ vantage: 'gate', origin: 'https://gate.internal' }, { port: 8443 })
    expect([odd?.host, odd?.port]).toEqual(['gate.internal', 443])
    expect(odd?.headers['X-Forwarded-Host']).toBe('app.example.com:8443')
  })

  test('the gate as nginx does', async () => {
    const gatePath = '/_gatehouse/auth/nginx'
    const gate = await asked({ vantage: 'gate', origin: 'http://[fd00::9]:9000' }, { gatePath })
    expect(gate?.host).toBe('[fd00::9]')
    expect(gate?.headers).toEqual({
      ...accept,
      'X-Original-URL': 'https://app.example.com/api/x?y=z',
      'X-Original-Method': 'GET',
    })
  })

  test('the gate as Envoy does', async () => {
    const gatePath = '/_gatehouse/auth/envoy'
    const gate = await asked({ vantage: 'gate', origin: 'http://10.0.20.9:9000' }, { gatePath })
    expect([gate?.host, gate?.target]).toEqual(['10.0.20.9', '/_gatehouse/auth/envoy/api/x?y=z'])
    expect(gate?.headers).toEqual({
      ...accept,
      Host: 'app.example.com',
      'X-Forwarded-Proto': 'https',
    })
  })

  test('the service itself', async () => {
    const service = await asked({ vantage: 'upstream' })
    expect(service).toEqual({
      ...common,
      scheme: 'http',
      host: '10.0.20.7',
      port: 3000,
      target: '/api/x?y=z',
      headers: accept,
    })
  })

  test('nobody where there is no address', async () => {
    const { prober, requests } = recorder(redirect)
    const context = { prober, clock: fakeClock(7), mark: null, config }
    const nowhere = testDoor({ upstream: null })
    const seen = await knock(context, { door: nowhere, way: { vantage: 'upstream' }, probe: null })
    expect(requests).toEqual([])
    expect([seen.class, seen.ok, seen.status, seen.at]).toEqual(['CONNECT', false, null, 7])
    expect(seen.detail).toContain('Door "app.example.com/" has no address for vantage "upstream"')
    for (const origin of ['nonsense', 'ftp://gate']) {
      const way = { vantage: 'gate', origin } as const
      expect((await knock(context, { door, way, probe: null })).class).toBe('CONNECT')
    }
  })

  test('with a fresh mark each time, which no door can replace', async () => {
    const { prober, requests } = recorder(redirect)
    let count = 0
    const context = { prober, clock: fakeClock(0), mark: () => `mark ${++count}`, config }
    const imposing = testDoor({ headers: { 'X-Gatehouse-Probe': 'mine' } })
    for (let i = 0; i < 2; i++)
      await knock(context, { door: imposing, way: { vantage: 'edge' }, probe: null })
    expect(requests.map(({ headers }) => headers['X-Gatehouse-Probe'])).toEqual([
      'mark 1',
      'mark 2',
    ])
  })
})

describe('knock() observes', () => {
  test('what came, under the name of the door or of the row', async () => {
    const { prober } = recorder(redirect)
    const context = { prober, clock: fakeClock(1234), mark: null, config }
    const replica = { address: '10.0.20.5', port: 443 }
    const seen = await knock(context, { door, way: { vantage: 'ingress', replica }, probe: null })
    expect(seen).toEqual({
      probe: 'door:app.example.com/@ingress',
      door,
      vantage: 'ingress',
      replica: '10.0.20.5',
      at: 1234,
      ms: 12,
      class: 'REDIRECT_IDP',
      status: 302,
      ok: true,
      detail: 'Redirected (302) to https://auth.example.com/_gatehouse/sign-in',
    })
    const row = await knock(context, { door, way: { vantage: 'edge' }, probe: 'edge_anon_fwd' })
    expect([row.probe, row.replica]).toEqual(['edge_anon_fwd', null])
  })

  test('the end of the certificate', async () => {
    const certificate = { notAfter: 99, subject: 'a', issuer: 'b' }
    const { prober } = recorder(ok(testAnswer(200, {}, { certificate })))
    const context = { prober, clock: fakeClock(0), mark: null, config }
    const seen = await knock(context, { door, way: { vantage: 'edge' }, probe: null })
    expect(seen.certificateNotAfter).toBe(99)
  })

  test('why nothing came', async () => {
    const { prober } = recorder(err({ class: 'TLS', detail: 'Certificate has expired', ms: 33 }))
    const context = { prober, clock: fakeClock(0), mark: null, config }
    const seen = await knock(context, { door, way: { vantage: 'edge' }, probe: null })
    expect([seen.class, seen.ms, seen.status, seen.ok]).toEqual(['TLS', 33, null, false])
    expect(seen.detail).toEndWith('Certificate has expired')
  })

  test('what the robot is given, and sends its cookies in no other way', async () => {
    const { prober, cookies, requests } = recorder(ok(testAnswer(200, {}, { body: 'hi' })))
    const context = { prober, clock: fakeClock(0), mark: null, config }
    const asking = { door, way: { vantage: 'edge' }, probe: 'edge_auth' } as const
    const seen = await knockSignedIn(context, asking, 'sid=secret')
    expect([seen.ok, seen.class, seen.probe]).toEqual([true, 'CONTENT', 'edge_auth'])
    expect(cookies).toEqual(['sid=secret'])
    expect(JSON.stringify([requests, seen])).not.toContain('secret')
    expect((await knock(context, asking)).ok).toBe(false)
  })
})

test.each([
  [{ address: '10.0.20.5', port: 443 }, '10.0.20.5'],
  [{ address: '10.0.20.5', port: 80 }, '10.0.20.5'],
  [{ address: '127.0.0.1', port: 8443 }, '127.0.0.1:8443'],
  [{ address: 'fd00::5', port: 443 }, 'fd00::5'],
  [{ address: 'fd00::5', port: 8443 }, '[fd00::5]:8443'],
])('replicaName() of %j is %s', (replica, name) => {
  expect(replicaName(replica)).toBe(name)
  expect(replicaOf({ vantage: 'ingress', replica })).toBe(name)
})

test('replicaOf() names a replica of the gate and nobody else', () => {
  expect(replicaOf({ vantage: 'gate', origin: 'http://10.0.20.9:9000' })).toBe('10.0.20.9:9000')
  expect(replicaOf({ vantage: 'gate', origin: 'nonsense' })).toBeNull()
  expect(replicaOf({ vantage: 'edge' })).toBeNull()
  expect(replicaOf({ vantage: 'upstream' })).toBeNull()
  expect(testDoor().host).toBe('app.example.com' as Hostname)
})
