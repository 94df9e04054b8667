// Signing in and out in a real browser: what only a browser holds us to (cookies, content security
// policy across redirects, forms without script).
import { afterAll, beforeAll, describe, expect } from 'bun:test'
import type { Page } from 'playwright-core'
import { alice, alicePassword } from '../../src/gate/sign-in/accounts/fake-desk.ts'
import { type Chromium, startChromium } from '../peers/chromium.ts'
import { type OidcProviderPeer, startOidcProvider } from '../peers/oidc-provider.ts'
import { scenario } from '../scenario.ts'
import { providerConfig, type SignInGate, startSignInGate } from '../support/sign-in-gate.ts'
import { findProgram } from '../needs.ts'

const hasChromium = findProgram('chromium') !== null
const needs = ['chromium'] as const
let gate: SignInGate
let peer: OidcProviderPeer
let chromium: Chromium

beforeAll(async () => {
  if (!hasChromium) return
  gate = await startSignInGate({ people: [alice] })
  peer = await startOidcProvider({
    clients: [
      {
        id: 'gatehouse',
        secret: 'a secret of-the.peer',
        redirectUris: [`${gate.origin}/_gatehouse/callback`],
        postLogoutRedirectUris: [`${gate.origin}/_gatehouse/signed-out`],
      },
    ],
  })
  gate.providers.push(providerConfig('main', peer.issuer))
  chromium = await startChromium()
})

afterAll(async () => {
  if (!hasChromium) return
  await chromium.stop()
  await peer.stop()
  await gate.stop()
})

/** A page of a fresh browser profile without script, and what its console complains of. */
async function open(): Promise<{ page: Page; complaints: string[] }> {
  const context = await chromium.browser.newContext({ javaScriptEnabled: false })
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('console', (message) => {
    // The peers have no icon for their pages; a browser complains of that as well.
    if (!message.text().includes('404')) complaints.push(message.text())
  })
  return { page, complaints }
}

describe('in Chromium, without script', () => {
  scenario('a password brings one from the service to the service', { needs }, async () => {
    const { page, complaints } = await open()
    const url = `${gate.serviceOrigin('app')}/from/here?x=1`
    await page.goto(url)
    await page.getByRole('link', { name: 'Name and password' }).click()
    await page.getByLabel('Name').fill('alice')
    await page.getByLabel('Password').fill(alicePassword)
    await page.getByRole('button', { name: 'Sign in', exact: true }).click()
    await page.waitForURL(url)
    expect(await page.textContent('body')).toBe('hello Alice')
    expect(complaints).toEqual([])
    await page.context().close()
  })

  scenario('a provider does, and both ends are signed out of', { needs }, async () => {
    const { page, complaints } = await open()
    const url = `${gate.serviceOrigin('app')}/from/here`
    await page.goto(url)
    await page.getByRole('link', { name: 'Provider main' }).click()
    await page.getByLabel('Name').fill('root')
    await page.getByRole('button').click()
    await page.waitForURL(url)
    expect(await page.textContent('body')).toBe('hello root')
    await page.goto(`${gate.origin}/_gatehouse/sign-out`)
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.waitForURL(`${peer.issuer}/**`)
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.waitForURL(`${gate.origin}/_gatehouse/signed-out**`)
    expect(await page.textContent('main')).toContain('and so has the one at Provider main')
    await page.goto(url)
    expect(await page.textContent('h1')).toBe('Sign in')
    expect(complaints).toEqual([])
    await page.context().close()
  })

  scenario(
    'pages are wide enough for a telephone and have a name for every field',
    { needs },
    async () => {
      const { page } = await open()
      await page.setViewportSize({ width: 320, height: 568 })
      for (const path of ['sign-in', 'sign-in/accounts', 'callback', 'signed-out']) {
        await page.goto(`${gate.origin}/_gatehouse/${path}`)
        expect(await page.locator('html').getAttribute('lang')).toBe('en')
        expect(await page.locator('h1').count()).toBe(1)
        const box = await page.locator('main').boundingBox()
        expect((box?.x ?? 0) + (box?.width ?? 999)).toBeLessThanOrEqual(320)
        for (const field of await page.locator('input:not([type=hidden])').all()) {
          const id = (await field.getAttribute('id')) ?? ''
          const wrapped = await field.locator('xpath=ancestor::label').count()
          expect(wrapped + (await page.locator(`label[for="${id}"]`).count())).toBeGreaterThan(0)
        }
      }
      await page.context().close()
    },
  )
})
