// Counting: every decision in its row, hosts only while they are declared, times in their buckets.
import { describe, expect, test } from 'bun:test'
import { type Decision, type Reason, reasons } from '../model/decision.ts'
import { dialectNames } from './dialect/dialect.ts'
import { Meter, decisionTimeBuckets, timedOneIn } from './meter.ts'
import { testRule } from './testing.ts'

const identity = { user: 'alice', name: '', email: '', groups: [], provider: 'main' }

/** A decision with this reason. */
function decided(reason: Reason): Decision {
  const { decision } = reasons[reason]
  const rule = testRule('app.example.com')
  return { kind: decision, reason, rule, identity } as Decision // the table pairs kind and reason
}

describe('Meter', () => {
  test('counts every reason through every dialect in a row of its own', () => {
    const meter = new Meter()
    const names = Object.keys(reasons) as Reason[] // keys of a closed table
    for (const [r, reason] of names.entries())
      for (const [d, dialect] of dialectNames.entries())
        for (let i = 0; i <= r * 10 + d; i++) meter.decision(decided(reason), dialect, null)
    expect(meter.decisions()).toHaveLength(names.length * dialectNames.length)
    for (const { reason, dialect, decision, count } of meter.decisions()) {
      const r = names.indexOf(reason as Reason)
      const d = dialectNames.findIndex((name) => name === dialect)
      expect([reason, dialect, count]).toEqual([reason, dialect, r * 10 + d + 1])
      expect(decision).toBe(reasons[reason as Reason].decision)
    }
    expect([...meter.hosts()]).toEqual([])
  })

  test('says nothing of rows in which nothing happened', () => {
    const meter = new Meter()
    expect(meter.decisions()).toEqual([])
    meter.decision(decided('member'), 'caddy', 'app.example.com')
    expect(meter.decisions()).toEqual([
      { decision: 'allow', reason: 'member', dialect: 'caddy', count: 1 },
    ])
  })

  test('counts by host what was decided, and forgets hosts that a reload took away', () => {
    const meter = new Meter()
    meter.decision(decided('member'), 'nginx', 'a.example.com')
    meter.decision(decided('not-member'), 'nginx', 'a.example.com')
    meter.decision(decided('not-member'), 'nginx', 'a.example.com')
    meter.decision(decided('session-store'), 'nginx', 'b.example.com')
    expect([...meter.hosts()].map(([host, counts]) => [host, [...counts]])).toEqual([
      ['a.example.com', [1, 0, 2, 0, 0]],
      ['b.example.com', [0, 0, 0, 1, 0]],
    ])
    meter.keepHosts(new Set(['b.example.com', 'c.example.com']))
    expect([...meter.hosts()].map(([host]) => host)).toEqual(['b.example.com'])
    // What was decided in all is not forgotten with the host.
    expect(meter.decisions().reduce((sum, { count }) => sum + count, 0)).toBe(4)
  })

  test('times one decision in so many, and no other', () => {
    const meter = new Meter()
    const timed = Array.from({ length: timedOneIn * 5 }, () => meter.isTimed())
    expect(timed.filter(Boolean)).toHaveLength(5)
    expect(timed.indexOf(true)).toBe(timedOneIn - 1)
  })

  test('puts a time into the first bucket whose bound it does not exceed', () => {
    for (const [i, bound] of decisionTimeBuckets.entries()) {
      const meter = new Meter()
      meter.time(bound * 1000)
      meter.time(bound * 1000 * 1.001)
      const { buckets, sum } = meter.times()
      expect([bound, buckets[i], buckets[i + 1]]).toEqual([bound, 1, 1])
      expect(sum).toBeCloseTo(bound * 2.001, 9)
    }
    const meter = new Meter()
    meter.time(60_000)
    expect(meter.times().buckets.at(-1)).toBe(1)
  })
})
