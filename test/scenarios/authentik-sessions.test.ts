// Sessions of an outpost with a hundred thousand others in the file: sign-out by subject and the end of a
// session at authentik take effect, in a time that is printed; and upstream's own cases.
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type CompatBench,
  compatBench,
} from '../../src/gate/authentik/compat/compat-bench.fixture.ts'
import { scopeOf } from '../../src/gate/authentik/compat/desk.ts'
import { testOutpost, testProvider } from '../../src/gate/authentik/testing.ts'
import { createSqliteStore } from '../../src/gate/session/sqlite.ts'
import type { SessionStore } from '../../src/gate/session/store.ts'
import { knownSessionKey } from '../../src/model/session.ts'
import { fakeClock } from '../../src/world/clock.ts'
import { memoryLog } from '../../src/world/log.ts'
import { scenarioTimeoutMs } from '../scenario.ts'

setDefaultTimeout(scenarioTimeoutMs)

const one = testProvider({ external: 'https://one.example.com', clientId: 'one' })
const two = testProvider({ external: 'https://two.example.com', clientId: 'two', name: 'two' })
const prefix = '/outpost.goauthentik.io'

async function statusOf(bench: CompatBench, host: string, cookie: string): Promise<number> {
  const answer = await bench.ask(`${prefix}/auth/nginx`, {
    headers: { Host: host, 'X-Original-URL': `https://${host}/`, Cookie: cookie },
  })
  return answer.status
}

describe('a hundred thousand live sessions', () => {
  const sessionsMax = 100_000
  const directory = mkdtempSync(join(tmpdir(), 'outpost-'))
  let store: SessionStore | null = null
  let bench: CompatBench | null = null
  const theBench = (): CompatBench => {
    if (bench === null) throw new TypeError('The store is filled before the tests')
    return bench
  }

  beforeAll(async () => {
    const clock = fakeClock(1_790_000_000_000)
    store = createSqliteStore({
      path: join(directory, 'sessions.db'),
      bounds: () => ({ perUserMax: 20, sessionsMax: sessionsMax + 100 }),
      clock,
      log: memoryLog(),
    })
    const { realm } = scopeOf(one)
    const now = clock.now()
    for (let begun = 0; begun < sessionsMax; begun += 1000) {
      const batch = Array.from({ length: 1000 }, (_, index) => {
        const id = begun + index
        return store?.create({
          key: knownSessionKey(String(id).padStart(43, 'k')),
          identity: { user: `u${id}`, name: '', email: '', groups: [], provider: 'one' },
          domain: realm,
          providerSid: `sid-${id}`,
          providerSub: `sub-${id}`,
          ...{ createdAt: now, seenAt: now, expiresAt: now + 3_600_000, idleMs: 3_600_000 },
          ...{ version: 1, userAgent: '', address: '', idTokenHint: '' },
        })
      })
      await Promise.all(batch)
    }
    bench = compatBench({ providers: [one, two], store })
  }, 120_000)

  afterAll(async () => {
    await bench?.sessions.close()
    rmSync(directory, { recursive: true })
  })

  test('are there', () => {
    expect(theBench().sessions.stats().storeSessions).toBe(sessionsMax)
  })

  test('SESSION_END ends the sessions of its sid, and no other', async () => {
    const cookies = [
      await theBench().signIn(one, { sub: 'ada', sid: 'ends' }),
      await theBench().signIn(two, { sub: 'ada', sid: 'ends' }),
    ]
    const other = await theBench().signIn(one, { sub: 'ada', sid: 'stays' })
    const begun = performance.now()
    theBench().control.endSession('ends')
    while ((await statusOf(theBench(), 'one.example.com', cookies[0] ?? '')) === 200) await turn()
    while ((await statusOf(theBench(), 'two.example.com', cookies[1] ?? '')) === 200) await turn()
    const took = performance.now() - begun
    expect(await statusOf(theBench(), 'one.example.com', other)).toBe(200)
    console.log(`SESSION_END among ${sessionsMax} sessions took ${took.toFixed(1)} ms`)
  })

  test('sign_out ends all sessions of the subject, and no other', async () => {
    const mine = await theBench().signIn(one, { sub: 'foo' })
    const also = [
      await theBench().signIn(one, { sub: 'foo' }),
      await theBench().signIn(two, { sub: 'foo' }),
    ]
    const other = await theBench().signIn(two, { sub: 'bar' })
    const begun = performance.now()
    const out = await theBench().ask(`${prefix}/sign_out`, {
      headers: { Host: 'one.example.com', Cookie: mine },
    })
    const took = performance.now() - begun
    expect(out.status).toBe(302)
    expect(out.cookies).toHaveLength(1)
    expect(await statusOf(theBench(), 'one.example.com', mine)).toBe(401)
    expect(await statusOf(theBench(), 'one.example.com', also[0] ?? '')).toBe(401)
    expect(await statusOf(theBench(), 'two.example.com', also[1] ?? '')).toBe(401)
    expect(await statusOf(theBench(), 'two.example.com', other)).toBe(200)
    console.log(`sign_out among ${sessionsMax} sessions took ${took.toFixed(1)} ms`)
  })

  test('a thousand sessions that end at authentik and are not ours hold nobody up', async () => {
    const mine = await theBench().signIn(one, { sub: 'ada', sid: 'mine' })
    for (let id = 0; id < 1000; id++) theBench().control.endSession(`foreign-${id}`)
    expect(await statusOf(theBench(), 'one.example.com', mine)).toBe(200)
    theBench().control.endSession('mine')
    while ((await statusOf(theBench(), 'one.example.com', mine)) === 200) await turn()
  })
})

/** Lets what is under way go on. */
function turn(): Promise<void> {
  return new Promise((done) => setImmediate(done))
}

describe('upstream’s own cases', () => {
  test('sign_out with claims is a redirect to authentik with the token as a hint', async () => {
    const bench = compatBench({ providers: [one, two] })
    const Cookie = await bench.signIn(one, { sub: 'foo' })
    const out = await bench.ask(`${prefix}/sign_out`, {
      headers: { Host: 'one.example.com', Cookie },
    })
    expect(out.header('location')).toMatch(
      /^http:\/\/fake-auth\.t\.goauthentik\.io\/end-session\?id_token_hint=ey/,
    )
    expect(out.cookies[0]).toMatch(/^authentik_proxy_[0-9a-f]{8}=; Max-Age=0; Path=\/; HttpOnly/)
  })

  test('sign_out without a session leads to the start of a sign-in', async () => {
    const bench = compatBench({ providers: [one, two] })
    const out = await bench.ask(`${prefix}/sign_out`, { headers: { Host: 'one.example.com' } })
    expect([out.status, out.cookies]).toEqual([302, []])
    expect(out.header('location')).toStartWith(
      'https://one.example.com/outpost.goauthentik.io/start?rd=',
    )
  })

  test.each(['traefik', 'envoy'])(
    '%s: X-authentik-logout=true signs out on any address',
    async (kind) => {
      const bench = compatBench({ providers: [one, two] })
      const Cookie = await bench.signIn(one, { sub: 'foo' })
      const uri = '/any?X-authentik-logout=TRUE'
      const out =
        kind === 'envoy'
          ? await bench.ask(`${prefix}/auth/envoy${uri}`, {
              headers: { Host: 'one.example.com', Cookie },
            })
          : await bench.ask(`${prefix}/auth/traefik`, {
              headers: {
                ...{ 'X-Forwarded-Proto': 'https', 'X-Forwarded-Host': 'one.example.com' },
                ...{ 'X-Forwarded-Uri': uri, Cookie },
              },
            })
      expect(out.header('location')).toContain('/end-session?id_token_hint=')
      expect(await statusOf(bench, 'one.example.com', Cookie)).toBe(401)
    },
  )

  test('different: a dead cookie is nobody, and is not cleared beside a sign-in under way', async () => {
    const bench = compatBench({ providers: [one, two] })
    const dead = `${one.cookieName}=1${'A'.repeat(32)}`
    const headers = {
      ...{
        'X-Forwarded-Proto': 'https',
        'X-Forwarded-Host': 'one.example.com',
        'X-Forwarded-Uri': '/',
      },
    }
    const first = await bench.ask(`${prefix}/auth/traefik`, {
      headers: { ...headers, Cookie: dead },
    })
    expect(first.status).toBe(302)
    expect(first.cookies).toHaveLength(1)
    expect(first.cookies[0]).toMatch(
      /^authentik_proxy_[0-9a-f]{8}_start=[\w-]+; Max-Age=86400; Path=\//,
    )
    const binding = first.cookies[0]?.split(';')[0] ?? ''
    const again = await bench.ask(`${prefix}/auth/traefik`, {
      headers: { ...headers, Cookie: `${dead}; ${binding}` },
    })
    // The binding is known by now: it stays as it is, for all tabs.
    expect([again.status, again.cookies]).toEqual([302, []])
  })

  test('the cookie of a provider is its own: name, domain, life, Secure', async () => {
    const wide = testProvider({
      ...{
        mode: 'forward_domain',
        external: 'http://auth.example.org',
        cookieDomain: 'example.org',
      },
      ...{ clientId: 'wide', lifetimeMs: 600_000 },
    })
    const bench = compatBench({ providers: [one, wide] })
    const opened = async (provider: typeof one): Promise<string> => {
      const facts = {
        identity: { user: 'x', name: '', email: '', groups: [], provider: provider.clientId },
        ...{ providerSid: '', providerSub: 'x', userAgent: '', address: '', idToken: '' },
      }
      return (await bench.desks.of(provider).sessions.open(facts, null)).setCookies.join()
    }
    expect(await opened(one)).toMatch(
      /^authentik_proxy_[0-9a-f]{8}=1[\w-]{32}; Max-Age=3600; Path=\/; HttpOnly; SameSite=Lax; Secure$/,
    )
    expect(await opened(wide)).toMatch(
      /=1[\w-]{32}; Max-Age=600; Domain=example\.org; Path=\/; HttpOnly; SameSite=Lax$/,
    )
    expect(one.cookieName).not.toBe(wide.cookieName)
  })

  test('a cookie of one provider is nobody at another, whatever its name', async () => {
    const bench = compatBench({ providers: [one, two] })
    const cookie = await bench.signIn(one)
    expect(await statusOf(bench, 'one.example.com', cookie)).toBe(200)
    expect(await statusOf(bench, 'two.example.com', cookie)).toBe(401)
    const renamed = cookie.replace(one.cookieName, two.cookieName)
    expect(await statusOf(bench, 'two.example.com', renamed)).toBe(401)
    expect(await statusOf(bench, 'one.example.com', cookie)).toBe(200)
  })

  test('a provider that changes keeps its sessions, unless its secret or domain changed', async () => {
    const bench = compatBench({ providers: [one, two] })
    const cookies = [await bench.signIn(one), await bench.signIn(two)]
    const change = async (over: Parameters<typeof testProvider>[0]): Promise<number[]> => {
      const changed = testProvider({
        external: 'https://one.example.com',
        clientId: 'one',
        ...over,
      })
      bench.control.change(testOutpost([changed, two]))
      return [
        await statusOf(bench, 'one.example.com', cookies[0] ?? ''),
        await statusOf(bench, 'two.example.com', cookies[1] ?? ''),
      ]
    }
    expect(await change({ lifetimeMs: 60_000, clientSecret: 'another', scopes: ['x'] })).toEqual([
      200, 200,
    ])
    expect(await change({ mode: 'forward_domain', cookieDomain: 'example.com' })).toEqual([
      401, 200,
    ])
    expect(await change({ cookieSecret: 'RENEWED' })).toEqual([401, 200])
    expect(await change({})).toEqual([200, 200])
  })
})
