// An outpost and its authentik: providers are read, changes arrive, sessions end, connections come back.
import { afterEach, expect, setDefaultTimeout, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Authentik, startAuthentik } from '../peers/authentik/authentik.ts'
import type { ProviderOptions } from '../peers/authentik/model.ts'
import type { AuthentikOptions } from '../peers/authentik/state.ts'
import { type TestPlane, type TestPlaneOptions, startPlane } from '../support/outpost-plane.ts'
import { scenarioTimeoutMs } from '../scenario.ts'

setDefaultTimeout(scenarioTimeoutMs)

const open: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const one of open.splice(0).toReversed()) await one.close()
})

const providers: readonly ProviderOptions[] = [
  { name: 'app', external_host: 'https://app.example.com' },
  {
    name: 'wide',
    external_host: 'https://auth.example.com',
    mode: 'forward_domain',
    cookie_domain: 'example.com',
  },
]

async function authentikWith(options: AuthentikOptions = {}): Promise<Authentik> {
  const authentik = await startAuthentik({ providers, ...options })
  open.push(authentik)
  return authentik
}

async function outpostOf(authentik: Authentik, options: TestPlaneOptions = {}): Promise<TestPlane> {
  const one = startPlane(authentik, options)
  open.push(one.plane)
  await one.ready()
  return one
}

function hostAnswer(one: TestPlane, host: string): string {
  const match = one.plane.current()?.providerFor(host)
  if (match === undefined || match.kind === 'none') return 'none'
  return match.kind === 'unusable' ? 'unusable' : match.provider.name
}

test('an outpost reads its providers, says hello every 10 s, and asks for nothing that is not there', async () => {
  const authentik = await authentikWith()
  const one = await outpostOf(authentik)
  await authentik.control.until(() => authentik.control.hellos().length === 1, 'the first HELLO')
  expect(hostAnswer(one, 'app.example.com')).toBe('app')
  expect(hostAnswer(one, 'other.example.com')).toBe('wide')
  expect(hostAnswer(one, 'other.org')).toBe('none')
  one.clock.advance(10_000)
  await authentik.control.until(() => authentik.control.hellos().length === 2, 'the second HELLO')
  expect(authentik.control.hellos()[0]?.args).toEqual({
    version: '2026.8.6',
    buildHash: 'gatehouse-test',
    uuid: one.plane.state().instance,
    hostname: 'testhost',
  })
  expect(authentik.control.health()).toMatchObject([{ version_outdated: false }])
  await one.until(() => one.plane.state().messages.ack === 2, 'both to be acknowledged')
  expect(one.plane.state()).toMatchObject({ source: 'live', connected: true, failuresInRow: 0 })
  expect(authentik.control.violations()).toEqual([])
})

test('an outpost reads all pages of its providers', async () => {
  const many = Array.from({ length: 7 }, (_, i) => ({
    name: `app${i}`,
    external_host: `https://app${i}.example.com`,
  }))
  const authentik = await authentikWith({ providers: many, pageSizeMax: 3 })
  const one = await outpostOf(authentik)
  expect(one.plane.current()?.providers).toHaveLength(7)
  expect(authentik.control.calls('proxy')).toBe(3)
  expect(authentik.control.violations()).toEqual([])
})

test('a change of domain, secret, lifetime and mode takes effect without a restart', async () => {
  const authentik = await authentikWith()
  const one = await outpostOf(authentik)
  await one.until(() => one.plane.state().connected, 'a connection')
  const before = one.plane.current()
  const changes: number[] = []
  one.plane.onChange((config) => changes.push(config.providers.length))
  authentik.control.changeProvider('wide', {
    cookie_domain: 'inner.example.com',
    access_token_validity: 'minutes=10',
  })
  authentik.control.changeProvider('app', { mode: 'proxy', internal_host: 'http://backend:80/x/' })
  const secret = authentik.control.changeSecret('app')
  await one.until(() => one.plane.state().messages['trigger-update'] === 3, 'three triggers')
  await one.pass(5000)
  await one.until(() => changes.length > 0, 'the change')
  expect(hostAnswer(one, 'other.example.com')).toBe('none')
  expect(hostAnswer(one, 'a.inner.example.com')).toBe('wide')
  const [app, wide] = one.plane.current()?.providers ?? []
  expect(app).toMatchObject({
    mode: 'proxy',
    clientSecret: secret,
    internal: { scheme: 'http', host: 'backend', basePath: '/x', verifyTls: true },
  })
  expect(wide).toMatchObject({ lifetimeMs: 600_000, cookieDomain: 'inner.example.com' })
  // The old configuration is as it was: nothing that holds it sees a mixture.
  expect(before?.providers[0]?.mode).toBe('forward_single')
  expect(changes).toEqual([2])
})

test('a refresh that changes nothing tells nobody', async () => {
  const authentik = await authentikWith()
  const one = await outpostOf(authentik)
  let changes = 0
  one.plane.onChange(() => changes++)
  const before = one.plane.current()
  one.plane.refresh()
  await one.pass(5000)
  await one.until(() => one.plane.state().refreshes.good === 2, 'another refresh')
  expect(changes).toBe(0)
  expect(one.plane.current()).toBe(before)
})

test('a change of an application arrives with the interval, though nobody announces it', async () => {
  const authentik = await authentikWith({ outpost: { refresh_interval_s: 60 } })
  const one = await outpostOf(authentik)
  authentik.control.changeProvider('app', { application: { slug: 'renamed' } })
  await one.pass(59_000)
  expect(one.plane.current()?.providers[0]?.application.slug).toBe('app')
  one.clock.advance(1000)
  await one.until(
    () => one.plane.current()?.providers[0]?.application.slug === 'renamed',
    'the new slug',
  )
})

test('a flood of triggers costs one refresh every 5 s', async () => {
  const authentik = await authentikWith()
  const one = await outpostOf(authentik)
  await one.until(() => one.plane.state().connected, 'a connection')
  for (let i = 0; i < 5000; i++) authentik.control.trigger()
  await one.until(() => one.plane.state().messages['trigger-update'] === 5000, 'the flood')
  await one.pass(20_000)
  const { good } = one.plane.state().refreshes
  expect(good).toBeGreaterThanOrEqual(2)
  expect(good).toBeLessThanOrEqual(5)
})

test('the end of a session at authentik is told, whosever it was, and garbage is only counted', async () => {
  const authentik = await authentikWith()
  const one = await outpostOf(authentik)
  await one.until(() => one.plane.state().connected, 'a connection')
  const ended: string[] = []
  one.plane.onSessionEnd(() => {
    throw new TypeError('A listener of a test fails')
  })
  one.plane.onSessionEnd((sid) => ended.push(sid))
  for (const message of [
    'no json',
    '[]',
    'null',
    '{"instruction":"4","args":{}}',
    { instruction: 4 },
    { instruction: 4, args: { session_id: 17 } },
    { instruction: 4, args: { session_id: 'a b' } },
    { instruction: 4, args: { session_id: 'x'.repeat(300) } },
    { instruction: 1, args: {}, padding: 'x'.repeat(100_000) },
  ])
    authentik.control.send(message)
  authentik.control.send({ instruction: 99, args: {}, extra: [1] })
  authentik.control.providerSpecific({ anything: true })
  authentik.control.sessionEnd('f'.repeat(64))
  await one.until(() => ended.length > 0, 'the end of a session')
  expect(ended).toEqual(['f'.repeat(64)])
  expect(one.plane.state().messages).toMatchObject({
    bad: 9,
    unknown: 1,
    'provider-specific': 1,
    'session-end': 1,
  })
  expect(one.plane.state().connected).toBe(true)
  expect(one.log.lines.filter(({ event }) => event === 'defect')).toHaveLength(1)
})

test.each(['close', 'cut'] as const)(
  'a connection that ends (%s) comes back, says hello and reads what was missed',
  async (how) => {
    const authentik = await authentikWith()
    const one = await outpostOf(authentik)
    await one.until(() => one.plane.state().connected, 'a connection')
    authentik.control.disconnect(how)
    await one.until(() => !one.plane.state().connected, 'the end')
    authentik.control.changeProvider('app', { external_host: 'https://moved.org' })
    await one.pass(1000)
    await authentik.control.until(() => authentik.control.hellos().length === 2, 'another HELLO')
    await one.pass(6000)
    await one.until(() => hostAnswer(one, 'moved.org') === 'app', 'the change that was missed')
    expect(authentik.control.sockets()).toMatchObject([{ attempt: 1 }])
    expect(authentik.control.violations()).toEqual([])
  },
)

test('a connection that is refused is tried ever more rarely, and soon again after a success', async () => {
  const authentik = await authentikWith()
  authentik.control.refuseSockets(true)
  const one = await outpostOf(authentik)
  const calls = (): number => authentik.control.calls('socket')
  await authentik.control.until(() => calls() === 1, 'the first attempt')
  // 1 + 2 + 4 + 8 + 16 + 32 s at most, half of it at least.
  await one.pass(60_000)
  expect(calls()).toBeGreaterThanOrEqual(5)
  expect(calls()).toBeLessThanOrEqual(8)
  authentik.control.refuseSockets(false)
  await one.pass(61_000)
  await one.until(() => one.plane.state().messages.ack > 0, 'an acknowledged HELLO')
  authentik.control.disconnect('cut')
  await one.until(() => !one.plane.state().connected, 'the end')
  await one.pass(1000)
  await one.until(() => one.plane.state().connected, 'a connection within a second')
})

test('a connection on which nothing is heard any more is given up', async () => {
  const authentik = await authentikWith()
  const sent: string[] = []
  let closes = 0
  const one = await outpostOf(authentik, {
    sockets: {
      connect: (_options, events) => {
        // A peer that took the connection and then lost its power.
        queueMicrotask(events.opened)
        return { send: (text) => sent.push(text) > 0, close: () => void closes++ }
      },
    },
  })
  await one.until(() => one.plane.state().connected, 'a connection')
  one.clock.advance(30_000)
  expect(sent).toHaveLength(4)
  expect(closes).toBe(0)
  one.clock.advance(10_000)
  expect(closes).toBe(1)
  expect(one.plane.state().connected).toBe(false)
})

test('an outpost under a path, with a query and another address for browsers', async () => {
  const authentik = await authentikWith({ basePath: '/authentik/', hostQuery: ['tenant'] })
  const one = await outpostOf(authentik, {
    settings: {
      address: { baseUrl: authentik.url, query: 'tenant=blue', unixSocket: null },
      browserOrigin: 'https://id.example.com',
    },
  })
  await authentik.control.until(() => authentik.control.hellos().length === 1, 'a HELLO')
  const endpoints = one.plane.current()?.providers[0]?.endpoints
  const internal = authentik.url
  expect(endpoints?.authorization).toStartWith('https://id.example.com/authentik/')
  expect(endpoints?.endSession).toStartWith('https://id.example.com/authentik/')
  expect(endpoints?.issuer).toStartWith('https://id.example.com/authentik/')
  expect(endpoints?.token).toStartWith(internal)
  expect(endpoints?.introspection).toStartWith(internal)
  expect(endpoints?.jwksUri).toStartWith(internal)
  expect(endpoints?.backChannelHeaders).toEqual({
    'User-Agent': 'goauthentik.io/outpost/2026.8.6 (provider=app)',
    Host: 'id.example.com',
    'X-Forwarded-Proto': 'https',
  })
  expect(authentik.control.violations()).toEqual([])
})

test('a certificate that nobody vouches for is taken only when the operator said so', async () => {
  const authentik = await authentikWith({ tls: true })
  const strict = startPlane(authentik)
  open.push(strict.plane)
  strict.clock.advance(0)
  await strict.until(() => strict.plane.state().failuresInRow === 1, 'a refusal')
  expect(strict.plane.current()).toBeNull()
  const lenient = await outpostOf(authentik, { settings: { insecure: true } })
  await lenient.until(() => lenient.plane.state().connected, 'a connection')
  expect(authentik.control.violations()).toEqual([])
})

test('certificates of providers come with them, and again when they were rotated', async () => {
  const authentik = await authentikWith({
    providers: [{ name: 'app', external_host: 'https://app.example.com', certificate: 'mine' }],
    certificates: { mine: ['app.example.com'] },
  })
  const one = await outpostOf(authentik)
  const pem = (): string | undefined =>
    one.plane.current()?.providers[0]?.certificate?.certificatePem
  expect(pem()).toBe(authentik.control.certificate('mine'))
  one.plane.refresh()
  await one.pass(5000)
  await one.until(() => one.plane.state().refreshes.good === 2, 'a refresh')
  expect(authentik.control.calls('view-private-key')).toBe(1)
  await one.until(() => one.plane.state().connected, 'a connection')
  authentik.control.rotateCertificate('mine')
  await one.until(() => one.plane.state().messages['trigger-update'] === 1, 'the trigger')
  await one.pass(6000)
  await one.until(() => pem() === authentik.control.certificate('mine'), 'the new certificate')
  authentik.control.fault('certificate', { kind: 'status', status: 500 })
  one.plane.refresh()
  await one.pass(5000)
  await one.until(() => one.plane.state().refreshes.good === 4, 'a refresh')
  expect(pem()).toBe(authentik.control.certificate('mine'))
})

test('an outpost that is given another identity goes over to it', async () => {
  const authentik = await authentikWith()
  const one = await outpostOf(authentik)
  await one.until(() => one.plane.state().connected, 'a connection')
  const pk = '11111111-2222-4333-8444-555555555555'
  authentik.control.fault('instances', { kind: 'set', path: 'results.0.pk', value: pk })
  one.plane.refresh()
  await one.pass(5000)
  await one.until(() => one.plane.current()?.outpost.pk === pk, 'the other identity')
  await authentik.control.until(
    () => authentik.control.requests('socket').some(({ path }) => path === `/ws/outpost/${pk}/`),
    'a connection of the other identity',
  )
})

test('twenty thousand foreign ends of sessions keep nobody from hearing the one that counts', async () => {
  const authentik = await authentikWith()
  const one = await outpostOf(authentik)
  await one.until(() => one.plane.state().connected, 'a connection')
  const mine = 'a'.repeat(64)
  let isHeard = false
  one.plane.onSessionEnd((sid) => {
    isHeard ||= sid === mine
  })
  authentik.control.foreignSessionEnds(20_000)
  authentik.control.sessionEnd(mine)
  await one.until(() => isHeard, 'the one that counts')
  expect(one.plane.state().messages['session-end']).toBe(20_001)
})

test('authentik behind a unix socket is read, and changes come with the interval', async () => {
  const authentik = await authentikWith({ outpost: { refresh_interval_s: 30 } })
  const directory = mkdtempSync(join(tmpdir(), 'outpost-'))
  const unixSocket = join(directory, 'authentik.sock')
  const server = Bun.serve({
    unix: unixSocket,
    fetch: (request) => {
      const { pathname, search } = new URL(request.url)
      return fetch(new URL(pathname + search, authentik.url), { headers: request.headers })
    },
  })
  open.push({
    close: async () => {
      await server.stop(true)
      rmSync(directory, { recursive: true })
    },
  })
  const address = { baseUrl: 'http://localhost/', query: '', unixSocket }
  const one = await outpostOf(authentik, { settings: { address } })
  expect(hostAnswer(one, 'app.example.com')).toBe('app')
  authentik.control.changeProvider('app', { external_host: 'https://moved.org' })
  await one.pass(30_000)
  await one.until(() => hostAnswer(one, 'moved.org') === 'app', 'the change')
  expect(authentik.control.calls('socket')).toBe(0)
  expect(authentik.control.violations()).toEqual([])
})
