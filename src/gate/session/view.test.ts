// Sessions with a cookie of their own over one store: what authentik's providers have.
import { expect, test } from 'bun:test'
import { sampleFacts } from './samples.fixture.ts'
import type { SessionScope, SessionView } from './sessions.ts'
import { cookieHeaderOf, foundSession, kindOf, sessionsBench } from './sessions-bench.fixture.ts'

const hour = 3_600_000
const day = 24 * hour

const first: SessionScope = {
  name: 'authentik_proxy_11111111',
  domain: 'example.com',
  secure: true,
  realm: 'first of example.com',
  lifetimeMs: hour,
  idleMs: hour,
  idTokenLengthMax: 16_000,
}
const second: SessionScope = {
  ...first,
  name: 'authentik_proxy_22222222',
  domain: '',
  secure: false,
  realm: 'second',
  lifetimeMs: 2 * hour,
}

async function signIn(view: SessionView, user: string, lifetimeMs?: number): Promise<string> {
  const facts = sampleFacts(user, lifetimeMs === undefined ? {} : { lifetimeMs })
  return cookieHeaderOf((await view.open(facts, null)).setCookies)
}

test('a view sets one cookie, with the name, domain and life of its scope', async () => {
  const { sessions } = sessionsBench()
  const [a, b] = [sessions.within(() => first), sessions.within(() => second)]
  const twice = `${await signIn(a, 'alice')}; ${await signIn(a, 'alice')}`
  const opened = await a.open(sampleFacts('alice'), twice)
  expect(opened.setCookies).toHaveLength(1)
  expect(opened.setCookies[0]).toMatch(
    /^authentik_proxy_11111111=1[\w-]{32}; Max-Age=3600; Domain=example\.com; Path=\/; HttpOnly; SameSite=Lax; Secure$/,
  )
  const host = await b.open(sampleFacts('alice'), null)
  expect(host.setCookies[0]).toMatch(
    /^authentik_proxy_22222222=1[\w-]{32}; Max-Age=7200; Path=\/; HttpOnly; SameSite=Lax$/,
  )
  expect((await b.end(cookieHeaderOf(host.setCookies))).setCookies).toEqual([
    'authentik_proxy_22222222=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax',
  ])
})

test('a session of one view is none of another, nor of the gate, even under its cookie', async () => {
  const { sessions } = sessionsBench()
  const [a, b] = [sessions.within(() => first), sessions.within(() => second)]
  const cookie = await signIn(a, 'alice')
  const [, value = ''] = cookie.split('=')
  expect(kindOf(a.find(cookie))).toBe('found')
  expect(kindOf(b.find(cookie))).toBe('none')
  expect(kindOf(b.find(`${second.name}=${value}`))).toBe('ended')
  expect(kindOf(sessions.find(`__Secure-gatehouse=${value}`))).toBe('ended')
  expect(kindOf(a.find(cookie))).toBe('found')
})

test('a view follows its scope: another realm ends the sessions of that view alone', async () => {
  const { sessions } = sessionsBench()
  let scope = first
  const [a, b] = [sessions.within(() => scope), sessions.within(() => second)]
  const [one, other] = [await signIn(a, 'alice'), await signIn(b, 'alice')]
  scope = { ...first, realm: 'another cookie secret' }
  expect(kindOf(a.find(one))).toBe('ended')
  expect(kindOf(b.find(other))).toBe('found')
  scope = { ...first, lifetimeMs: day }
  expect(kindOf(a.find(one))).toBe('found')
})

test('the facts of a sign-in say how long its session lives', async () => {
  const { sessions, clock } = sessionsBench()
  const view = sessions.within(() => ({ ...first, idleMs: day }))
  const cookie = await signIn(view, 'alice', 600_000)
  expect(foundSession(view.find(cookie)).expiresAt).toBe(clock.now() + 600_000)
  clock.advance(599_000)
  expect(kindOf(view.find(cookie))).toBe('found')
  clock.advance(1000)
  expect(kindOf(view.find(cookie))).toBe('ended')
})

test('a view keeps tokens that are too long elsewhere, sealed, up to its own bound', async () => {
  const { sessions } = sessionsBench()
  const view = sessions.within(() => first)
  const keep = async (length: number): Promise<number> => {
    const opened = await view.open(sampleFacts('alice', { idToken: 'x'.repeat(length) }), null)
    const session = foundSession(view.find(cookieHeaderOf(opened.setCookies)))
    return sessions.idTokenOf(session).length
  }
  expect(await keep(16_000)).toBe(16_000)
  expect(await keep(16_001)).toBe(0)
})

test('sessions of every view end by sid and by sub', async () => {
  const { sessions } = sessionsBench()
  const [a, b] = [sessions.within(() => first), sessions.within(() => second)]
  const [one, other] = [await signIn(a, 'alice'), await signIn(b, 'alice')]
  const bob = await signIn(b, 'bob')
  await sessions.revoke({ providerSub: 'sub-alice' })
  expect([kindOf(a.find(one)), kindOf(b.find(other))]).toEqual(['ended', 'ended'])
  await sessions.revoke({ providerSid: 'sid-bob' })
  expect(kindOf(b.find(bob))).toBe('ended')
})
