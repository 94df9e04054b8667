// Doors one by one: what a broken layer explains, when a host is down, and when it is well.
import { describe, expect, test } from 'bun:test'
import type { ElementId } from '../../model/layer.ts'
import type { AuthTier } from '../../model/service.ts'
import type { Observation, Vantage } from '../door.ts'
import { Doors } from './doors.ts'
import { explains } from './explains.ts'
import { checkOf, doorOf, minuteMs, startAt } from './testing.ts'

const explained: readonly (readonly [ElementId, AuthTier, Vantage, boolean])[] = [
  ['prober', 'none', 'upstream', true],
  ['dns', 'required', 'edge', true],
  ['dns', 'required', 'ingress', false],
  ['edge', 'none', 'edge', true],
  ['edge', 'none', 'ingress', false],
  ['ingress', 'app', 'edge', true],
  ['ingress', 'app', 'ingress', true],
  ['ingress', 'required', 'gate', false],
  ['ingress', 'required', 'upstream', false],
  ['ingress/10.0.20.5', 'required', 'ingress', true],
  ['ingress/10.0.20.6', 'required', 'ingress', false],
  ['ingress/10.0.20.6', 'required', 'edge', true],
  ['gate_new', 'required', 'edge', true],
  ['gate_new', 'public', 'gate', true],
  ['gate_new', 'app', 'edge', false],
  ['gate_new', 'required', 'upstream', false],
  ['gate_check', 'required', 'edge', false],
  ['idp', 'required', 'edge', true],
  ['idp', 'none', 'edge', false],
  ['upstream/wiki.example', 'required', 'edge', true],
  ['upstream/mail.example', 'required', 'edge', false],
]

describe('explains()', () => {
  for (const [element, tier, vantage, wanted] of explained)
    test(`${element} ${wanted ? 'explains' : 'does not explain'} a failure of a ${tier} door at ${vantage}`, () => {
      const way = { host: 'wiki.example', tier, vantage, replica: '10.0.20.5:443' }
      expect(explains(element, way)).toBe(wanted)
    })

  test('takes a replica that is not known for the one', () => {
    const way = { host: 'a', tier: 'required', vantage: 'ingress', replica: null } as const
    expect(explains('ingress/10.0.20.6', way)).toBe(true)
  })
})

const door = doorOf('wiki.example')
const seen = (i: number, ok: boolean, vantage: Vantage = 'edge'): Observation =>
  checkOf(door, { at: startAt + i * minuteMs, vantage, ok })

/** States of the host after each pass over these vantages; `x` fails, `.` passes. */
function states(text: string, vantages: readonly Vantage[], broken: readonly ElementId[] = []) {
  const doors = new Doors()
  return [...text].map((sign, i) => {
    const checks = vantages.map((vantage) => seen(i, sign === '.', vantage))
    return doors.take(checks, broken)[0]
  })
}

const firstDown = (all: ReturnType<typeof states>): number =>
  all.findIndex((state) => state?.isDown === true)

describe('Doors', () => {
  const cases: readonly (readonly [string, string, readonly Vantage[], number])[] = [
    ['four failures everywhere', 'xxxx', ['edge', 'ingress'], 3],
    ['three failures everywhere', 'xxx.xxx.', ['edge', 'ingress'], -1],
    ['seven failures over the only way', 'xxxxxxx', ['edge'], 6],
    ['six failures over the only way', 'xxxxxx......', ['edge'], -1],
    ['every other failing', 'x.'.repeat(15), ['edge'], 22],
    ['one in five failing', 'x....x....x....x....x....', ['edge', 'ingress'], -1],
  ]
  for (const [name, text, vantages, wanted] of cases)
    test(`finds a host down, or not: ${name}`, () => {
      expect(firstDown(states(text, vantages))).toBe(wanted)
    })

  test('counts no failure that is explained', () => {
    expect(firstDown(states('xxxxxxxxxxxx', ['edge', 'ingress'], ['ingress']))).toBe(-1)
  })

  test('starts anew after what explained it is over', () => {
    const doors = new Doors()
    for (let i = 0; i < 10; i++)
      doors.take([seen(i, false), seen(i, false, 'ingress')], ['ingress'])
    const after = [10, 11, 12, 13].map(
      (i) => doors.take([seen(i, false), seen(i, false, 'ingress')], [])[0]?.isDown,
    )
    expect(after).toEqual([false, false, false, true])
  })

  test('finds a host well after five passes over every way', () => {
    const all = states('xxxx.....', ['edge', 'ingress'])
    expect(all.findIndex((state) => state?.isWell === true)).toBe(8)
  })

  test('finds one way that fails while the others pass', () => {
    const doors = new Doors()
    const down = Array.from(
      { length: 8 },
      (_, i) => doors.take([seen(i, false), seen(i, true, 'ingress')], [])[0]?.isDown,
    )
    expect(down.indexOf(true)).toBe(6)
    expect(doors.trouble('wiki.example')).toEqual({
      since: startAt,
      vantages: ['edge'],
      answer: 'UPSTREAM_5XX 502',
      detail: 'Found 502 of the service, wanted a redirect to sign in',
    })
    expect(doors.down()).toBe(1)
  })

  test('does not let a long failure take as long to be over', () => {
    const doors = new Doors()
    for (let i = 0; i < 500; i++) doors.take([seen(i, false)], [])
    let passes = 0
    while (doors.down() > 0 && passes < 100) doors.take([seen(500 + passes++, true)], [])
    expect(passes).toBeLessThanOrEqual(20)
  })

  test('ignores what is no check of a door', () => {
    const doors = new Doors()
    const { door: _door, ...rest } = seen(0, false)
    expect(
      doors.take(
        [
          { ...rest, door: null },
          { ...seen(0, false), probe: 'edge_anon_fwd' },
        ],
        [],
      ),
    ).toEqual([])
    expect(doors.hosts).toBe(0)
  })

  test('sums up every tier over every way', () => {
    const doors = new Doors()
    const open = doorOf('open.example', 'none')
    doors.take(
      [
        seen(0, false),
        seen(0, true, 'ingress'),
        checkOf(open, { at: startAt, vantage: 'edge', ok: true }),
      ],
      [],
    )
    expect(doors.summary()).toEqual([
      { tier: 'none', vantage: 'edge', hosts: 1, failing: 0, answer: '' },
      { tier: 'required', vantage: 'edge', hosts: 1, failing: 1, answer: 'UPSTREAM_5XX 502' },
      { tier: 'required', vantage: 'ingress', hosts: 1, failing: 0, answer: '' },
    ])
    expect(doors.isBehind('wiki.example', ['edge'])).toBe(true)
    expect(doors.isBehind('wiki.example', ['idp'])).toBe(true)
    expect(doors.isBehind('open.example', ['edge'])).toBe(false)
  })
})
