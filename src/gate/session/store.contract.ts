// What every session store must do: one suite, run against each by store.test.ts.
import { afterEach, describe, expect, test } from 'bun:test'
import type { SessionKey } from '../../model/session.ts'
import { type FakeClock, fakeClock } from '../../world/clock.ts'
import { alice, sampleSession, sampleStart } from './samples.fixture.ts'
import { type SessionBounds, type SessionChanged, type SessionStore } from './store.ts'
import {
  type Bench,
  hour,
  keep,
  keysOf,
  type MakeBench,
  nth,
  valueOf,
} from './store-bench.fixture.ts'
import { sealCases } from './store-seals.contract.ts'

/** How the suite gets at a store. */
export interface StoreHarness {
  open(bounds: () => SessionBounds, clock: FakeClock): SessionStore
  /** Removes what `open` left behind. */
  cleanUp(): void
}

/** Registers the suite for the store that `harness` opens. */
export function storeContract(name: string, harness: StoreHarness): void {
  const stores: SessionStore[] = []
  const bench = (bounds: SessionBounds = { perUserMax: 100, sessionsMax: 100_000 }): Bench => {
    const clock = fakeClock(sampleStart)
    const changes: Bench['changes'] = []
    const made: { bounds: SessionBounds } = { bounds }
    const store = harness.open(() => made.bounds, clock)
    const listener: SessionChanged = (keys) => void changes.push(keys)
    store.onChange(listener)
    stores.push(store)
    return Object.assign(made, { store, clock, changes })
  }
  afterEach(async () => {
    for (const store of stores.splice(0)) await store.close()
    harness.cleanUp()
  })
  describe(`${name} store`, () => {
    lookupCases(bench)
    boundCases(bench)
    revocationCases(bench)
    sealCases(bench)
    listCases(bench)
    sweepCases(bench)
    sizeCases(bench)
  })
}

function lookupCases(bench: MakeBench): void {
  test('finds what was created, every field of it', async () => {
    const { store } = bench()
    const session = sampleSession('a', {
      identity: { ...alice, groups: ['staff', 'with,comma', 'with "quotes"', ''] },
      idTokenHint: 'sealed',
      version: 7,
    })
    await keep(store, session)
    expect(await store.find(session.key)).toEqual({ kind: 'found', session })
  })

  test('keeps any Unicode as it is', async () => {
    const { store } = bench()
    const text = `Zoë 日本語 🏠 '; DROP TABLE session; -- \u{10FFFF}`
    const identity = { ...alice, user: text, name: text, email: text, groups: [text, 'ß'] }
    const session = sampleSession('a', { identity, userAgent: text, providerSid: text })
    await keep(store, session)
    expect(await store.find(session.key)).toEqual({ kind: 'found', session })
    expect(valueOf(await store.list({ user: text, providerSid: text }, 10))).toEqual([session])
  })

  test('says absent of a key that never was', async () => {
    const { store } = bench()
    await keep(store, sampleSession('a'))
    expect(await store.find('b' as SessionKey)).toEqual({ kind: 'absent' })
  })

  test('finds a session that has ended by time: the caller judges', async () => {
    const { store } = bench()
    const session = sampleSession('a', { expiresAt: sampleStart - 1 })
    await keep(store, session)
    expect(await store.find(session.key)).toEqual({ kind: 'found', session })
  })

  test('finds the later last use at once, and keeps it', async () => {
    const { store, clock } = bench()
    const session = sampleSession('a')
    await keep(store, session)
    store.touch(session.key, sampleStart + 90_000)
    const seen = { kind: 'found', session: { ...session, seenAt: sampleStart + 90_000 } } as const
    expect(await store.find(session.key)).toEqual(seen)
    clock.advance(10_000)
    expect(await store.find(session.key)).toEqual(seen)
    store.touch(session.key, sampleStart + 10)
    clock.advance(10_000)
    expect(await store.find(session.key)).toEqual(seen)
  })

  test('touches of unknown keys leave nothing', async () => {
    const { store, clock } = bench()
    store.touch('nobody' as SessionKey, sampleStart)
    clock.advance(10_000)
    expect(valueOf(store.usage()).sessions).toBe(0)
    expect(await store.find('nobody' as SessionKey)).toEqual({ kind: 'absent' })
  })

  test('probe succeeds while the store can write', async () => {
    const { store } = bench()
    expect((await store.probe()).ok).toBe(true)
    expect((await store.probe()).ok).toBe(true)
    expect(valueOf(store.usage()).sessions).toBe(0)
  })
}

function boundCases(bench: MakeBench): void {
  test('lets the oldest sessions of a person leave first, and says which', async () => {
    const { store } = bench({ perUserMax: 2, sessionsMax: 100 })
    await keep(store, nth('alice', 1), nth('bob', 2), nth('alice', 3))
    const departed = valueOf(await store.create(nth('alice', 4)))
    expect(departed).toEqual({ own: ['alice-1' as SessionKey], others: [] })
    expect(await keysOf(store)).toEqual(['alice-4', 'alice-3', 'bob-2'])
  })

  test('counts people of the same name at two providers as two', async () => {
    const { store } = bench({ perUserMax: 1, sessionsMax: 100 })
    const other = nth('alice', 2, { identity: { ...alice, provider: 'other' } })
    await keep(store, nth('alice', 1), other)
    expect(await keysOf(store)).toEqual(['alice-2', 'alice-1'])
  })

  test('does not count a session that had ended anyway among those who had to leave', async () => {
    const { store } = bench({ perUserMax: 1, sessionsMax: 100 })
    await keep(store, nth('alice', 1, { idleMs: 1 }))
    const departed = valueOf(await store.create(nth('alice', 3)))
    expect(departed).toEqual({ own: [], others: [] })
    expect(await keysOf(store)).toEqual(['alice-3'])
  })

  test('lets the oldest of all leave when there are too many in all', async () => {
    const { store } = bench({ perUserMax: 10, sessionsMax: 3 })
    await keep(store, nth('a', 1), nth('b', 2), nth('c', 3))
    const departed = valueOf(await store.create(nth('d', 4)))
    expect(departed).toEqual({ own: [], others: ['a-1' as SessionKey] })
    expect(await keysOf(store)).toEqual(['d-4', 'c-3', 'b-2'])
    expect(valueOf(store.usage()).sessions).toBe(3)
  })

  test('keeps lowered bounds from the next sign-in on', async () => {
    const made = bench({ perUserMax: 10, sessionsMax: 100 })
    for (let order = 0; order < 10; order++) await keep(made.store, nth('alice', order))
    made.bounds = { perUserMax: 3, sessionsMax: 100 }
    const departed = valueOf(await made.store.create(nth('alice', 10)))
    expect(departed.own.length).toBe(8)
    expect(await keysOf(made.store)).toEqual(['alice-10', 'alice-9', 'alice-8'])
  })

  test('keeps the bounds when many sign in at once', async () => {
    const { store } = bench({ perUserMax: 5, sessionsMax: 20 })
    const sessions = Array.from({ length: 100 }, (_, i) => nth(`user${i % 10}`, i))
    const departed = await Promise.all(sessions.map((session) => store.create(session)))
    const left = departed.flatMap((result) => [...valueOf(result).own, ...valueOf(result).others])
    expect(valueOf(store.usage()).sessions).toBe(20)
    expect(new Set(left).size).toBe(80)
    expect((await keysOf(store)).length).toBe(20)
  })
}

function revocationCases(bench: MakeBench): void {
  const people = [
    sampleSession('a1', { createdAt: sampleStart }),
    sampleSession('a2', { createdAt: sampleStart + 1, providerSid: '' }),
    sampleSession('b1', {
      createdAt: sampleStart + 2,
      identity: { ...alice, user: 'bob' },
      providerSub: 'sub-bob',
    }),
    sampleSession('b2', {
      createdAt: sampleStart + 3,
      identity: { ...alice, user: 'bob', provider: 'other' },
      providerSub: '',
    }),
  ]
  const table = [
    ['by key', { key: 'a1' as SessionKey }, ['b2', 'b1', 'a2']],
    ['by user, at every provider', { user: 'bob' }, ['a2', 'a1']],
    ['by user at one provider', { user: 'bob', provider: 'other' }, ['b1', 'a2', 'a1']],
    ['by provider', { provider: 'id' }, ['b2']],
    ['by the session id of the provider', { providerSid: 'sid-b1' }, ['b2', 'a2', 'a1']],
    ['by the subject of the provider', { providerSub: 'sub-alice' }, ['b2', 'b1']],
    ['by creation', { createdUntil: sampleStart + 1 }, ['b2', 'b1']],
    ['all of them', {}, []],
    ['nobody, for fields that no one session has', { user: 'bob', providerSub: 'sub-alice' }, null],
    ['nobody, for an unknown user', { user: 'carol' }, null],
    ['nobody, for a user in another case', { user: 'Alice' }, null],
    ['nobody, for an empty session id, though some have none', { providerSid: '' }, null],
    ['nobody, for an empty subject, though some have none', { providerSub: '' }, null],
  ] as const
  for (const [title, selector, left] of table)
    test(`revokes ${title}`, async () => {
      const { store, changes } = bench()
      await keep(store, ...people)
      const remaining = left ?? ['b2', 'b1', 'a2', 'a1']
      expect(valueOf(await store.revoke(selector, sampleStart))).toBe(4 - remaining.length)
      expect(await keysOf(store)).toEqual([...remaining])
      expect(valueOf(store.usage()).sessions).toBe(remaining.length)
      const gone = people.filter(({ key }) => !(remaining as readonly string[]).includes(key))
      for (const { key } of gone) expect(await store.find(key)).toEqual({ kind: 'absent' })
      expect(changes.flat().toSorted()).toEqual(gone.map(({ key }) => key))
    })

  test('a revoked session stays absent when its use is noted late', async () => {
    const { store, clock } = bench()
    await keep(store, sampleSession('a'))
    store.touch('a' as SessionKey, sampleStart + 90_000)
    await store.revoke({ user: 'alice' }, sampleStart)
    clock.advance(10_000)
    expect(await store.find('a' as SessionKey)).toEqual({ kind: 'absent' })
  })
}

function listCases(bench: MakeBench): void {
  test('lists newest first, at most as many as asked for', async () => {
    const { store } = bench()
    await keep(store, nth('alice', 2), nth('bob', 3), nth('alice', 1), nth('carol', 4))
    expect(await keysOf(store)).toEqual(['carol-4', 'bob-3', 'alice-2', 'alice-1'])
    const two = valueOf(await store.list({}, 2)).map(({ key }) => key as string)
    expect(two).toEqual(['carol-4', 'bob-3'])
    const hers = valueOf(await store.list({ user: 'alice' }, 10)).map(({ key }) => key as string)
    expect(hers).toEqual(['alice-2', 'alice-1'])
    expect(valueOf(await store.list({}, 0))).toEqual([])
  })
}

function sweepCases(bench: MakeBench): void {
  test('sweeps what has ended, in batches, and nothing else', async () => {
    const { store } = bench()
    const ended = Array.from({ length: 25 }, (_, i) => nth('old', i, { expiresAt: sampleStart }))
    const idle = nth('idle', 1, { idleMs: 10 })
    await keep(store, ...ended, idle, nth('live', 1))
    const now = sampleStart + hour
    expect(valueOf(await store.sweep(now, 10))).toBe(10)
    expect(valueOf(await store.sweep(now, 10))).toBe(10)
    expect(valueOf(await store.sweep(now, 10))).toBe(6)
    expect(valueOf(await store.sweep(now, 10))).toBe(0)
    expect(await keysOf(store)).toEqual(['live-1'])
    expect(valueOf(store.usage()).sessions).toBe(1)
  })

  test('does not sweep what was used since, written or not', async () => {
    const { store } = bench()
    await keep(store, nth('alice', 0, { idleMs: 1000 }))
    store.touch('alice-0' as SessionKey, sampleStart + hour)
    expect(valueOf(await store.sweep(sampleStart + hour, 10))).toBe(0)
    expect(valueOf(await store.sweep(sampleStart + hour + 1000, 10))).toBe(1)
  })

  test('keeps one that came sealed until the seal is over', async () => {
    const { store } = bench()
    const seal = { at: sampleStart, until: sampleStart + hour }
    valueOf(await store.create(sampleSession('a', { idleMs: 1000 }), seal))
    expect(valueOf(await store.sweep(sampleStart + hour - 1, 10))).toBe(0)
    expect(valueOf(await store.sweep(sampleStart + hour, 10))).toBe(1)
  })
}

function sizeCases(bench: MakeBench): void {
  test('holds 10,000 sessions, counts them and finds each', async () => {
    const { store } = bench()
    const sessions = Array.from({ length: 10_000 }, (_, i) => nth(`user${i % 1000}`, i))
    const created = await Promise.all(sessions.map((session) => store.create(session)))
    expect(created.every((result) => result.ok)).toBe(true)
    const usage = valueOf(store.usage())
    expect(usage.sessions).toBe(10_000)
    expect(usage.bytes).toBeGreaterThan(1_000_000)
    let found = 0
    for (const { key } of sessions) if ((await store.find(key)).kind === 'found') found++
    expect(found).toBe(10_000)
    expect(valueOf(await store.revoke({ user: 'user7' }, sampleStart))).toBe(10)
    expect(valueOf(await store.revoke({}, sampleStart))).toBe(9990)
    expect(valueOf(store.usage()).sessions).toBe(0)
  })
}
