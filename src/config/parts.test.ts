// Sections that are loaded where they are declared: what a person is told stays the same either way.
import { describe, expect, test } from 'bun:test'
import { memoryFiles } from '../world/files.ts'
import { estatePart } from './estate.ts'
import { checkSource, loadSource } from './load.ts'
import { type Parts, loadParts } from './parts.ts'
import { readYaml } from './source.ts'
import { watchPart } from './watch-section.ts'

const frame = `url: https://auth.example.com
domains: [example.com]
trusted_proxies: [10.0.0.0/8]
identity: { accounts: {} }
services: [{ host: app.example.com }]
`
const every: Parts = { watch: watchPart, estate: estatePart }

function sourceOf(text: string) {
  const source = readYaml('/gatehouse.yaml', text)
  if (!source.ok) throw new Error('The sample is YAML')
  return source.value
}

const files = memoryFiles({})
const lean = { files, withSecrets: false, withEstate: false }

describe('loadParts()', () => {
  const cases: readonly (readonly [data: unknown, loaded: readonly string[]])[] = [
    [null, []],
    ['watch', []],
    [['watch', 'estate'], []],
    [{}, []],
    [{ watch: null }, ['watch']],
    [{ notify: undefined }, ['watch']],
    [{ estate: {} }, ['estate']],
    [{ estate: {}, watch: {} }, ['watch', 'estate']],
    [Object.create({ estate: {} }), ['estate']],
  ]
  test.each(cases)('loads for %j', async (data, wanted) => {
    const parts = await loadParts(data, { watch: false, estate: false })
    expect(Object.entries(parts).flatMap(([name, part]) => (part === null ? [] : [name]))).toEqual([
      ...wanted,
    ])
  })

  test('loads what is wanted though nobody declares it', async () => {
    expect(await loadParts({}, { watch: true, estate: false })).toEqual({ ...every, estate: null })
    expect(await loadParts({}, { watch: false, estate: true })).toEqual({ ...every, watch: null })
  })
})

describe('loadSource()', () => {
  const texts: readonly (readonly [what: string, text: string])[] = [
    ['nothing beside', frame],
    ['an unknown key', `${frame}wach: {}\n`],
    ['an unknown key like a section', `${frame}estat: {}\n`],
    ['an empty section', `${frame}estate:\n`],
    ['a section of the wrong type', `${frame}watch: 5\nestate: []\n`],
    ['a mistake within a section', `${frame}estate: { storage: { volumes: [{ nam: a }] } }\n`],
    ['a channel without a watch', `${frame}notify: { channels: [] }\n`],
    ['a missing setting', 'url: https://auth.example.com\n'],
    ['a section behind an alias', `${frame}x: &x {}\nestate: *x\n`],
    ['a prototype', `${frame}__proto__: { estate: 5 }\n`],
  ]
  test.each(texts)('says of %s what it says with every part loaded', async (_, text) => {
    const full = checkSource(sourceOf(text), { ...lean, parts: every })
    const read = await loadSource(sourceOf(text), lean)
    // As text: a list of networks holds functions, which are never equal.
    expect(JSON.stringify(read)).toBe(JSON.stringify(full))
  })

  test('puts no estate together for who does not ask for one', async () => {
    const text = `${frame}estate: {}\n`
    const read = await loadSource(sourceOf(text), lean)
    const asked = await loadSource(sourceOf(text), { ...lean, withEstate: true })
    expect(read.ok && read.value.estate).toBeNull()
    expect(asked.ok && asked.value.estate?.services.length).toBe(1)
  })
})
