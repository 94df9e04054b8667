// Opening the session file: mode, pragmas, migrations, prepared statements (bun:sqlite).
import { Database, type Statement } from 'bun:sqlite'
import { chmodSync, closeSync, openSync, statSync } from 'node:fs'
import { migrations } from './migrations.ts'
import {
  type RevocationRow,
  type SessionRow,
  type SqlValue,
  revocationColumns,
  sessionColumns,
} from './rows.ts'

/** Session rows are for the gate alone. The files beside it (-wal, -shm) take its mode over. */
const fileMode = 0o600
/** Longest wait for another process's transaction. The event loop waits with us, so it is short. */
const busyMs = 250
/** Pages in the write-ahead log before it is written back: 400 KiB, so that a small disk is enough. */
const walPagesMax = 100
/** The write-ahead log is cut back to this size after a checkpoint. */
const walBytesMax = 512 * 1024
/** Page cache. */
const cacheKiB = 8192

const pragmas = [
  'PRAGMA journal_mode = WAL',
  // A commit is on the disk when it returns: a sign-in that was acknowledged survives a power cut.
  'PRAGMA synchronous = FULL',
  `PRAGMA busy_timeout = ${busyMs}`,
  `PRAGMA wal_autocheckpoint = ${walPagesMax}`,
  `PRAGMA journal_size_limit = ${walBytesMax}`,
  `PRAGMA cache_size = -${cacheKiB}`,
  'PRAGMA temp_store = MEMORY',
  // A file that somebody else made or damaged is data, not code.
  'PRAGMA trusted_schema = OFF',
  'PRAGMA cell_size_check = ON',
]

/** Who a file is, however it is called: it stays the same when it is renamed. */
export interface FileIdentity {
  readonly device: number
  readonly inode: number
}

/** Key of a row that left, and until when its seal is good (0: never sealed). */
export interface LeftRow {
  readonly key: string
  readonly sealed_until: number
}

/** A row that may have to leave: with what tells whether it is live. */
export interface SurplusRow extends LeftRow {
  readonly id: number
  readonly expires_at: number
  readonly seen_at: number
  readonly idle_ms: number
}

/** An open session file and its prepared statements. */
export interface SessionDatabase {
  readonly database: Database
  readonly identity: FileIdentity
  readonly find: Statement<SessionRow, [string]>
  readonly insert: Statement<unknown, SqlValue[]>
  readonly surplusOfPerson: Statement<SurplusRow, [string, string, number]>
  readonly oldest: Statement<SurplusRow, [number]>
  readonly remove: Statement<unknown, [number]>
  readonly touch: Statement<unknown, [number, string, number]>
  readonly sweep: Statement<unknown, [number, number]>
  readonly count: Statement<{ sessions: number }, []>
  readonly dataVersion: Statement<{ data_version: number }, []>
  readonly revocations: Statement<RevocationRow, [number]>
  readonly addRevocation: Statement<unknown, SqlValue[]>
  readonly trimRevocations: Statement<unknown, [number]>
  readonly forgetRevocations: Statement<unknown, [number]>
  readonly probe: Statement<unknown, [number]>
}

/**
 * Opens the file at `path`. With `create` a missing file is made; without, a missing or empty one is
 * an error, since it cannot be the one that was open before. Throws what SQLite or the system throw.
 */
export function openSessionDatabase(path: string, create: boolean): SessionDatabase {
  if (create) closeSync(openSync(path, 'a', fileMode))
  tightenMode(path)
  const database = new Database(path, { readwrite: true, create: false })
  try {
    // Before anything that would write to it.
    if (!create && schemaVersion(database) === 0)
      throw new EmptiedFileError('The session file is empty')
    for (const pragma of pragmas) database.run(pragma)
    migrate(database)
    return { database, identity: fileIdentity(path), ...prepare(database) }
  } catch (cause) {
    database.close()
    throw cause
  }
}

/** Closes the file. Statements first: SQLite keeps a file open for as long as there is one. */
export function closeSessionDatabase(open: SessionDatabase): void {
  const { database, identity: _identity, ...statements } = open
  for (const statement of Object.values(statements)) statement.finalize()
  database.close()
}

/** A file that belongs to somebody else keeps the mode that they gave it. */
function tightenMode(path: string): void {
  try {
    if ((statSync(path).mode & 0o077) !== 0) chmodSync(path, fileMode)
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause && cause.code === 'EPERM')) throw cause
  }
}

/** Identity of the file at `path`; throws ENOENT when there is none. */
export function fileIdentity(path: string): FileIdentity {
  const { dev, ino } = statSync(path)
  return { device: dev, inode: ino }
}

/** Thrown for a file that has lost its tables since it was last open. */
export class EmptiedFileError extends Error {
  override readonly name = 'EmptiedFileError'
}

function migrate(database: Database): void {
  const seen = schemaVersion(database)
  for (const [index, sql] of migrations.entries()) {
    if (index < seen) continue
    database
      .transaction(() => {
        // Another process may have been first.
        if (schemaVersion(database) > index) return
        database.run(sql)
        database.run(`PRAGMA user_version = ${index + 1}`)
      })
      .immediate()
  }
}

function schemaVersion(database: Database): number {
  return (
    database.query<{ user_version: number }, []>('PRAGMA user_version').get()?.user_version ?? 0
  )
}

function prepare(database: Database): Omit<SessionDatabase, 'database' | 'identity'> {
  const surplus = 'id, key, sealed_until, expires_at, seen_at, idle_ms'
  return {
    find: database.prepare(`SELECT ${sessionColumns} FROM session WHERE key = ?`),
    insert: database.prepare(
      `INSERT OR IGNORE INTO session (${sessionColumns}, sealed_until)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    surplusOfPerson: database.prepare(
      `SELECT ${surplus} FROM session WHERE user = ? AND provider = ?
       ORDER BY created_at DESC, id DESC LIMIT -1 OFFSET ?`,
    ),
    oldest: database.prepare(`SELECT ${surplus} FROM session ORDER BY created_at, id LIMIT ?`),
    remove: database.prepare('DELETE FROM session WHERE id = ?'),
    touch: database.prepare('UPDATE session SET seen_at = ? WHERE key = ? AND seen_at < ?'),
    sweep: database.prepare(
      'DELETE FROM session WHERE id IN (SELECT id FROM session WHERE ends_at <= ? LIMIT ?)',
    ),
    count: database.prepare('SELECT count(*) AS sessions FROM session'),
    dataVersion: database.prepare('PRAGMA data_version'),
    revocations: database.prepare(
      `SELECT ${revocationColumns} FROM revocation ORDER BY id DESC LIMIT ?`,
    ),
    addRevocation: database.prepare(
      `INSERT INTO revocation (${revocationColumns}) VALUES (?, ?, ?, ?, ?, ?, ?)`,
    ),
    trimRevocations: database.prepare(
      `DELETE FROM revocation WHERE id <= (SELECT max(id) FROM revocation) - ?`,
    ),
    forgetRevocations: database.prepare('DELETE FROM revocation WHERE revoked_at < ?'),
    probe: database.prepare('INSERT OR REPLACE INTO probe (id, probed_at) VALUES (1, ?)'),
  }
}
