// YAML that is meant to hurt, or that is read in two ways: bombs, keys twice, keys of prototypes, depth, length.
import { describe, expect, test } from 'bun:test'
import { memoryFiles } from '../world/files.ts'
import { readSource, readYaml } from './source.ts'

/** Ten lists of nine aliases each of the list before. */
const laughs = [
  'a0: &a0 [x]',
  ...Array.from({ length: 9 }, (_, i) => `a${i + 1}: &a${i + 1} [${`*a${i}, `.repeat(9)}]`),
].join('\n')

const aliases = (count: number): string => `a: &a x\nl:\n${'  - *a\n'.repeat(count)}`
const unique = 'Map keys must be unique'
const own = 'The alias stands within its own anchor'
const noMapping = '"<<" merges something that is not a mapping'

/** What is read, or the words and the place of the first mistake. */
function read(text: string): unknown {
  const source = readYaml('/c.yaml', text)
  if (source.ok) return source.value.data
  const [first] = source.error
  const { line, column } = first?.position ?? { line: 0, column: 0 }
  return `${line}:${column} ${first?.message.replace('Cannot read this as YAML: ', '')}`
}

describe('readYaml() refuses', () => {
  const refused: readonly (readonly [what: string, text: string, found: string])[] = [
    ['a billion laughs', laughs, '0:0 More than "10000" aliases are resolved'],
    ['an alias too many', aliases(10_001), '0:0 More than "10000" aliases are resolved'],
    ['a list within itself', 'a: &a [*a]', `1:8 ${own}`],
    ['a mapping within itself', 'a: &a { b: { c: *a } }', `1:17 ${own}`],
    ['a merge of itself', 'a: &a { <<: *a, b: 1 }', `1:13 ${own}`],
    ['an anchor given anew within its alias', 'a: &x 1\nb: &x [*x]', `2:8 ${own}`],
    ['an alias of nothing', 'a: *a', '1:4 The alias has no anchor before it'],
    ['an alias before its anchor', 'a: *b\nb: &b 1', '1:4 The alias has no anchor before it'],
    ['a merge of a text', 'a: { <<: x }', `0:0 ${noMapping}`],
    ['a merge of a list of texts', 'a: { <<: [x] }', `0:0 ${noMapping}`],
    ['a key twice', 'a: 1\nb: 2\na: 3', `3:1 ${unique}`],
    ['a key twice on one line', 'x: { a: 1, a: 2 }', `1:12 ${unique}`],
    ['a key twice, once in quotes', 'a: 1\n"a": 2', `2:1 ${unique}`],
    ['a prototype twice', '__proto__: 1\n__proto__: 2', `2:1 ${unique}`],
    ['two documents', 'a: 1\n---\nb: 2', '2:1 It holds several documents'],
    ['a tag of a program', 'a: !!js/function "x"', '1:4 Unresolved tag'],
    ['a tag of its own', 'a: !include other.yaml', '1:4 Unresolved tag'],
    ['a directive', '%FOO x\n---\na: 1', '1:1 Unknown directive %FOO'],
    ['a tab before a key', 'a:\n\tb: 1', '2:1 Tabs are not allowed as indentation'],
    ['a list without an end', 'a: [', '1:5 Flow sequence in block collection must be'],
    ['lists without an end', '['.repeat(2000), '1:2001 Flow sequence in block collection must be'],
  ]
  test.each(refused)('%s', (_, text, found) => {
    expect(read(text)).toStartWith(found)
  })

  test('text of the file in no message', () => {
    for (const text of [
      'a: *hunter2',
      'a: !hunter2 x',
      'a: 1\na: hunter2',
      '{ hunter2',
      'a: b: hunter2',
    ])
      expect(JSON.stringify(readYaml('/c.yaml', text))).not.toContain('hunter2')
  })
})

describe('readYaml() reads', () => {
  const good: readonly (readonly [what: string, text: string, data: unknown])[] = [
    ['nothing', '', null],
    ['a comment', '# x', null],
    ['an anchor given twice', 'a: &x 1\nb: &x 2\nc: *x', { a: 1, b: 2, c: 2 }],
    [
      'an own key over a merged one',
      'b: &b { x: 1 }\na: { <<: *b, x: 2 }',
      { b: { x: 1 }, a: { x: 2 } },
    ],
    ['the first of several merged', 'a: { <<: [{ x: 1 }, { x: 2 }] }', { a: { x: 1 } }],
    ['words of YAML 1.1 as text', 'a: yes\nb: off\nc: 012', { a: 'yes', b: 'off', c: 12 }],
    ['a day as text', 'a: 2026-01-01', { a: '2026-01-01' }],
    ['a mark of byte order', '\uFEFFa: 1', { a: 1 }],
    ['lines that end in two characters', 'a: 1\r\nb: 2\r\n', { a: 1, b: 2 }],
  ]
  test.each(good)('%s', (_, text, data) => {
    expect(read(text)).toEqual(data)
  })

  test('as many aliases as are allowed', () => {
    expect(read(aliases(9000))).toMatchObject({ a: 'x', l: { length: 9000 } })
  })

  test('keys of prototypes as keys, which change no other object', () => {
    const texts = [
      '__proto__: { polluted: 1 }',
      'a: { __proto__: { polluted: 1 } }',
      'm: &m { __proto__: { polluted: 1 } }\na: { <<: *m }',
      'constructor: { prototype: { polluted: 1 } }',
    ]
    for (const text of texts) {
      const data = read(text)
      expect(JSON.stringify(data)).toContain('"polluted":1')
      expect('polluted' in {}).toBe(false)
      expect(data).not.toHaveProperty('polluted')
    }
    expect(Object.keys(Object(read('__proto__: { a: 1 }')))).toEqual(['__proto__'])
  })

  test('a mapping of a thousand levels', () => {
    let depth = 0
    for (let at = read(`${'{a: '.repeat(1000)}1${'}'.repeat(1000)}`); at !== 1; depth++)
      at = Object(at)['a']
    expect(depth).toBe(1000)
  })
})

test('readSource() reads no file of more than 8 Mi characters', async () => {
  const source = await readSource(
    memoryFiles({ '/c.yaml': `# ${'x'.repeat(10_000_000)}` }),
    '/c.yaml',
  )
  expect(source.ok ? [] : source.error.map(({ id }) => id)).toEqual(['too-long'])
})
