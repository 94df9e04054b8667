// What others say: many monitors down are one incident or none, a blind witness is a notice, and no fault of theirs.
import { describe, expect, test } from 'bun:test'
import type { Input } from '../core.ts'
import type { Testimony } from '../witness/witness.ts'
import { type Bench, benchOf, checkOf, doorOf, minuteMs, startAt } from './testing.ts'

/** 81 monitors of guarded hosts, 55 of open ones; the first of each are down. */
function saidAt(at: number, guardedDown: number, openDown = 0): Input {
  const some = (prefix: string, count: number, down: number): readonly Testimony[] =>
    Array.from({ length: count }, (_, i) => ({
      name: `${prefix} ${i}`,
      host: `${prefix}-${i}.example.com`,
      state: i < down ? 'down' : 'up',
    }))
  return {
    kind: 'testimony',
    at,
    witness: 'kuma',
    testimonies: [...some('guarded', 81, guardedDown), ...some('open', 55, openDown)],
  }
}

/** Rounds of a minute with a testimony after each; gives the time after them. */
function minutes(
  bench: Bench,
  from: number,
  told: { readonly count: number; readonly down: number; readonly broken?: readonly 'gate_new'[] },
): number {
  let at = from
  for (let i = 0; i < told.count; i++) {
    at = bench.rounds(at, 1, told.broken ?? [])
    bench.take(saidAt(at - minuteMs / 2, told.down))
  }
  return at
}

describe('testimony', () => {
  test('of many failing is one incident, for as long as it lasts, where no canary sees it', () => {
    const bench = benchOf()
    let at = minutes(bench, startAt, { count: 20, down: 0 })
    at = minutes(bench, at, { count: 120, down: 40 })
    expect(bench.events.map(({ kind }) => kind)).toEqual(['opened'])
    const [opened] = bench.events
    expect(opened?.incident.title).toBe('40 of 136 monitors of kuma fail together')
    expect(opened?.incident.urgency).toBe('page')
    minutes(bench, at, { count: 10, down: 0 })
    expect(bench.events.map(({ kind }) => kind)).toEqual(['opened', 'closed'])
  })

  test('of a few failing is nothing: chance does that', () => {
    const bench = benchOf()
    minutes(bench, startAt, { count: 200, down: 3 })
    expect(bench.said()).toEqual([])
  })

  test('once is nothing: a monitor that restarts says everything is down', () => {
    const bench = benchOf()
    let at = minutes(bench, startAt, { count: 20, down: 0 })
    at = minutes(bench, at, { count: 1, down: 81 })
    minutes(bench, at, { count: 20, down: 0 })
    expect(bench.said()).toEqual([])
  })

  test('supports a layer that is blamed already, with the tier, and opens nothing beside it', () => {
    const bench = benchOf()
    const doors = [
      ...Array.from({ length: 81 }, (_, i) => doorOf(`guarded-${i}.example.com`)),
      ...Array.from({ length: 55 }, (_, i) => doorOf(`open-${i}.example.com`, 'none')),
    ]
    bench.take({
      kind: 'doors',
      at: startAt,
      observations: doors.map((door) => checkOf(door, { at: startAt, vantage: 'edge', ok: true })),
    })
    const at = minutes(bench, startAt, { count: 20, down: 0 })
    minutes(bench, at, { count: 30, down: 60, broken: ['gate_new'] })
    expect(bench.said()).toEqual(['opened 2026-04-16-gate-new #1'])
    const [incident] = bench.core.incidents()
    const seen = incident?.timeline.filter(({ text }) => text === 'kuma sees it as well')
    expect(seen).toHaveLength(1)
    expect(seen?.[0]?.evidence).toMatch(
      /^kuma: 60 of 136 monitors fail together, .*; 60 of the 81 of tier "required" are among them/,
    )
  })

  test('of a blind witness is a notice about the witness, and nothing about what it watches', () => {
    const bench = benchOf()
    let at = minutes(bench, startAt, { count: 20, down: 0 })
    for (let i = 0; i < 30; i++) {
      at = bench.rounds(at, 1)
      bench.take({ kind: 'blind-witness', at, witness: 'kuma', detail: 'It answered 503' })
    }
    expect(
      bench.events.map(({ kind, incident }) => [kind, incident.cause, incident.urgency]),
    ).toEqual([['opened', 'witness:kuma', 'notice']])
    expect(bench.events[0]?.incident.timeline[0]?.evidence).toBe('It answered 503')
    minutes(bench, at, { count: 5, down: 0 })
    expect(bench.said().at(-1)).toStartWith('closed')
  })
})
