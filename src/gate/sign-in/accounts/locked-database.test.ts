// A database that another process holds on to: nobody is let in for it, and nobody is kept out who need
// not be.
import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { Database } from 'bun:sqlite'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Secret, TOTP } from 'otpauth'
import { type AccountsDatabase, openAccountsDatabase } from './accounts-database.ts'
import {
  type FakeBrowser,
  type FakeDesk,
  alicePassword,
  fakeDesk,
  hiddenField,
  signInWith,
} from './fake-desk.ts'
import { recoveryDigest } from './recovery-codes.ts'
import { must } from '../../../std/assert.ts'
import { realFiles } from '../../../world/files.ts'

const secret = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'
const recovery = 'abcd-efgh-ijkl-mn23'
const codePath = '/_gatehouse/sign-in/accounts/code'

let directory = ''
let desk: FakeDesk
let database: AccountsDatabase
let other: Database

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'gatehouse-locked-'))
  const path = join(directory, 'accounts.sqlite')
  const opened = openAccountsDatabase(path, realFiles())
  if (!opened.ok) throw new TypeError(opened.error.detail)
  database = opened.value
  desk = fakeDesk({ database })
  const alice = must(desk.accounts.directory.list()[0], 'Alice')
  const digest = must(recoveryDigest(alice.canonical, recovery), 'A recovery code')
  database.enrolCodes(alice.canonical, { secret, lastStep: 0 }, [digest])
  other = new Database(path)
})

afterEach(() => {
  other.close()
  database.close()
  rmSync(directory, { recursive: true })
})

/** Another process writes and does not come to an end. Reading goes on beside it (WAL). */
function lock(): void {
  other.run('BEGIN IMMEDIATE')
  other.run("INSERT INTO people VALUES ('x', 'x', '', '', '[]', '', 0)")
}

async function half(browser: FakeBrowser): Promise<Record<string, string>> {
  const html = await (await signInWith(browser, { name: 'alice', password: alicePassword })).text()
  const field = (name: string): string => hiddenField(html, name)
  return { form: field('form'), half: field('half'), rd: field('rd') }
}

const code = (): string =>
  new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: desk.world.clock.now() })

describe('while the database is locked', () => {
  test('a one-time code signs in, once: memory remembers what cannot be written', async () => {
    lock()
    const browser = desk.browser()
    const fields = await half(browser)
    expect((await browser.post(codePath, { ...fields, code: code() })).status).toBe(303)
    const again = await half(browser)
    expect((await browser.post(codePath, { ...again, code: code() })).status).toBe(422)
    expect(desk.world.log.lines.some(({ event }) => event === 'accounts-database-failed')).toBe(
      true,
    )
  })

  test('a recovery code is not taken, and is still good afterwards', async () => {
    lock()
    const browser = desk.browser()
    const fields = await half(browser)
    const refused = await browser.post(codePath, { ...fields, code: recovery })
    expect(refused.status).toBe(503)
    expect(refused.headers.get('retry-after')).toBe('5')
    other.run('ROLLBACK')
    const taken = await browser.post(codePath, { ...fields, code: recovery })
    expect(taken.status).toBe(303)
  })

  test('a change of the account is said not to have been kept', async () => {
    const browser = desk.browser()
    const fields = await half(browser)
    await browser.post(codePath, { ...fields, code: code() })
    const form = hiddenField(await (await browser.get('/_gatehouse/account')).text(), 'form')
    lock()
    const refused = await browser.post('/_gatehouse/account', { form, act: 'codes-off' })
    expect(refused.status).toBe(503)
    other.run('ROLLBACK')
    const state = database.codeState(must(desk.accounts.directory.list()[0], 'Alice').canonical)
    expect(state).toMatchObject({ value: { secret } })
  })

  test('nobody waits long for it', () => {
    lock()
    const start = performance.now()
    expect(database.useStep(must(desk.accounts.directory.list()[0], 'Alice').canonical, 9).ok).toBe(
      false,
    )
    // A quarter of a second, and what else a busy machine has to do.
    expect(performance.now() - start).toBeLessThan(10_000)
  })
})

describe('a recovery code sent fifty times at once', () => {
  test('signs in once', async () => {
    const browser = desk.browser()
    const fields = await half(browser)
    const responses = await Promise.all(
      Array.from({ length: 50 }, () => browser.post(codePath, { ...fields, code: recovery })),
    )
    expect(responses.filter(({ status }) => status === 303)).toHaveLength(1)
  })
})
