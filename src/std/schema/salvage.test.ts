// What is saved of data with mistakes in it: never a bad value, and always the path that was written.
import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { check } from './check.ts'
import { formatPath } from './json-schema.ts'
import { salvage } from './salvage.ts'
import { choice, count, defaulted, list, optional, required, section, text } from './schema.ts'

const entry = section({
  host: required('Host', text('a host', 'example', 20)),
  mode: defaulted('Mode', choice(['on', 'off']), 'on'),
  ports: optional('Ports', list(count(1, 9), { max: 5 })),
})
const schema = section({
  title: required('Title', text('a title', 'Title', 20)),
  limit: defaulted('Limit', count(1, 9), 5),
  main: optional('Main', entry),
  entries: required('Entries', list(entry, { min: 0, max: 50 })),
})

describe('salvage', () => {
  test('gives all of what is right', () => {
    const input = { title: 'x', entries: [{ host: 'a' }] }
    const salvaged = salvage(schema, input)
    expect(salvaged.mistakes).toEqual([])
    expect(salvaged.value).toEqual({
      title: 'x',
      limit: 5,
      entries: [{ host: 'a', mode: 'on' }],
    })
    expect(salvaged.isDamaged(['title'])).toBe(false)
  })

  test('leaves a bad value out and its default stands', () => {
    const salvaged = salvage(schema, { title: 'x', limit: 99, entries: [] })
    expect(salvaged.value.limit).toBe(5)
    expect(salvaged.isDamaged(['limit'])).toBe(true)
    expect(salvaged.isDamaged(['title'])).toBe(false)
  })

  test('leaves an entry out that lacks what it needs, and knows where the others stood', () => {
    const salvaged = salvage(schema, {
      title: 'x',
      entries: [
        { mode: 'on' },
        { host: 'b' },
        'nonsense',
        { host: 'd', mode: 'of', ports: [1, 99, 3] },
      ],
    })
    expect(salvaged.value.entries).toEqual([
      { host: 'b', mode: 'on' },
      { host: 'd', mode: 'on', ports: [1, 3] },
    ])
    expect(formatPath(salvaged.origin(['entries', 0, 'host']))).toBe('entries[1].host')
    expect(formatPath(salvaged.origin(['entries', 1]))).toBe('entries[3]')
    expect(formatPath(salvaged.origin(['entries', 1, 'ports', 1]))).toBe('entries[3].ports[2]')
    expect(salvaged.isDamaged(['entries', 1])).toBe(false)
    expect(salvaged.isDamaged(['entries', 3])).toBe(true)
  })

  test('goes on without what is missing at the top', () => {
    const salvaged = salvage(schema, { entries: [{ host: 'a' }] })
    expect(salvaged.mistakes.map(({ path }) => path)).toEqual([['title']])
    expect(salvaged.value.entries).toHaveLength(1)
    expect(salvaged.value.title).toBeUndefined()
  })

  test('puts an example in the place of a needed text where it may', () => {
    const input = { title: 'x', entries: [], main: { host: 7, mode: 'off', extra: 1 } }
    expect(salvage(schema, input).value.main).toBeUndefined()
    const salvaged = salvage(schema, input, ([first]) => first === 'main')
    expect(salvaged.value.main).toEqual({ host: 'example', mode: 'off' })
    expect(salvaged.isDamaged(['main', 'host'])).toBe(true)
    expect(salvaged.isDamaged(['main', 'mode'])).toBe(false)
    expect(salvaged.mistakes.map(({ path }) => formatPath(path))).toEqual([
      'main.host',
      'main.extra',
    ])
  })

  for (const input of [null, 'text', 7, []])
    test(`saves nothing of ${JSON.stringify(input)}`, () => {
      const salvaged = salvage(schema, input)
      expect(salvaged.value).toEqual({})
      expect(salvaged.mistakes).toHaveLength(1)
      expect(salvaged.isDamaged(['title'])).toBe(true)
    })

  test('holds only good values, whatever it is given', () => {
    const value = fc.oneof(
      fc.constantFrom('a', 'on', 'of', '', 1, 5, 99, null, true, 'x'.repeat(30)),
      fc.array(fc.constantFrom(1, 5, 99, 'x', null), { maxLength: 7 }),
    )
    const anyEntry = fc.oneof(
      value,
      fc.dictionary(fc.constantFrom('host', 'mode', 'ports', 'prots'), value, { maxKeys: 4 }),
    )
    const input = fc.oneof(
      value,
      fc.dictionary(
        fc.constantFrom('title', 'limit', 'main', 'entries', 'entrise'),
        fc.oneof(value, anyEntry, fc.array(anyEntry, { maxLength: 6 })),
        { maxKeys: 5 },
      ),
    )
    fc.assert(
      fc.property(input, (data) => {
        const salvaged = salvage(schema, data, ([first]) => first === 'main')
        const strict = check(schema, data)
        expect(salvaged.mistakes).toEqual(strict.ok ? [] : [...strict.error])
        if (strict.ok) expect(salvaged.value).toEqual(strict.value)
        // What was saved is good once more, and every entry comes from where it is said to come from.
        const again = check(schema.partial(), salvaged.value)
        expect(again.ok).toBe(true)
        for (const [i, saved] of (salvaged.value.entries ?? []).entries()) {
          const origin = salvaged.origin(['entries', i])
          expect(origin[0]).toBe('entries')
          const entries = (data as { entries: { host: string }[] }).entries
          expect(entries[Number(origin[1])]?.host).toBe(saved.host)
        }
      }),
      { numRuns: 500 },
    )
  })
})
