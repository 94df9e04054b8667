// `gatehouse policy test` over files in memory: both formats, exit codes, mistakes in the table.
import { describe, expect, test } from 'bun:test'
import { fakeWorld } from '../world/fake-world.ts'
import { runCli } from './cli.ts'

const config = `
url: https://auth.example.com
domains: [example.com]
trusted_proxies: [127.0.0.0/8]
identity:
  oidc: { issuer: https://id.example.com, client_id: gatehouse, client_secret_file: /not/there }
services:
  - host: app.example.com
    groups: [staff]
    paths:
      - { path: /admin/**, groups: [admins] }
      - { path: /health, auth: none }
`

async function run(cases: string, args: readonly string[] = []) {
  const world = fakeWorld({
    args: ['policy', 'test', '/cases.yaml', '--config', '/gatehouse.yaml', ...args],
    files: { '/gatehouse.yaml': config, '/cases.yaml': cases },
  })
  const code = await runCli(world)
  return { code, out: world.output(), error: world.errors() }
}

const passing = `
- { url: https://app.example.com/, expect: sign-in, reason: no-session }
- { url: https://app.example.com/health, expect: allow, rule: app.example.com /health }
- { url: https://app.example.com/admin, user: a, groups: [staff], expect: forbid }
- { url: https://app.example.com/admin, session: unavailable, expect: unavailable }
- { url: https://other.example.com/, method: post, from: 10.0.0.1, expect: refuse, rule: none }
- { url: https://app.example.com/, email: a@b.test, provider: oidc, expect: forbid }
`

describe('gatehouse policy test', () => {
  test('prints TAP where no terminal is, and ends with 0 when all is as expected', async () => {
    const result = await run(passing)
    expect(result).toMatchObject({ code: 0, error: '' })
    expect(result.out.split('\n').slice(0, 4)).toEqual([
      'TAP version 14',
      '1..6',
      'ok 1 - GET https://app.example.com/ as nobody',
      'ok 2 - GET https://app.example.com/health as nobody',
    ])
    expect(result.out).not.toContain('not ok')
    expect(result.out).not.toContain('Rules that no case reaches')
  })

  test('takes the cases under a key of their own as well', async () => {
    const result = await run('cases:\n  - { url: https://app.example.com/, expect: sign-in }\n')
    expect(result.code).toBe(0)
    expect(result.out).toContain('1..1\nok 1')
  })

  test('ends with 1 when a case fails, and says what differs', async () => {
    const result = await run('- { name: open, url: https://app.example.com/, expect: allow }')
    expect(result).toMatchObject({ code: 1, error: '' })
    expect(result.out).toBe(`\
TAP version 14
1..1
not ok 1 - open
  ---
  differences:
    - "Wanted the decision \\"allow\\", got \\"sign-in\\""
  because: "The path \\"/\\" falls under \\"/**\\""
  ...
# Rules that no case reaches: "app.example.com /admin/**", "app.example.com /health"
`)
  })

  test('prints a table when asked to', async () => {
    const cases = `
- { url: https://app.example.com/, expect: sign-in }
- { name: open, url: https://app.example.com/health, expect: sign-in, reason: no-session }
- { url: https://app.example.com/admin, expect: sign-in }
`
    const result = await run(cases, ['--format', 'table'])
    expect(result.code).toBe(1)
    expect(result.out).toBe(`\
ok      sign-in      GET https://app.example.com/ as nobody
FAILED  allow        open
        Wanted the decision "sign-in", got "allow"
        Wanted the reason "no-session", got "open"
ok      sign-in      GET https://app.example.com/admin as nobody
3 cases, 1 failed
`)
  })

  test('ends with 2 and says every mistake at its place', async () => {
    const result = await run(
      '- { url: app.example.com/x, expect: alow, from: 10.0.0.300, group: x }\n- { expect: allow }\n- 3\n',
    )
    expect(result).toMatchObject({ code: 2, out: '' })
    for (const part of [
      '/cases.yaml:1:10: [0].url: Found "app.example.com/x"',
      'Write "https://app.example.com/x"',
      '[0].from: Found "10.0.0.300"',
      '[0].expect: Found "alow"',
      'Write "allow"',
      '[0].group: Unknown key "group"',
      '[1].url',
      '[2]: Found the number "3"',
    ])
      expect(result.error).toContain(part)
  })

  const mistakes: readonly (readonly [string, string, string])[] = [
    ['an empty file', '', 'Found an empty list'],
    ['an empty list', '[]', 'Found an empty list'],
    ['another mapping', 'tests: []', 'Unknown key "tests"'],
    ['a single value', 'yes', 'Found "yes"'],
    ['no YAML', '- {', 'Cannot read this as YAML'],
    ['an unknown reason', '- { url: https://a.test, expect: allow, reason: opn }', 'Write "open"'],
  ]
  test.each(mistakes)('ends with 2 for %s', async (_name, cases, message) => {
    const result = await run(cases)
    expect(result).toMatchObject({ code: 2, out: '' })
    expect(result.error).toContain(message)
  })

  test('ends with 2 for a file that is not there, and says mistakes of both files at once', async () => {
    const world = fakeWorld({
      args: ['policy', 'test', '/none.yaml', '--config', '/gatehouse.yaml'],
      files: { '/gatehouse.yaml': config.replace('url:', 'ulr:') },
    })
    expect(await runCli(world)).toBe(2)
    expect(world.errors()).toContain('Cannot read the policy tests: "/none.yaml" does not exist')
    expect(world.errors()).toContain('Unknown key "ulr"')
  })

  test('names only some of many rules without a case', async () => {
    const paths = Array.from({ length: 15 }, (_, i) => `      - { path: /p${i}, auth: none }\n`)
    const world = fakeWorld({
      args: ['policy', 'test', '/cases.yaml', '--config', '/gatehouse.yaml'],
      files: {
        '/gatehouse.yaml': `${config}${paths.join('')}`,
        '/cases.yaml': '- { url: https://app.example.com/, expect: sign-in }',
      },
    })
    expect(await runCli(world)).toBe(0)
    expect(world.output()).toEndWith('"app.example.com /p7" and 7 more\n')
  })
})
