// Basic and Bearer through an outpost (protocol): good credentials open, bad ones cost authentik a
// bounded number of calls, and nobody's tokens open another provider.
import { afterEach, expect, setDefaultTimeout, test } from 'bun:test'
import {
  compatBench,
  type CompatBench,
} from '../../src/gate/authentik/compat/compat-bench.fixture.ts'
import {
  HeaderAuth,
  parseCredential,
  refusalsPerAddressMax,
  refusalsPerProviderMax,
  rememberedMs,
} from '../../src/gate/authentik/compat/header-auth.ts'
import { TokenClient } from '../../src/gate/authentik/compat/tokens.ts'
import { must } from '../../src/std/assert.ts'
import { realClock } from '../../src/world/clock.ts'
import type { Authentik } from '../peers/authentik/authentik.ts'
import type { ProviderOptions } from '../peers/authentik/model.ts'
import { type OutpostEstate, startOutpostEstate } from '../support/outpost-estate.ts'
import { scenarioTimeoutMs } from '../scenario.ts'

setDefaultTimeout(scenarioTimeoutMs)

const cleanUps: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp()
})

const app: ProviderOptions = {
  name: 'app',
  mode: 'forward_single',
  external_host: 'https://app.example.com',
}

async function estateOf(...more: readonly ProviderOptions[]): Promise<OutpostEstate> {
  const estate = await startOutpostEstate({
    people: [{ username: 'ada', groups: ['staff'] }],
    providers: () => [app, ...more],
  })
  cleanUps.push(() => estate.close())
  return estate
}

interface Asked {
  readonly host?: string
  readonly from?: string
  readonly cookie?: string
}

function ask(estate: OutpostEstate, authorization: string, asked: Asked = {}): Promise<Response> {
  return fetch(`http://127.0.0.1:${estate.gate.httpPort}/outpost.goauthentik.io/auth/nginx`, {
    headers: {
      authorization,
      'x-forwarded-host': asked.host ?? 'app.example.com',
      'x-original-url': `https://${asked.host ?? 'app.example.com'}/x`,
      'x-forwarded-for': asked.from ?? '192.0.2.1',
    },
    redirect: 'manual',
  })
}

const basic = (user: string, password: string): string => `Basic ${btoa(`${user}:${password}`)}`

test('an app password opens, is asked about once a minute, and leaves no session behind', async () => {
  const estate = await estateOf()
  const { control } = estate.authentik
  const credential = basic('ada', control.addAppPassword('ada'))
  const answers = await Promise.all(Array.from({ length: 50 }, () => ask(estate, credential)))
  for (const answer of answers) {
    expect(answer.status).toBe(200)
    expect(answer.headers.get('x-authentik-username')).toBe('ada')
    expect(answer.headers.get('set-cookie')).toBeNull()
  }
  expect(control.calls('token:client_credentials')).toBe(1)
  expect(estate.gate.sessions.stats()).toMatchObject({ opened: 0, storeSessions: 0 })
  expect(control.violations()).toEqual([])
})

test('a token opens as Bearer and as the password of goauthentik.io/token', async () => {
  const estate = await estateOf()
  const { control } = estate.authentik
  const token = await control.accessToken('app', 'ada')
  for (const credential of [
    `Bearer ${token}`,
    `bearer ${token}`,
    basic('goauthentik.io/token', token),
  ]) {
    const answer = await ask(estate, credential)
    expect([answer.status, answer.headers.get('x-authentik-jwt')]).toEqual([200, token])
  }
  expect(control.calls('token:client_credentials')).toBe(0)
  expect(control.violations()).toEqual([])
})

test('CVE-2024-47077: a token of another provider opens nothing, even if authentik takes it', async () => {
  const estate = await estateOf({
    ...app,
    name: 'other',
    external_host: 'https://other.example.com',
  })
  const { control } = estate.authentik
  const token = await control.accessToken('other', 'ada')
  expect((await ask(estate, `Bearer ${token}`, { host: 'other.example.com' })).status).toBe(200)
  expect((await ask(estate, `Bearer ${token}`)).status).toBe(401)
  control.introspectAll(true)
  const another = await control.accessToken('other', 'ada')
  expect((await ask(estate, `Bearer ${another}`)).status).toBe(401)
})

test('a thousand bad credentials cost authentik a bounded number of calls, good ones go on', async () => {
  const estate = await estateOf()
  const { control } = estate.authentik
  const good = basic('ada', control.addAppPassword('ada'))
  expect((await ask(estate, good)).status).toBe(200)
  control.clear()
  for (let turn = 0; turn < 1000; turn++) {
    const answer = await ask(estate, basic('ada', `wrong-${turn}`))
    if (answer.status !== 401) expect(answer.status).toBe(401)
  }
  const calls = control.calls('token:client_credentials')
  expect(calls).toBeGreaterThan(0)
  expect(calls).toBeLessThanOrEqual(refusalsPerAddressMax)
  expect((await ask(estate, good)).status).toBe(200)
  // Somebody elsewhere with a good credential is not held up by it.
  const other = basic('ada', control.addAppPassword('ada'))
  expect((await ask(estate, other, { from: '192.0.2.99' })).status).toBe(200)
})

test('a thousand bad credentials from a thousand addresses are bounded, too', async () => {
  const estate = await estateOf()
  for (let turn = 0; turn < 1000; turn++) {
    const from = `198.51.${Math.floor(turn / 250)}.${(turn % 250) + 1}`
    await ask(estate, `Bearer wrong-${turn}`, { from })
  }
  const calls = estate.authentik.control.calls('introspect')
  expect(calls).toBeGreaterThan(0)
  expect(calls).toBeLessThanOrEqual(refusalsPerProviderMax)
})

test('the same bad credential a thousand times is one call', async () => {
  const estate = await estateOf()
  for (let turn = 0; turn < 1000; turn++) await ask(estate, basic('ada', 'wrong'))
  expect(estate.authentik.control.calls('token:client_credentials')).toBe(1)
})

test('an Authorization that cannot be read is never asked about', async () => {
  const estate = await estateOf()
  const { control } = estate.authentik
  for (const authorization of [
    'Basic',
    'Bearer',
    'Digest x',
    'Basic ???',
    `Bearer ${'x'.repeat(20_000)}`,
  ])
    expect((await ask(estate, authorization)).status).toBe(401)
  expect(control.calls('token')).toBe(0)
  expect(control.calls('introspect')).toBe(0)
})

test.each([
  ['Bearer abc123', { kind: 'bearer', token: 'abc123' }],
  ['bearer abc123', { kind: 'bearer', token: 'abc123' }],
  ['BEARER  abc123', { kind: 'bearer', token: 'abc123' }],
  [basic('user', 'pa:ss'), { kind: 'basic', username: 'user', password: 'pa:ss' }],
  [basic('goauthentik.io/token', 't'), { kind: 'bearer', token: 't' }],
  [basic('', ''), { kind: 'basic', username: '', password: '' }],
  ['Bearer', null],
  ['Bearer ', null],
  ['Bearer a b', null],
  ['Basic', null],
  ['Basic !!!', null],
  [`Basic ${btoa('nocolon')}`, null],
  ['Basic /w==', null],
  ['', null],
  ['Negotiate abc', null],
])('parseCredential(%p)', (authorization, expected) => {
  expect(parseCredential(authorization)).toEqual(expected as ReturnType<typeof parseCredential>)
})

interface Alone {
  readonly bench: CompatBench
  readonly authentik: Authentik
  readonly auth: HeaderAuth
}

/** Header authentication without a gate, with a clock that a test moves. */
async function alone(): Promise<Alone> {
  const estate = await estateOf()
  const provider = must(estate.gate.outpost?.current()?.providers[0], 'There is a provider')
  const bench = compatBench({ providers: [provider] })
  bench.clock.jump(realClock().now() - bench.clock.now())
  const http = must(estate.gate.outpost, 'It is an outpost').http
  const auth = new HeaderAuth(new TokenClient(http, bench.clock), bench.clock)
  return { bench, authentik: estate.authentik, auth }
}

test('what is remembered of a credential holds for a minute, good and bad alike', async () => {
  const { bench, authentik, auth } = await alone()
  const { control } = authentik
  const provider = must(bench.control.current()?.providers[0], 'There is a provider')
  const password = control.addAppPassword('ada')
  const ask = async (credential: string): Promise<boolean> =>
    (await auth.claims(provider, credential, '192.0.2.1')) !== null
  expect([await ask(basic('ada', password)), await ask(basic('ada', 'wrong'))]).toEqual([
    true,
    false,
  ])
  control.changePerson('ada', { app_passwords: ['wrong'] })
  expect([await ask(basic('ada', password)), await ask(basic('ada', 'wrong'))]).toEqual([
    true,
    false,
  ])
  bench.clock.advance(rememberedMs)
  expect([await ask(basic('ada', password)), await ask(basic('ada', 'wrong'))]).toEqual([
    false,
    true,
  ])
  expect(control.calls('token:client_credentials')).toBe(4)
})

test('an authentik in trouble is no verdict, and is not knocked at without end', async () => {
  const { bench, authentik, auth } = await alone()
  const { control } = authentik
  const provider = must(bench.control.current()?.providers[0], 'There is a provider')
  const credential = basic('ada', control.addAppPassword('ada'))
  control.fault('token', { kind: 'status', status: 502 })
  for (let turn = 0; turn < 100; turn++)
    expect(await auth.claims(provider, credential, '192.0.2.1')).toBeNull()
  expect(control.calls('token')).toBeLessThanOrEqual(refusalsPerAddressMax)
  expect(auth.limited).toBeGreaterThan(0)
  control.heal()
  bench.clock.advance(60_000)
  expect(await auth.claims(provider, credential, '192.0.2.1')).not.toBeNull()
})

test('claims of a credential end with the token, and with the session at authentik', async () => {
  const { bench, authentik, auth } = await alone()
  const provider = must(bench.control.current()?.providers[0], 'There is a provider')
  const token = await authentik.control.accessToken('app', 'ada')
  const claims = await auth.claims(provider, `Bearer ${token}`, '192.0.2.1')
  authentik.control.revokeTokens('ada')
  expect(await auth.claims(provider, `Bearer ${token}`, '192.0.2.1')).not.toBeNull()
  auth.forgetSession(claims?.sid ?? '')
  expect(await auth.claims(provider, `Bearer ${token}`, '192.0.2.1')).toBeNull()
})
