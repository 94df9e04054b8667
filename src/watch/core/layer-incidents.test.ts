// Verdicts as a script, and what becomes of them: refined, widened, corrected, hidden, taken back.
import { describe, expect, test } from 'bun:test'
import type { ElementId } from '../../model/layer.ts'
import type { Round } from '../locate/matrix.ts'
import type { Verdict } from '../locate/verdict.ts'
import { createCore } from './create.ts'
import { nothingBroken } from './desk.ts'
import { type Bench, benchOf, minuteMs, roundAt, startAt, studyMatrix } from './testing.ts'

/** A verdict over these elements; none: healthy. */
function verdictOf(elements: readonly ElementId[], more: Partial<Verdict> = {}): Verdict {
  if (elements.length === 0) return { ...nothingBroken, ...more }
  return {
    kind: 'fault',
    leader: { elements, probability: 0.995 },
    runnerUp: { elements: [], probability: 0.004 },
    because: [{ probe: 'gate_anon', passed: 0, failed: 3, nats: 9 }],
    discriminating: null,
    masked: [],
    ...more,
  }
}

/** One round a minute; in each the probes through `broken` fail, and the locator says `verdict`. */
interface Step {
  readonly count: number
  readonly broken: readonly ElementId[]
  readonly verdict: Verdict
}

function run(steps: readonly Step[]): Bench {
  let now: Verdict = nothingBroken
  const core = createCore(
    { matrix: studyMatrix, stores: [] },
    { take: (_round: Round): Verdict => now },
  )
  const bench = benchOf(core)
  let at = startAt
  for (const { broken, count, verdict } of steps) {
    now = verdict
    for (let i = 0; i < count; i++, at += minuteMs) bench.take(roundAt(at, broken))
  }
  return bench
}

const well: Step = { count: 10, broken: [], verdict: nothingBroken }
const fault = (
  count: number,
  elements: readonly ElementId[],
  more: Partial<Verdict> = {},
): Step => ({
  count,
  broken: elements,
  verdict: verdictOf(elements, more),
})

const stories: readonly (readonly [
  name: string,
  steps: readonly Step[],
  said: readonly string[],
])[] = [
  [
    'a layer refined to its replica is a change of the same incident',
    [well, fault(3, ['ingress']), { ...fault(5, ['ingress/10.0.20.5']), broken: ['ingress'] }],
    ['opened 2026-04-16-ingress #1', 'changed 2026-04-16-ingress #2'],
  ],
  [
    'another verdict for one round is not told',
    [well, fault(3, ['ingress']), fault(1, ['ingress/10.0.20.5']), fault(3, ['ingress'])],
    ['opened 2026-04-16-ingress #1'],
  ],
  [
    'another layer right after the call is a correction',
    [well, fault(2, ['gate_new']), fault(6, ['idp'])],
    ['opened 2026-04-16-gate-new #1', 'changed 2026-04-16-gate-new #2'],
  ],
  [
    'another layer long after the call is a second fault, and the first one ends by itself',
    [well, fault(10, ['gate_new']), fault(10, ['idp'])],
    ['opened 2026-04-16-gate-new #1', 'opened 2026-04-16-idp #1', 'closed 2026-04-16-gate-new #2'],
  ],
  [
    'what the leader hides stays open until it can be seen',
    [well, fault(10, ['gate_new']), fault(10, ['ingress'], { masked: ['gate_new'] })],
    ['opened 2026-04-16-gate-new #1', 'opened 2026-04-16-ingress #1'],
  ],
  [
    'a pair is two incidents',
    [well, fault(3, ['edge', 'gate_new'])],
    ['opened 2026-04-16-edge #1', 'opened 2026-04-16-gate-new #1'],
  ],
  [
    'both halves of the gate are one',
    [well, fault(3, ['gate_new', 'gate_check'])],
    ['opened 2026-04-16-gate-new #1'],
  ],
  [
    'a suspicion opens nothing and closes nothing',
    [
      well,
      fault(5, ['idp'], { kind: 'suspect' }),
      fault(5, ['idp']),
      { ...fault(20, ['idp'], { kind: 'suspect' }), broken: [] },
    ],
    ['opened 2026-04-16-idp #1'],
  ],
  [
    'a verdict of health while its probes still fail closes nothing',
    [well, fault(5, ['idp']), { count: 20, broken: ['idp'], verdict: nothingBroken }],
    ['opened 2026-04-16-idp #1'],
  ],
  [
    'four clean rounds are not enough',
    [well, fault(5, ['idp']), { ...well, count: 4 }, fault(1, ['idp']), { ...well, count: 4 }],
    ['opened 2026-04-16-idp #1'],
  ],
  [
    'blindness freezes what is open',
    [well, fault(5, ['idp']), { ...well, count: 4, verdict: verdictOf([], { kind: 'blind' }) }],
    ['opened 2026-04-16-idp #1'],
  ],
  [
    'a service is a notice by its name',
    [well, fault(3, ['upstream/app.example'])],
    ['opened 2026-04-16-service-app-example #1'],
  ],
  [
    'a service that turns out to be its layer becomes part of it',
    [well, fault(2, ['upstream/app.example']), fault(4, ['ingress'])],
    [
      'opened 2026-04-16-service-app-example #1',
      'opened 2026-04-16-ingress #1',
      'closed 2026-04-16-service-app-example #2',
    ],
  ],
]

describe('takeVerdict()', () => {
  for (const [name, steps, said] of stories)
    test(name, () => {
      expect(run(steps).said()).toEqual([...said])
    })

  test('takes twice as many clean rounds each time that it came back', () => {
    const again = [fault(3, ['idp']), { ...well, count: 25 }]
    const bench = run([well, ...again, ...again, ...again])
    const closed = bench.events.filter(({ kind }) => kind === 'closed')
    const back = bench.events.filter(({ kind }) => kind !== 'closed')
    const rounds = closed.map(
      ({ incident }, i) =>
        ((incident.closedAt ?? 0) - (back[i]?.incident.timeline.at(-1)?.at ?? 0)) / minuteMs,
    )
    expect(rounds.map((count) => Math.round(count))).toEqual([7, 12, 22])
  })

  test('holds no more of what came back seven times than of what came back once', () => {
    // Closed after 5, 10, 20 … clean rounds, and back within the grace each time.
    const pauses = [8, 13, 23, 43, 63, 63, 63]
    const flaps = pauses.flatMap((count) => [fault(3, ['idp']), { ...well, count }])
    const [record, ...more] = run([well, ...flaps]).core.records()
    expect(more.map(({ incident }) => incident.id)).toEqual([])
    expect(record?.sequence).toBe(pauses.length * 2)
    expect(record?.evidence.moments.map(({ name }) => name)).toEqual([
      'before',
      'verdict',
      'recovered',
    ])
  })

  test('goes by the newest verdict in title, advice and urgency', () => {
    const bench = run([well, fault(3, ['ingress']), fault(5, ['ingress/10.0.20.5'])])
    const [opened, changed] = bench.events
    expect(opened?.incident.title).toBe('The reverse proxy fails')
    expect(changed?.incident.title).toBe('The reverse proxy, at 10.0.20.5, fails')
    expect(changed?.incident.cause).toBe('layer:ingress')
    expect(changed?.incident.elements).toEqual(['ingress/10.0.20.5'])
    expect(changed?.incident.masking.join()).toContain('another replica than ingress/10.0.20.5')
    expect(changed?.incident.advice[0]).toContain('gatehouse doctor')
  })

  test('keeps the surest verdict, and says nothing about it', () => {
    const surer = { leader: { elements: ['idp'], probability: 0.9999 } } as const
    const bench = run([well, fault(3, ['idp']), fault(3, ['idp'], surer), fault(3, ['idp'])])
    expect(bench.said()).toEqual(['opened 2026-04-16-idp #1'])
    expect(bench.core.incidents()[0]?.verdict?.leader.probability).toBe(0.9999)
  })

  test('holds moments before, at and after, and the posterior around the call', () => {
    const bench = run([well, fault(10, ['idp']), well])
    const [record] = bench.core.records()
    expect(record?.evidence.moments.map(({ name }) => name)).toEqual([
      'before',
      'verdict',
      'recovered',
    ])
    const failing = record?.evidence.moments.map(
      ({ probes }) => probes.filter(({ ok }) => !ok).length,
    )
    expect(failing).toEqual([0, 2, 0])
    expect(record?.evidence.posterior.length).toBeGreaterThan(10)
    expect(record?.evidence.posterior.length).toBeLessThanOrEqual(40)
  })
})
