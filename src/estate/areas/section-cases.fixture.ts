// One suite for the schema of every area: what it takes, what it fills in, what it says of anything else.
import { describe, expect, test } from 'bun:test'
import { check } from '../../std/schema/check.ts'
import { formatPath } from '../../std/schema/json-schema.ts'
import type { Schema } from '../../std/schema/schema.ts'

/** What is wrong, the section, and each mistake as {@link mistakesOf} writes it. */
export type WrongCase = readonly [what: string, section: unknown, mistakes: readonly string[]]

/** Cases of one area. */
export interface SectionCases {
  /** Everything that can be said, once. */
  readonly whole: object
  /** The least that can be said of each entry, and what comes out of it. */
  readonly least: readonly (readonly [what: string, section: object, value: object])[]
  readonly wrong: readonly WrongCase[]
  /** The outermost values that are taken, each with the nearest one that is not. */
  readonly bounds: readonly (readonly [what: string, taken: object, refused: object])[]
}

/** Each mistake as `path: found → wanted`, then what is said beside it. */
export function mistakesOf(schema: Schema, section: unknown): readonly string[] {
  const read = check(schema, section)
  if (read.ok) return []
  return read.error.map(({ found, hint, kind, path, suggestion, wanted }) => {
    const place = formatPath(path)
    const what = kind === 'unknown-key' ? `unknown ${found}` : `${found} → ${wanted}`
    const more = [
      ...(hint === '' ? [] : [hint]),
      ...(suggestion === null ? [] : [`meant "${suggestion}"`]),
    ]
    return [place === '' ? what : `${place}: ${what}`, ...more].join('; ')
  })
}

/** Registers the suite. */
export function describeSection(name: string, schema: Schema, cases: SectionCases): void {
  describe(name, () => {
    test('takes everything that can be said', () => {
      expect(mistakesOf(schema, cases.whole)).toEqual([])
    })

    test('may be left out as a whole', () => {
      expect(mistakesOf(schema, {})).toEqual([])
    })

    test.each(cases.least)('fills in what %s leaves out', (_, section, value) => {
      const read = check(schema, section)
      expect(read.ok ? read.value : read.error).toMatchObject(value)
    })

    test.each(cases.wrong)('refuses %s', (_, section, mistakes) => {
      expect(mistakesOf(schema, section)).toEqual([...mistakes])
    })

    test.each(cases.bounds)('ends at %s', (_, taken, refused) => {
      expect(mistakesOf(schema, taken)).toEqual([])
      expect(mistakesOf(schema, refused)).toHaveLength(1)
    })

    test.each([['a text'], [5], [true], [['a', 'list']], [null]])(
      'is a mapping, not %j',
      (other) => {
        const [said = '', ...more] = mistakesOf(schema, other)
        expect([said.endsWith('→ a mapping of settings'), more]).toEqual([true, []])
      },
    )

    test('refuses every key that it does not know, one with a slip with what was meant', () => {
      for (const key of Object.keys(cases.whole)) {
        const slip = `${key.slice(0, -1)}${key.endsWith('x') ? 'y' : 'x'}`
        const [said = '', ...more] = mistakesOf(schema, { ...cases.whole, [slip]: [] })
        expect([said, more]).toEqual([`${slip}: unknown "${slip}"; meant "${key}"`, []])
      }
    })

    test('refuses control characters wherever a text stands', () => {
      for (const { path, section } of textsOf(cases.whole)) {
        const said = mistakesOf(schema, section)
        expect([path, said.length]).toEqual([path, 1])
        expect(said[0]).toStartWith(`${path}: `)
      }
    })
  })
}

interface Changed {
  readonly path: string
  readonly section: unknown
}

/** `value` with each of its texts once made one that nothing takes. */
function textsOf(value: unknown, path = ''): readonly Changed[] {
  if (typeof value === 'string') return [{ path, section: `${value}\u0007` }]
  if (Array.isArray(value))
    return value.flatMap((one, i) =>
      textsOf(one, `${path}[${i}]`).map((changed) => ({
        path: changed.path,
        section: value.with(i, changed.section),
      })),
    )
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, one]) =>
    textsOf(one, path === '' ? key : `${path}.${key}`).map((changed) => ({
      path: changed.path,
      section: { ...value, [key]: changed.section },
    })),
  )
}
