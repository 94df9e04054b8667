// The whole way with nothing left out: proxy, gate with its own listener, certified provider, SQLite.
import { afterAll, beforeAll, describe, expect } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startProxy, type DemoProxy } from '../../src/cli/demo/proxy.ts'
import { type Gate, startGate } from '../../src/gate-run.ts'
import { testConfig } from '../../src/gate/testing.ts'
import { parseHost } from '../../src/model/host.ts'
import { networkSet } from '../../src/model/network.ts'
import { must } from '../../src/std/assert.ts'
import { realForwarder } from '../../src/world/forwarder.ts'
import { type MemoryLog, memoryLog } from '../../src/world/log.ts'
import { realWorld } from '../../src/world/world.ts'
import { type OidcProviderPeer, startOidcProvider } from '../peers/oidc-provider.ts'
import { scenario } from '../scenario.ts'
import { Browser } from '../support/browser.ts'
import { rule, service } from '../support/policy.ts'
import { providerConfig } from '../support/sign-in-gate.ts'
import { reasonOf } from '../support/sign-in-steps.ts'

const domain = 'home.localhost'
const dataDir = mkdtempSync(join(tmpdir(), 'gatehouse-oidc-'))
let gate: Gate
let proxy: DemoProxy
let peer: OidcProviderPeer
let backend: ReturnType<typeof Bun.serve>
let log: MemoryLog

beforeAll(async () => {
  backend = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    fetch: (request) =>
      Response.json({
        user: request.headers.get('remote-user'),
        groups: request.headers.get('remote-groups'),
        name: request.headers.get('remote-name'),
        cookie: request.headers.get('cookie'),
      }),
  })
  let gatePort = 0
  proxy = startProxy(0, {
    isGates: (host) => host === `auth.${domain}`,
    authPath: '/_gatehouse/auth/traefik',
    gateOrigin: () => `http://127.0.0.1:${gatePort}`,
    serviceOrigin: () => `http://127.0.0.1:${backend.port ?? 0}`,
    isIdentity: (name) => name.startsWith('remote-'),
    forwarder: realForwarder(),
  })
  peer = await startOidcProvider({
    clients: [
      {
        id: 'gatehouse',
        secret: 'a secret of-the.peer',
        redirectUris: [`http://auth.${domain}:${proxy.port}/_gatehouse/callback`],
        postLogoutRedirectUris: [`http://auth.${domain}:${proxy.port}/_gatehouse/signed-out`],
      },
    ],
  })
  gate = openGate()
  gatePort = gate.httpPort
})

function openGate(): Gate {
  const host = parseHost(`auth.${domain}`)
  log = memoryLog()
  const base = testConfig()
  const started = startGate({
    config: {
      ...base,
      origin: `http://auth.${domain}:${proxy.port}`,
      host: must(host.ok ? host.value.host : null, 'A host'),
      secure: false,
      domain,
      dataDir,
      trustedProxies: networkSet(['127.0.0.1/32']),
      identity: { oidc: [providerConfig('main', peer.issuer)], accounts: null },
      sessions: { ...base.sessions, store: 'sqlite' },
      services: [
        service(`app.${domain}`, [rule('/**')]),
        service(`admin.${domain}`, [rule('/**', { groups: ['admins'] })]),
      ],
    },
    world: { ...realWorld(), log },
    secret: new Uint8Array(32).fill(5),
    version: 'test',
  })
  return must(started.ok ? started.value : null, 'The gate starts')
}

afterAll(async () => {
  await proxy.close()
  await gate.close()
  await peer.stop()
  await backend.stop(true)
  rmSync(dataDir, { recursive: true, force: true })
})

function origin(name: string): string {
  return `http://${name}.${domain}:${proxy.port}`
}

async function enter(browser: Browser, url: string, name: string) {
  const page = await browser.open(url)
  expect(page.text).toContain('name="login"')
  return browser.submit(page, { login: name })
}

describe('through proxy, gate and provider', () => {
  scenario('a person enters, is refused elsewhere, switches account and leaves', {}, async () => {
    const browser = new Browser()
    const app = await enter(browser, `${origin('app')}/x?y=1`, 'alice')
    expect(app.url).toBe(`${origin('app')}/x?y=1`)
    expect(JSON.parse(app.text)).toMatchObject({
      user: 'alice',
      name: 'Alice of the peer',
      cookie: null,
    })
    const refused = await browser.open(`${origin('admin')}/`)
    expect(refused.status).toBe(403)
    expect(refused.text).toContain('<b>alice</b>')
    expect(refused.text).toContain('<code>admins</code>')
    const href = /href="([^"]+prompt=switch[^"]+)"/.exec(refused.text)?.[1] ?? ''
    const between = await enter(browser, href.replaceAll('&amp;', '&'), 'root')
    const admin = await browser.submit(between, {})
    expect(JSON.parse(admin.text)).toMatchObject({ user: 'root', groups: 'admins' })
    const portal = await browser.open(`${origin('auth')}/_gatehouse/`)
    expect(portal.text).toContain(`href="${origin('admin')}/"`)
    const question = await browser.open(`${origin('auth')}/_gatehouse/sign-out`)
    const out = await browser.submit(await browser.submit(question, {}), { logout: 'yes' })
    expect(out.text).toContain('You are signed out')
    expect((await browser.visit(`${origin('app')}/`)).status).toBe(302)
    expect(gate.sessions.stats().storeSessions).toBe(0)
  })

  scenario(
    'a stranger leaves no session and gets no cookie but at the start of a sign-in',
    {},
    async () => {
      const before = gate.sessions.stats()
      const browser = new Browser()
      for (const path of [
        '',
        'me',
        'signed-out',
        'callback',
        'callback?code=1&state=2',
        'sign-out',
      ])
        await browser.visit(`${origin('auth')}/_gatehouse/${path}`)
      await browser.visit(`${origin('app')}/`)
      expect(browser.cookieNames()).toEqual([])
      await browser.visit(`${origin('auth')}/_gatehouse/sign-in`)
      expect(browser.cookieNames()).toEqual(['gatehouse-binding'])
      expect(gate.sessions.stats()).toMatchObject({
        opened: before.opened,
        storeSessions: before.storeSessions,
      })
    },
  )

  scenario('the style sheet arrives and is kept', {}, async () => {
    const browser = new Browser()
    const page = await browser.open(`${origin('auth')}/_gatehouse/signed-out`)
    const href = /rel="stylesheet" href="([^"]+)"/.exec(page.text)?.[1] ?? ''
    const css = await browser.visit(`${origin('auth')}${href}`)
    expect(css.headers.get('content-type')).toBe('text/css; charset=utf-8')
    expect(css.headers.get('cache-control')).toContain('immutable')
    const again = await browser.visit(`${origin('auth')}${href}`, {
      headers: { 'if-none-match': css.headers.get('etag') ?? '' },
    })
    expect(again.status).toBe(304)
    expect(again.text).toBe('')
  })

  scenario('without the provider those who are in stay in, and others are told', {}, async () => {
    const browser = new Browser()
    await enter(browser, `${origin('app')}/`, 'alice')
    await peer.stop()
    expect((await browser.visit(`${origin('app')}/`)).status).toBe(200)
    // What is known of the provider is good for a minute; a gate that has just started knows nothing.
    const stranger = new Browser()
    const fresh = openGate()
    try {
      const seen = await stranger.visit(
        `http://127.0.0.1:${fresh.httpPort}/_gatehouse/sign-in?rd=${encodeURIComponent(`${origin('app')}/`)}`,
        { headers: { host: `auth.${domain}` } },
      )
      expect(seen.status).toBe(503)
      expect(reasonOf(seen)).toBe('provider-down')
      expect(stranger.cookieNames()).toEqual([])
    } finally {
      await fresh.close()
    }
    expect(log.lines.some((line) => line.level === 'error')).toBe(false)
  })
})
