// Sessions and the clock: lifetime, idle time, use noted, jumps, and what the sweep may take.
import { describe, expect, test } from 'bun:test'
import { kindOf, sessionsBench, settle } from './sessions-bench.fixture.ts'
import { valueOf } from './store-bench.fixture.ts'

const minute = 60_000
const hour = 60 * minute

describe('time', () => {
  test('a session ends with its lifetime, used or not', async () => {
    const { sessions, signIn, clock } = sessionsBench()
    const header = await signIn('alice')
    for (let hours = 0; hours < 7 * 24 - 1; hours++) {
      clock.advance(hour)
      expect(kindOf(sessions.find(header))).toBe('found')
    }
    clock.advance(hour)
    expect(kindOf(sessions.find(header))).toBe('ended')
  })

  test('a session ends when it was not used for the idle time', async () => {
    const { sessions, signIn, clock } = sessionsBench({ idleMs: hour })
    const header = await signIn('alice')
    clock.advance(hour - 1)
    expect(kindOf(sessions.find(header))).toBe('found')
    clock.advance(hour - 1)
    expect(kindOf(sessions.find(header))).toBe('found')
    clock.advance(hour)
    expect(kindOf(sessions.find(header))).toBe('ended')
  })

  test('a session in use is never swept, however short its idle time', async () => {
    const { sessions, signIn, clock } = sessionsBench({ idleMs: minute })
    const header = await signIn('alice')
    for (let seconds = 0; seconds < 1200; seconds += 10) {
      clock.advance(10_000)
      await settle()
      // Just before each minute is over, when the store has not heard of the last use yet.
      if (seconds % 50 === 0) expect(kindOf(sessions.find(header))).toBe('found')
    }
  })

  test('the store hears of use at most once a minute', async () => {
    const { sessions, signIn, store, clock } = sessionsBench()
    const header = await signIn('alice')
    for (let seconds = 0; seconds < 600; seconds++) {
      clock.advance(1000)
      void sessions.find(header)
    }
    expect(store.asked.touch).toBe(10)
  })

  test('use counts over a restart', async () => {
    const { sessions, signIn, clock, restart } = sessionsBench({ idleMs: hour })
    const header = await signIn('alice')
    clock.advance(50 * minute)
    void sessions.find(header)
    clock.advance(30 * minute)
    expect(kindOf(restart().find(header))).toBe('found')
  })

  for (const jump of [hour, -hour])
    test(`a clock jump of ${jump / hour} h signs nobody out, and nothing lives longer than that`, async () => {
      const bench = sessionsBench({ idleMs: 30 * minute, lifetimeMs: 2 * hour })
      const { sessions, signIn, clock } = bench
      const header = await signIn('alice')
      clock.advance(minute)
      clock.jump(jump)
      expect(kindOf(sessions.find(header))).toBe('found')
      clock.advance(10 * minute)
      expect(kindOf(sessions.find(header))).toBe('found')
      // Idle time goes on as if nothing had happened, to within the 5 % of the correction.
      clock.advance(32 * minute)
      expect(kindOf(sessions.find(header))).toBe('ended')
      const second = await signIn('bob')
      for (let minutes = 0; minutes < 3 * 60; minutes += 10) {
        clock.advance(10 * minute)
        void sessions.find(second)
      }
      expect(kindOf(sessions.find(second))).toBe('ended')
    })

  test('a jump of the clock does not let the sweep delete what is live', async () => {
    const { sessions, signIn, clock, store } = sessionsBench({ idleMs: 30 * minute })
    const header = await signIn('alice')
    clock.jump(hour)
    clock.advance(10 * minute)
    expect(valueOf(store.usage()).sessions).toBe(1)
    expect(kindOf(sessions.find(header))).toBe('found')
  })

  test('ended sessions are swept without anyone asking', async () => {
    const { signIn, clock, store } = sessionsBench({ lifetimeMs: hour })
    for (let i = 0; i < 450; i++) await signIn(`user${i}`)
    clock.advance(hour + minute)
    await settle()
    clock.advance(20_000)
    await settle()
    expect(valueOf(store.usage()).sessions).toBe(0)
  })
})
