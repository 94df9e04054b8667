// From a file to a configuration: the ten lines of the design, the defaults, and every mistake at once.
import { describe, expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { memoryFiles, realFiles } from '../world/files.ts'
import { configFile, loadConfig } from './load.ts'
import { file, findings, load, right } from './load.fixture.ts'

const tenLines = readFileSync(new URL('../../examples/minimal.yaml', import.meta.url), 'utf8')
const secretFiles = { '/run/secrets/oidc': 'from the provider\n' }

describe('the ten lines of the design', () => {
  test('stand word for word in the example', () => {
    expect(tenLines.trim().split('\n')).toEqual([
      'url: https://auth.example.com',
      'domains: [example.com]',
      'trusted_proxies: [10.0.0.0/8]',
      'identity:',
      '  oidc: { issuer: https://id.example.com, client_id: gatehouse, client_secret_file: /run/secrets/oidc }',
      'services:',
      '  - { host: "*.example.com", auth: required, groups: [staff] }',
    ])
  })

  test('become a whole configuration with the documented defaults', async () => {
    const loaded = await load(tenLines, secretFiles)
    expect(loaded.ok).toBe(true)
    if (!loaded.ok) return
    const { gate, warnings } = loaded.value
    expect(warnings).toEqual([])
    expect({ ...gate, trustedProxies: gate.trustedProxies.cidrs }).toMatchSnapshot()
    expect(gate.trustedProxies.contains('10.1.2.3')).toBe(true)
    expect(gate.trustedProxies.contains('11.1.2.3')).toBe(false)
  })

  test('say clearly that the secret is not there', async () => {
    expect(await findings(tenLines)).toEqual([
      'identity.oidc.client_secret_file no-secret-file: Cannot read the secret: "/run/secrets/oidc" does not exist',
    ])
  })

  test('load without the secret for commands that never need it', async () => {
    const files = memoryFiles({ [file]: tenLines })
    const loaded = await loadConfig({ files, file, withSecrets: false })
    expect(loaded.ok && loaded.value.gate.identity.oidc[0]?.clientSecret).toBe('')
  })

  test('cannot be changed once they are loaded', async () => {
    const loaded = await load(tenLines, secretFiles)
    if (!loaded.ok) return expect(loaded.error).toEqual([])
    for (const part of [loaded.value.gate, loaded.value.gate.sessions, loaded.value.gate.services])
      expect(Object.isFrozen(part)).toBe(true)
    expect(Object.isFrozen(loaded.value.gate.services[0]?.rules[0]?.groups)).toBe(true)
  })
})

describe('the example that is a program', () => {
  test('declares the same estate with a loop', async () => {
    const path = new URL('../../examples/gatehouse.ts', import.meta.url).pathname
    const loaded = await loadConfig({ files: realFiles(), file: path, withSecrets: false })
    expect(loaded.ok ? loaded.value.warnings : loaded.error).toEqual([])
    const services = loaded.ok ? loaded.value.gate.services : []
    expect(services.map(({ host, rules }) => `${host} ${rules[0]?.groups.join()}`)).toEqual([
      'grafana.example.com ops',
      'wiki.example.com staff',
      'photos.example.com family',
    ])
  })
})

describe('mistakes', () => {
  const many = readFileSync(new URL('testdata/many-mistakes.yaml', import.meta.url), 'utf8')

  test('are all said at once, with place, found, wanted and fix', async () => {
    const loaded = await load(many)
    expect(loaded.ok).toBe(false)
    if (loaded.ok) return
    expect(loaded.error.length).toBe(33)
    expect(loaded.error).toMatchSnapshot()
  })

  test('never show a secret', async () => {
    const loaded = await load(many)
    expect(JSON.stringify(loaded)).not.toContain('hunter2')
  })

  test('come in the order of the file', async () => {
    const loaded = await load(many)
    const lines = loaded.ok ? [] : loaded.error.map(({ position }) => position?.line ?? 0)
    expect(lines).toEqual(lines.toSorted((a, b) => a - b))
  })

  test('have a message that begins with a capital and ends without a full stop', async () => {
    const loaded = await load(many)
    for (const { message, fix } of loaded.ok ? [] : loaded.error) {
      expect(message).toMatch(/^[A-Z].*[^.]$/)
      expect(fix).toMatch(/^[A-Z].*[^.]$/)
    }
  })
})

describe('a file', () => {
  const cases: readonly (readonly [name: string, text: string, found: RegExp])[] = [
    ['that is empty', '', /^ empty: The configuration is empty$/],
    ['of comments only', '# nothing\n', /^ empty: /],
    ['that is a list', '- url: x\n', /^ wrong-type: Found a list, wanted a mapping of settings$/],
    ['that is no YAML', 'url: [a\n', /^ yaml: Cannot read this as YAML: /],
    [
      'with a key twice',
      'url: a\nurl: b\n',
      /^ yaml: Cannot read this as YAML: Map keys must be unique/,
    ],
    ['with an alias of nothing', 'url: *x\n', /^ yaml: .*: The alias has no anchor before it$/],
    ['of two documents', 'url: a\n---\nurl: b\n', /^ yaml: /],
    ['with an unknown tag', 'url: !secret x\n', /^ yaml: /],
  ]
  for (const [name, text, found] of cases)
    test(`${name} is refused`, async () => {
      expect((await findings(text))[0]).toMatch(found)
    })

  for (const begin of ['*', '!', '&a *', '@', '`', '%', '"', '[', '{ a: ', '| x', '>- y'])
    test(`with a secret that begins with ${begin} and lacks its quotes never shows it`, async () => {
      const found = await findings(`identity:\n  oidc:\n    client_secret: ${begin}hunter2pass\n`)
      expect(found.length).toBeGreaterThan(0)
      expect(found.join('\n')).not.toContain('hunter2')
    })

  test('that unfolds without end is refused', async () => {
    const levels = Array.from({ length: 12 }, (_, i) => {
      const below = i === 0 ? 'x' : `*l${i - 1}`
      return `l${i}: &l${i} [${Array.from({ length: 10 }, () => below).join(', ')}]`
    })
    expect((await findings(levels.join('\n')))[0]).toMatch(/^ yaml: More than "10000" aliases/)
  })

  test('that does not exist is said to be missing', async () => {
    const loaded = await loadConfig({ files: memoryFiles({}), file: '/no/file', withSecrets: true })
    expect(loaded.ok ? [] : loaded.error.map(({ message }) => message)).toEqual([
      'Cannot read the configuration: "/no/file" does not exist',
    ])
  })

  test('may share parts by anchors and merge keys', async () => {
    const loaded = await load(`${right.replace('services:', 'services: !!seq')}`)
    expect(loaded.ok).toBe(true)
    const merged = await load(
      right.replace(
        '  - { host: app.example.com }',
        '  - &staff { host: a.example.com, groups: [staff] }\n  - { <<: *staff, host: b.example.com }',
      ),
    )
    expect(merged.ok && merged.value.gate.services.map(({ rules }) => rules[0]?.groups)).toEqual([
      ['staff'],
      ['staff'],
    ])
  })

  test('has relative paths from its own directory', async () => {
    const text = right.replace('accounts: {}', 'accounts: { file: people.yaml }')
    const loaded = await load(text, { '/etc/gatehouse/people.yaml': '' })
    expect(loaded.ok && loaded.value.gate.identity.accounts?.file).toBe(
      '/etc/gatehouse/people.yaml',
    )
    expect(loaded.ok && loaded.value.gate.dataDir).toBe('/etc/gatehouse/data')
  })
})

describe('a people file', () => {
  const text = right.replace('accounts: {}', 'accounts: { file: people.yaml }')
  const people = { '/etc/gatehouse/people.yaml': '- { user: alice }\n- { usr: bob }\n' }

  test('has all its mistakes said with those of the configuration', async () => {
    expect(await findings(text, people)).toEqual([
      'identity.accounts.file people-file: In "/etc/gatehouse/people.yaml", line 1: people[0].password_hash: Value is missing or not "string"',
      'identity.accounts.file people-file: In "/etc/gatehouse/people.yaml", line 2: people[1].user: Value is missing or not "string"',
      'identity.accounts.file people-file: In "/etc/gatehouse/people.yaml", line 2: people[1].password_hash: Value is missing or not "string"',
      'identity.accounts.file people-file: In "/etc/gatehouse/people.yaml", line 2: people[1].usr: Unknown key "usr", did you mean "user"?',
    ])
  })

  test('is not looked at by commands that run without secrets', async () => {
    const loaded = await loadConfig({
      files: memoryFiles({ [file]: text, ...people }),
      file,
      withSecrets: false,
    })
    expect(loaded.ok).toBe(true)
  })
})

describe('configFile', () => {
  const cases: readonly (readonly [
    string | undefined,
    Record<string, string>,
    string[],
    string,
  ])[] = [
    ['a.yaml', { GATEHOUSE_CONFIG: 'b.yaml' }, ['gatehouse.yaml'], 'a.yaml'],
    [undefined, { GATEHOUSE_CONFIG: 'b.yaml' }, ['gatehouse.yaml'], 'b.yaml'],
    [undefined, { GATEHOUSE_CONFIG: '' }, ['gatehouse.ts'], 'gatehouse.ts'],
    [undefined, {}, ['/etc/gatehouse/gatehouse.yaml'], '/etc/gatehouse/gatehouse.yaml'],
    [undefined, {}, [], 'gatehouse.yaml'],
  ]
  for (const [named, env, there, expected] of cases)
    test(`is ${expected} for ${named ?? 'nothing'}, ${JSON.stringify(env)} and ${there.join(' ')}`, () => {
      const files = memoryFiles(Object.fromEntries(there.map((path) => [path, ''])))
      expect(configFile(named, env, files)).toBe(expected)
    })
})
