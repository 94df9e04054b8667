// `gatehouse users` as an operator meets it, on a real directory; passwords come hidden or on a pipe.
import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runCli } from './cli.ts'
import { fakeWorld } from '../world/fake-world.ts'
import { realFiles } from '../world/files.ts'

const password = 'correct horse battery'
let directory = ''

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'gatehouse-users-'))
  configure('identity: { accounts: {} }')
})

afterEach(() => rmSync(directory, { recursive: true }))

function configure(identity: string): void {
  const config = `url: https://auth.example.com
domains: [example.com]
trusted_proxies: [127.0.0.1/32]
data_dir: ${join(directory, 'data')}
${identity}
services: [{ host: app.example.com, auth: required }]
`
  writeFileSync(join(directory, 'gatehouse.yaml'), config)
}

interface Typed {
  readonly stdin?: string
  readonly typed?: readonly string[]
}

async function users(args: readonly string[], typed: Typed = {}) {
  const config = ['--config', join(directory, 'gatehouse.yaml')]
  const world = {
    ...fakeWorld({ args: ['users', ...args, ...config], ...typed }),
    files: realFiles(),
  }
  const code = await runCli(world)
  return { code, out: world.output(), error: world.errors() }
}

async function listed(): Promise<unknown> {
  return JSON.parse((await users(['list', '--json'])).out)
}

describe('users add', () => {
  test('takes the password from a pipe, says what comes next and never shows the password', async () => {
    const args = ['add', 'alice', '--groups', 'staff, admins', '--email', 'alice@example.com']
    const result = await users(args, { stdin: `${password}\n` })
    expect(result.error).toBe('')
    expect(result.code).toBe(0)
    expect(result.out).toContain('Added "alice" to staff, admins')
    expect(result.out).toContain('https://auth.example.com/_gatehouse/account')
    expect(result.out).not.toContain(password)
    expect(await listed()).toEqual([
      {
        user: 'alice',
        name: '',
        email: 'alice@example.com',
        groups: ['staff', 'admins'],
        source: 'command',
        codes: false,
        passkeys: 0,
      },
    ])
  }, 20_000)

  test('asks twice on a terminal', async () => {
    const result = await users(['add', 'alice'], { typed: [password, password] })
    expect(result.code).toBe(0)
    expect(result.error).toBe('Password: Again: ')
  }, 20_000)

  const refused: readonly (readonly [what: string, args: string[], typed: Typed, part: string])[] =
    [
      ['two passwords that differ', ['alice'], { typed: [password, 'another one'] }, 'differ'],
      ['a person who gives up', ['alice'], { typed: [] }, 'No password'],
      ['a short password', ['alice'], { stdin: '123456789\n' }, 'wanted "10" or more'],
      ['a password of 1,025 bytes', ['alice'], { stdin: 'x'.repeat(1025) }, '1024'],
      ['two lines', ['alice'], { stdin: `${password}\n${password}\n` }, 'more than one line'],
      ['no password', ['alice'], { stdin: '' }, 'wanted "10" or more'],
      ['a name of spaces', ['  '], { stdin: password }, 'unusable name'],
      ['an address with two @', ['alice', '--email', 'a@b@c'], { stdin: password }, 'a@b@c'],
      ['a group with a line break', ['alice', '--groups', 'a\nb'], { stdin: password }, 'group'],
    ]
  for (const [what, args, typed, part] of refused)
    test(`refuses ${what}, and adds nobody`, async () => {
      const result = await users(['add', ...args], typed)
      expect(result.code).toBe(1)
      expect(result.out).toBe('')
      expect(result.error).toContain(part)
      expect(await listed()).toEqual([])
    })

  test('has no way to give a password as an argument', async () => {
    expect((await users(['add', 'alice', password])).code).toBe(2)
    expect((await users(['add', 'alice', '--password', password])).code).toBe(2)
    expect((await users(['add', 'alice', '--groups', 'a,,b'])).code).toBe(2)
  })

  test('replaces only when asked to, before it asks for a password', async () => {
    await users(['add', 'alice'], { stdin: password })
    const again = await users(['add', 'ALICE'], { typed: ['never', 'asked'] })
    expect(again.code).toBe(1)
    expect(again.error).toBe(
      'gatehouse: "alice" is there already, wanted "--replace" to replace it\n',
    )
    const replaced = await users(['add', 'alice', '--replace', '--groups', 'staff'], {
      stdin: password,
    })
    expect(replaced.code).toBe(0)
    expect(await listed()).toMatchObject([{ user: 'alice', groups: ['staff'] }])
  }, 20_000)
})

describe('users list and remove', () => {
  test('list makes no file, and says how to add someone', async () => {
    const result = await users(['list'])
    expect(result.code).toBe(0)
    expect(result.out).toContain('gatehouse users add')
    expect(readdirSync(directory)).toEqual(['gatehouse.yaml'])
  })

  test('list shows people of the file and people added, as a table', async () => {
    await users(['add', 'bob', '--groups', 'staff'], { stdin: password })
    const hash = await Bun.password.hash(password, {
      algorithm: 'argon2id',
      memoryCost: 7168,
      timeCost: 1,
    })
    writeFileSync(join(directory, 'people.yaml'), `- { user: alice, password_hash: "${hash}" }\n`)
    configure('identity: { accounts: { file: people.yaml } }')
    const { out } = await users(['list'])
    expect(out.split('\n').map((line) => line.split(/\s+/))).toEqual([
      ['NAME', 'GROUPS', 'E-MAIL', 'FROM', 'CODES', 'PASSKEYS'],
      ['alice', 'file', 'off', '0'],
      ['bob', 'staff', 'command', 'off', '0'],
      [''],
    ])
    const taken = await users(['add', 'Alice'], { stdin: password })
    expect(taken.error).toContain('people.yaml')
    const declared = await users(['remove', 'alice'])
    expect(declared.code).toBe(1)
    expect(declared.error).toContain('the entry is yours to remove')
  }, 20_000)

  test('remove removes, and says when there is nobody', async () => {
    await users(['add', 'alice'], { stdin: password })
    const removed = await users(['remove', 'Alice'])
    expect([removed.code, removed.out]).toEqual([
      0,
      'Removed "Alice" with all passkeys and codes\n',
    ])
    expect(await listed()).toEqual([])
    const again = await users(['remove', 'alice'])
    expect([again.code, again.error]).toEqual([
      1,
      'gatehouse: There is nobody with the name "alice"\n',
    ])
  }, 20_000)
})

describe('users without accounts', () => {
  test('says what the configuration lacks', async () => {
    configure(
      'identity: { oidc: { issuer: https://id.example.com, client_id: a, client_secret: bbbbbb } }',
    )
    const result = await users(['list'])
    expect(result.code).toBe(1)
    expect(result.error).toContain('"identity: { accounts: {} }"')
  })

  test('ends with 2 when the configuration cannot be read', async () => {
    rmSync(join(directory, 'gatehouse.yaml'))
    expect((await users(['list'])).code).toBe(2)
  })
})
