// Exported files as an attacker would write them: each is named as not read, and none takes the command down.
import { describe, expect, test } from 'bun:test'
import { memoryFiles, realFiles } from '../world/files.ts'
import { fakeWorld } from '../world/fake-world.ts'
import { runCli } from './cli.ts'
import { readExported, yamlDocuments } from './exported-files.ts'

const wide = '[x, x, x, x, x, x, x, x, x, x]'
const layer = (own: string, below: string): string =>
  `${own}: &${own} [${Array.from({ length: 10 }, () => `*${below}`).join(', ')}]`
const bomb = [
  `a: &a ${wide}`,
  ...[
    ['b', 'a'],
    ['c', 'b'],
    ['d', 'c'],
    ['e', 'd'],
    ['f', 'e'],
    ['g', 'f'],
  ].map(([own = '', below = '']) => layer(own, below)),
].join('\n')

const wrong = [
  ['a few lines that would become gigabytes', bomb, 'BAD_ALIAS'],
  ['an alias of nothing', 'a: *nothing', 'BAD_ALIAS'],
  ['a bracket that nobody shuts', 'a: [', 'BAD_INDENT'],
  ['a key that is there twice', 'a: 1\na: 2', 'DUPLICATE_KEY'],
] as const

/** What a command that failed leaves where its output was sent. */
const empty = ['', '\n', '---\n', '# Nothing\n', 'null\n', '---\n---\n']

describe('yamlDocuments()', () => {
  test.each(wrong)('names %s', (_what, text, code) => {
    const read = yamlDocuments([
      { path: 'good.yaml', text: 'kind: Ingress' },
      { path: 'x.yaml', text },
    ])
    expect(read.ok ? [] : read.error[0]).toBe(`Cannot read "x.yaml" as YAML: ${code}`)
  })

  test.each(empty)('takes %j for no export, not for one of nothing', (text) => {
    const files = [
      { path: 'good.yaml', text: 'kind: Ingress' },
      { path: 'x.yaml', text },
    ]
    expect(yamlDocuments(files)).toEqual({
      ok: false,
      error: ['Cannot read "x.yaml": It is empty, wanted an export'],
    })
  })

  test('reads every document, and JSON as well', () => {
    const texts = ['a: 1\n---\n---\nb: &b 2\nc: *b', '{"d": [3]}']
    expect(yamlDocuments(texts.map((text, i) => ({ path: String(i), text })))).toEqual({
      ok: true,
      value: [{ a: 1 }, { b: 2, c: 2 }, { d: [3] }],
    })
  })
})

describe('readExported()', () => {
  test('names every file that cannot be read', () => {
    const read = readExported(memoryFiles({ b: 'x' }), ['a', 'b', 'c'])
    expect(read).toEqual({
      ok: false,
      error: ['Cannot read "a" (ENOENT)', 'Cannot read "c" (ENOENT)'],
    })
  })

  test('gives up on a file without an end', () => {
    expect(readExported(realFiles(), ['/dev/zero'])).toEqual({
      ok: false,
      error: ['Cannot read "/dev/zero" (EFBIG)'],
    })
  })
})

const config = `
url: https://auth.example.com
domains: [example.com]
trusted_proxies: [127.0.0.1]
identity: { accounts: {} }
services: []
estate: {}
`

describe.each([
  ['discover', 'kubernetes', '--file', 'x.yaml'],
  ['discover', 'uptime-kuma', '--file', 'x.yaml'],
  ['discover', 'files', '--file', 'x.yaml'],
  ['drift', 'kubernetes', '--config', '/c.yaml', '--from', 'x.yaml'],
])('gatehouse %s %s', (...args) => {
  test.each(wrong)('ends with 1 for %s', async (_what, text, code) => {
    const world = fakeWorld({ args, files: { 'x.yaml': text, '/c.yaml': config } })
    expect([await runCli(world), world.output()]).toEqual([1, ''])
    expect(world.errors()).toContain(`Cannot read "x.yaml" as YAML: ${code}`)
    expect(world.errors()).not.toContain('defect')
  })

  test('ends with 1 for an export that failed', async () => {
    const world = fakeWorld({ args, files: { 'x.yaml': '', '/c.yaml': config } })
    expect([await runCli(world), world.output()]).toEqual([1, ''])
    expect(world.errors()).toContain('Cannot read "x.yaml": It is empty')
  })
})

test('gatehouse discover lets no object speak to the terminal', async () => {
  const x = `kind: TLSRoute
metadata: { name: "x\\e[2J\\e]0;mine\\a", namespace: n }
---
kind: Ingress
metadata: { name: "y\\u009b31m\\u202e", namespace: n }
spec: { rules: [{ host: a.example.com, http: { paths: [{ path: / }] } }] }
`
  for (const more of [[], ['--json']]) {
    const args = ['discover', 'kubernetes', '--file', 'x.yaml', ...more]
    const world = fakeWorld({ args, files: { 'x.yaml': x } })
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    expect(await runCli(world)).toBe(2)
    const said = `${world.output()}${world.errors()}`.replaceAll('\n', '')
    expect(said).not.toMatch(/[\p{Cc}\p{Cf}]/u)
    expect(said).toContain('n/x\\u001b[2J')
  }
})
