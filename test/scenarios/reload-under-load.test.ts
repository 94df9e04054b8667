// The configuration changes, breaks and is mended while requests keep coming: none of them fails.
import { expect } from 'bun:test'
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { scenario } from '../scenario.ts'
import { type GateProcess, startGateProcess } from '../support/gate-process.ts'
import { until } from '../support/until.ts'

const config = `url: http://auth.home.localhost
domains: [home.localhost]
trusted_proxies: [127.0.0.1]
identity: { accounts: {} }
services:
  - { host: app.home.localhost }
  - { host: open.home.localhost, auth: public }`

/** Requests in flight at any time. */
const clients = 8

scenario('a reload loses no request, and a broken file changes nothing', {}, async () => {
  const gate = await startGateProcess({ config })
  try {
    const load = startLoad(gate)
    const written = readFileSync(gate.configFile, 'utf8')
    const reloads = counterOf(gate, 'config-reloaded')
    const refusals = counterOf(gate, 'config-reload-failed')

    await until(() => load.answers() > 200)
    replace(gate, `${written}services_: []\n`)
    await until(() => refusals() === 1)
    expect(await statusOf(gate, 'open.home.localhost')).toBe(200)

    replace(gate, written.replace('open.home', 'other.home'))
    await until(() => reloads() === 1)
    expect(await statusOf(gate, 'open.home.localhost')).toBe(403)
    expect(await statusOf(gate, 'other.home.localhost')).toBe(200)

    replace(gate, written)
    await until(() => reloads() === 2)
    for (let i = 0; i < 20; i++) gate.signal('SIGHUP')
    await until(() => reloads() >= 3)
    expect(await statusOf(gate, 'open.home.localhost')).toBe(200)

    const before = load.answers()
    await until(() => load.answers() > before + 200)
    const { failures, statuses } = await load.stop()
    expect(failures).toEqual([])
    expect([...statuses]).toEqual([401])
    expect(await gate.metric('gatehouse_config_last_reload_successful')).toBe(1)
  } finally {
    await gate.stop()
  }
})

/** Replaces the file as editors do: a new one under the old name, never half of it. */
function replace(gate: GateProcess, text: string): void {
  writeFileSync(`${gate.configFile}.swap`, text)
  renameSync(`${gate.configFile}.swap`, gate.configFile)
}

function counterOf(gate: GateProcess, event: string): () => number {
  return () => gate.log().split(`"event":"${event}"`).length - 1
}

function ask(gate: GateProcess, host: string): Promise<Response> {
  return fetch(`http://127.0.0.1:${gate.httpPort}/_gatehouse/auth/traefik`, {
    headers: {
      'x-forwarded-method': 'GET',
      'x-forwarded-proto': 'http',
      'x-forwarded-host': host,
      'x-forwarded-uri': '/',
      'x-forwarded-for': '127.0.0.9',
    },
  })
}

async function statusOf(gate: GateProcess, host: string): Promise<number> {
  const answer = await ask(gate, host)
  await answer.arrayBuffer()
  return answer.status
}

interface Load {
  answers(): number
  stop(): Promise<{ readonly failures: readonly string[]; readonly statuses: ReadonlySet<number> }>
}

/** Asks for one host without a session, again and again, on kept connections. */
function startLoad(gate: GateProcess): Load {
  const failures: string[] = []
  const statuses = new Set<number>()
  let answers = 0
  let running = true
  const client = async (): Promise<void> => {
    while (running) {
      try {
        statuses.add(await statusOf(gate, 'app.home.localhost'))
        answers++
      } catch (cause) {
        failures.push(String(cause))
      }
    }
  }
  const all = Promise.all(Array.from({ length: clients }, client))
  return {
    answers: () => answers,
    stop: async () => {
      running = false
      await all
      return { failures, statuses }
    },
  }
}
