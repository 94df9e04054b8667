// `gatehouse sessions` as an operator meets it, on a real session file beside a gate that uses it.
import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sessionFilePath } from '../src/gate/session/registry.ts'
import { sampleSession } from '../src/gate/session/samples.fixture.ts'
import { createSqliteStore } from '../src/gate/session/sqlite.ts'
import type { SessionStore } from '../src/gate/session/store.ts'
import type { Session } from '../src/model/session.ts'
import { fakeClock } from '../src/world/clock.ts'
import { fakeWorld } from '../src/world/fake-world.ts'
import { realFiles } from '../src/world/files.ts'
import { memoryLog } from '../src/world/log.ts'
import { runCli } from '../src/cli/cli.ts'

/** Where the clock of a fake world stands. */
const now = Date.UTC(2026, 0, 1)
const hour = 3_600_000
let directory = ''
let store: SessionStore

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'gatehouse-sessions-'))
  mkdirSync(join(directory, 'data'))
  configure('sqlite')
  store = createSqliteStore({
    path: sessionFilePath(join(directory, 'data')),
    bounds: () => ({ perUserMax: 100, sessionsMax: 1000 }),
    clock: fakeClock(now),
    log: memoryLog(),
  })
})

afterEach(async () => {
  await store.close()
  rmSync(directory, { recursive: true })
})

function configure(kind: string): void {
  const config = `url: https://auth.example.com
domains: [example.com]
trusted_proxies: [127.0.0.1/32]
data_dir: ${join(directory, 'data')}
identity: { accounts: {} }
sessions: { store: ${kind} }
services: [{ host: app.example.com, auth: required }]
`
  writeFileSync(join(directory, 'gatehouse.yaml'), config)
}

async function sessions(line: string) {
  const config = ['--config', join(directory, 'gatehouse.yaml')]
  const args = ['sessions', ...line.split(' '), ...config]
  const world = { ...fakeWorld({ args }), files: realFiles() }
  const code = await runCli(world)
  return { code, out: world.output(), error: world.errors() }
}

/** A session of `user`, signed in `hoursAgo`, with a key of full length. */
function session(user: string, hoursAgo: number, changes: Partial<Session> = {}): Session {
  const createdAt = now - hoursAgo * hour
  const key = `${user}-${hoursAgo}-`.padEnd(43, 'k')
  return sampleSession(key, {
    identity: { user, name: '', email: '', groups: ['staff'], provider: 'id' },
    createdAt,
    seenAt: createdAt,
    expiresAt: createdAt + 168 * hour,
    ...changes,
  })
}

async function keep(...kept: readonly Session[]): Promise<void> {
  for (const each of kept) expect((await store.create(each)).ok).toBe(true)
}

async function users(): Promise<string[]> {
  const listed = await store.list({}, 100)
  return listed.ok ? listed.value.map(({ identity }) => identity.user) : ['fault']
}

describe('sessions list', () => {
  test('shows who is signed in as a table, newest first, without those that have ended', async () => {
    await keep(
      session('alice', 5, { seenAt: now - hour, userAgent: 'Firefox \u001b[31mred' }),
      session('bob', 3),
      session('carol', 200),
      session('dave', 30, { idleMs: hour }),
    )
    const { code, out, error } = await sessions('list')
    expect([code, error]).toEqual([0, ''])
    expect(out).toBe(
      [
        'KEY           USER   PROVIDER  SIGNED IN         SEEN    ENDS IN  ADDRESS    BROWSER',
        'bob-3-kkkkkk  bob    id        2025-12-31 21:00  3h ago  21h      192.0.2.7  Firefox on Linux',
        'alice-5-kkkk  alice  id        2025-12-31 19:00  1h ago  23h      192.0.2.7  Firefox ?[31mred',
        '',
      ].join('\n'),
    )
  })

  test('prints data for scripts, without what is secret', async () => {
    await keep(session('alice', 1, { idTokenHint: 'sealed token' }))
    const { out } = await sessions('list --json')
    expect(out).not.toContain('sealed token')
    expect(JSON.parse(out)).toEqual([
      {
        key: 'alice-1-'.padEnd(43, 'k'),
        user: 'alice',
        name: '',
        email: '',
        groups: ['staff'],
        provider: 'id',
        domain: 'example.com',
        created: '2025-12-31T23:00:00.000Z',
        seen: '2025-12-31T23:00:00.000Z',
        expires: '2026-01-07T23:00:00.000Z',
        address: '192.0.2.7',
        user_agent: 'Firefox on Linux',
      },
    ])
  })

  test('narrows by person and provider, and keeps to the limit', async () => {
    const other = { user: 'alice', name: '', email: '', groups: [], provider: 'other' }
    await keep(session('alice', 1), session('alice', 2, { identity: other }), session('bob', 3))
    const count = async (line: string): Promise<number> => {
      const parsed: unknown = JSON.parse((await sessions(`list --json ${line}`)).out)
      return Array.isArray(parsed) ? parsed.length : -1
    }
    expect(await count('--user alice')).toBe(2)
    expect(await count('--user alice --provider other')).toBe(1)
    expect(await count('--provider id')).toBe(2)
    expect(await count('--user Alice')).toBe(0)
    expect(await count('--limit 2')).toBe(2)
    expect((await sessions('list --limit 2')).error).toContain('first 2')
    expect((await sessions('list --user nobody')).out).toBe('Nobody is signed in\n')
  })

  test('refuses a limit that is no count', async () => {
    for (const limit of ['0', '-1', 'x', '1e3', '99999999'])
      expect((await sessions(`list --limit ${limit}`)).code).toBe(2)
  })
})

describe('sessions revoke', () => {
  const cases: readonly (readonly [line: string, left: readonly string[]])[] = [
    ['revoke --user alice', ['bob']],
    ['revoke --provider id', []],
    ['revoke --user alice --provider other', ['alice', 'alice', 'bob']],
    ['revoke --all', []],
    ['revoke --key alice-1-', ['alice', 'bob']],
    [`revoke --key ${'alice-2-'.padEnd(43, 'k')}`, ['alice', 'bob']],
    ['revoke --key alice-1- --user bob', ['alice', 'alice', 'bob']],
  ]
  for (const [line, left] of cases)
    test(`${line} leaves ${left.length === 0 ? 'nobody' : left.join(', ')}`, async () => {
      await keep(session('alice', 1), session('alice', 2), session('bob', 3))
      const { code, out } = await sessions(line)
      const ended = 3 - left.length
      expect([code, out]).toEqual([0, `Ended ${ended} ${ended === 1 ? 'session' : 'sessions'}\n`])
      expect(await users()).toEqual([...left])
    })

  test('prints how many as data', async () => {
    await keep(session('alice', 1))
    expect((await sessions('revoke --user alice --json')).out).toBe('{"ended":1}\n')
    expect((await sessions('revoke --user alice --json')).out).toBe('{"ended":0}\n')
  })

  const refused: readonly (readonly [line: string, code: number, message: string])[] = [
    ['revoke', 2, 'wanted --user, --provider, --key or --all'],
    ['revoke --all --user alice', 2, 'Found "--all" beside'],
    ['revoke --key short', 2, 'wanted 8 to 43 characters'],
    ['revoke --key alice%%%%%', 2, 'wanted 8 to 43 characters'],
    ['revoke --key unknown-key', 1, 'no session with the key "unknown-key"'],
    ['revoke --key twin-key', 1, 'Found "2" sessions'],
  ]
  for (const [line, code, message] of refused)
    test(`${line} ends nothing and exits ${code}`, async () => {
      await keep(
        session('alice', 1),
        sampleSession('twin-key-a'.padEnd(43, 'k'), { createdAt: now }),
        sampleSession('twin-key-b'.padEnd(43, 'k'), { createdAt: now }),
      )
      const result = await sessions(line)
      expect([result.code, result.out]).toEqual([code, ''])
      expect(result.error).toContain(message)
      expect((await users()).length).toBe(3)
    })
})

describe('sessions without a file to look into', () => {
  test('says that memory cannot be seen from outside', async () => {
    configure('memory')
    const { code, error } = await sessions('list')
    expect(code).toBe(1)
    expect(error).toContain('"sessions.store" is "memory"')
  })

  test('says that there is no file yet, and makes none', async () => {
    await store.close()
    rmSync(join(directory, 'data'), { recursive: true })
    const { code, error } = await sessions('revoke --all')
    expect(code).toBe(1)
    expect(error).toContain('There is no session file')
    expect(existsSync(join(directory, 'data'))).toBe(false)
  })

  test('says what is wrong with a damaged file', async () => {
    await store.close()
    writeFileSync(sessionFilePath(join(directory, 'data')), 'x'.repeat(8192))
    const { code, out, error } = await sessions('list')
    expect([code, out]).toEqual([1, ''])
    expect(error).toContain('SQLITE_NOTADB')
  })

  test('ends with 2 when the configuration cannot be read', async () => {
    rmSync(join(directory, 'gatehouse.yaml'))
    expect((await sessions('list')).code).toBe(2)
  })
})
