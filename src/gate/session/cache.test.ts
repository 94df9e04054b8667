// The cache: bounded both ways, stable for one version, invalidated without being emptied.
import { describe, expect, test } from 'bun:test'
import type { SessionKey } from '../../model/session.ts'
import { SessionCache, sessionBytes } from './cache.ts'
import { alice, sampleSession } from './samples.fixture.ts'

const a = 'a' as SessionKey
const b = 'b' as SessionKey
const c = 'c' as SessionKey

function cacheOf(entriesMax: number, bytesMax?: number): SessionCache {
  return new SessionCache(() => entriesMax, bytesMax)
}

describe('SessionCache', () => {
  test('keeps at most the entries allowed, least recently used leave first', () => {
    const cache = cacheOf(2)
    cache.put(sampleSession('a'), 0, null)
    cache.put(sampleSession('b'), 0, null)
    cache.get(a, 30_000)
    cache.put(sampleSession('c'), 31_000, null)
    expect(cache.size).toBe(2)
    expect(cache.get(b, 31_000)).toBeUndefined()
    expect(cache.get(a, 31_000)?.session.key).toBe(a)
    expect(cache.get(c, 31_000)?.session.key).toBe(c)
  })

  test('keeps at most the bytes allowed, and always the newest', () => {
    const one = sessionBytes(sampleSession('a'))
    const cache = cacheOf(1000, one * 2.5)
    for (const key of ['a', 'b', 'c', 'd']) cache.put(sampleSession(key), 0, null)
    expect(cache.size).toBe(2)
    expect(cache.bytes).toBeLessThanOrEqual(one * 2.5)
    cache.put(sampleSession('big', { idTokenHint: 'x'.repeat(one * 3) }), 0, null)
    expect(cache.size).toBe(1)
    expect(cache.get('big' as SessionKey, 0)).toBeDefined()
  })

  test('counts bytes back when entries leave', () => {
    const cache = cacheOf(1000)
    for (let i = 0; i < 100; i++) cache.put(sampleSession(`k${i}`), 0, null)
    for (let i = 0; i < 100; i++) cache.delete(`k${i}` as SessionKey)
    cache.delete('k0' as SessionKey)
    expect([cache.size, cache.bytes]).toEqual([0, 0])
  })

  test('follows a lowered bound at the next entry', () => {
    let entriesMax = 10
    const cache = new SessionCache(() => entriesMax)
    for (let i = 0; i < 10; i++) cache.put(sampleSession(`k${i}`), 0, null)
    entriesMax = 3
    cache.put(sampleSession('new'), 0, null)
    expect(cache.size).toBe(3)
  })

  test('keeps the object and what was prepared for it while the version is the same', () => {
    const cache = cacheOf(10)
    const entry = cache.put(sampleSession('a'), 0, null)
    entry.prepared = 'answers'
    const again = cache.put(sampleSession('a', { seenAt: 5 }), 9000, null)
    expect(again).toBe(entry)
    expect(again.prepared).toBe('answers')
    expect(again.readAt).toBe(9000)
  })

  test('drops what was prepared with a new version', () => {
    const cache = cacheOf(10)
    cache.put(sampleSession('a'), 0, null).prepared = 'answers'
    const identity = { ...alice, groups: [] }
    const next = cache.put(sampleSession('a', { version: 2, identity }), 1, null)
    expect(next.prepared).toBeNull()
    expect(next.session.identity.groups).toEqual([])
    expect(cache.size).toBe(1)
    expect(cache.bytes).toBe(next.bytes)
  })

  test('never lets the last use go back', () => {
    const cache = cacheOf(10)
    cache.put(sampleSession('a', { seenAt: 100 }), 0, null)
    expect(cache.put(sampleSession('a', { seenAt: 50 }), 1, null).seenAt).toBe(100)
    expect(cache.put(sampleSession('a', { seenAt: 150 }), 2, null).seenAt).toBe(150)
  })

  test('an entry is fresh for its time, and not after an invalidation until it is read again', () => {
    const cache = cacheOf(10)
    const entry = cache.put(sampleSession('a'), 1000, null)
    expect(cache.isFresh(entry, 5999, 5000)).toBe(true)
    expect(cache.isFresh(entry, 6000, 5000)).toBe(false)
    cache.invalidate(2000)
    expect(cache.isFresh(entry, 2001, 5000)).toBe(false)
    expect(cache.get(a, 2001)).toBe(entry)
    cache.put(sampleSession('a'), 2001, null)
    expect(cache.isFresh(entry, 2002, 5000)).toBe(true)
  })

  test('drops by key, by person, and everyone', () => {
    const filled = (): SessionCache => {
      const cache = cacheOf(10)
      cache.put(sampleSession('a'), 0, null)
      cache.put(sampleSession('b', { identity: { ...alice, user: 'bob' } }), 0, null)
      cache.put(sampleSession('c'), 0, null)
      return cache
    }
    const cases = [
      [{ key: a }, [b, c]],
      [{ user: 'alice' }, [b]],
      [{ user: 'bob', provider: 'other' }, [a, b, c]],
      [{}, []],
    ] as const
    for (const [selector, left] of cases) {
      const cache = filled()
      cache.deleteMatching(selector)
      expect([a, b, c].filter((key) => cache.get(key, 0) !== undefined)).toEqual([...left])
    }
  })
})
