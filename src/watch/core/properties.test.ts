// What must hold of the core whatever happens: random estates of trouble, in random order.
import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import type { ElementId } from '../../model/layer.ts'
import type { CoreSnapshot, Input, WatchCore } from '../core.ts'
import type { IncidentEvent } from '../incident/incident.ts'
import { createWatchCore } from './create.ts'
import { changeOf, checkOf, doorOf, minuteMs, roundAt, startAt, studyMatrix } from './testing.ts'
import { timelineMax, withEntry } from './timeline.ts'

const breakable: readonly ElementId[] = [
  'prober',
  'dns',
  'edge',
  'ingress',
  'gate_new',
  'gate_check',
  'idp',
  'upstream/app.example',
  'upstream/open.example',
]
const doors = ['wiki', 'mail', 'app'].map((name) => doorOf(`${name}.example`))

/** A stretch of minutes in which some things are broken, and what else happens in it. */
interface Stretch {
  readonly minutes: number
  readonly broken: readonly ElementId[]
  readonly badDoors: readonly number[]
  readonly flaky: boolean
  readonly more: 'nothing' | 'peer' | 'witness' | 'reasons' | 'testimony' | 'change'
}

const stretch: fc.Arbitrary<Stretch> = fc.record({
  minutes: fc.integer({ min: 1, max: 14 }),
  broken: fc.oneof(
    { weight: 2, arbitrary: fc.constant([]) },
    { weight: 3, arbitrary: fc.subarray([...breakable], { minLength: 1, maxLength: 2 }) },
  ),
  badDoors: fc.subarray([0, 1, 2]),
  flaky: fc.boolean(),
  more: fc.constantFrom('nothing', 'peer', 'witness', 'reasons', 'testimony', 'change'),
})

function inputsOf(stretches: readonly Stretch[]): readonly Input[] {
  let at = startAt
  return stretches.flatMap(({ badDoors, broken, flaky, minutes, more }) =>
    Array.from({ length: minutes }, (_, i): readonly Input[] => {
      at += minuteMs
      const down = flaky && i % 3 === 1 ? [] : broken
      const observations = doors.flatMap((door, n) =>
        (['edge', 'ingress'] as const).map((vantage) =>
          checkOf(door, { at, vantage, ok: !badDoors.includes(n) && !down.includes('gate_new') }),
        ),
      )
      return [{ kind: 'doors', at, observations }, ...extra(more, at, i), roundAt(at, down)]
    }).flat(),
  )
}

function extra(more: Stretch['more'], at: number, i: number): readonly Input[] {
  switch (more) {
    case 'nothing':
      return []
    case 'peer':
      return [{ kind: 'peer', at, peer: 'outside', alive: i > 8, detail: 'No answer' }]
    case 'witness':
      return [{ kind: 'blind-witness', at, witness: 'kuma', detail: 'No table' }]
    case 'reasons':
      return [
        {
          kind: 'reasons',
          at,
          witness: 'gate',
          reasons: [{ reason: 'session-store', count: 3, people: 2, hosts: 2, networks: 2 }],
        },
      ]
    case 'testimony':
      return [
        {
          kind: 'testimony',
          at,
          witness: 'kuma',
          testimonies: Array.from({ length: 30 }, (_, n) => ({
            name: `m${n}`,
            host: null,
            state: n < 2 * i ? ('down' as const) : ('up' as const),
          })),
        },
      ]
    case 'change':
      return [{ kind: 'change', change: changeOf(`c${at}`, at, i % 2 === 0 ? ['edge'] : []) }]
  }
}

function newCore(restored: CoreSnapshot | null = null): WatchCore {
  return createWatchCore({ matrix: studyMatrix, stores: [], restored })
}

/** Feeds a core; `each` looks at it after every input. */
function feed(
  core: WatchCore,
  inputs: readonly Input[],
  each: (core: WatchCore) => void = () => {},
): readonly IncidentEvent[] {
  return inputs.flatMap((input) => {
    const effects = core.take(input)
    each(core)
    return effects.flatMap((effect) => (effect.kind === 'say' ? [effect.event] : []))
  })
}

const runs = { numRuns: 60 }
const life = fc.array(stretch, { minLength: 2, maxLength: 8 })

describe('createWatchCore()', () => {
  test('numbers the events of each incident without a gap, from opened on', () => {
    fc.assert(
      fc.property(life, (stretches) => {
        const last = new Map<string, IncidentEvent>()
        for (const event of feed(newCore(), inputsOf(stretches))) {
          const before = last.get(event.incident.id)
          expect(event.sequence).toBe((before?.sequence ?? 0) + 1)
          expect(event.kind === 'opened').toBe(before === undefined)
          last.set(event.incident.id, event)
        }
      }),
      runs,
    )
  })

  test('closes an incident at most once for each time that it was opened or came back', () => {
    fc.assert(
      fc.property(life, (stretches) => {
        const open = new Map<string, boolean>()
        for (const { incident, kind } of feed(newCore(), inputsOf(stretches))) {
          if (kind === 'closed') expect(open.get(incident.id)).toBe(true)
          expect(incident.closedAt !== null).toBe(kind === 'closed')
          open.set(incident.id, kind !== 'closed')
        }
      }),
      runs,
    )
  })

  test('never has two open incidents of one cause, nor two of one name', () => {
    fc.assert(
      fc.property(life, (stretches) => {
        feed(newCore(), inputsOf(stretches), (core) => {
          const all = core.incidents()
          const open = all.filter(({ closedAt }) => closedAt === null)
          expect(new Set(open.map(({ cause }) => cause)).size).toBe(open.length)
          expect(new Set(all.map(({ id }) => id)).size).toBe(all.length)
        })
      }),
      runs,
    )
  })

  test('says the same for the same inputs', () => {
    fc.assert(
      fc.property(life, (stretches) => {
        const inputs = inputsOf(stretches)
        expect(feed(newCore(), inputs)).toEqual(feed(newCore(), inputs))
      }),
      { numRuns: 20 },
    )
  })

  test('says nothing about the past that lies after its end or before its beginning', () => {
    fc.assert(
      fc.property(life, (stretches) => {
        for (const { incident } of feed(newCore(), inputsOf(stretches))) {
          expect(incident.firstSymptomAt).toBeLessThanOrEqual(incident.openedAt)
          expect(incident.closedAt ?? incident.openedAt).toBeGreaterThanOrEqual(incident.openedAt)
          const times = incident.timeline.map(({ at }) => at)
          expect(times).toEqual(times.toSorted((a, b) => a - b))
        }
      }),
      runs,
    )
  })

  test('goes on after a restart: nothing is opened twice, and numbers go on', () => {
    fc.assert(
      fc.property(life, life, (before, after) => {
        const inputs = inputsOf([...before, ...after])
        const cut = inputsOf(before).length
        const first = newCore()
        const said = feed(first, inputs.slice(0, cut))
        const kept: unknown = JSON.parse(JSON.stringify(first.snapshot()))
        expect(kept).toEqual(first.snapshot())
        const second = newCore(first.snapshot())
        expect(second.incidents()).toEqual(first.incidents())
        const last = new Map(said.map((event) => [event.incident.id, event.sequence]))
        for (const event of feed(second, inputs.slice(cut))) {
          expect(event.sequence).toBe((last.get(event.incident.id) ?? 0) + 1)
          last.set(event.incident.id, event.sequence)
        }
      }),
      runs,
    )
  })

  test('says the same after a restart as without one, while what is broken is a layer', () => {
    const layers = fc.constantFrom<readonly ElementId[]>(['gate_new'], ['idp'], ['edge'], [])
    fc.assert(
      fc.property(layers, fc.integer({ min: 12, max: 25 }), (broken, minutes) => {
        const quiet = { badDoors: [], flaky: false, more: 'nothing' } as const
        const inputs = inputsOf([
          { ...quiet, minutes: 20, broken: [] },
          { ...quiet, minutes, broken },
          { ...quiet, minutes: 20, broken: [] },
        ])
        const cut = (20 + minutes - 4) * 2
        const whole = feed(newCore(), inputs)
        const first = newCore()
        const said = [
          ...feed(first, inputs.slice(0, cut)),
          ...feed(newCore(first.snapshot()), inputs.slice(cut)),
        ]
        const short = (events: readonly IncidentEvent[]): readonly string[] =>
          events.map(
            ({ incident, kind, sequence }) =>
              `${kind} ${incident.id} ${sequence} ${incident.closedAt}`,
          )
        expect(short(said)).toEqual(short(whole))
      }),
      { numRuns: 30 },
    )
  })
})

describe('withEntry()', () => {
  test('keeps a timeline bounded, in order, and says how much is left out', () => {
    const times = fc.array(fc.nat(10_000), { maxLength: 600 })
    fc.assert(
      fc.property(times, (all) => {
        const timeline = all.reduce(
          (lines, at, i) =>
            withEntry(lines, { at, kind: 'observation', text: `Line ${i}`, evidence: '' }),
          [] as ReturnType<typeof withEntry>,
        )
        expect(timeline.length).toBeLessThanOrEqual(timelineMax)
        const told = timeline.find(({ text }) => text.endsWith('left out here'))
        const left = told === undefined ? 0 : Number.parseInt(told.text, 10)
        const shown = timeline.length - (told === undefined ? 0 : 1)
        expect(left + shown).toBe(all.length)
        const at = timeline.map((entry) => entry.at)
        expect(at).toEqual(at.toSorted((a, b) => a - b))
      }),
      { numRuns: 40 },
    )
  })

  test('takes the same line once', () => {
    const line = { at: 1, kind: 'report', text: 'Somebody', evidence: '' } as const
    expect(withEntry(withEntry([], line), line)).toEqual([line])
  })
})
