// A storm of bad passwords: bounded work, an honest 429, and nobody who is signed in feels it (G9, G1, G3).
import { afterAll, beforeAll, describe, expect } from 'bun:test'
import { type AccountsGate, startAccountsGate } from '../peers/accounts-gate.ts'
import { scenario } from '../scenario.ts'
import { Browser, type Seen } from '../support/browser.ts'

const password = 'correct horse battery'
let gate: AccountsGate

beforeAll(async () => {
  gate = await startAccountsGate(
    [{ user: 'alice', password, groups: ['staff'] }],
    ['hashes: 2', 'hash_queue: 8', 'attempts: 1000'],
  )
}, 60_000)

afterAll(() => gate.stop())

const form = (): string => `${gate.origin}/_gatehouse/sign-in/accounts`

/** Opens the form as a browser at `address` behind the trusted proxy. */
async function openForm(browser: Browser, address: string): Promise<Seen> {
  return browser.visit(form(), { headers: { 'x-forwarded-for': address } })
}

async function post(
  browser: Browser,
  page: Seen,
  typed: { readonly name: string; readonly password: string; readonly address: string },
): Promise<Seen> {
  const token = /name="form" value="([^"]+)"/.exec(page.text)?.[1] ?? ''
  return browser.visit(form(), {
    form: { form: token, rd: '', name: typed.name, password: typed.password },
    headers: { 'x-forwarded-for': typed.address },
  })
}

async function signIn(address: string): Promise<Browser> {
  const browser = new Browser()
  const page = await openForm(browser, address)
  const seen = await post(browser, page, { name: 'alice', password, address })
  expect(seen.status).toBe(303)
  return browser
}

/** Checks of a signed-in person, one after the other; each must be allowed. Gives their number. */
async function checkWhile(cookie: string, goOn: () => boolean): Promise<number> {
  let checks = 0
  const headers = {
    cookie,
    'x-forwarded-method': 'GET',
    'x-forwarded-proto': 'http',
    'x-forwarded-host': 'app.home.localhost',
    'x-forwarded-uri': '/',
    'x-forwarded-for': '203.0.113.9',
  }
  const url = `http://127.0.0.1:${gate.port}/_gatehouse/auth/traefik`
  while (goOn()) {
    const response = await fetch(url, { headers })
    await response.arrayBuffer()
    checks++
    expect(response.status).toBe(200)
  }
  return checks
}

describe('a storm of bad passwords', () => {
  scenario('is answered with 422 or 429, and checks of signed-in people go on', {}, async () => {
    const alice = await signIn('203.0.113.9')
    const cookie = alice.cookieHeader('app.home.localhost')

    const attacker = new Browser()
    const page = await openForm(attacker, '198.51.100.1')
    const typed = { name: 'alice', password: 'wrong', address: '198.51.100.1' }
    let isOver = false
    const storm = Promise.all(
      Array.from({ length: 100 }, () => post(attacker, page, typed)),
    ).finally(() => {
      isOver = true
    })
    const checks = await checkWhile(cookie, () => !isOver)
    const seen = await storm

    const statuses = new Set(seen.map(({ status }) => status))
    expect([...statuses].toSorted()).toEqual([422, 429])
    const busy = seen.filter(({ status }) => status === 429)
    expect(busy.every(({ headers }) => Number(headers.get('retry-after')) >= 1)).toBe(true)
    const hashed = seen.length - busy.length
    console.log(`${checks} checks beside ${hashed} hashes`)
    // Counted, since a busy machine is slow at both: checks that waited for a hash could not be more than those.
    expect(checks).toBeGreaterThan(2 * hashed)
  })

  scenario('from one address leaves the door open for the person at another', {}, async () => {
    const attacker = new Browser()
    const page = await openForm(attacker, '198.51.100.2')
    for (let i = 0; i < 20; i++)
      await post(attacker, page, { name: `bogus${i}`, password: 'x', address: '198.51.100.2' })
    const alice = await signIn('203.0.113.77')
    expect(alice.cookieNames()).toContain('gatehouse')
  })

  scenario('leaves nothing in the log but that it was: no name, no password', {}, async () => {
    const attacker = new Browser()
    const page = await openForm(attacker, '198.51.100.3')
    const typed = {
      name: 'my s3cret in the name field',
      password: 'hunter2',
      address: '198.51.100.3',
    }
    expect((await post(attacker, page, typed)).status).toBe(422)
    expect(gate.log()).not.toContain('s3cret')
    expect(gate.log()).not.toContain('hunter2')
    expect(gate.log()).toContain('"event":"sign-in-refused"')
    expect(gate.log()).not.toContain('"event":"defect"')
  })
})
