// Doors that come and go beside those of the configuration: what is new, what is gone, what goes on.
import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { closedDoor, sampleDoor, sampleWatch } from '../plan/samples.fixture.ts'
import { LiveDoors } from './live-doors.ts'

const config = sampleWatch({ robot: null })
const wiki = sampleDoor('wiki.example.com', { upstream: null })
const ids = (checks: readonly { readonly id: string }[]): readonly string[] =>
  checks.map(({ id }) => id)

describe('LiveDoors', () => {
  test('adds a door over each vantage that there is, and takes it away again', () => {
    const live = new LiveDoors(config)
    expect(ids(live.replace([wiki]).added)).toEqual([
      'door:wiki.example.com/@edge',
      'door:wiki.example.com/@ingress',
      'door:wiki.example.com/@gate',
    ])
    expect(live.doors()).toEqual([...config.doors, wiki])
    const { added, gone } = live.replace([])
    expect([added.length, gone.length]).toEqual([0, 3])
    expect(live.doors()).toEqual(config.doors)
  })

  test('leaves what stays as it is alone, and takes what changed for another', () => {
    const live = new LiveDoors(config)
    const [first] = live.replace([wiki]).added
    expect(live.replace([{ ...wiki }])).toEqual({ added: [], gone: [] })
    expect(first !== undefined && live.isInForce(first)).toBe(true)
    const { added, gone } = live.replace([{ ...wiki, tier: 'none' }])
    expect([ids(added), ids(gone)]).toEqual([ids(gone), ids(added)])
    expect(first !== undefined && live.isInForce(first)).toBe(false)
  })

  test('has nothing to say of the doors of the configuration', () => {
    const live = new LiveDoors(config)
    expect(live.replace([{ ...closedDoor, tier: 'none' }])).toEqual({ added: [], gone: [] })
    expect(live.doors()).toEqual(config.doors)
  })

  test('ends where it was led to, whatever came before', () => {
    const host = fc.constantFrom('a', 'b', 'c', 'd').map((name) => `${name}.example.com`)
    const tier = fc.constantFrom('required', 'none', 'app')
    const door = fc.tuple(host, tier).map(([name, auth]) => sampleDoor(name, { tier: auth }))
    const some = fc.uniqueArray(door, { selector: ({ id }) => id })
    fc.assert(
      fc.property(fc.array(some, { minLength: 1 }), (steps) => {
        const live = new LiveDoors(config)
        const known = new Set<string>()
        for (const step of steps) {
          const { added, gone } = live.replace(step)
          for (const { id } of gone) expect(known.delete(id)).toBe(true)
          for (const { id } of added) expect(known.has(id)).toBe(false)
          for (const { id } of added) known.add(id)
        }
        const fresh = new LiveDoors(config)
        fresh.replace(steps.at(-1) ?? [])
        expect(ids(live.checks()).toSorted()).toEqual(ids(fresh.checks()).toSorted())
        expect(ids(live.checks()).toSorted()).toEqual([...known].toSorted())
      }),
    )
  })
})
