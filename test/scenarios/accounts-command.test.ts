// People are added and removed by command while the gate runs: in at once, and out soon after.
import { afterAll, beforeAll, describe, expect } from 'bun:test'
import { join } from 'node:path'
import { type AccountsGate, startAccountsGate } from '../peers/accounts-gate.ts'
import { scenario } from '../scenario.ts'
import { Browser, type Seen } from '../support/browser.ts'
import { until } from '../support/until.ts'

const program = join(import.meta.dir, '../../bin/gatehouse')
const password = 'correct horse battery'
let gate: AccountsGate

beforeAll(async () => {
  gate = await startAccountsGate([])
}, 60_000)

afterAll(() => gate.stop())

async function users(args: readonly string[], stdin = ''): Promise<string> {
  const child = Bun.spawn(
    [program, 'users', ...args, '--config', join(gate.directory, 'gatehouse.yaml')],
    { stdin: new Blob([stdin]), stdout: 'pipe', stderr: 'pipe' },
  )
  const streams = [child.stdout, child.stderr].map((stream) => new Response(stream).text())
  const text = (await Promise.all(streams)).join('')
  expect([await child.exited, text]).toEqual([0, text])
  return text
}

async function signIn(browser: Browser): Promise<Seen> {
  const page = await browser.visit(`${gate.origin}/_gatehouse/sign-in/accounts`)
  const form = /name="form" value="([^"]+)"/.exec(page.text)?.[1] ?? ''
  return browser.visit(page.url, { form: { form, rd: '', name: 'dora', password } })
}

/** What the service's proxy is told about this browser. */
async function check(browser: Browser): Promise<Response> {
  return fetch(`http://127.0.0.1:${gate.port}/_gatehouse/auth/traefik`, {
    redirect: 'manual',
    headers: {
      cookie: browser.cookieHeader('app.home.localhost'),
      'x-forwarded-method': 'GET',
      'x-forwarded-proto': 'http',
      'x-forwarded-host': 'app.home.localhost',
      'x-forwarded-uri': '/',
      'x-forwarded-for': '203.0.113.9',
    },
  })
}

describe('gatehouse users beside a running gate', () => {
  scenario('a person comes, is let in, and is out soon after leaving', {}, async () => {
    const browser = new Browser()
    expect((await signIn(browser)).status).toBe(422)
    await users(['add', 'dora', '--groups', 'staff'], `${password}\n`)
    expect((await signIn(browser)).status).toBe(303)
    const inside = await check(browser)
    expect([inside.status, inside.headers.get('remote-user')]).toEqual([200, 'dora'])

    await users(['remove', 'dora'])
    await until(async () => (await check(browser)).status === 401)
    expect((await signIn(browser)).status).toBe(422)
  })
})
