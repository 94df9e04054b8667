// Signing in with a real OpenID provider: the way there, the way back, another account, and out again.
import { afterAll, beforeAll, beforeEach, describe, expect } from 'bun:test'
import { type OidcProviderPeer, startOidcProvider } from '../peers/oidc-provider.ts'
import { scenario } from '../scenario.ts'
import { Browser, type Seen } from '../support/browser.ts'
import {
  domain,
  providerConfig,
  type SignInGate,
  startSignInGate,
} from '../support/sign-in-gate.ts'
import { reasonOf, whoIs } from '../support/sign-in-steps.ts'
import { rule, service } from '../support/policy.ts'

let gate: SignInGate
let first: OidcProviderPeer
let second: OidcProviderPeer

beforeAll(async () => {
  gate = await startSignInGate({
    services: [
      service(`app.${domain}`, [rule('/**')], { name: 'The app' }),
      service(`admin.${domain}`, [rule('/**', { groups: ['admins'] })]),
      service(`second.${domain}`, [rule('/**', { providers: ['second'] })]),
      service(`nowhere.${domain}`, [rule('/**', { providers: ['elsewhere'] })]),
      service(`*.any.${domain}`, [rule('/**')]),
    ],
  })
  const client = {
    id: 'gatehouse',
    secret: 'a secret of-the.peer',
    redirectUris: [`${gate.origin}/_gatehouse/callback`],
    postLogoutRedirectUris: [`${gate.origin}/_gatehouse/signed-out`],
  }
  first = await startOidcProvider({ clients: [client, { ...client, id: 'second-client' }] })
  second = await startOidcProvider({ clients: [client], claimsInIdToken: true })
})

afterAll(async () => {
  await first.stop()
  await second.stop()
  await gate.stop()
})

function useProviders(...ids: readonly ('main' | 'second')[]): void {
  gate.providers.length = 0
  for (const id of ids)
    gate.providers.push(providerConfig(id, id === 'main' ? first.issuer : second.issuer))
}

beforeEach(() => {
  useProviders('main')
})

async function signIn(browser: Browser, url: string, name: string): Promise<Seen> {
  const page = await browser.open(url)
  expect(page.text).toContain('name="login"')
  return browser.submit(page, { login: name })
}

describe('signing in with an OpenID provider', () => {
  scenario('a person is sent to sign in, comes back, and is in', {}, async () => {
    const browser = new Browser()
    const deep = `${gate.serviceOrigin('app')}/deep/page?x=1&y=%20`
    const page = await signIn(browser, deep, 'alice')
    expect(page.url).toBe(deep)
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

  scenario(
    'uses PKCE, a nonce and a sealed state, and sends nothing of itself along',
    {},
    async () => {
      const browser = new Browser()
      const target = `${gate.serviceOrigin('app')}/secret-path?token=hunter2`
      const seen = await browser.open(target, (location) => location.startsWith(first.issuer))
      const url = new URL(seen.location ?? '')
      expect(url.searchParams.get('code_challenge_method')).toBe('S256')
      expect(url.searchParams.get('code_challenge')).toMatch(/^[\w-]{43}$/)
      expect(url.searchParams.get('nonce')).toMatch(/^[\w-]{32}$/)
      expect(url.searchParams.get('response_type')).toBe('code')
      expect(url.searchParams.get('redirect_uri')).toBe(`${gate.origin}/_gatehouse/callback`)
      expect(url.href).not.toContain('hunter2')
      expect(url.href).not.toContain('secret-path')
      expect(seen.headers.get('cache-control')).toBe('no-store')
      expect(seen.headers.get('referrer-policy')).toBe('no-referrer')
      expect(gate.sessions.stats().storeSessions).toBe(1)
      expect(browser.cookieNames()).toEqual(['gatehouse-binding'])
    },
  )

  scenario('fifty people at once each become themselves', {}, async () => {
    const people = await Promise.all(
      Array.from({ length: 50 }, async (_, i) => {
        const browser = new Browser()
        const page = await browser.open(`${gate.serviceOrigin('app')}/of/${i}`)
        return { browser, page, name: `person-${i}` }
      }),
    )
    const arrived = await Promise.all(
      people.toReversed().map(async ({ browser, page, name }) => {
        const seen = await browser.submit(page, { login: name })
        return { seen: seen.text, me: await whoIs(browser, gate), name }
      }),
    )
    expect(arrived.filter(({ seen, me, name }) => seen !== `hello ${name}` || me !== name)).toEqual(
      [],
    )
  })

  scenario('a person whom the provider refuses is told in its words, escaped', {}, async () => {
    const browser = new Browser()
    const seen = await signIn(browser, `${gate.serviceOrigin('app')}/`, 'nobody')
    expect(seen.status).toBe(403)
    expect(reasonOf(seen)).toBe('denied')
    expect(seen.text).toContain('No &lt;script>alert(1)&lt;/script> for nobody')
    expect(await whoIs(browser, gate)).toBeNull()
  })

  scenario('a provider that puts all claims into the ID token serves as well', {}, async () => {
    useProviders('second')
    const browser = new Browser()
    const page = await signIn(browser, `${gate.serviceOrigin('admin')}/`, 'root')
    expect(page.text).toBe('hello root')
  })

  scenario('somebody who is signed in is not asked again', {}, async () => {
    const browser = new Browser()
    await signIn(browser, `${gate.serviceOrigin('app')}/`, 'alice')
    const rd = encodeURIComponent(`${gate.serviceOrigin('app')}/again`)
    const seen = await browser.visit(`${gate.origin}/_gatehouse/sign-in?rd=${rd}`)
    expect(seen.location).toBe(`${gate.serviceOrigin('app')}/again`)
    expect((await browser.visit(`${gate.origin}/_gatehouse/sign-in`)).location).toBe(
      `${gate.origin}/_gatehouse/`,
    )
  })

  scenario('an address that leads out is replaced by the portal', {}, async () => {
    const browser = new Browser()
    const rd = encodeURIComponent('https://evil.test/')
    const seen = await signIn(browser, `${gate.origin}/_gatehouse/sign-in?rd=${rd}`, 'alice')
    expect(seen.url).toBe(`${gate.origin}/_gatehouse/`)
  })

  scenario('another account replaces the session, whose id is then worth nothing', {}, async () => {
    const browser = new Browser()
    await signIn(browser, `${gate.serviceOrigin('app')}/`, 'alice')
    const before = browser.cookieHeader(`app.${domain}`)
    const rd = encodeURIComponent(`${gate.serviceOrigin('admin')}/`)
    // The provider signs the old account out first, by a form that a browser's script sends off.
    const between = await signIn(
      browser,
      `${gate.origin}/_gatehouse/sign-in?prompt=switch&rd=${rd}`,
      'root',
    )
    const seen = await browser.submit(between, {})
    expect(seen.text).toBe('hello root')
    expect(await whoIs(browser, gate)).toBe('root')
    const old = await gate.sessions.find(before)
    expect(old.kind).toBe('ended')
  })
})

describe('several providers', () => {
  scenario('are offered to choose from, and the chosen one is used', {}, async () => {
    useProviders('main', 'second')
    const browser = new Browser()
    const chooser = await browser.open(`${gate.serviceOrigin('app')}/x`)
    expect(chooser.status).toBe(200)
    expect(chooser.text).toContain(`to open <b>app.${domain}</b>`)
    expect(browser.cookieNames()).toEqual([])
    const ways = [...chooser.text.matchAll(/class="button full" href="([^"]+)"[^>]*>([^<]+)/g)]
    expect(ways.map((way) => way[2])).toEqual(['Provider main', 'Provider second'])
    const href = new URL((ways[1]?.[1] ?? '').replaceAll('&amp;', '&'), gate.origin).href
    const page = await signIn(browser, href, 'alice')
    expect(page.url).toBe(`${gate.serviceOrigin('app')}/x`)
    expect((await browser.visit(`${gate.origin}/_gatehouse/me`)).text).toContain('"second"')
  })

  scenario('are left out where the service does not accept them', {}, async () => {
    useProviders('main', 'second')
    const browser = new Browser()
    await browser.open(`${gate.serviceOrigin('second')}/`, (location) =>
      location.startsWith(second.issuer),
    )
    expect(browser.history.some((url) => url.startsWith(first.issuer))).toBe(false)
    const rd = encodeURIComponent(`${gate.serviceOrigin('second')}/`)
    for (const id of ['main', 'other', '', '__proto__']) {
      const seen = await browser.visit(
        `${gate.origin}/_gatehouse/sign-in/oidc?provider=${id}&rd=${rd}`,
      )
      expect(reasonOf(seen)).toBe('unknown-provider')
    }
    const none = await browser.open(`${gate.serviceOrigin('nowhere')}/`)
    expect(none.status).toBe(503)
    expect(reasonOf(none)).toBe('no-way-in')
  })

  scenario('a session of one that the service does not accept is no loop', {}, async () => {
    useProviders('main', 'second')
    const browser = new Browser()
    const rd = encodeURIComponent(`${gate.serviceOrigin('app')}/`)
    await signIn(browser, `${gate.origin}/_gatehouse/sign-in/oidc?provider=main&rd=${rd}`, 'alice')
    const page = await signIn(browser, `${gate.serviceOrigin('second')}/`, 'alice')
    expect(page.text).toBe('hello alice')
    expect((await browser.visit(`${gate.origin}/_gatehouse/me`)).text).toContain('"second"')
  })
})

describe('the front page', () => {
  scenario('lists what is open to the person and nothing else', {}, async () => {
    const alice = new Browser()
    const front = await signIn(alice, `${gate.origin}/_gatehouse/`, 'alice')
    expect(front.status).toBe(200)
    expect(front.text).toContain(`href="${gate.serviceOrigin('app')}/"`)
    expect(front.text).toContain('<b>The app</b>')
    expect(front.text).not.toContain(`admin.${domain}`)
    expect(front.text).not.toContain('*.any')
    const root = new Browser()
    expect((await signIn(root, `${gate.origin}/_gatehouse/`, 'root')).text).toContain(
      `admin.${domain}`,
    )
  })

  scenario(
    'sends a stranger to sign in, and tells a program that nobody is there',
    {},
    async () => {
      const browser = new Browser()
      expect((await browser.visit(`${gate.origin}/_gatehouse/`)).location).toBe(
        `${gate.origin}/_gatehouse/sign-in`,
      )
      const me = await browser.visit(`${gate.origin}/_gatehouse/me`)
      expect(me.status).toBe(401)
      expect(JSON.parse(me.text)).toEqual({ error: 'no-session' })
      expect(browser.cookieNames()).toEqual([])
    },
  )
})

describe('signing out', () => {
  scenario('ends the session here and at the provider, and comes back', {}, async () => {
    const browser = new Browser()
    await signIn(browser, `${gate.serviceOrigin('app')}/`, 'alice')
    const before = browser.cookieHeader(`app.${domain}`)
    const rd = encodeURIComponent(`${gate.serviceOrigin('app')}/`)
    const question = await browser.visit(`${gate.origin}/_gatehouse/sign-out?rd=${rd}`)
    expect(question.text).toContain('Sign out?')
    expect(question.text).toContain('at Provider main as well')
    expect(question.headers.get('content-security-policy')).toContain(
      "form-action 'self' http: https:;",
    )
    expect(await whoIs(browser, gate)).toBe('alice')
    const atProvider = await browser.submit(question, {})
    expect(atProvider.url).toStartWith(`${first.issuer}/session/end?id_token_hint=`)
    expect((await gate.sessions.find(before)).kind).toBe('ended')
    const out = await browser.submit(atProvider, { logout: 'yes' })
    expect(out.url).toStartWith(`${gate.origin}/_gatehouse/signed-out?state=`)
    expect(out.text).toContain('and so has the one at Provider main')
    expect(out.text).toContain(`href="${gate.serviceOrigin('app')}/"`)
    expect(await whoIs(browser, gate)).toBeNull()
    // Signed out there as well: the provider asks who one is.
    expect((await browser.open(`${gate.serviceOrigin('app')}/`)).text).toContain('name="login"')
  })

  scenario('happens only on a page of ours that asked', {}, async () => {
    const browser = new Browser()
    await signIn(browser, `${gate.serviceOrigin('app')}/`, 'alice')
    const url = `${gate.origin}/_gatehouse/sign-out`
    const question = await browser.visit(url)
    const token = /name="token" value="([^"]+)"/.exec(question.text)?.[1] ?? ''
    const image = await browser.visit(url, {
      headers: { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' },
    })
    expect(reasonOf(image)).toBe('cross-site')
    const posts: readonly (readonly [string, Record<string, string>, Record<string, string>])[] = [
      ['cross-site', { token }, { 'sec-fetch-site': 'cross-site', origin: 'https://evil.test' }],
      [
        'cross-site',
        { token },
        { 'sec-fetch-site': 'same-site', origin: gate.serviceOrigin('app') },
      ],
      ['cross-site', { token }, { origin: 'https://evil.test' }],
      ['stale-form', {}, { 'sec-fetch-site': 'same-origin' }],
      ['stale-form', { token: `${token}x` }, { 'sec-fetch-site': 'same-origin' }],
    ]
    for (const [reason, form, headers] of posts) {
      const seen = await browser.visit(url, { method: 'POST', form, headers })
      expect(seen.status).toBe(403)
      expect(reasonOf(seen)).toBe(reason)
    }
    expect(await whoIs(browser, gate)).toBe('alice')
  })

  scenario('takes no token of another session, and none of an hour ago', {}, async () => {
    const browser = new Browser()
    await signIn(browser, `${gate.serviceOrigin('app')}/`, 'alice')
    const url = `${gate.origin}/_gatehouse/sign-out`
    const token = /name="token" value="([^"]+)"/.exec((await browser.visit(url)).text)?.[1] ?? ''
    const other = new Browser()
    await signIn(other, `${gate.serviceOrigin('app')}/`, 'root')
    expect(reasonOf(await other.visit(url, { form: { token } }))).toBe('stale-form')
    gate.clock.jump(3_600_000)
    expect(reasonOf(await browser.visit(url, { form: { token } }))).toBe('stale-form')
    gate.clock.jump(-3_600_000)
    expect(await whoIs(other, gate)).toBe('root')
  })

  scenario('leads nowhere else, whatever the address says', {}, async () => {
    const browser = new Browser()
    await signIn(browser, `${gate.serviceOrigin('app')}/`, 'alice')
    for (const rd of ['https://evil.test/', '//evil.test', 'javascript:alert(1)']) {
      const query = new URLSearchParams({ rd }).toString()
      const question = await browser.visit(`${gate.origin}/_gatehouse/sign-out?${query}`)
      expect(question.text).not.toContain('evil.test')
      const out = await browser.visit(`${gate.origin}/_gatehouse/signed-out?${query}`)
      expect(out.text).not.toMatch(/evil\.test|javascript:/)
      expect(out.text).toContain('You are still signed in')
    }
  })

  scenario('several times in a minute is not a circle', {}, async () => {
    const browser = new Browser()
    for (let i = 0; i < 6; i++) {
      const page = await signIn(browser, `${gate.serviceOrigin('app')}/`, 'alice')
      expect(page.text).toBe('hello alice')
      const question = await browser.visit(`${gate.origin}/_gatehouse/sign-out`)
      await browser.submit(await browser.submit(question, {}), { logout: 'yes' })
    }
  })

  scenario('works here even when the provider is gone', {}, async () => {
    const gone = await startOidcProvider({
      clients: [
        {
          id: 'gatehouse',
          secret: 'a secret of-the.peer',
          redirectUris: [`${gate.origin}/_gatehouse/callback`],
          postLogoutRedirectUris: [],
        },
      ],
    })
    gate.providers[0] = providerConfig('main', gone.issuer)
    const browser = new Browser()
    await signIn(browser, `${gate.serviceOrigin('app')}/`, 'alice')
    await gone.stop()
    const question = await browser.visit(`${gate.origin}/_gatehouse/sign-out`)
    const token = /name="token" value="([^"]+)"/.exec(question.text)?.[1] ?? ''
    const seen = await browser.visit(`${gate.origin}/_gatehouse/sign-out`, { form: { token } })
    expect(seen.status).toBe(303)
    expect(await whoIs(browser, gate)).toBeNull()
  })
})
