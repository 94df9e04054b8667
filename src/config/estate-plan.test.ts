// Plans between two declarations: what they say of doors, monitors, stores and findings.
import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { planBetween, planText } from '../estate-check.ts'
import type { RuleExample } from '../estate.ts'
import { estateOf } from './estate.fixture.ts'

/** The memory disk of the record: 64 MiB, files of a week, one for each knock of a stranger. */
const shm = {
  name: 'shm',
  medium: 'memory',
  size: '64MiB',
  retention: '7d',
  entry: '1500B',
  probed: true,
}

/** Hosts of the house: `monitored` of the protected ones have a monitor. */
function house(monitored: number, open = 0): RuleExample {
  const hosts = Array.from({ length: 96 }, (_, i) => ({
    host: `s${i}.example.com`,
    ...(i < 44 ? {} : { auth: 'app', reason: 'Has its own sign-in' }),
    ...(i < monitored || (i >= 44 && i < 44 + open) ? { monitor: {} } : {}),
  }))
  return { services: hosts, estate: { storage: { volumes: [{ ...shm, rate: '0.17/min' }] } } }
}

describe('planBetween', () => {
  test('says before 2026-04-14 what the 96 monitors would do', () => {
    const plan = planBetween(estateOf(house(0)), estateOf(house(44, 52)))
    expect(plan.monitors).toEqual({ before: 0, after: 96 })
    expect(plan.strangersPerMinute.after).toBeCloseTo(8.8, 6)
    const [store] = plan.stores
    expect(store?.before).toBeCloseTo(0.1, 2)
    expect(store?.after).toBeCloseTo(5.52, 2)
    expect((store?.timeToFullMs ?? 0) / 3_600_000).toBeCloseTo(30.4, 1)
    expect(plan.findings.appear.map((finding) => finding.split(':')[0])).toEqual([
      'store-overflows',
      'probes-overload-store',
    ])
    const text = planText(plan)
    expect(text).toContain('you are adding 96 monitors: 0 -> 96')
    expect(text).toContain('! shm: the ratio goes from 0.10 to 5.52, full in 1d 6h')
    expect(text).toContain('A door opens, or a store would fill: look twice.')
  })

  test('names the doors that open and those that shut', () => {
    const before = estateOf({
      services: [
        { host: 'a.example.com' },
        { host: 'b.example.com', auth: 'none', reason: 'Open' },
      ],
    })
    const after = estateOf({
      services: [
        { host: 'a.example.com', paths: [{ path: '/api/**', auth: 'none', reason: 'Programs' }] },
        { host: 'b.example.com' },
        { host: 'c.example.com' },
      ],
    })
    expect(planBetween(before, after).doors).toEqual([
      { host: 'a.example.com', path: '/api/**', before: 'required', after: 'none', opens: true },
      { host: 'b.example.com', path: '/**', before: 'none', after: 'required', opens: false },
      { host: 'c.example.com', path: '/**', before: null, after: 'required', opens: false },
    ])
  })

  test('names a bypass by header as a door of its own', () => {
    const bypasses = [{ header: 'Authorization', value: 'Bearer *', reason: 'Native clients' }]
    const before = estateOf({ services: [{ host: 'a.example.com' }] })
    const after = estateOf({ services: [{ host: 'a.example.com', bypasses }] })
    expect(planBetween(before, after).doors).toMatchObject([
      { path: '/ (Authorization: Bearer *)', before: 'required', opens: true },
    ])
  })

  test('tells what is created, changed and destroyed apart', () => {
    const before = estateOf({
      estate: {
        networking: {
          networks: [
            { name: 'a', cidr: '10.0.0.0/24' },
            { name: 'b', cidr: '10.0.1.0/24' },
          ],
        },
      },
    })
    const after = estateOf({
      estate: {
        networking: {
          networks: [
            { name: 'b', cidr: '10.0.2.0/24' },
            { name: 'c', cidr: '10.0.3.0/24' },
          ],
        },
      },
    })
    const { differences } = planBetween(before, after)
    expect(differences.map(({ action, address }) => [action, address])).toEqual([
      ['delete', 'networking.networks["a"]'],
      ['update', 'networking.networks["b"]'],
      ['create', 'networking.networks["c"]'],
    ])
    expect(planText(planBetween(before, after))).toContain(
      '  ~ networking.networks["b"]\n      ~ cidr = "10.0.1.0/24" -> "10.0.2.0/24"',
    )
    expect(planText(planBetween(before, after))).toContain(
      'Plan: 1 to add, 1 to change, 1 to destroy.',
    )
  })

  test('does not say that monitors are added where only their knocks change', () => {
    const monitored = (auth: string): RuleExample => ({
      services: [{ host: 'a.example.com', auth, reason: 'Said', monitor: {} }],
    })
    const text = planText(planBetween(estateOf(monitored('required')), estateOf(monitored('none'))))
    expect(text).toContain('knocks without a session at protected hosts: 0.20/min -> 0.00/min')
    expect(text).not.toContain('you are adding')
  })

  test('does not mind the order of services', () => {
    const services = [{ host: 'a.example.com' }, { host: 'b.example.com' }]
    const plan = planBetween(estateOf({ services }), estateOf({ services: services.toReversed() }))
    expect(plan.differences).toEqual([])
    expect(planText(plan)).toBe('No changes. Both declare the same.\n')
  })

  test('there and back are each other’s mirror', () => {
    const service = fc.record({
      host: fc.constantFrom('a', 'b', 'c', 'd').map((name) => `${name}.example.com`),
      auth: fc.constantFrom('required', 'app', 'none', 'public'),
      reason: fc.constant('Said'),
      exposure: fc.constantFrom('proxied', 'direct'),
    })
    const estates = fc
      .uniqueArray(service, { selector: ({ host }) => host })
      .map((services) => estateOf({ services }))
    fc.assert(
      fc.property(estates, estates, (before, after) => {
        const there = planBetween(before, after)
        const back = planBetween(after, before)
        expect(there.differences.length).toBe(back.differences.length)
        const opened = there.doors.filter(({ opens }) => opens).map(({ host }) => host)
        const closed = back.doors
          .filter((door) => door.before !== null && door.before !== 'required')
          .map(({ host }) => host)
        for (const host of opened) expect(closed).toContain(host)
        expect(there.findings.appear.toSorted()).toEqual(back.findings.vanish.toSorted())
        expect(planBetween(before, before).differences).toEqual([])
      }),
      { numRuns: 60 },
    )
  })
})
