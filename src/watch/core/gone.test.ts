// Doors that are gone: nothing is said of them any more, and what was open ends without a word that it is well.
import { describe, expect, test } from 'bun:test'
import type { Door } from '../door.ts'
import { benchOf, checkOf, doorOf, minuteMs, startAt } from './testing.ts'

const wiki = doorOf('wiki.example')
const vantages = ['edge', 'ingress'] as const
const probesOf = (door: Door): readonly string[] =>
  vantages.map((vantage) => `door:${door.id}@${vantage}`)

/** Checks of doors over both vantages, one a minute. */
function checked(
  bench: ReturnType<typeof benchOf>,
  from: number,
  {
    count,
    doors,
    ok,
  }: { readonly count: number; readonly doors: readonly Door[]; readonly ok: boolean },
): number {
  let at = bench.rounds(from, 1)
  for (let i = 0; i < count; i++, at += minuteMs)
    bench.take({
      kind: 'doors',
      at,
      observations: doors.flatMap((door) =>
        vantages.map((vantage) => checkOf(door, { at, vantage, ok })),
      ),
    })
  return at
}

describe('doors that are gone', () => {
  test('end their incident, which is not called verified', () => {
    const bench = benchOf()
    const at = checked(bench, startAt, { count: 10, doors: [wiki], ok: false })
    expect(bench.said()).toEqual(['opened 2026-04-16-service-wiki-example #1'])
    bench.take({ kind: 'doors-gone', at, probes: probesOf(wiki) })
    expect(bench.said()).toHaveLength(2)
    const last = bench.events.at(-1)?.incident
    expect(last?.closedAt).toBe(at)
    expect(last?.timeline.at(-1)?.text).toStartWith('Not watched any more')
  })

  test('open none, however often they failed before', () => {
    const bench = benchOf()
    const at = checked(bench, startAt, { count: 3, doors: [wiki], ok: false })
    bench.take({ kind: 'doors-gone', at, probes: probesOf(wiki) })
    bench.rounds(at, 30)
    expect(bench.said()).toEqual([])
    // One that comes back begins anew.
    checked(bench, at + 31 * minuteMs, { count: 2, doors: [wiki], ok: false })
    expect(bench.said()).toEqual([])
  })

  test('leave the incident of a host that has another door', () => {
    const bench = benchOf()
    const admin: Door = { ...wiki, id: 'wiki.example/admin', path: '/admin' }
    const at = checked(bench, startAt, { count: 10, doors: [wiki, admin], ok: false })
    bench.take({ kind: 'doors-gone', at, probes: probesOf(admin) })
    expect(bench.said()).toEqual(['opened 2026-04-16-service-wiki-example #1'])
    bench.take({ kind: 'doors-gone', at, probes: probesOf(wiki) })
    expect(bench.said()).toHaveLength(2)
  })

  test('count for no incident of several services', () => {
    const bench = benchOf()
    const doors = Array.from({ length: 12 }, (_, i) => doorOf(`s${i}.example`))
    const at = checked(bench, startAt, { count: 12, doors, ok: false })
    const open = (): number =>
      bench.core.incidents().filter(({ closedAt }) => closedAt === null).length
    expect(open()).toBe(1)
    for (const door of doors) bench.take({ kind: 'doors-gone', at, probes: probesOf(door) })
    expect(open()).toBe(0)
  })

  test('are nothing to those that were never knocked at', () => {
    const bench = benchOf()
    bench.take({ kind: 'doors-gone', at: startAt, probes: ['door:nowhere/@edge', ''] })
    expect(bench.said()).toEqual([])
  })
})
