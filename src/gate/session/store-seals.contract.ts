// What a session store must do with sessions that came sealed, and with what it remembers of their end.
import { expect, test } from 'bun:test'
import type { SessionKey } from '../../model/session.ts'
import { sampleSession, sampleStart } from './samples.fixture.ts'
import { revocationKeptMs } from './store.ts'
import { hour, keep, type MakeBench, valueOf } from './store-bench.fixture.ts'

/** Registers the cases. */
export function sealCases(bench: MakeBench): void {
  const seal = { at: sampleStart, until: sampleStart + hour }

  test('takes a session that was sealed until now', async () => {
    const { store } = bench()
    const session = sampleSession('a')
    expect(valueOf(await store.create(session, seal))).toEqual({ own: [], others: [] })
    expect(await store.find(session.key)).toEqual({ kind: 'found', session })
  })

  test('takes the same sealed session twice as one', async () => {
    const { store } = bench()
    const session = sampleSession('a')
    await Promise.all([store.create(session, seal), store.create(session, seal)])
    valueOf(await store.create(session, seal))
    expect(valueOf(store.usage()).sessions).toBe(1)
  })

  const revoked = [
    ['its person', { user: 'alice' }],
    ['its key', { key: 'a' as SessionKey }],
    ['everyone', {}],
    ['its session at the provider', { providerSid: 'sid-a' }],
  ] as const
  for (const [title, selector] of revoked)
    test(`does not take a sealed session after a revocation of ${title}`, async () => {
      const { store } = bench()
      valueOf(await store.revoke(selector, seal.at + 1))
      const departed = valueOf(await store.create(sampleSession('a'), seal))
      expect(departed).toEqual({ own: ['a' as SessionKey], others: [] })
      expect(await store.find('a' as SessionKey)).toEqual({ kind: 'absent' })
      expect(valueOf(store.usage()).sessions).toBe(0)
    })

  test('takes a session that was sealed after the revocation', async () => {
    const { store } = bench()
    valueOf(await store.revoke({ user: 'alice' }, seal.at - 1))
    valueOf(await store.create(sampleSession('a'), seal))
    expect((await store.find('a' as SessionKey)).kind).toBe('found')
  })

  test('remembers the end of one that came sealed, so that its seal cannot bring it back', async () => {
    const { store } = bench()
    valueOf(await store.create(sampleSession('a'), seal))
    valueOf(await store.revoke({ key: 'a' as SessionKey }, sampleStart + 5))
    expect(valueOf(store.revocations())).toEqual([
      { selector: { key: 'a' as SessionKey }, at: sampleStart + 5 },
    ])
    expect(valueOf(await store.create(sampleSession('a'), seal)).own).toEqual(['a' as SessionKey])
  })

  test('remembers one that came sealed and had to leave for a newer one', async () => {
    const { store } = bench({ perUserMax: 1, sessionsMax: 100 })
    valueOf(await store.create(sampleSession('a'), seal))
    await keep(store, sampleSession('b', { createdAt: sampleStart + 1 }))
    expect(valueOf(store.revocations()).map(({ selector }) => selector)).toEqual([
      { key: 'a' as SessionKey },
    ])
  })

  test('does not remember a plain sign-out', async () => {
    const { store } = bench()
    await keep(store, sampleSession('a'))
    valueOf(await store.revoke({ key: 'a' as SessionKey }, sampleStart))
    expect(valueOf(store.revocations())).toEqual([])
  })

  test('gives revocations back as they were made, oldest first, and forgets them in time', async () => {
    const { store, clock } = bench()
    const selectors = [
      { user: 'alice', provider: 'id' },
      { providerSid: 's', providerSub: 't' },
      { createdUntil: sampleStart },
      {},
    ]
    for (const selector of selectors) valueOf(await store.revoke(selector, clock.now()))
    const kept = valueOf(store.revocations())
    expect(kept).toEqual(selectors.map((selector) => ({ selector, at: sampleStart })))
    clock.advance(revocationKeptMs)
    valueOf(await store.sweep(clock.now(), 10))
    expect(valueOf(store.revocations()).length).toBe(4)
    clock.advance(1)
    valueOf(await store.sweep(clock.now(), 10))
    expect(valueOf(store.revocations())).toEqual([])
  })
}
