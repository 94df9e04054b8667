// `gatehouse serve` with two variables is an outpost: it starts, is healthy, survives a restart without
// authentik, and says what is wrong with its environment.
import { afterEach, expect } from 'bun:test'
import { type Authentik, startAuthentik } from '../peers/authentik/authentik.ts'
import { openRaw } from '../peers/raw-client.ts'
import { scenario } from '../scenario.ts'
import { startGateProcess } from '../support/gate-process.ts'
import {
  type OutpostProcess,
  type OutpostProcessOptions,
  startOutpostProcess,
} from '../support/outpost-process.ts'
import { until } from '../support/until.ts'

const cleanUps: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp()
})

async function authentikWithApp(): Promise<Authentik> {
  const authentik = await startAuthentik({
    providers: [{ name: 'app', external_host: 'https://app.example.com' }],
  })
  cleanUps.push(() => authentik.close())
  return authentik
}

async function outpostOf(
  authentik: Authentik,
  options: OutpostProcessOptions = {},
): Promise<OutpostProcess> {
  const outpost = await startOutpostProcess(authentik, options)
  cleanUps.push(
    () => outpost.remove(),
    () => outpost.stop(),
  )
  return outpost
}

function status(port: number, path: string, host: string): Promise<number> {
  return fetch(`http://127.0.0.1:${port}${path}`, {
    headers: { 'x-forwarded-host': host },
    redirect: 'manual',
  }).then((answer) => answer.status)
}

scenario(
  'an outpost starts from its environment, pings on both listeners and is healthy',
  {},
  async () => {
    const authentik = await authentikWithApp()
    const outpost = await outpostOf(authentik, { env: { AUTHENTIK_TYPO: 'geheim' } })
    await authentik.control.until(() => authentik.control.hellos().length > 0, 'a HELLO')
    for (const port of [outpost.httpPort, outpost.metricsPort])
      for (const path of ['/outpost.goauthentik.io/ping', '/outpost.goauthentik.io/ping/x?y'])
        expect(await status(port, path, 'anything.org')).toBe(204)
    expect(await outpost.healthcheck()).toBe(0)
    const metrics = await outpost.metrics()
    const [health] = authentik.control.health()
    const labels = `outpost_name="test outpost",outpost_type="proxy",uuid="${health?.uid}"`
    expect(metrics).toContain(`authentik_outpost_info{${labels},`)
    expect(metrics).toMatch(/authentik_outpost_connection\{.*\} 1\n/)
    expect(metrics).toMatch(/authentik_outpost_last_update\{.*\} 1\d{9}/)
    expect(metrics).toContain('gatehouse_outpost_providers 1\n')
    expect(outpost.log().split('AUTHENTIK_TYPO')).toHaveLength(2)
    expect(outpost.log()).not.toContain('geheim')
    expect(outpost.log()).not.toContain(authentik.token)
    expect(authentik.control.violations()).toEqual([])
    expect(await outpost.stop()).toBe(0)
  },
)

scenario(
  'a ping is answered to a keep-alive connection, GET and HEAD, again and again',
  {},
  async () => {
    const outpost = await outpostOf(await authentikWithApp())
    const connection = await openRaw(outpost.httpPort)
    for (const method of ['HEAD', 'GET', 'GET']) {
      await connection.write(`${method} /outpost.goauthentik.io/ping HTTP/1.1\r\nHost: x\r\n\r\n`)
      expect((await connection.head()).status).toBe(204)
    }
    connection.close()
  },
)

scenario('an outpost serves on from disk after a restart without authentik', {}, async () => {
  const authentik = await authentikWithApp()
  const first = await outpostOf(authentik)
  await first.stop()
  await authentik.down()
  const second = await first.again()
  cleanUps.push(() => second.stop())
  const ready = await (await fetch(`http://127.0.0.1:${second.metricsPort}/readyz`)).text()
  expect(ready).toContain('the last good configuration is in force')
  authentik.up()
  await authentik.control.until(() => authentik.control.sockets().length > 0, 'a connection')
})

scenario(
  'an outpost that never reached authentik lives, is not ready, and says why',
  {},
  async () => {
    const authentik = await authentikWithApp()
    await authentik.down()
    const outpost = await outpostOf(authentik, { untilPing: true })
    expect(await outpost.healthcheck()).toBe(1)
    expect(
      await status(outpost.httpPort, '/outpost.goauthentik.io/auth/traefik', 'app.example.com'),
    ).toBe(503)
    authentik.up()
    await authentik.control.until(() => authentik.control.hellos().length > 0, 'a HELLO')
    await until(async () => (await outpost.healthcheck()) === 0)
  },
)

scenario('SIGHUP and SIGUSR1 ask for a refresh', {}, async () => {
  const authentik = await authentikWithApp()
  const outpost = await outpostOf(authentik)
  const calls = (): number => authentik.control.calls('proxy')
  expect(calls()).toBe(1)
  outpost.signal('SIGHUP')
  await authentik.control.until(() => calls() === 2, 'a refresh')
  outpost.signal('SIGUSR1')
  await authentik.control.until(() => calls() === 3, 'a refresh')
})

scenario('an environment with mistakes ends with 2 and names them all', {}, async () => {
  const env = { AUTHENTIK_TOKEN: 'x', AUTHENTIK_INSECURE: 'perhaps', AUTHENTIK_LOG_LEVEL: 'loud' }
  const failure = await startOutpostProcess({ env }).then(
    () => null,
    (error: unknown) => String(error),
  )
  for (const text of ['Missing "AUTHENTIK_HOST"', '"perhaps"', '"loud"', '3 mistakes'])
    expect(failure).toContain(text)
})

scenario('AUTHENTIK_LOG_LEVEL leaves out what is less', {}, async () => {
  const authentik = await authentikWithApp()
  const loud = await outpostOf(authentik)
  await until(() => loud.log().includes('"event":"authentik-configuration"'))
  const quiet = await outpostOf(authentik, { env: { AUTHENTIK_LOG_LEVEL: 'error' } })
  expect(quiet.log()).not.toContain('"event":"authentik-configuration"')
})

scenario('a gate with a file of its own is an outpost too, and both are answered', {}, async () => {
  const authentik = await authentikWithApp()
  const gate = await startGateProcess({
    files: { token: `${authentik.token}\n` },
    config: `url: http://auth.home.localhost
domains: [home.localhost]
trusted_proxies: [127.0.0.1]
identity: { authentik: { host: "${authentik.url}", token_file: token } }
services: [{ host: app.home.localhost, groups: [staff] }]`,
  })
  cleanUps.push(() => gate.stop())
  await authentik.control.until(() => authentik.control.hellos().length > 0, 'a HELLO')
  expect(await status(gate.httpPort, '/outpost.goauthentik.io/ping', 'x.org')).toBe(204)
  await until(async () => (await gate.metric('gatehouse_outpost_providers')) === 1)
  const ready = await (await fetch(`http://127.0.0.1:${gate.metricsPort}/readyz`)).text()
  expect(ready).toContain('"stranger"')
  expect(ready).toContain('"authentik"')
  expect(authentik.control.violations()).toEqual([])
})
