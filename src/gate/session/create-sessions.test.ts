// Sessions as the gate uses them: signing in and out, bounds of time, revocation, the browser's cookies.
import { describe, expect, test } from 'bun:test'
import type { SessionKey } from '../../model/session.ts'
import { newCookieValue, sessionKey } from './cookie.ts'
import { sampleFacts, sampleSettings } from './samples.fixture.ts'
import { cookieHeaderOf, foundSession, kindOf, sessionsBench } from './sessions-bench.fixture.ts'
import { valueOf } from './store-bench.fixture.ts'

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

describe('open', () => {
  test('keeps who signed in, and gives a small cookie for the whole lifetime', async () => {
    const { sessions, clock } = sessionsBench()
    const facts = sampleFacts('alice', { userAgent: 'x'.repeat(1000) })
    const opened = await sessions.open(facts, null)
    expect(opened).toMatchObject({ sealed: false, endedOthers: 0 })
    expect(opened.setCookies.length).toBe(1)
    expect(opened.setCookies[0]).toMatch(
      /^__Secure-gatehouse=1[\w-]{32}; Max-Age=604800; Domain=example\.com; Path=\/; HttpOnly; SameSite=Lax; Secure$/,
    )
    const header = cookieHeaderOf(opened.setCookies)
    expect(header.length).toBeLessThan(100)
    const session = foundSession(sessions.find(header))
    expect(session).toMatchObject({
      identity: facts.identity,
      domain: 'example.com',
      providerSid: 'sid-alice',
      providerSub: 'sub-alice',
      createdAt: clock.now(),
      expiresAt: clock.now() + 7 * day,
      idleMs: day,
      address: '192.0.2.7',
    })
    expect(session.userAgent.length).toBe(200)
  })

  test('keeps the SHA-256 of the cookie, never the cookie', async () => {
    const { signIn, sessions, store } = sessionsBench()
    const value = (await signIn('alice')).split('=')[1] ?? ''
    expect(value).not.toBe('')
    const stored = valueOf(await store.list({}, 10))
    expect(stored.map(({ key }) => key)).toEqual([sessionKey(value)])
    expect(JSON.stringify(stored)).not.toContain(value)
    await sessions.close()
  })

  test('ends the browser’s earlier session, whoever it was (session fixation)', async () => {
    const { sessions, signIn, store } = sessionsBench()
    const mallory = await signIn('mallory')
    const opened = await sessions.open(sampleFacts('alice'), mallory)
    const header = cookieHeaderOf(opened.setCookies)
    expect(header).not.toBe(mallory)
    expect(kindOf(sessions.find(mallory))).toBe('ended')
    expect(foundSession(sessions.find(header)).identity.user).toBe('alice')
    expect(valueOf(store.usage()).sessions).toBe(1)
  })

  test('never takes over a value that the browser brought', async () => {
    const { sessions, random } = sessionsBench()
    const fixed = `__Secure-gatehouse=${newCookieValue(random)}`
    const opened = await sessions.open(sampleFacts('alice'), fixed)
    expect(cookieHeaderOf(opened.setCookies)).not.toBe(fixed)
    expect(kindOf(sessions.find(fixed))).toBe('ended')
  })

  test('removes a host-only cookie of our name when the browser has two', async () => {
    const { sessions, signIn } = sessionsBench()
    const two = `${await signIn('a')}; ${await signIn('b')}`
    const { setCookies } = await sessions.open(sampleFacts('alice'), two)
    expect(setCookies.length).toBe(2)
    expect(setCookies[0]).toStartWith('__Secure-gatehouse=; Max-Age=0; Path=/')
    expect(setCookies[0]).not.toContain('Domain')
    for (const header of two.split('; ')) expect(kindOf(sessions.find(header))).toBe('ended')
  })

  test('says how many older sessions of the person had to end, and ends them at once', async () => {
    const { sessions, signIn } = sessionsBench({ perUserMax: 2 })
    const first = await signIn('alice')
    const second = await signIn('alice')
    const bob = await signIn('bob')
    const third = await sessions.open(sampleFacts('alice'), null)
    expect(third.endedOthers).toBe(1)
    expect(kindOf(sessions.find(first))).toBe('ended')
    for (const header of [second, bob, cookieHeaderOf(third.setCookies)])
      expect(kindOf(sessions.find(header))).toBe('found')
  })

  test('uses the plain cookie name over http', async () => {
    const { sessions, signIn } = sessionsBench({ secure: false })
    const header = await signIn('alice')
    expect(header).toStartWith('gatehouse=1')
    expect(kindOf(sessions.find(header))).toBe('found')
  })
})

describe('find', () => {
  test('says none of a header without a cookie that could be ours', () => {
    const { sessions, store } = sessionsBench()
    for (const header of [null, '', 'a=b', '__Secure-gatehouse=', '__Secure-gatehouse=nonsense'])
      expect(kindOf(sessions.find(header))).toBe('none')
    expect(store.asked.find).toBe(0)
  })

  test('says ended of a well-formed cookie that stands for nothing', () => {
    const { sessions, random } = sessionsBench()
    const header = `__Secure-gatehouse=${newCookieValue(random)}`
    expect(kindOf(sessions.find(header))).toBe('ended')
  })

  test('finds the good one of several cookies, whatever their order', async () => {
    const { sessions, signIn, random } = sessionsBench()
    const good = await signIn('alice')
    const stale = `__Secure-gatehouse=${newCookieValue(random)}`
    const malformed = '__Secure-gatehouse=x'
    for (const header of [
      [stale, good],
      [good, stale],
      [malformed, stale, stale, good],
    ])
      expect(kindOf(sessions.find(header.join('; ')))).toBe('found')
    expect(kindOf(sessions.find([stale, stale, stale, good].join('; ')))).toBe('ended')
  })

  test('does not honour a session of another domain', async () => {
    const bench = sessionsBench({ domain: 'second.test' })
    const header = await bench.signIn('alice')
    expect(kindOf(bench.sessions.find(header))).toBe('found')
    bench.settings = sampleSettings({ domain: 'example.com' })
    expect(kindOf(bench.sessions.find(header))).toBe('ended')
    expect(kindOf(bench.restart().find(header))).toBe('ended')
  })

  test('answers from the cache until the time to live is over, then reads again', async () => {
    const { sessions, signIn, store, clock } = sessionsBench()
    const header = await signIn('alice')
    clock.advance(4999)
    void sessions.find(header)
    expect(store.asked.find).toBe(0)
    clock.advance(1)
    void sessions.find(header)
    void sessions.find(header)
    expect(store.asked.find).toBe(1)
    expect(sessions.stats()).toMatchObject({ cacheHits: 2, cacheMisses: 1, cacheEntries: 1 })
  })

  test('keeps what was prepared for a session over re-readings of the same version', async () => {
    const { sessions, signIn, clock } = sessionsBench()
    const header = await signIn('alice')
    const first = sessions.find(header)
    if (first instanceof Promise || first.kind !== 'found') throw new TypeError('Not found')
    first.cached.prepared = 'answers'
    for (let i = 0; i < 100; i++) {
      clock.advance(30_000)
      expect(sessions.find(header)).toBe(first)
    }
    expect(first.cached.prepared).toBe('answers')
  })

  test('leaves nothing of forged cookies', () => {
    const { sessions, store, random } = sessionsBench()
    for (let i = 0; i < 10_000; i++)
      expect(kindOf(sessions.find(`__Secure-gatehouse=${newCookieValue(random)}`))).toBe('ended')
    expect(sessions.stats().cacheEntries).toBe(0)
    expect(valueOf(store.usage()).sessions).toBe(0)
    expect(valueOf(store.revocations())).toEqual([])
  })

  test('finds a session again after a restart', async () => {
    const { signIn, restart } = sessionsBench()
    const header = await signIn('alice')
    expect(foundSession(restart().find(header)).identity.user).toBe('alice')
  })
})

describe('end', () => {
  test('ends the session of the cookie and clears it, domain-wide and host-only', async () => {
    const { sessions, signIn, restart } = sessionsBench()
    const header = await signIn('alice')
    const { setCookies, ended } = await sessions.end(header)
    expect(ended?.identity.user).toBe('alice')
    expect(setCookies).toEqual([
      '__Secure-gatehouse=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax; Secure',
      '__Secure-gatehouse=; Max-Age=0; Domain=example.com; Path=/; HttpOnly; SameSite=Lax; Secure',
    ])
    expect(kindOf(sessions.find(header))).toBe('ended')
    expect(kindOf(restart().find(header))).toBe('ended')
    expect(sessions.stats().ended).toBe(1)
  })

  test('clears the cookie though it stands for nothing, and leaves nothing', async () => {
    const { sessions, store, random } = sessionsBench()
    for (const header of [null, 'x=y', `__Secure-gatehouse=${newCookieValue(random)}`]) {
      const { setCookies, ended } = await sessions.end(header)
      expect(ended).toBeNull()
      expect(setCookies.length).toBe(2)
    }
    expect(store.asked.revoke).toBe(0)
    expect(valueOf(store.revocations())).toEqual([])
  })

  test('ends every session that the browser has cookies for', async () => {
    const { sessions, signIn } = sessionsBench()
    const headers = [await signIn('alice'), await signIn('bob')]
    await sessions.end(headers.join('; '))
    for (const header of headers) expect(kindOf(sessions.find(header))).toBe('ended')
  })
})

describe('revoke', () => {
  test('ends every session that matches, cached ones at once', async () => {
    const { sessions, signIn } = sessionsBench()
    const hers = [await signIn('alice'), await signIn('alice')]
    const his = await signIn('bob')
    expect(valueOf(await sessions.revoke({ user: 'alice' }))).toBe(2)
    for (const header of hers) expect(kindOf(sessions.find(header))).toBe('ended')
    expect(kindOf(sessions.find(his))).toBe('found')
    expect(valueOf(await sessions.revoke({}))).toBe(1)
    expect(kindOf(sessions.find(his))).toBe('ended')
  })

  test('ends the sessions of a provider’s session id (back-channel logout)', async () => {
    const { sessions, signIn } = sessionsBench()
    const header = await signIn('alice')
    expect(valueOf(await sessions.revoke({ provider: 'id', providerSid: 'sid-bob' }))).toBe(0)
    expect(kindOf(sessions.find(header))).toBe('found')
    expect(valueOf(await sessions.revoke({ provider: 'id', providerSid: 'sid-alice' }))).toBe(1)
    expect(kindOf(sessions.find(header))).toBe('ended')
  })

  test('a revocation by another process counts as soon as the store tells of it', async () => {
    const { sessions, signIn, store } = sessionsBench()
    const header = await signIn('alice')
    expect(kindOf(sessions.find(header))).toBe('found')
    await store.revoke({ user: 'alice' }, 0)
    expect(kindOf(sessions.find(header))).toBe('ended')
  })

  test('does not keep the person from signing in again', async () => {
    const { sessions, signIn } = sessionsBench()
    await signIn('alice')
    await sessions.revoke({ user: 'alice' })
    expect(kindOf(sessions.find(await signIn('alice')))).toBe('found')
  })
})

test('list gives the sessions of a person, newest first', async () => {
  const { sessions, signIn, clock } = sessionsBench()
  await signIn('alice', { address: '192.0.2.1' })
  clock.advance(1000)
  await signIn('bob')
  await signIn('alice', { address: '192.0.2.2' })
  const listed = valueOf(await sessions.list({ user: 'alice' }, 10))
  expect(listed.map(({ address }) => address)).toEqual(['192.0.2.2', '192.0.2.1'])
})

test('idTokenOf opens the token that the sign-in kept, sealed', async () => {
  const { sessions, signIn } = sessionsBench()
  const session = foundSession(sessions.find(await signIn('alice', { idToken: 'a.b.c' })))
  expect(session.idTokenHint).not.toContain('a.b.c')
  expect(sessions.idTokenOf(session)).toBe('a.b.c')
  expect(sessions.idTokenOf({ ...session, idTokenHint: 'forged' })).toBe('')
  const without = foundSession(sessions.find(await signIn('bob')))
  expect(sessions.idTokenOf(without)).toBe('')
  const long = foundSession(sessions.find(await signIn('carol', { idToken: 'x'.repeat(100_000) })))
  expect(long.idTokenHint).toBe('')
})

test('the cache holds at most as many sessions as configured, however many are used', async () => {
  const { sessions, signIn } = sessionsBench({ cacheEntriesMax: 10 })
  const headers: string[] = []
  for (let i = 0; i < 100; i++) headers.push(await signIn(`user${i}`))
  for (const header of headers) expect(kindOf(sessions.find(header))).toBe('found')
  expect(sessions.stats()).toMatchObject({ cacheEntries: 10, cacheEntriesMax: 10 })
})

test('fifty requests at once for one session ask a remote store once', async () => {
  const { sessions, signIn, store, clock, restart } = sessionsBench()
  const header = await signIn('alice')
  store.remote = Promise.resolve()
  clock.advance(10_000)
  for (const instance of [sessions, restart()]) {
    store.asked.find = 0
    const lookups = await Promise.all(Array.from({ length: 50 }, async () => instance.find(header)))
    expect(lookups.every(({ kind }) => kind === 'found')).toBe(true)
    expect(store.asked.find).toBe(1)
  }
})

test('what a remote store answers late does not bring back a session that was ended meanwhile', async () => {
  const { sessions, signIn, store, clock } = sessionsBench()
  const header = await signIn('alice')
  const { promise, resolve } = Promise.withResolvers<void>()
  store.remote = promise
  clock.advance(10_000)
  const asked = sessions.find(header)
  await sessions.revoke({ user: 'alice' })
  resolve()
  expect((await asked).kind).toBe('ended')
  expect((await sessions.find(header)).kind).toBe('ended')
})

test('a remote store is asked for each of several cookies until one is good', async () => {
  const { signIn, store, random, restart } = sessionsBench()
  const good = await signIn('alice')
  store.remote = Promise.resolve()
  const header = `__Secure-gatehouse=${newCookieValue(random)}; ${good}`
  expect((await restart().find(header)).kind).toBe('found')
})

test('close stops every timer and closes the store', async () => {
  const { sessions, signIn, clock, store } = sessionsBench({ lifetimeMs: hour })
  await signIn('alice')
  await sessions.close()
  clock.advance(2 * hour)
  await Promise.resolve()
  expect(store.find('x' as SessionKey)).toEqual({ kind: 'absent' })
  expect(valueOf(store.usage()).sessions).toBe(1)
})
