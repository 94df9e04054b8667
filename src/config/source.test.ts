// Where in a YAML file a setting is, and configurations that are programs.
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Path } from '../std/schema/json-schema.ts'
import { memoryFiles, realFiles } from '../world/files.ts'
import { loadConfig } from './load.ts'
import { readSource } from './source.ts'

const text = `# comment
url: x
list:
  - a
  - { host: b, "quoted key": [c, d] }
  -
shared: &shared
  deep: 1
again: *shared
merged: { <<: *shared, own: 2 }
empty:
`

describe('positionOf', () => {
  const cases: readonly (readonly [Path, 'key' | 'value', readonly [number, number]])[] = [
    [[], 'value', [2, 1]],
    [['url'], 'value', [2, 6]],
    [['url'], 'key', [2, 1]],
    [['list', 0], 'value', [4, 5]],
    [['list', 1, 'host'], 'value', [5, 13]],
    [['list', 1, 'host'], 'key', [5, 7]],
    [['list', 1, 'quoted key', 1], 'value', [5, 34]],
    [['list', 2], 'value', [6, 4]],
    [['shared', 'deep'], 'value', [8, 9]],
    [['again', 'deep'], 'value', [8, 9]],
    [['merged', 'own'], 'value', [10, 29]],
    [['merged', 'deep'], 'value', [10, 9]],
    [['empty'], 'value', [11, 1]],
    [['missing'], 'value', [2, 1]],
    [['list', 1, 'missing'], 'value', [5, 5]],
    [['list', 9], 'value', [4, 3]],
    [['url', 'below'], 'value', [2, 6]],
  ]
  for (const [path, part, [line, column]] of cases)
    test(`finds the ${part} of ${JSON.stringify(path)} at ${line}:${column}`, async () => {
      const source = await readSource(memoryFiles({ '/c.yaml': text }), '/c.yaml')
      expect(source.ok && source.value.positionOf(path, part)).toEqual({ line, column })
    })
})

describe('a configuration that is a program', () => {
  let directory = ''
  const write = (name: string, program: string): string => {
    writeFileSync(join(directory, name), program)
    return join(directory, name)
  }
  const shape = `{
    url: 'https://auth.example.com',
    domains: ['example.com'],
    trusted_proxies: ['10.0.0.0/8'],
    identity: { accounts: {} },
    services: ['a', 'b', 'c'].map((name) => ({ host: \`\${name}.example.com\` })),
  }`
  const load = (file: string) => loadConfig({ files: realFiles(), file, withSecrets: true })

  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'gatehouse-config-'))
  })
  afterAll(() => rmSync(directory, { recursive: true }))

  for (const [name, program] of [
    ['named.ts', `export const config = ${shape}`],
    ['default.ts', `export default ${shape}`],
    ['later.ts', `export const config = Promise.resolve(${shape})`],
    ['script.mjs', `export default ${shape}`],
  ] as const)
    test(`is taken from ${name}`, async () => {
      const loaded = await load(write(name, program))
      expect(loaded.ok && loaded.value.gate.services.map(({ host }) => String(host))).toEqual([
        'a.example.com',
        'b.example.com',
        'c.example.com',
      ])
    })

  test('may use the types of the package', async () => {
    const types = join(import.meta.dir, '../config.ts')
    const file = write(
      'typed.ts',
      `import { defineConfig } from '${types}'\nexport const config = defineConfig(${shape})`,
    )
    expect((await load(file)).ok).toBe(true)
  })

  test('is read anew each time', async () => {
    const file = write('changing.ts', `export const config = ${shape}`)
    expect((await load(file)).ok).toBe(true)
    write('changing.ts', `export const config = ${shape.replace("'c'", "'d'")}`)
    const loaded = await load(file)
    expect(loaded.ok && String(loaded.value.gate.services[2]?.host)).toBe('d.example.com')
  })

  test('is read anew with what it imports', async () => {
    write('part.ts', "export const name = 'x'")
    const program = `import { name } from './part.ts'\nexport const config = ${shape.replace("'c'", 'name')}`
    const file = write('whole.ts', program)
    expect((await load(file)).ok).toBe(true)
    write('part.ts', "export const name = 'z'")
    const loaded = await load(file)
    expect(loaded.ok && String(loaded.value.gate.services[2]?.host)).toBe('z.example.com')
  })

  test('makes us forget none of our own modules', async () => {
    const own = join(import.meta.dir, '../watch-drill.ts')
    const program = `import '${own}'\nexport const config = ${shape}`
    const file = write('ours.ts', program)
    expect((await load(file)).ok).toBe(true)
    const first: unknown = await import(own)
    expect((await load(file)).ok).toBe(true)
    expect((await import(own)) === first).toBe(true)
  })

  for (const [name, broken] of [
    ['could not be parsed', 'export const config = {'],
    ['threw', 'throw new TypeError("boom")'],
    ['exported nothing', 'const x = 1'],
  ] as const)
    test(`is read anew after it ${name}`, async () => {
      const file = write(`${name.replaceAll(' ', '-')}.ts`, `export const config = ${shape}`)
      expect((await load(file)).ok).toBe(true)
      writeFileSync(file, broken)
      expect((await load(file)).ok).toBe(false)
      writeFileSync(file, `export const config = ${shape}`)
      expect((await load(file)).ok).toBe(true)
    })

  const refused: readonly (readonly [name: string, program: string, found: RegExp])[] = [
    ['without an export', 'const x = 1', /^no-export: The module ".*" exports no configuration$/],
    ['that throws', 'throw new TypeError("boom")', /^module: Cannot run the module ".*": boom$/],
    ['that is no program', 'export const config = {', /^module: Cannot run the module/],
    ['that exports a text', 'export default "x"', /^wrong-type: Found "x", wanted a mapping/],
    [
      'with a function in it',
      `export default { ...${shape}, url: () => 1 }`,
      /^wrong-type: Found a function/,
    ],
  ]
  for (const [name, program, found] of refused)
    test(`${name} is refused`, async () => {
      const loaded = await load(write(`${name.replaceAll(' ', '-')}.ts`, program))
      expect(
        loaded.ok ? '' : loaded.error.map(({ id, message }) => `${id}: ${message}`)[0],
      ).toMatch(found)
    })
})
