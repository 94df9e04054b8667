// Sessions while the store fails: nobody is signed out, nobody unknown is let in, sign-ins are sealed.
import { describe, expect, test } from 'bun:test'
import { newCookieValue, readSessionCookie, sessionCookieName, sessionKey } from './cookie.ts'
import { alice, sampleFacts } from './samples.fixture.ts'
import {
  cookieHeaderOf,
  foundSession,
  kindOf,
  sessionsBench,
  settle,
} from './sessions-bench.fixture.ts'
import type { SessionsBench } from './sessions-bench.fixture.ts'
import { valueOf } from './store-bench.fixture.ts'

const minute = 60_000
const hour = 60 * minute

/** Signs alice in while the disk is full. */
async function sealedSignIn(bench: SessionsBench, user = 'alice'): Promise<string> {
  bench.store.writes = false
  const opened = await bench.sessions.open(sampleFacts(user), null)
  expect(opened.sealed).toBe(true)
  return cookieHeaderOf(opened.setCookies)
}

describe('while the store cannot be read', () => {
  test('a known session is served up to the stale limit, then the answer is unavailable', async () => {
    const { sessions, signIn, store, clock } = sessionsBench({ staleMs: 5 * minute })
    const header = await signIn('alice')
    store.reads = false
    clock.advance(5 * minute - 1)
    expect(kindOf(sessions.find(header))).toBe('found')
    clock.advance(1)
    expect(kindOf(sessions.find(header))).toBe('unavailable')
    store.reads = true
    expect(kindOf(sessions.find(header))).toBe('found')
  })

  test('an unknown cookie is unavailable, never ended', async () => {
    const { signIn, store, random, restart } = sessionsBench()
    const header = await signIn('alice')
    store.reads = false
    const sessions = restart()
    expect(kindOf(sessions.find(header))).toBe('unavailable')
    expect(kindOf(sessions.find(`__Secure-gatehouse=${newCookieValue(random)}`))).toBe(
      'unavailable',
    )
    expect(kindOf(sessions.find('__Secure-gatehouse=malformed'))).toBe('none')
  })

  test('one good cookie of several is enough, and what is unknown outweighs what is over', async () => {
    const { sessions, signIn, store, random } = sessionsBench()
    const good = await signIn('alice')
    const gone = await signIn('bob')
    await sessions.end(gone)
    store.reads = false
    const unknown = `__Secure-gatehouse=${newCookieValue(random)}`
    expect(kindOf(sessions.find(`${unknown}; ${good}`))).toBe('found')
    expect(kindOf(sessions.find(`__Secure-gatehouse=s1.${'x'.repeat(60)}; ${unknown}`))).toBe(
      'unavailable',
    )
  })

  test('a session that has ended by time is ended all the same', async () => {
    const { sessions, signIn, store, clock } = sessionsBench({ idleMs: minute })
    const header = await signIn('alice')
    store.reads = false
    clock.advance(minute)
    expect(kindOf(sessions.find(header))).toBe('ended')
  })

  test('what another process changed is not forgotten: all is read again, none is lost', async () => {
    const { sessions, signIn, store, clock } = sessionsBench()
    const header = await signIn('alice')
    store.reads = false
    clock.advance(6000)
    expect(kindOf(sessions.find(header))).toBe('found')
    expect(sessions.stats().storeWorks).toBe(false)
  })
})

describe('while the store has no room', () => {
  test('a sign-in is sealed, announced, and works', async () => {
    const bench = sessionsBench()
    const { sessions, store, log } = bench
    const header = await sealedSignIn(bench)
    expect(foundSession(sessions.find(header)).identity).toEqual(alice)
    expect(sessions.stats()).toMatchObject({ openedSealed: 1, storeWorks: false })
    const events = log.lines.map(({ event }) => event)
    expect(events).toContain('session-sealed')
    expect(events).toContain('session-store-fault')
    expect(valueOf(store.usage()).sessions).toBe(0)
    expect(JSON.stringify(log.lines)).not.toContain(header)
  })

  test('the cookie of a sealed session is kept for the whole lifetime and small enough', async () => {
    const bench = sessionsBench()
    bench.store.writes = false
    const groups = Array.from({ length: 2000 }, (_, i) => `group-${i}`)
    const facts = sampleFacts('alice', { identity: { ...alice, groups }, idToken: 'x'.repeat(900) })
    const { setCookies } = await bench.sessions.open(facts, null)
    expect(setCookies[0]).toContain('Max-Age=604800')
    expect(setCookies[0]?.length).toBeLessThanOrEqual(4000)
    expect(kindOf(bench.sessions.find(cookieHeaderOf(setCookies)))).toBe('found')
  })

  test('a sealed session outlives a restart, and the store being gone', async () => {
    const bench = sessionsBench()
    const header = await sealedSignIn(bench)
    expect(kindOf(bench.restart().find(header))).toBe('found')
    bench.store.reads = false
    expect(kindOf(bench.restart().find(header))).toBe('found')
  })

  test('a sealed session ends with its seal when there was never room for it', async () => {
    const bench = sessionsBench({ sealedMs: hour })
    const header = await sealedSignIn(bench)
    bench.clock.advance(hour - 1)
    expect(kindOf(bench.sessions.find(header))).toBe('found')
    bench.clock.advance(1)
    expect(kindOf(bench.sessions.find(header))).toBe('ended')
    expect(kindOf(bench.restart().find(header))).toBe('ended')
  })

  test('a sealed session that is not used ends with its idle time', async () => {
    const bench = sessionsBench({ sealedMs: hour, idleMs: 10 * minute })
    const header = await sealedSignIn(bench)
    bench.clock.advance(9 * minute)
    expect(kindOf(bench.sessions.find(header))).toBe('found')
    bench.clock.advance(10 * minute)
    expect(kindOf(bench.sessions.find(header))).toBe('ended')
  })

  test('a sealed session of another domain is not honoured', async () => {
    const bench = sessionsBench({ domain: 'second.test' })
    const header = await sealedSignIn(bench)
    bench.settings = { ...bench.settings, domain: 'example.com' }
    expect(kindOf(bench.restart().find(header))).toBe('ended')
  })

  test('a forged sealed cookie is ended, asks no store and leaves nothing', () => {
    const { sessions, store, random } = sessionsBench()
    for (let i = 0; i < 1000; i++) {
      const forged = Buffer.from(random.bytes(300)).toString('base64url')
      expect(kindOf(sessions.find(`__Secure-gatehouse=s1.${forged}`))).toBe('ended')
    }
    expect(store.asked.find).toBe(0)
    expect(sessions.stats().cacheEntries).toBe(0)
  })
})

describe('when there is room again', () => {
  test('a sealed session moves into the store by being used, for its whole lifetime', async () => {
    const bench = sessionsBench({ sealedMs: hour })
    const { sessions, store, clock } = bench
    const header = await sealedSignIn(bench)
    store.writes = true
    clock.advance(10_000)
    void sessions.find(header)
    await settle()
    expect(sessions.stats().movedIntoStore).toBe(1)
    const value = readSessionCookie(header, sessionCookieName(true), 0) ?? ''
    const stored = valueOf(await store.list({}, 10))
    expect(stored.map(({ key }) => key)).toEqual([sessionKey(value)])
    clock.advance(5 * hour)
    expect(kindOf(sessions.find(header))).toBe('found')
    clock.advance(5 * hour)
    expect(kindOf(bench.restart().find(header))).toBe('found')
  })

  test('while there is none, a session is tried at most every 10 s', async () => {
    const bench = sessionsBench()
    const header = await sealedSignIn(bench)
    bench.store.asked.create = 0
    for (let seconds = 0; seconds < 60; seconds++) {
      bench.clock.advance(1000)
      void bench.sessions.find(header)
      await settle()
    }
    expect(bench.store.asked.create).toBeLessThanOrEqual(7)
    expect(bench.store.asked.create).toBeGreaterThanOrEqual(5)
  })

  test('many sealed sessions move a few at a time', async () => {
    const bench = sessionsBench()
    const headers: string[] = []
    for (let i = 0; i < 100; i++) headers.push(await sealedSignIn(bench, `user${i}`))
    bench.store.writes = true
    bench.store.asked.create = 0
    bench.clock.advance(10_000)
    for (const header of headers) void bench.sessions.find(header)
    expect(bench.store.asked.create).toBe(20)
    for (let round = 0; round < 5; round++) {
      await settle()
      for (const header of headers) void bench.sessions.find(header)
    }
    await settle()
    expect(bench.sessions.stats().movedIntoStore).toBe(100)
    expect(valueOf(bench.store.usage()).sessions).toBe(100)
  })

  test('many sealed sessions do not each try while there is none', async () => {
    const bench = sessionsBench()
    const headers: string[] = []
    for (let i = 0; i < 100; i++) headers.push(await sealedSignIn(bench, `user${i}`))
    bench.clock.advance(10_000)
    bench.store.asked.create = 0
    for (let round = 0; round < 10; round++) {
      for (const header of headers) void bench.sessions.find(header)
      await settle()
    }
    expect(bench.store.asked.create).toBe(20)
    bench.clock.advance(1000)
    for (const header of headers) void bench.sessions.find(header)
    expect(bench.store.asked.create).toBe(40)
  })

  test('the store is found to work without anyone signing in', async () => {
    const bench = sessionsBench()
    await sealedSignIn(bench)
    expect(bench.sessions.stats().storeWorks).toBe(false)
    bench.store.writes = true
    bench.clock.advance(10_000)
    await settle()
    expect(bench.sessions.stats().storeWorks).toBe(true)
  })
})

describe('ending a sealed session', () => {
  test('by signing out, before it is moved', async () => {
    const bench = sessionsBench()
    const header = await sealedSignIn(bench)
    const { ended } = await bench.sessions.end(header)
    expect(ended?.identity.user).toBe('alice')
    expect(kindOf(bench.sessions.find(header))).toBe('ended')
    bench.store.writes = true
    bench.clock.advance(10_000)
    await settle()
    expect(kindOf(bench.sessions.find(header))).toBe('ended')
    expect(kindOf(bench.restart().find(header))).toBe('ended')
    expect(valueOf(bench.store.usage()).sessions).toBe(0)
  })

  test('by signing out, after the clock was set back', async () => {
    const bench = sessionsBench()
    const header = await sealedSignIn(bench)
    bench.clock.jump(-1_800_000)
    await bench.sessions.end(header)
    bench.store.writes = true
    bench.clock.advance(10_000)
    await settle()
    expect(kindOf(bench.sessions.find(header))).toBe('ended')
    expect(kindOf(bench.restart().find(header))).toBe('ended')
  })

  test('by signing out, after it was moved', async () => {
    const bench = sessionsBench()
    const header = await sealedSignIn(bench)
    bench.store.writes = true
    bench.clock.advance(10_000)
    void bench.sessions.find(header)
    await settle()
    await bench.sessions.end(header)
    expect(kindOf(bench.sessions.find(header))).toBe('ended')
    expect(kindOf(bench.restart().find(header))).toBe('ended')
    await settle()
    expect(valueOf(bench.store.usage()).sessions).toBe(0)
  })

  for (const when of ['before', 'after'] as const)
    test(`by an administrator, ${when} there is room, here and elsewhere`, async () => {
      const bench = sessionsBench()
      const header = await sealedSignIn(bench)
      const other = bench.restart()
      expect(kindOf(other.find(header))).toBe('found')
      if (when === 'after') bench.store.writes = true
      bench.clock.advance(1)
      await bench.sessions.revoke({ user: 'alice' })
      expect(kindOf(bench.sessions.find(header))).toBe('ended')
      bench.store.writes = true
      bench.clock.advance(10_000)
      await settle()
      expect(kindOf(bench.restart().find(header))).toBe('ended')
      expect(valueOf(bench.store.usage()).sessions).toBe(0)
    })

  test('by another process, as soon as the store tells of it', async () => {
    const bench = sessionsBench()
    const header = await sealedSignIn(bench)
    bench.store.writes = true
    await bench.store.revoke({ user: 'alice' }, bench.clock.now())
    bench.store.announce('all')
    expect(kindOf(bench.sessions.find(header))).toBe('ended')
  })

  test('by another process, when the move finds it out first', async () => {
    const bench = sessionsBench()
    const header = await sealedSignIn(bench)
    bench.store.writes = true
    await bench.store.revoke({ user: 'alice' }, bench.clock.now())
    bench.clock.advance(10_000)
    void bench.sessions.find(header)
    await settle()
    expect(kindOf(bench.sessions.find(header))).toBe('ended')
    expect(bench.sessions.stats().movedIntoStore).toBe(0)
  })

  test('does not end one that is sealed later', async () => {
    const bench = sessionsBench()
    await bench.sessions.revoke({ user: 'alice' })
    bench.clock.advance(1)
    const header = await sealedSignIn(bench)
    expect(kindOf(bench.sessions.find(header))).toBe('found')
    expect(kindOf(bench.restart().find(header))).toBe('found')
  })
})

describe('ending a stored session while the store cannot write', () => {
  test('it is refused here at once, and ended in the store when that can be written', async () => {
    const bench = sessionsBench()
    const header = await bench.signIn('alice')
    bench.store.writes = false
    await bench.sessions.end(header)
    expect(kindOf(bench.sessions.find(header))).toBe('ended')
    bench.store.writes = true
    bench.clock.advance(5000)
    await settle()
    expect(valueOf(bench.store.usage()).sessions).toBe(0)
    bench.store.asked.revoke = 0
    bench.clock.advance(60_000)
    await settle()
    expect(bench.store.asked.revoke).toBe(0)
  })

  test('a revocation says that it could not be written, but holds', async () => {
    const bench = sessionsBench()
    const header = await bench.signIn('alice')
    const uncached = await bench.signIn('alice')
    bench.store.writes = false
    const revoked = await bench.sessions.revoke({ user: 'alice' })
    expect(revoked).toMatchObject({ ok: false, error: { code: 'full' } })
    for (const each of [header, uncached]) expect(kindOf(bench.sessions.find(each))).toBe('ended')
  })

  test('a sign-in after such a revocation is a new session', async () => {
    const bench = sessionsBench()
    await bench.signIn('alice')
    bench.store.writes = false
    await bench.sessions.revoke({ user: 'alice' })
    bench.store.writes = true
    bench.clock.advance(1)
    const header = await bench.signIn('alice')
    expect(kindOf(bench.sessions.find(header))).toBe('found')
    bench.clock.advance(10_000)
    await settle()
    expect(kindOf(bench.sessions.find(header))).toBe('found')
  })

  test('signing in anew ends the earlier session though it cannot be deleted', async () => {
    const bench = sessionsBench()
    const header = await bench.signIn('alice')
    bench.store.writes = false
    await bench.sessions.open(sampleFacts('alice'), header)
    expect(kindOf(bench.sessions.find(header))).toBe('ended')
  })
})

test('faults are counted each and logged once', async () => {
  const bench = sessionsBench()
  for (let i = 0; i < 10; i++) await sealedSignIn(bench, `user${i}`)
  const faults = bench.log.lines.filter(({ event }) => event === 'session-store-fault')
  expect(faults).toEqual([
    {
      level: 'error',
      event: 'session-store-fault',
      fields: { side: 'write', code: 'full', detail: 'No space left on device' },
    },
  ])
  expect(bench.sessions.stats().storeFaults).toBe(10)
})
