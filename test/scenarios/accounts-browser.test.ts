// People sign in with the built-in accounts in a real browser: password, one-time code, passkey.
import { afterAll, beforeAll, describe, expect } from 'bun:test'
import { Secret, TOTP } from 'otpauth'
import type { BrowserContext, CDPSession, Page } from 'playwright-core'
import { type AccountsGate, startAccountsGate } from '../peers/accounts-gate.ts'
import { type Chromium, startChromium } from '../peers/chromium.ts'
import { must } from '../../src/std/assert.ts'
import { checkNeed } from '../needs.ts'
import { scenario } from '../scenario.ts'

const password = 'correct horse battery'
const needs = ['chromium'] as const
const isAble = checkNeed('chromium').ok

let gate: AccountsGate
let chromium: Chromium

/** Somebody new for each telling: a story that is told again after a failure begins anew. */
const people = Array.from({ length: 10 }, (_, i) => `person${i}`)

beforeAll(async () => {
  if (!isAble) return
  gate = await startAccountsGate(people.map((user) => ({ user, password, groups: ['staff'] })))
  chromium = await startChromium()
}, 90_000)

afterAll(async () => {
  if (!isAble) return
  await chromium.stop()
  await gate.stop()
}, 60_000)

function somebodyNew(): string {
  return must(people.shift(), 'There are two people for each story')
}

/** A fresh browser profile; what its console complains of fails the story. */
async function open(options: { javaScriptEnabled?: boolean } = {}): Promise<Page> {
  const context = await chromium.browser.newContext(options)
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('console', (message) => {
    if (/Content Security Policy|Refused to/.test(message.text())) complaints.push(message.text())
  })
  page.on('close', () => expect(complaints).toEqual([]))
  return page
}

const closeMs = 5_000

async function close(page: Page): Promise<void> {
  // Now and then Chromium does not close a page that has used its virtual authenticator for a minute.
  await Promise.race([page.context().close(), Bun.sleep(closeMs)])
}

const account = (): string => `${gate.origin}/_gatehouse/account`

/** Fills the form in and sends it off; where that leads, a story waits for. */
async function signIn(page: Page, name: string, typed = password): Promise<void> {
  await page.goto(`${gate.origin}/_gatehouse/sign-in?rd=${encodeURIComponent(account())}`)
  await page.getByLabel('Name').fill(name)
  await page.getByLabel('Password').fill(typed)
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
}

async function signOut(page: Page): Promise<void> {
  await page.goto(`${gate.origin}/_gatehouse/sign-out`)
  await page
    .getByRole('button', { name: /sign out/i })
    .first()
    .click()
  await page.waitForURL('**/_gatehouse/signed-out**')
  await page.goto(account())
  expect(page.url()).toContain('/_gatehouse/sign-in')
}

const sessionCookie = async (context: BrowserContext): Promise<string> =>
  (await context.cookies()).find((cookie) => cookie.name === 'gatehouse')?.value ?? ''

/** Chromium's virtual authenticator: a phone or laptop that verifies its user. */
async function addAuthenticator(page: Page): Promise<{ session: CDPSession; id: string }> {
  const session = await page.context().newCDPSession(page)
  await session.send('WebAuthn.enable')
  const { authenticatorId } = await session.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  })
  return { session, id: authenticatorId }
}

describe('built-in accounts in a browser', () => {
  for (const javaScriptEnabled of [true, false])
    scenario(
      `a person signs in with a password, ${javaScriptEnabled ? 'with' : 'without'} JavaScript`,
      { needs },
      async () => {
        const page = await open({ javaScriptEnabled })
        const name = somebodyNew()
        await signIn(page, name, 'wrong password')
        expect(await page.getByRole('alert').first().innerText()).toBe('Name or password is wrong')
        expect(await page.getByLabel('Name').inputValue()).toBe(name)
        expect(await sessionCookie(page.context())).toBe('')
        await page.getByLabel('Password').fill(password)
        await page.getByRole('button', { name: 'Sign in', exact: true }).click()
        await page.waitForURL(account())
        expect(await page.locator('dl').innerText()).toContain(name)
        const first = await sessionCookie(page.context())
        expect(first).not.toBe('')
        // Signing in again in the same browser: another session, and the first one is dead.
        await page.goto(`${gate.origin}/_gatehouse/sign-in/accounts`)
        await page.getByLabel('Name').fill(name.toUpperCase())
        await page.getByLabel('Password').fill(password)
        await page.getByRole('button', { name: 'Sign in', exact: true }).click()
        await page.waitForURL((url) => !url.pathname.includes('/sign-in'))
        expect(await sessionCookie(page.context())).not.toBe(first)
        const headers = { cookie: `gatehouse=${first}`, host: new URL(gate.origin).host }
        const me = `http://127.0.0.1:${gate.port}/_gatehouse/me`
        expect((await fetch(me, { headers })).status).toBe(401)
        await signOut(page)
        await close(page)
      },
    )

  scenario('a person turns on one-time codes and needs one from then on', { needs }, async () => {
    const page = await open()
    const name = somebodyNew()
    await signIn(page, name)
    await page.getByRole('link', { name: 'Set up an authenticator' }).click()
    await page.getByText('Type the secret instead').click()
    const shown = await page.locator('[data-secret]').innerText()
    const totp = new TOTP({ secret: Secret.fromBase32(shown.replaceAll(' ', '')) })
    await page.getByLabel('Six digits').fill(totp.generate())
    await page.getByRole('button', { name: 'Turn on' }).click()
    await page.locator('[data-recovery]').waitFor()
    const recovery = await page.locator('[data-recovery] code').allInnerTexts()
    expect(recovery).toHaveLength(10)
    await page.getByRole('link', { name: 'I have kept them' }).click()
    await signOut(page)

    await signIn(page, name)
    await page.getByRole('heading', { level: 1, name: 'One-time code' }).waitFor()
    // Half signed in is not signed in: another tab is still sent to the form.
    const tab = await page.context().newPage()
    await tab.goto(`${gate.origin}/_gatehouse/account`)
    expect(tab.url()).toContain('/_gatehouse/sign-in')
    await tab.close()
    // The code of the enrolment is used up; the next one is the authenticator's next step.
    await page.getByLabel('Six digits').fill(totp.generate({ timestamp: Date.now() + 30_000 }))
    await page.getByRole('button', { name: 'Continue' }).first().click()
    await page.waitForURL(account())
    await signOut(page)

    await signIn(page, name)
    await page.getByText('Use a recovery code').click()
    await page.getByLabel('Recovery code').fill(recovery[0] ?? '')
    await page.getByRole('button', { name: 'Continue' }).last().click()
    await page.waitForURL(account())
    expect(await page.locator('main').innerText()).toContain('Recovery codes left: 9')
    await close(page)
  })

  scenario(
    'a person adds a passkey and signs in with it, without a password',
    { needs },
    async () => {
      const page = await open()
      const { session, id } = await addAuthenticator(page)
      const name = somebodyNew()
      await signIn(page, name)
      await page.getByLabel('Name of the new passkey').fill('This laptop')
      await page.getByRole('button', { name: 'Add a passkey' }).click()
      await page.getByText('This laptop').waitFor()
      const { credentials } = await session.send('WebAuthn.getCredentials', { authenticatorId: id })
      expect(credentials[0]).toMatchObject({
        isResidentCredential: true,
        rpId: 'auth.home.localhost',
      })

      // A second passkey in the same authenticator is refused by the browser, in words.
      await page.getByRole('button', { name: 'Add a passkey' }).click()
      await page.getByText('has a passkey for this account already').waitFor()

      await signOut(page)
      for (let round = 0; round < 2; round++) {
        await page.getByRole('button', { name: 'Sign in with a passkey' }).click()
        await page.getByRole('heading', { name: 'Your account' }).waitFor()
        expect(page.url()).toBe(account())
        expect(await page.locator('dl').innerText()).toContain(name)
        if (round === 0) await signOut(page)
      }

      await page.getByText('Change').click()
      await page.getByLabel('Name', { exact: true }).fill('Old laptop')
      await page.getByRole('button', { name: 'Rename' }).click()
      await page.getByText('Old laptop').waitFor()
      await page.getByText('Change').click()
      await page.getByRole('button', { name: 'Remove' }).click()
      await page.getByText('None yet').waitFor()
      await signOut(page)
      await page.getByRole('button', { name: 'Sign in with a passkey' }).click()
      await page.getByText('The passkey was not accepted').waitFor()
      await close(page)
    },
  )

  scenario('a person who cancels is told so and can use the password', { needs }, async () => {
    const page = await open()
    const { session, id } = await addAuthenticator(page)
    await session.send('WebAuthn.setUserVerified', { authenticatorId: id, isUserVerified: false })
    await page.goto(`${gate.origin}/_gatehouse/sign-in/accounts`)
    await page.getByRole('button', { name: 'Sign in with a passkey' }).click()
    await page.getByText('No passkey was used').waitFor()
    await signIn(page, somebodyNew())
    await page.waitForURL(account())
    await close(page)
  })
})
