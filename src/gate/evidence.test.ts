// Evidence by reason: right for a few, near for many, never larger, forgotten by the minute.
import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { fakeClock } from '../world/clock.ts'
import { seededRandom } from '../world/random.ts'
import { Evidence, minutesKept } from './evidence.ts'

const minute = 60_000
const start = 1_000_000 * minute

function counted(): { clock: ReturnType<typeof fakeClock>; evidence: Evidence } {
  const clock = fakeClock(start)
  return { clock, evidence: new Evidence(clock, seededRandom(7)) }
}

const nobody = { person: '', host: '', address: '' }

describe('Evidence', () => {
  test('counts people, hosts and networks of one reason apart', () => {
    const { clock, evidence } = counted()
    for (let i = 0; i < 30; i++)
      evidence.note('not-member', {
        person: `user-${i % 2}`,
        host: `app-${i % 5}.example.com`,
        // Three networks of ten addresses.
        address: `10.0.${i % 3}.${i}`,
      })
    evidence.note('no-session', { ...nobody, address: '2001:db8:1:2::3' })
    evidence.note('no-session', { ...nobody, address: '2001:db8:1:ffff::9' })
    evidence.note('no-session', { ...nobody, address: '2001:db8:2::1' })
    clock.advance(minute)
    expect(evidence.since(null)).toEqual({
      until: 1_000_000,
      reasons: [
        { reason: 'no-session', count: 3, people: 0, hosts: 0, networks: 2 },
        { reason: 'not-member', count: 30, people: 2, hosts: 5, networks: 3 },
      ],
    })
  })

  test('says nothing of the minute that is running', () => {
    const { clock, evidence } = counted()
    evidence.note('no-session', nobody)
    expect(evidence.since(null)).toEqual({ until: 999_999, reasons: [] })
    clock.advance(minute - 1)
    expect(evidence.since(null).reasons).toEqual([])
    clock.advance(1)
    expect(evidence.since(null).reasons).toHaveLength(1)
  })

  test('puts minutes together: somebody who comes in each of them is one', () => {
    const { clock, evidence } = counted()
    for (let i = 0; i < 4; i++) {
      evidence.note('no-session', { person: '', host: 'a.example.com', address: `10.0.0.${i}` })
      clock.advance(minute)
    }
    expect(evidence.since(1_000_000 - 1).reasons).toEqual([
      { reason: 'no-session', count: 4, people: 0, hosts: 1, networks: 1 },
    ])
    expect(evidence.since(1_000_001).reasons[0]?.count).toBe(2)
    expect(evidence.since(1_000_003)).toEqual({ until: 1_000_003, reasons: [] })
  })

  test('forgets what is older than it keeps, also after a long silence', () => {
    const { clock, evidence } = counted()
    evidence.note('no-session', nobody)
    clock.advance(minutesKept * minute)
    expect(evidence.since(0).reasons[0]?.count).toBe(1)
    clock.advance(minute)
    expect(evidence.since(0).reasons).toEqual([])
    clock.advance(1000 * minute)
    evidence.note('no-session', nobody)
    clock.advance(minute)
    expect(evidence.since(0).reasons[0]?.count).toBe(1)
  })

  test('keeps counting when the clock is set back', () => {
    const { clock, evidence } = counted()
    evidence.note('no-session', nobody)
    clock.jump(-3 * minute)
    evidence.note('no-session', nobody)
    clock.advance(minute)
    expect(evidence.since(null)).toMatchObject({ until: 999_997, reasons: [{ count: 1 }] })
  })

  test('counts reasons that it does not know as "other", and faults of signing in by name', () => {
    const { clock, evidence } = counted()
    evidence.note('what-is-this', nobody)
    evidence.note('expired', nobody)
    // Allowing somebody is no evidence.
    evidence.note('member', nobody)
    clock.advance(minute)
    expect(evidence.since(null).reasons.map(({ count, reason }) => [reason, count])).toEqual([
      ['expired', 1],
      ['other', 2],
    ])
  })

  test('is within a tenth for hundreds, and never more than the count', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 800 }), fc.integer(), (distinct, seed) => {
        const clock = fakeClock(start)
        const evidence = new Evidence(clock, seededRandom(seed))
        for (let i = 0; i < distinct * 2; i++)
          evidence.note('no-session', { ...nobody, host: `host-${i % distinct}.example.com` })
        clock.advance(minute)
        const [found] = evidence.since(null).reasons
        expect(Math.abs((found?.hosts ?? 0) - distinct)).toBeLessThanOrEqual(5 + distinct * 0.15)
      }),
      { numRuns: 50 },
    )
    const { clock, evidence } = counted()
    for (let i = 0; i < 100_000; i++) evidence.note('no-session', { ...nobody, host: `h${i}` })
    clock.advance(minute)
    const [flood] = evidence.since(null).reasons
    expect(flood?.count).toBe(100_000)
    expect(flood?.hosts).toBeWithin(5000, 8000)
  })

  test('two processes with the same secret-free start do not agree on what falls together', () => {
    const sketch = (seed: number): number => {
      const clock = fakeClock(start)
      const evidence = new Evidence(clock, seededRandom(seed))
      for (let i = 0; i < 500; i++) evidence.note('no-session', { ...nobody, host: `h${i}` })
      clock.advance(minute)
      return evidence.since(null).reasons[0]?.hosts ?? 0
    }
    expect(new Set(Array.from({ length: 10 }, (_, seed) => sketch(seed))).size).toBeGreaterThan(1)
  })
})
