// What the configurations that authentik documents must do for a provider of a whole domain, where people
// sign in at another host than the one that they asked for.
import { expect } from 'bun:test'
import { must } from '../../src/std/assert.ts'
import {
  type DocumentedName,
  appHost,
  authHost,
  browserFor,
  deepTarget,
  signInAt,
} from './documented-proxies.ts'
import {
  type DocumentedStory,
  ask,
  cookieOf,
  expectIdentity,
  tellAll,
} from './documented-stories.ts'
import { navigation } from './proxy-estate.ts'

const stories: readonly DocumentedStory[] = [
  [
    'a person signs in at the host of authentik and comes back to the host that was asked for',
    async (estate) => {
      const browser = browserFor(estate)
      const person = { username: 'ada', password: 'a', target: deepTarget }
      const seen = await signInAt(estate, browser, person)
      expect([seen.status, seen.url]).toEqual([200, estate.origin + deepTarget])
      expect(estate.backend.seen.map(({ target }) => target)).toEqual([deepTarget])
      expectIdentity(estate, {
        ...{ username: 'ada', groups: 'staff', entitlements: 'editor', name: 'Ada' },
      })
      const callbacks = browser.history.filter((url) => url.includes('/callback?'))
      expect(callbacks.map((url) => new URL(url).hostname)).toEqual([authHost])
      // One cookie for all hosts of the domain.
      const name = must(sessionName(browser.cookieHeader(appHost)), 'A session')
      expect(sessionName(browser.cookieHeader('wiki.home.localhost'))).toBe(name)
      expect(sessionName(browser.cookieHeader('home.localhost'))).toBe(name)
      expect(sessionName(browser.cookieHeader('evilhome.localhost'))).toBeNull()
      expect(estate.authentik.control.violations()).toEqual([])
    },
  ],
  [
    'a stranger leaves with one cookie at most, and the service has seen nobody',
    async (estate) => {
      for (const target of ['/', deepTarget, '/ws']) {
        const answer = await ask(estate, { target, headers: navigation })
        expect([answer.status, answer.all('set-cookie').length <= 1]).toEqual([302, true])
      }
      expect(estate.backend.seen).toEqual([])
    },
  ],
  [
    'a path on the list is open on the host that the list names, by its whole address',
    async (estate) => {
      expect((await ask(estate, { target: '/public/a' })).status).toBe(200)
      expect(estate.backend.seen).toHaveLength(1)
      for (const target of ['/x?a=http://x/public/', '/x#http://x/public/', '/x/public/'])
        await ask(estate, { target, headers: navigation })
      expect(estate.backend.seen).toHaveLength(1)
    },
  ],
  [
    'a sign-in never leads out of the domain',
    async (estate) => {
      const start = `${estate.config.scheme}://${authHost}/outpost.goauthentik.io/start?rd=`
      const outside = ['https://evil.example/', 'http://evilhome.localhost/', '//evil.example/']
      for (const rd of [...outside, 'http://app.home.localhost@evil.example/', 'javascript:1']) {
        const browser = browserFor(estate)
        const page = await browser.open(start + encodeURIComponent(rd))
        await browser.submit(page, { username: 'ada', password: 'a' })
        const hosts = browser.history.map((url) => new URL(url).hostname)
        expect([rd, [...new Set(hosts)].toSorted()]).toEqual([rd, ['127.0.0.1', authHost]])
      }
    },
  ],
  [
    'signing out at the host of authentik ends the session on every host',
    async (estate) => {
      const cookie = await cookieOf(estate, 'ada')
      const browser = browserFor(estate)
      await signInAt(estate, browser, { username: 'ada', password: 'a' })
      const out = `${estate.config.scheme}://${authHost}/outpost.goauthentik.io/sign_out`
      expect((await browser.open(out)).text).toContain('logged out of App')
      expect(sessionName(browser.cookieHeader(appHost))).toBeNull()
      estate.backend.forget()
      expect((await ask(estate, { cookie, headers: navigation })).status).toBe(302)
      expect(estate.backend.seen).toEqual([])
    },
  ],
]

/** Name of the session cookie in a Cookie header. */
function sessionName(header: string): string | null {
  return /(?:^|; )(authentik_proxy_[0-9a-f]{8})=/.exec(header)?.[1] ?? null
}

/** Registers all stories for one configuration in its form for a domain. */
export function documentedDomainStories(name: DocumentedName): void {
  tellAll(name, { title: `${name} for a domain`, mode: 'domain' }, stories)
}
