// The bounded map against a plain list that keeps the same order.
import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { BoundedMap } from './bounded-map.ts'

describe('BoundedMap', () => {
  test('lets the least recently used entry leave first and tells of it', () => {
    const evicted: [string, number][] = []
    const map = new BoundedMap<string, number>(2, (key, value) => void evicted.push([key, value]))
    map.set('a', 1)
    map.set('b', 2)
    map.get('a')
    map.set('c', 3)
    expect(evicted).toEqual([['b', 2]])
    expect([...map.entries()]).toEqual([
      ['a', 1],
      ['c', 3],
    ])
  })

  test('does not refresh an entry that is only peeked at', () => {
    const map = new BoundedMap<string, number>(2)
    map.set('a', 1)
    map.set('b', 2)
    expect(map.peek('a')).toBe(1)
    map.set('c', 3)
    expect(map.peek('a')).toBeUndefined()
  })

  test('setting a key again is no new entry', () => {
    const evicted: string[] = []
    const map = new BoundedMap<string, number>(2, (key) => void evicted.push(key))
    map.set('a', 1)
    map.set('b', 2)
    map.set('a', 3)
    expect(map.size).toBe(2)
    expect(evicted).toEqual([])
    map.set('c', 4)
    expect(evicted).toEqual(['b'])
  })

  test('deletes and clears without telling', () => {
    const evicted: string[] = []
    const map = new BoundedMap<string, number>(3, (key) => void evicted.push(key))
    map.set('a', 1)
    map.set('b', 2)
    expect(map.delete('a')).toBe(true)
    expect(map.delete('a')).toBe(false)
    map.clear()
    expect([map.size, evicted]).toEqual([0, []])
  })

  test('holds at least one entry, whatever bound it is given', () => {
    const map = new BoundedMap<string, number>(0)
    expect(map.entriesMax).toBe(1)
    map.set('a', 1)
    expect(map.get('a')).toBe(1)
  })

  test('never outgrows its bound and always keeps the newest, like a list would', () => {
    const step = fc.record({
      kind: fc.constantFrom('set', 'get', 'delete'),
      key: fc.integer({ min: 0, max: 9 }),
    })
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5 }), fc.array(step), (entriesMax, steps) => {
        const map = new BoundedMap<number, number>(entriesMax)
        let list: number[] = []
        for (const { kind, key } of steps) {
          const known = list.includes(key)
          if (kind === 'set') map.set(key, key)
          else if (kind === 'get') expect(map.get(key)).toBe(known ? key : undefined)
          else map.delete(key)
          const rest = list.filter((other) => other !== key)
          list = kind === 'set' || (kind === 'get' && known) ? [...rest, key] : rest
          list = list.slice(-entriesMax)
          expect([...map.entries()].map(([entry]) => entry)).toEqual(list)
        }
      }),
    )
  })
})
