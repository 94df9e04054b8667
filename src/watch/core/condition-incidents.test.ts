// Things that are well or not: how many readings it takes, and that blindness is never a fault of others.
import { describe, expect, test } from 'bun:test'
import type { Input } from '../core.ts'
import type { ReasonCount, Testimony } from '../witness/witness.ts'
import { type Bench, benchOf, checkOf, doorOf, minuteMs, roundAt, startAt } from './testing.ts'

const dayMs = 86_400_000

/** Feeds one input a minute. */
function each(bench: Bench, count: number, input: (at: number) => Input, from = startAt): number {
  for (let i = 0; i < count; i++) bench.take(input(from + i * minuteMs))
  return from + count * minuteMs
}

const blind = (at: number): Input => ({
  kind: 'blind-witness',
  at,
  witness: 'kuma',
  detail: 'No table',
})
const seeing = (at: number): Input => ({ kind: 'seeing-witness', at, witness: 'kuma' })
const peer =
  (alive: boolean) =>
  (at: number): Input => ({ kind: 'peer', at, peer: 'outside', alive, detail: 'No answer' })

describe('witnesses', () => {
  test('are blind after five readings in a row, and see again after two', () => {
    const bench = benchOf()
    let at = each(bench, 4, blind)
    at = each(bench, 1, seeing, at)
    expect(bench.said()).toEqual([])
    at = each(bench, 10, blind, at)
    at = each(bench, 5, seeing, at)
    expect(bench.said()).toEqual([
      'opened 2026-04-16-witness-kuma #1',
      'closed 2026-04-16-witness-kuma #2',
    ])
    expect(bench.events[0]?.incident.urgency).toBe('notice')
    expect(bench.events[0]?.incident.timeline[0]?.evidence).toBe('No table')
    expect(bench.events[0]?.incident.firstSymptomAt).toBe(startAt + 5 * minuteMs)
  })

  test('are not called blind while the watch itself is', () => {
    const bench = benchOf()
    let at = bench.rounds(startAt, 10)
    for (let i = 0; i < 20; i++, at += minuteMs)
      bench.take(roundAt(at, ['prober']), blind(at), peer(false)(at))
    expect(bench.said().filter((line) => !line.includes('blind'))).toEqual([])
  })
})

describe('peers', () => {
  test('that are silent five times wake somebody, until they answer twice', () => {
    const bench = benchOf()
    const at = each(bench, 10, peer(false))
    each(bench, 5, peer(true), at)
    expect(bench.said()).toEqual([
      'opened 2026-04-16-peer-outside #1',
      'closed 2026-04-16-peer-outside #2',
    ])
    expect(bench.events[0]?.incident.urgency).toBe('page')
  })
})

describe('certificates', () => {
  const shown =
    (host: string, daysLeft: number) =>
    (at: number): Input => ({
      kind: 'doors',
      at,
      observations: [
        {
          ...checkOf(doorOf(host), { at, vantage: 'edge', ok: true }),
          certificateNotAfter: startAt + daysLeft * dayMs,
        },
      ],
    })

  test('of 20 days are no news, of 13 a notice, of 2 a page, and renewed they are over', () => {
    const bench = benchOf()
    let at = each(bench, 3, shown('a.example', 20))
    expect(bench.said()).toEqual([])
    at = each(bench, 3, shown('a.example', 13), at)
    at = each(bench, 3, shown('a.example', 2), at)
    each(bench, 3, shown('a.example', 90), at)
    expect(bench.said()).toEqual([
      'opened 2026-04-16-certificate-a-example #1',
      'changed 2026-04-16-certificate-a-example #2',
      'closed 2026-04-16-certificate-a-example #3',
    ])
    expect(bench.events.map(({ incident }) => incident.urgency)).toEqual(['notice', 'page', 'page'])
  })

  test('that many hosts share are one incident', () => {
    const bench = benchOf()
    for (const host of ['a.example', 'b.example', 'c.example']) each(bench, 2, shown(host, 5))
    expect(bench.said()).toEqual(['opened 2026-04-16-certificate-a-example #1'])
  })
})

describe('testimonies', () => {
  const said =
    (down: number, all: number, state: Testimony['state'] = 'down') =>
    (at: number): Input => ({
      kind: 'testimony',
      at,
      witness: 'kuma',
      testimonies: Array.from({ length: all }, (_, i) => ({
        name: `m${i}`,
        host: null,
        state: i < down ? state : 'up',
      })),
    })

  test('of more failures than chance allows wake somebody', () => {
    const bench = benchOf()
    const at = each(bench, 5, said(20, 81))
    each(bench, 5, said(0, 81), at)
    expect(bench.said()).toEqual([
      'opened 2026-04-16-unlocated #1',
      'closed 2026-04-16-unlocated #2',
    ])
    expect(bench.events[0]?.incident.title).toBe('20 of 81 monitors of kuma fail together')
  })

  const quiet: readonly (readonly [string, (at: number) => Input])[] = [
    ['of a few failures', said(3, 81)],
    ['of maintenance', said(40, 81, 'maintenance')],
    ['that are pending', said(40, 81, 'pending')],
    ['of nothing', said(0, 0)],
  ]
  for (const [name, input] of quiet)
    test(`${name} are no news`, () => {
      const bench = benchOf()
      each(bench, 10, input)
      expect(bench.said()).toEqual([])
    })

  test('of what a layer explains are a line in its timeline', () => {
    const bench = benchOf()
    let at = bench.rounds(bench.rounds(startAt, 20), 5, ['gate_new'])
    at = each(bench, 5, said(60, 81), at)
    expect(bench.said()).toEqual(['opened 2026-04-16-gate-new #1'])
    const lines = bench.core.incidents()[0]?.timeline ?? []
    expect(lines.filter(({ text }) => text === 'kuma sees it as well')).toHaveLength(1)
  })

  test('taken in by a layer that is located later end as part of it', () => {
    const bench = benchOf()
    let at = bench.rounds(startAt, 20)
    at = each(bench, 3, said(60, 81), at)
    bench.rounds(at, 5, ['gate_new'])
    expect(bench.said()).toEqual([
      'opened 2026-04-16-unlocated #1',
      'opened 2026-04-16-gate-new #1',
      'closed 2026-04-16-unlocated #2',
    ])
  })
})

describe('reasons of the gate', () => {
  const met =
    (reason: Partial<ReasonCount>) =>
    (at: number): Input => ({
      kind: 'reasons',
      at,
      witness: 'gate',
      reasons: [{ reason: 'session-store', count: 4, people: 1, hosts: 1, networks: 1, ...reason }],
    })

  test('met by one person in one network are no incident', () => {
    const bench = benchOf()
    bench.rounds(startAt, 5)
    each(bench, 10, met({}), startAt + 5 * minuteMs)
    expect(bench.said()).toEqual([])
  })

  test('met in two networks are one, and it stays while they come', () => {
    const bench = benchOf()
    let at = bench.rounds(startAt, 5)
    at = each(bench, 3, met({ networks: 2, people: 2 }), at)
    at = bench.rounds(at, 8)
    expect(bench.said()).toEqual(['opened 2026-04-16-gate-check #1'])
    bench.rounds(at, 10)
    expect(bench.said().at(-1)).toBe('closed 2026-04-16-gate-check #2')
  })

  test('met in one network beside a failing canary are one', () => {
    const bench = benchOf()
    let at = bench.rounds(startAt, 20)
    bench.take(roundAt(at, ['gate_check']))
    at += 1000
    bench.take(met({})(at))
    expect(bench.said()[0]).toBe('opened 2026-04-16-gate-check #1')
  })

  test('of another kind are the policy at work', () => {
    const bench = benchOf()
    each(bench, 5, met({ reason: 'not-member', networks: 50, people: 40 }))
    each(bench, 5, met({ networks: 9, count: 0 }))
    expect(bench.said()).toEqual([])
  })
})
