// The day of 2026-04-18, with Gatehouse in the outpost's place: the disk under the store is full while ten
// thousand strangers knock. Nobody notices but the operator.
import { expect } from 'bun:test'
import { scenario } from '../scenario.ts'
import { Browser } from '../support/browser.ts'
import { flood } from '../support/flood.ts'
import { type GateProcess, startGateProcess } from '../support/gate-process.ts'
import { passwords, peopleFile } from '../support/people.ts'
import { ask } from '../support/running-gate.ts'
import { onSmallDisk } from '../support/small-disk.ts'
import { until } from '../support/until.ts'

const strangers = 10_000

function config(httpPort: number): string {
  return `
url: http://auth.home.localhost:${httpPort}
domains: [home.localhost]
trusted_proxies: [127.0.0.1]
identity: { accounts: { file: people.yaml } }
services:
  - { host: "*.home.localhost", groups: [staff] }
`
}

/** Signs in with name and password as a browser does; gives the Cookie header for a service. */
async function signIn(gate: GateProcess, user: 'alice' | 'rosa'): Promise<string> {
  const browser = new Browser()
  const origin = `http://auth.home.localhost:${gate.httpPort}`
  const page = await browser.open(
    `${origin}/_gatehouse/sign-in?rd=${encodeURIComponent('http://app.home.localhost/')}`,
  )
  const seen = await browser.submit(page, { name: user, password: passwords[user] }, () => true)
  expect([seen.status, seen.location]).toEqual([303, 'http://app.home.localhost/'])
  return browser.cookieHeader('app.home.localhost')
}

async function mayEnter(gate: GateProcess, cookie: string): Promise<number> {
  return (
    await ask(gate.httpPort, 'traefik', { host: 'app.home.localhost', scheme: 'http', cookie })
  ).status
}

scenario(
  'a full disk turns nobody away: strangers are sent to sign in, people stay in, a new sign-in is sealed',
  { needs: ['root-mount'] },
  () =>
    onSmallDisk('1m', async (disk) => {
      const gate = await startGateProcess({
        config,
        dataDir: disk.directory,
        files: { 'people.yaml': await peopleFile() },
      })
      try {
        const alice = await signIn(gate, 'alice')
        expect(await mayEnter(gate, alice)).toBe(200)
        disk.fill()

        const report = await flood({
          port: gate.httpPort,
          requests: strangers,
          seed: 7,
          hosts: ['app.home.localhost', '*.home.localhost'],
          cookieName: 'gatehouse',
        })
        expect(report.answers).toBe(strangers)
        expect(report.setCookies).toBe(0)
        expect([...report.statuses.keys()].toSorted()).toEqual(['302', '401'])
        expect(await mayEnter(gate, alice)).toBe(200)

        const rosa = await signIn(gate, 'rosa')
        expect(await mayEnter(gate, rosa)).toBe(200)
        expect(await gate.metric('gatehouse_sessions_opened_sealed_total')).toBe(1)
        expect(await gate.metric('gatehouse_session_store_up')).toBe(0)
        await until(() => gate.log().includes('sealed'))

        disk.free()
        await until(async () => {
          expect(await mayEnter(gate, rosa)).toBe(200)
          return (await gate.metric('gatehouse_sessions_moved_total')) === 1
        })
        expect(await gate.metric('gatehouse_sessions')).toBe(2)
        expect(await gate.metric('gatehouse_session_store_up')).toBe(1)
        expect([await mayEnter(gate, alice), await mayEnter(gate, rosa)]).toEqual([200, 200])
        expect(await gate.metric('gatehouse_defects_total')).toBe(0)
      } finally {
        await gate.stop()
      }
    }),
  200_000,
)
