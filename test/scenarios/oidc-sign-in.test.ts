// Signing in with a real OpenID provider: the way there, the way back, and out again.
import { afterAll, beforeAll, describe, expect } from 'bun:test'
import { type OidcProviderPeer, startOidcProvider } from '../peers/oidc-provider.ts'
import { scenario } from '../scenario.ts'
import { Browser, type Seen } from '../support/browser.ts'
import { providerConfig, type SignInGate, startSignInGate } from '../support/sign-in-gate.ts'

let gate: SignInGate
let peer: OidcProviderPeer

beforeAll(async () => {
  gate = await startSignInGate()
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
})

afterAll(async () => {
  await peer.stop()
  await gate.stop()
})

async function signIn(browser: Browser, url: string, name: string): Promise<Seen> {
  const page = await browser.open(url)
  expect(page.text).toContain('name="login"')
  return browser.submit(page, { login: name })
}

describe('signing in with an OpenID provider', () => {
  scenario('a person is sent to sign in, comes back, and is in', {}, async () => {
    const browser = new Browser()
    const page = await signIn(browser, `${gate.serviceOrigin('app')}/deep/page?x=1&y=%20`, 'alice')
    expect(page.url).toBe(`${gate.serviceOrigin('app')}/deep/page?x=1&y=%20`)
    expect(page.text).toBe('hello alice')
    const me: unknown = JSON.parse((await browser.visit(`${gate.origin}/_gatehouse/me`)).text)
    expect(me).toEqual({
      user: 'alice',
      name: 'Alice of the peer',
      email: 'alice@example.com',
      groups: ['staff'],
      provider: 'main',
    })
    expect(gate.outcomes.at(-1)).toBe('oidc success')
  })
})
