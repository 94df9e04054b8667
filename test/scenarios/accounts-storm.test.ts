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

/** Times of checks of a signed-in person, one after the other, in ms; each must be allowed. */
async function checkTimes(cookie: string, goOn: (done: number) => boolean): Promise<number[]> {
  const times: number[] = []
  const headers = {
    cookie,
    'x-forwarded-method': 'GET',
    'x-forwarded-proto': 'http',
    'x-forwarded-host': 'app.home.localhost',
    'x-forwarded-uri': '/',
    'x-forwarded-for': '203.0.113.9',
  }
  const url = `http://127.0.0.1:${gate.port}/_gatehouse/auth/traefik`
  while (goOn(times.length)) {
    const start = performance.now()
    const response = await fetch(url, { headers })
    await response.arrayBuffer()
    times.push(performance.now() - start)
    expect(response.status).toBe(200)
  }
  return times.toSorted((a, b) => a - b)
}

const quantile = (sorted: readonly number[], share: number): number =>
  sorted[Math.floor((sorted.length - 1) * share)] ?? 0

describe('a storm of bad passwords', () => {
  scenario('is answered with 422 or 429, and checks of signed-in people go on', {}, async () => {
    const alice = await signIn('203.0.113.9')
    const cookie = alice.cookieHeader('app.home.localhost')
    const quiet = await checkTimes(cookie, (done) => done < 200)

    const attacker = new Browser()
    const page = await openForm(attacker, '198.51.100.1')
    const typed = { name: 'alice', password: 'wrong', address: '198.51.100.1' }
    let isOver = false
    const storm = Promise.all(
      Array.from({ length: 100 }, () => post(attacker, page, typed)),
    ).finally(() => {
      isOver = true
    })
    const during = await checkTimes(cookie, () => !isOver)
    const seen = await storm
    expect(during.length).toBeGreaterThan(10)

    const statuses = new Set(seen.map(({ status }) => status))
    expect([...statuses].toSorted()).toEqual([422, 429])
    const busy = seen.filter(({ status }) => status === 429)
    expect(busy.every(({ headers }) => Number(headers.get('retry-after')) >= 1)).toBe(true)
    // Two hashes at once and eight waiting, each about 30 ms: most of a hundred at once are told to wait.
    expect(seen.length - busy.length).toBeLessThan(60)
    // Two cores share everything here; a check that waited for one hash would take tens of times as long
    // as a quiet one, every time.
    const figures = { quiet: quantile(quiet, 0.5), during: quantile(during, 0.5) }
    expect(figures.during).toBeLessThan(Math.max(10, 10 * figures.quiet))
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
