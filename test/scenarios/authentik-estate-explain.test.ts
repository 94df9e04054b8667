// One domain-wide provider of authentik and a configuration file that names services: each host has groups
// of its own, and `gatehouse explain` says the same as the running gate.
import { afterEach, expect, test } from 'bun:test'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadConfig } from '../../src/config.ts'
import { startGate } from '../../src/gate-run.ts'
import { must } from '../../src/std/assert.ts'
import { realFiles } from '../../src/world/files.ts'
import { memoryLog } from '../../src/world/log.ts'
import { realWorld } from '../../src/world/world.ts'
import { startAuthentik } from '../peers/authentik/authentik.ts'
import { Browser } from '../support/browser.ts'
import { until } from '../support/until.ts'

const launcher = join(import.meta.dir, '../../bin/gatehouse')
const cleanUps: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp()
})

const people = {
  ada: ['staff', 'admins'],
  bob: ['staff'],
} as const

test('groups per host behind one provider hold, and explain says why', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'estate-'))
  cleanUps.push(() => rmSync(directory, { recursive: true }))
  let gatePort = 0
  // Asks as Traefik does; everything under the outpost's prefix goes to the outpost itself.
  const front = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    fetch: (request) => {
      const url = new URL(request.url)
      const headers = new Headers(request.headers)
      const target = url.pathname + url.search
      headers.set('x-forwarded-host', request.headers.get('host') ?? '')
      headers.set('x-forwarded-proto', 'http')
      headers.set('x-forwarded-uri', target)
      headers.set('x-forwarded-method', request.method)
      const own = url.pathname.startsWith('/outpost.goauthentik.io/')
      const path = own ? target : '/outpost.goauthentik.io/auth/traefik'
      return fetch(`http://127.0.0.1:${gatePort}${path}`, { headers, redirect: 'manual' })
    },
  })
  cleanUps.push(() => front.stop(true))
  const authentik = await startAuthentik({
    people: Object.entries(people).map(([username, groups]) => ({ username, groups: [...groups] })),
    providers: [
      {
        name: 'home',
        mode: 'forward_domain',
        external_host: `http://auth.home.localhost:${must(front.port, 'It listens')}`,
        cookie_domain: 'home.localhost',
      },
    ],
  })
  cleanUps.push(() => authentik.close())
  const file = join(directory, 'gatehouse.yaml')
  writeFileSync(
    file,
    `url: http://gate.home.localhost:${front.port}
domains: [home.localhost]
trusted_proxies: [127.0.0.0/8]
listen:
  http: 127.0.0.1:0
  metrics: off
identity:
  authentik:
    host: ${authentik.url}
    token: ${authentik.token}
services:
  - host: grafana.home.localhost
    groups: [staff]
    paths:
      - path: /admin/**
        groups: [admins]
  - host: vault.home.localhost
    groups: [admins]
`,
  )
  const loaded = await loadConfig({ files: realFiles(), file, withSecrets: true })
  if (!loaded.ok) throw new TypeError(JSON.stringify(loaded.error))
  const world = { ...realWorld(), log: memoryLog() }
  const secret = new Uint8Array(32).fill(3)
  const started = startGate({ config: loaded.value.gate, world, secret, version: 'test' })
  if (!started.ok) throw new TypeError(started.error.join('; '))
  const gate = started.value
  cleanUps.push(() => gate.close())
  gatePort = gate.httpPort
  await until(() => gate.outpost?.current() !== null)

  const address = (host: string, path: string): string =>
    `http://${host}.home.localhost:${front.port}${path}`
  for (const [user, groups] of Object.entries(people)) {
    authentik.control.autoSignIn(user)
    const browser = new Browser()
    expect((await browser.open(address('unnamed', '/'))).status).toBe(200)
    for (const [host, path, wanted] of [
      ['grafana', '/', 'staff'],
      ['grafana', '/admin/x', 'admins'],
      ['vault', '/', 'admins'],
    ] as const) {
      const mayEnter = groups.some((group) => group === wanted)
      const seen = await browser.visit(address(host, path))
      expect([user, host, path, seen.status]).toEqual([user, host, path, mayEnter ? 200 : 403])
      const told = Bun.spawnSync([
        ...[launcher, 'explain', '--config', file, '--json', '--url', address(host, path)],
        ...['--user', user, '--groups', groups.join(','), '--provider', 'authentik'],
      ])
      const said = told.stdout.toString()
      expect(JSON.parse(said)).toMatchObject({
        decision: mayEnter ? 'allow' : 'forbid',
        reason: mayEnter ? 'member' : 'not-member',
      })
    }
  }
}, 60_000)
