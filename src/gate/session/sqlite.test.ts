// The SQLite store beyond the contract: the file, other processes, and what goes wrong with it.
import { Database } from 'bun:sqlite'
import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { SessionKey } from '../../model/session.ts'
import { type FakeClock, fakeClock } from '../../world/clock.ts'
import { type MemoryLog, memoryLog } from '../../world/log.ts'
import { sampleSession, sampleStart } from './samples.fixture.ts'
import { createSqliteStore } from './sqlite.ts'
import { valueOf } from './store-bench.fixture.ts'
import type { SessionStore } from './store.ts'

const bounds = { perUserMax: 1000, sessionsMax: 100_000 }
const a = 'a' as SessionKey

let directory: string
let path: string
let clock: FakeClock
let log: MemoryLog
const stores: SessionStore[] = []

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'gatehouse-sqlite-'))
  path = join(directory, 'sessions.db')
  clock = fakeClock(sampleStart)
  log = memoryLog()
})

afterEach(async () => {
  for (const store of stores.splice(0)) await store.close()
  rmSync(directory, { recursive: true })
})

function open(at = path): SessionStore {
  const store = createSqliteStore({ path: at, bounds: () => bounds, clock, log })
  stores.push(store)
  return store
}

function readLink(fd: string): string {
  try {
    return readlinkSync(join('/proc/self/fd', fd))
  } catch {
    return ''
  }
}

function pragma(name: string): unknown {
  const database = new Database(path, { readonly: true })
  const row = database.query<Record<string, unknown>, []>(`PRAGMA ${name}`).get()
  database.close()
  return Object.values(row ?? {})[0]
}

describe('the file', () => {
  test('holds what was created after it is closed and opened again', async () => {
    const session = sampleSession('a')
    const first = open()
    valueOf(await first.create(session))
    first.touch(a, sampleStart + 60_000)
    valueOf(await first.revoke({ user: 'bob' }, sampleStart))
    await first.close()
    expect(readdirSync(directory)).toEqual(['sessions.db'])
    const second = open()
    const seen = { ...session, seenAt: sampleStart + 60_000 }
    expect(second.find(a)).toEqual({ kind: 'found', session: seen })
    expect(valueOf(second.revocations())).toEqual([{ selector: { user: 'bob' }, at: sampleStart }])
    expect(valueOf(second.usage()).sessions).toBe(1)
  })

  test('holds what was acknowledged though it was never closed', async () => {
    const store = open()
    valueOf(await store.create(sampleSession('a')))
    // What is on the disk at this moment, as after a power cut.
    const copy = join(directory, 'copy.db')
    copyFileSync(path, copy)
    copyFileSync(`${path}-wal`, `${copy}-wal`)
    expect(open(copy).find(a)).toEqual({ kind: 'found', session: sampleSession('a') })
  })

  test('is for its owner alone, and so are the files beside it', async () => {
    const store = open()
    valueOf(await store.create(sampleSession('a')))
    for (const file of readdirSync(directory))
      expect([file, statSync(join(directory, file)).mode & 0o777]).toEqual([file, 0o600])
    expect(readdirSync(directory).length).toBe(3)
  })

  test('becomes its owner’s alone when it was open to others', async () => {
    await open().close()
    chmodSync(path, 0o644)
    open()
    expect(statSync(path).mode & 0o777).toBe(0o600)
  })

  test('is in WAL mode, has seen every migration and has strict tables', async () => {
    await open().close()
    expect(pragma('journal_mode')).toBe('wal')
    expect(pragma('user_version')).toBe(1)
    const database = new Database(path, { readonly: true })
    const tables = database
      .query<{ name: string; strict: number }, []>(
        `SELECT name, strict FROM pragma_table_list WHERE type = 'table' AND name NOT LIKE 'sqlite%'`,
      )
      .all()
    database.close()
    expect(tables.length).toBe(3)
    expect(tables.every(({ strict }) => strict === 1)).toBe(true)
  })

  test('is read though a later version has added to it', async () => {
    const first = open()
    valueOf(await first.create(sampleSession('a')))
    await first.close()
    const database = new Database(path)
    database.run(`ALTER TABLE session ADD COLUMN later TEXT NOT NULL DEFAULT ''`)
    database.run('PRAGMA user_version = 2')
    database.close()
    const second = open()
    expect(second.find(a)).toEqual({ kind: 'found', session: sampleSession('a') })
    expect((await second.create(sampleSession('b'))).ok).toBe(true)
  })

  test('every look-up, list and sweep goes through an index', async () => {
    await open().close()
    const database = new Database(path, { readonly: true })
    const queries = [
      `SELECT * FROM session WHERE key = 'a'`,
      `SELECT * FROM session WHERE user = 'a'`,
      `SELECT * FROM session WHERE user = 'a' AND provider = 'b' ORDER BY created_at DESC, id DESC`,
      `SELECT * FROM session WHERE provider_sid = 'a' AND provider_sid <> ''`,
      `SELECT * FROM session WHERE provider_sub = 'a' AND provider_sub <> ''`,
      `SELECT * FROM session WHERE ends_at <= 5 LIMIT 10`,
      `SELECT * FROM session ORDER BY created_at, id LIMIT 10`,
    ]
    for (const query of queries) {
      const plan = database.query<{ detail: string }, []>(`EXPLAIN QUERY PLAN ${query}`).all()
      const details = plan.map(({ detail }) => detail).join(' | ')
      expect(details).toContain('USING INDEX')
      expect(details).not.toContain('TEMP B-TREE')
    }
    database.close()
  })

  test('keeps its write-ahead log small under many writes', async () => {
    const store = open()
    for (let round = 0; round < 20; round++)
      await Promise.all(
        Array.from({ length: 200 }, (_, i) => store.create(sampleSession(`${round}-${i}`))),
      )
    expect(statSync(`${path}-wal`).size).toBeLessThan(4 * 1024 * 1024)
  })
})

describe('group commit', () => {
  test('sign-ins of one turn share a transaction', async () => {
    const store = open()
    const watcher = new Database(path)
    const version = watcher.query<{ data_version: number }, []>('PRAGMA data_version')
    const before = version.get()?.data_version ?? 0
    await Promise.all(Array.from({ length: 50 }, (_, i) => store.create(sampleSession(`k${i}`))))
    expect((version.get()?.data_version ?? 0) - before).toBe(1)
    expect(watcher.query('SELECT count(*) AS n FROM session').get()).toEqual({ n: 50 })
    watcher.close()
  })

  test('one record that cannot be written does not take the others with it', async () => {
    const store = open()
    const bad = sampleSession('bad', { version: 1.5 })
    const created = await Promise.all(
      [sampleSession('a'), bad, sampleSession('b')].map((session) => store.create(session)),
    )
    expect(created.map(({ ok }) => ok)).toEqual([true, false, true])
    expect(store.find(a)).toMatchObject({ kind: 'found' })
    expect(store.find('bad' as SessionKey)).toMatchObject({ kind: 'absent' })
    expect(valueOf(store.usage()).sessions).toBe(2)
  })

  test('closing writes the sign-ins that still wait', async () => {
    const store = open()
    const created = store.create(sampleSession('a'))
    await store.close()
    expect((await created).ok).toBe(true)
    expect(open().find(a)).toMatchObject({ kind: 'found' })
  })
})

describe('another process', () => {
  test('a revocation elsewhere is noticed within 1 s and announced as `all`', async () => {
    const ours = open()
    const theirs = open()
    valueOf(await ours.create(sampleSession('a')))
    const told: unknown[] = []
    clock.advance(1000)
    ours.onChange((keys) => void told.push(keys))
    valueOf(await theirs.revoke({ user: 'alice' }, clock.now()))
    expect(ours.find(a)).toEqual({ kind: 'absent' })
    clock.advance(1000)
    expect(told).toEqual(['all'])
    expect(valueOf(ours.usage()).sessions).toBe(0)
    expect(valueOf(ours.revocations()).length).toBe(1)
    clock.advance(5000)
    expect(told).toEqual(['all'])
  })

  test('our own writes are not taken for those of another', async () => {
    const store = open()
    const told: unknown[] = []
    store.onChange((keys) => void told.push(keys))
    valueOf(await store.create(sampleSession('a')))
    store.touch(a, sampleStart + 90_000)
    clock.advance(5000)
    expect(told).toEqual([])
  })

  test('a lock held elsewhere is a fault of the write, not of the file', async () => {
    const store = open()
    const other = new Database(path)
    other.run('BEGIN IMMEDIATE')
    const created = await store.create(sampleSession('a'))
    expect(created).toMatchObject({ ok: false, error: { code: 'failed' } })
    expect(store.find(a)).toEqual({ kind: 'absent' })
    other.run('COMMIT')
    other.close()
    expect((await store.create(sampleSession('a'))).ok).toBe(true)
  })
})

describe('when the file is', () => {
  /** A store with one session in it. */
  async function filled(): Promise<SessionStore> {
    const store = open()
    valueOf(await store.create(sampleSession('a')))
    return store
  }

  async function expectBroken(store: SessionStore): Promise<void> {
    expect(store.find(a)).toEqual({ kind: 'unavailable' })
    expect((await store.create(sampleSession('b'))).ok).toBe(false)
    expect((await store.revoke({}, clock.now())).ok).toBe(false)
    expect((await store.list({}, 10)).ok).toBe(false)
    expect((await store.sweep(clock.now(), 10)).ok).toBe(false)
    expect((await store.probe()).ok).toBe(false)
    expect(store.usage().ok).toBe(false)
    expect(store.revocations().ok).toBe(false)
    store.touch(a, clock.now())
    clock.advance(120_000)
  }

  test('removed, nothing is known and no empty file takes its place', async () => {
    const store = await filled()
    rmSync(path)
    clock.advance(1000)
    await expectBroken(store)
    expect(existsSync(path)).toBe(false)
  })

  test('removed just before a sign-in, the sign-in is not acknowledged', async () => {
    const store = await filled()
    rmSync(path)
    expect((await store.create(sampleSession('b'))).ok).toBe(false)
  })

  test('moved away and put back, everything is known again', async () => {
    const store = await filled()
    renameSync(path, `${path}.away`)
    clock.advance(1000)
    expect(store.find(a)).toEqual({ kind: 'unavailable' })
    renameSync(`${path}.away`, path)
    const told: unknown[] = []
    store.onChange((keys) => void told.push(keys))
    clock.advance(30_000)
    expect(store.find(a)).toEqual({ kind: 'found', session: sampleSession('a') })
    expect(told).toEqual(['all'])
    expect(log.lines.map(({ event }) => event)).toContain('session-file-open')
  })

  test('replaced by an empty one, nobody is signed out', async () => {
    const store = await filled()
    rmSync(path)
    writeFileSync(path, '')
    clock.advance(1000)
    await expectBroken(store)
    expect(statSync(path).size).toBe(0)
  })

  test('emptied in place, nobody is signed out', async () => {
    const store = await filled()
    await store.close()
    const reopened = open()
    writeFileSync(path, '')
    clock.advance(1000)
    expect(reopened.find(a)).not.toMatchObject({ kind: 'absent' })
    expect(reopened.find('b' as SessionKey)).toMatchObject({ kind: 'unavailable' })
    clock.advance(60_000)
    expect(reopened.find(a)).toEqual({ kind: 'unavailable' })
  })

  test('overwritten with rubbish, nobody is signed out, and a restored copy is taken', async () => {
    const store = await filled()
    await store.close()
    const copy = join(directory, 'copy.db')
    copyFileSync(path, copy)
    const reopened = open()
    writeFileSync(path, Buffer.alloc(statSync(path).size, 'rubbish'))
    clock.advance(1000)
    expect(reopened.find('b' as SessionKey)).toEqual({ kind: 'unavailable' })
    await expectBroken(reopened)
    renameSync(copy, path)
    clock.advance(60_000)
    expect(reopened.find(a)).toMatchObject({ kind: 'found' })
  })

  test('not a database from the start, the store is made all the same, and tries again', async () => {
    writeFileSync(path, 'x'.repeat(8192))
    const store = open()
    await expectBroken(store)
    expect(statSync(path).size).toBe(8192)
    rmSync(path)
    clock.advance(60_000)
    expect((await store.create(sampleSession('a'))).ok).toBe(true)
    expect(store.find(a)).toMatchObject({ kind: 'found' })
  })

  test('in a directory that is not there yet, it is made as soon as it is', async () => {
    const late = join(directory, 'late', 'sessions.db')
    const store = open(late)
    expect(store.find(a)).toEqual({ kind: 'unavailable' })
    mkdirSync(join(directory, 'late'))
    clock.advance(60_000)
    expect((await store.create(sampleSession('a'))).ok).toBe(true)
    expect(existsSync(late)).toBe(true)
  })

  test('broken for long, it is tried at most every 30 s', () => {
    open(join(directory, 'never', 'sessions.db'))
    clock.advance(3_600_000)
    const tries = log.lines.filter(({ event }) => event === 'session-file-fault').length
    expect(tries).toBeGreaterThan(100)
    expect(tries).toBeLessThan(130)
  })
})

test.skipIf(process.platform !== 'linux')(
  'opening and closing a file many times leaves no file open',
  async () => {
    const openFiles = (): number =>
      readdirSync('/proc/self/fd').filter((fd) => readLink(fd).startsWith(directory)).length
    for (let round = 0; round < 20; round++) {
      const store = open()
      valueOf(await store.create(sampleSession(`k${round}`)))
      renameSync(path, `${path}.away`)
      clock.advance(1000)
      renameSync(`${path}.away`, path)
      clock.advance(60_000)
      expect(store.find('k0' as SessionKey)).toMatchObject({ kind: 'found' })
      await store.close()
    }
    expect(openFiles()).toBe(0)
  },
)

test('noted uses that cannot be written are counted, kept and written later', async () => {
  const store = open()
  valueOf(await store.create(sampleSession('a')))
  const other = new Database(path)
  other.run('BEGIN IMMEDIATE')
  store.touch(a, sampleStart + 90_000)
  clock.advance(1000)
  expect(valueOf(store.usage()).backgroundFaults).toBe(1)
  other.run('COMMIT')
  clock.advance(1000)
  expect(valueOf(store.usage()).backgroundFaults).toBe(1)
  const seen = other.query(`SELECT seen_at FROM session WHERE key = 'a'`).get()
  other.close()
  expect(seen).toEqual({ seen_at: sampleStart + 90_000 })
})
