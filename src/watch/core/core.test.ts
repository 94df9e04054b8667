// Sequences of what is seen, and what is said about it.
import { describe, expect, test } from 'bun:test'
import type { ElementId } from '../../model/layer.ts'
import { benchOf, changeOf, checkOf, doorOf, minuteMs, roundAt, startAt } from './testing.ts'

type Phase = readonly [count: number, broken: readonly ElementId[]]

const stories: readonly {
  readonly name: string
  readonly phases: readonly Phase[]
  readonly said: readonly string[]
}[] = [
  { name: 'nothing fails', phases: [[60, []]], said: [] },
  {
    name: 'one bad round is no news',
    phases: [
      [20, []],
      [1, ['gate_new']],
      [20, []],
    ],
    said: [],
  },
  {
    name: 'the gate stops letting strangers in, and is repaired',
    phases: [
      [20, []],
      [30, ['gate_new']],
      [20, []],
    ],
    said: ['opened 2026-04-16-gate-new #1', 'closed 2026-04-16-gate-new #2'],
  },
  {
    name: 'two layers fail apart from one another',
    phases: [
      [20, []],
      [10, ['edge']],
      [10, ['edge', 'gate_new']],
      [20, []],
    ],
    said: [
      'opened 2026-04-16-edge #1',
      'opened 2026-04-16-gate-new #1',
      'closed 2026-04-16-edge #2',
      'closed 2026-04-16-gate-new #2',
    ],
  },
  {
    name: 'a fault that comes back within half an hour is the same incident',
    phases: [
      [20, []],
      [10, ['idp']],
      [10, []],
      [10, ['idp']],
      [30, []],
    ],
    said: [
      'opened 2026-04-16-idp #1',
      'closed 2026-04-16-idp #2',
      'changed 2026-04-16-idp #3',
      'closed 2026-04-16-idp #4',
    ],
  },
  {
    name: 'a fault that comes back after an hour is another one',
    phases: [
      [20, []],
      [10, ['idp']],
      [70, []],
      [10, ['idp']],
      [30, []],
    ],
    said: [
      'opened 2026-04-16-idp #1',
      'closed 2026-04-16-idp #2',
      'opened 2026-04-16-idp-2 #1',
      'closed 2026-04-16-idp-2 #2',
    ],
  },
  {
    name: 'from strangers to everybody is a change of one incident',
    phases: [
      [20, []],
      [20, ['gate_new']],
      [20, ['gate_new', 'gate_check']],
      [20, []],
    ],
    said: [
      'opened 2026-04-16-gate-new #1',
      'changed 2026-04-16-gate-new #2',
      'closed 2026-04-16-gate-new #3',
    ],
  },
]

describe('createWatchCore()', () => {
  for (const { name, phases, said } of stories)
    test(`says once what happens: ${name}`, () => {
      const bench = benchOf()
      let at = startAt
      for (const [count, broken] of phases) at = bench.rounds(at, count, broken)
      expect(bench.said()).toEqual([...said])
    })

  test('calls a hard fault of the gate within three rounds, and knows when it began', () => {
    const bench = benchOf()
    const began = bench.rounds(startAt, 30)
    bench.rounds(began, 10, ['gate_new'])
    const [opened] = bench.events
    expect(opened?.incident.elements).toEqual(['gate_new'])
    expect(opened?.incident.urgency).toBe('page')
    expect((opened?.incident.openedAt ?? 0) - began).toBeLessThanOrEqual(2 * minuteMs)
    expect(opened?.incident.firstSymptomAt).toBe(began)
    expect(opened?.incident.masking.join()).toContain('Holders of a live session see nothing')
    expect(opened?.incident.verdict?.leader.probability).toBeGreaterThanOrEqual(0.99)
  })

  test('opens nothing while it is blind, and says that it is after five rounds', () => {
    const bench = benchOf()
    const began = bench.rounds(startAt, 20)
    const over = bench.rounds(began, 10, ['prober'])
    bench.rounds(over, 20)
    expect(bench.said()).toEqual(['opened 2026-04-16-blind #1', 'closed 2026-04-16-blind #2'])
    expect(bench.events[0]?.incident.urgency).toBe('notice')
  })

  test('asks for the probe that tells candidates apart, at most once in a round', () => {
    const bench = benchOf()
    const began = bench.rounds(startAt, 20)
    bench.take(roundAt(began, ['gate_new']))
    const asked = bench.effects.filter(({ kind }) => kind === 'probe-now')
    bench.take(roundAt(began + 1000, ['gate_new']))
    expect(bench.effects.filter(({ kind }) => kind === 'probe-now').length).toBe(asked.length)
  })

  test('keeps what its people noted with the incident', () => {
    const bench = benchOf()
    bench.rounds(bench.rounds(startAt, 20), 10, ['gate_new'])
    const id = bench.core.incidents()[0]?.id ?? ''
    const at = startAt + 40 * minuteMs
    bench.take({ kind: 'note', at, incident: id, note: 'report', text: 'Somebody cannot sign in' })
    bench.take({ kind: 'note', at, incident: 'no-such', note: 'report', text: 'Lost' })
    expect(bench.core.incidents()[0]?.timeline.at(-1)).toEqual({
      at,
      kind: 'report',
      text: 'Somebody cannot sign in',
      evidence: '',
    })
  })
})

describe('changes', () => {
  test('are judged by time, by the blamed layer and by the probe that goes around them', () => {
    const bench = benchOf()
    const began = startAt + 20 * minuteMs
    bench.take(
      { kind: 'change', change: changeOf('old', began - 73 * 3_600_000, ['gate_new']) },
      { kind: 'change', change: changeOf('monitors', began - 46 * 3_600_000, ['gate_new']) },
      { kind: 'change', change: changeOf('worker-before', began - 3_600_000, ['edge']) },
      { kind: 'change', change: changeOf('riddle', began - 60_000, []) },
    )
    bench.rounds(startAt, 20)
    bench.rounds(began, 10, ['gate_new'])
    bench.take({ kind: 'change', change: changeOf('worker', began + 28 * 3_600_000, ['edge']) })
    const [incident] = bench.core.incidents()
    const judged = Object.fromEntries(
      (incident?.changes ?? []).map(({ change, judgement, why }) => [change.id, [judgement, why]]),
    )
    expect(Object.keys(judged).toSorted()).toEqual([
      'monitors',
      'riddle',
      'worker',
      'worker-before',
    ])
    expect(judged['monitors']?.[0]).toBe('consistent')
    expect(judged['riddle']?.[0]).toBe('unknown')
    expect(judged['worker']?.[0]).toBe('exonerated')
    expect(judged['worker']?.[1]).toStartWith('It came 28 h after the first symptom; ')
    expect(judged['worker-before']?.[0]).toBe('exonerated')
    expect(judged['worker-before']?.[1]).toContain(
      'origin_anon_fwd, which does not go through the edge: CDN, tunnel or public address, failed in the same way as edge_anon_fwd',
    )
  })
})

describe('times that no calendar has', () => {
  test('cost nothing but themselves', () => {
    const bench = benchOf()
    bench.take(
      { kind: 'change', change: changeOf('never', Number.NaN, ['edge']) },
      { kind: 'change', change: changeOf('far', 1e300, ['edge']) },
      {
        kind: 'doors',
        at: startAt,
        observations: [
          {
            ...checkOf(doorOf('a.example'), { at: startAt, vantage: 'edge', ok: true }),
            certificateNotAfter: Number.NaN,
          },
        ],
      },
    )
    bench.rounds(bench.rounds(startAt, 20), 5, ['gate_new'])
    expect(bench.said()).toEqual(['opened 2026-04-16-gate-new #1'])
    expect(bench.core.incidents()[0]?.changes).toEqual([])
  })
})

describe('services', () => {
  const door = doorOf('wiki.example')
  const pass = (at: number, ok: boolean) =>
    ({
      kind: 'doors',
      at,
      observations: (['edge', 'ingress'] as const).map((vantage) =>
        checkOf(door, { at, vantage, ok }),
      ),
    }) as const

  test('one that fails over every vantage is a notice of its own', () => {
    const bench = benchOf()
    let at = startAt
    for (const ok of [true, true, false, false, false, false, false, true, true, true, true, true])
      bench.take(pass((at += minuteMs), ok))
    expect(bench.said()).toEqual([
      'opened 2026-04-16-service-wiki-example #1',
      'closed 2026-04-16-service-wiki-example #2',
    ])
    expect(bench.events[0]?.incident.urgency).toBe('notice')
    expect(bench.events[0]?.incident.firstSymptomAt).toBe(startAt + 3 * minuteMs)
  })

  test('three bad minutes of one are no news', () => {
    const bench = benchOf()
    let at = startAt
    for (const ok of [true, false, false, false, true, true]) bench.take(pass((at += minuteMs), ok))
    expect(bench.said()).toEqual([])
  })

  test('those behind a broken layer open nothing', () => {
    const bench = benchOf()
    let at = bench.rounds(startAt, 20)
    for (let i = 0; i < 30; i++) {
      bench.take(pass(at, false), roundAt(at, ['gate_new']))
      at += minuteMs
    }
    expect(bench.said()).toEqual(['opened 2026-04-16-gate-new #1'])
  })

  test('one that failed just before its layer becomes part of it, one that failed long before does not', () => {
    const bench = benchOf()
    const long = doorOf('old.example')
    let at = bench.rounds(startAt, 20)
    const check = (host: ReturnType<typeof doorOf>) =>
      (['edge', 'ingress'] as const).map((vantage) => checkOf(host, { at, vantage, ok: false }))
    for (let i = 0; i < 30; i++, at += minuteMs)
      bench.take(roundAt(at), { kind: 'doors', at, observations: check(long) })
    for (let i = 0; i < 5; i++, at += minuteMs)
      bench.take(roundAt(at), { kind: 'doors', at, observations: [...check(long), ...check(door)] })
    bench.rounds(at, 10, ['gate_new'])
    expect(bench.said()).toEqual([
      'opened 2026-04-16-service-old-example #1',
      'opened 2026-04-16-service-wiki-example #1',
      'opened 2026-04-16-gate-new #1',
      'closed 2026-04-16-service-wiki-example #2',
    ])
  })

  test('too many for chance are one incident that wakes somebody', () => {
    const bench = benchOf()
    const doors = Array.from({ length: 60 }, (_, i) => doorOf(`app${i}.example`))
    let at = startAt
    for (let i = 0; i < 6; i++, at += minuteMs)
      bench.take({
        kind: 'doors',
        at,
        observations: doors.flatMap((each, n) =>
          (['edge', 'ingress'] as const).map((vantage) =>
            checkOf(each, { at, vantage, ok: i === 0 || n > 20 }),
          ),
        ),
      })
    expect(bench.said()).toEqual(['opened 2026-04-16-unlocated #1'])
    expect(bench.events[0]?.incident.title).toBe('21 of 60 services fail together')
    expect(bench.events[0]?.incident.urgency).toBe('page')
  })
})
