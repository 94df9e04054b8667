// What the accounts remember: people added by command, second factors, passkeys. One SQLite file.
import { Database, type SQLQueryBindings } from 'bun:sqlite'
import { chmodSync, statSync } from 'node:fs'
import { type Result, err, ok } from '../../../std/result.ts'
import type { Files } from '../../../world/files.ts'
import type { Account, CanonicalName } from './account.ts'
import { canonicalName } from './account.ts'
import { migrations } from './accounts-schema.ts'
import { parsePasswordHash } from './password-hash.ts'

/** The database could not do as asked; `detail` is SQLite's own words, for the log only. */
export interface DatabaseFault {
  readonly detail: string
}

/** A registered passkey (WebAuthn Level 3, credential record). Binary values are base64url. */
export interface Passkey {
  readonly id: string
  readonly canonical: CanonicalName
  /** User handle that the authenticator stores beside the key; random, one a person. */
  readonly userHandle: string
  readonly publicKey: string
  /** Signature counter; 0 for authenticators that do not count. */
  readonly counter: number
  readonly transports: readonly string[]
  readonly title: string
  readonly createdAt: number
  /** Last sign-in with it, epoch ms; 0 for never. */
  readonly usedAt: number
}

/** State of a person's one-time codes; `lastStep` is the last time step whose code was used. */
export interface CodeState {
  readonly secret: string | null
  readonly lastStep: number
  readonly recoveryLeft: number
}

/** Wait for `gatehouse users`, which writes for some milliseconds; the event loop stands still meanwhile. */
const busyTimeoutMs = 250
/** Steps of thirty seconds by which a used step may honestly be ahead of the one at hand. */
export const stepsAheadMax = 4

/** Rows as SQLite gives them; lists are JSON or comma-separated text. */
interface PersonRow {
  user: string
  name: string
  email: string
  groups: string
  password_hash: string
}

interface PasskeyRow {
  id: string
  canonical: string
  user_handle: string
  public_key: string
  counter: number
  transports: string
  title: string
  created_at: number
  used_at: number
}

/** Opens (and makes, mode 0600) the file at `path`; `:memory:` keeps everything in memory. */
export function openAccountsDatabase(
  path: string,
  files: Files,
): Result<AccountsDatabase, DatabaseFault> {
  if (path !== ':memory:' && !files.exists(path)) {
    // An empty file is an empty database; made by hand so that nobody else may ever read it.
    const made = files.writeAtomic(path, '', 0o600)
    if (!made.ok) return err({ detail: `${made.error.code} ${made.error.path}` })
  }
  return attempt(() => {
    if (path !== ':memory:') tightenMode(path)
    const database = new Database(path, { create: true, strict: true })
    database.run(`PRAGMA busy_timeout = ${busyTimeoutMs}`)
    database.run('PRAGMA journal_mode = WAL')
    // A used recovery code or a removed passkey must not come back after a power cut.
    database.run('PRAGMA synchronous = FULL')
    database.run('PRAGMA foreign_keys = ON')
    migrate(database)
    return new AccountsDatabase(database)
  })
}

/**
 * Password hashes and secrets are for the gate alone, also in a file that came out of a backup. One that
 * belongs to somebody else keeps the mode that they gave it.
 */
function tightenMode(path: string): void {
  try {
    if ((statSync(path).mode & 0o077) !== 0) chmodSync(path, 0o600)
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause && cause.code === 'EPERM')) throw cause
  }
}

/** Runs what the file has not seen, all in one transaction: two processes at once do it once. */
function migrate(database: Database): void {
  database
    .transaction(() => {
      const row = database.query<{ user_version: number }, []>('PRAGMA user_version').get()
      for (let version = row?.user_version ?? 0; version < migrations.length; version++) {
        database.run(migrations[version] ?? '')
        database.run(`PRAGMA user_version = ${version + 1}`)
      }
    })
    .immediate()
}

/** bun:sqlite throws; the gate wants a value that says so. */
function attempt<T>(work: () => T): Result<T, DatabaseFault> {
  try {
    return ok(work())
  } catch (cause) {
    return err({ detail: cause instanceof Error ? cause.message : String(cause) })
  }
}

/** The open file. Every operation is synchronous, small and one transaction; none throws. */
export class AccountsDatabase {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  close(): void {
    this.#database.close()
  }

  /** Changes when another process has written to the file. */
  dataVersion(): number {
    const version = this.#get<{ data_version: number }>('PRAGMA data_version', [])
    return version.ok ? (version.value?.data_version ?? 0) : 0
  }

  findPerson(name: CanonicalName): Result<Account | null, DatabaseFault> {
    const row = this.#get<PersonRow>('SELECT * FROM people WHERE canonical = ?', [name])
    return row.ok ? ok(row.value === null ? null : accountOf(row.value)) : row
  }

  /** In the order of names. */
  listPeople(): Result<readonly Account[], DatabaseFault> {
    const rows = this.#all<PersonRow>('SELECT * FROM people ORDER BY canonical', [])
    return rows.ok ? ok(rows.value.map(accountOf).filter((account) => account !== null)) : rows
  }

  /** Adds a person or replaces the one of the same name. */
  putPerson(account: Account, now: number): Result<void, DatabaseFault> {
    return this.#run(
      `INSERT INTO people (canonical, user, name, email, groups, password_hash, created_at)
       VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
       ON CONFLICT (canonical) DO UPDATE SET
         user = ?2, name = ?3, email = ?4, groups = ?5, password_hash = ?6`,
      [
        account.canonical,
        account.user,
        account.name,
        account.email,
        JSON.stringify(account.groups),
        account.passwordHash,
        now,
      ],
    )
  }

  /** Removes a person and all that was remembered of them; resolves to whether anything was there. */
  removePerson(name: CanonicalName): Result<boolean, DatabaseFault> {
    return attempt(() =>
      this.#database
        .transaction(() => {
          let changes = 0
          for (const table of ['people', 'codes', 'recovery_codes', 'passkeys'])
            changes += this.#database.run(`DELETE FROM ${table} WHERE canonical = ?`, [
              name,
            ]).changes
          return changes > 0
        })
        .immediate(),
    )
  }

  codeState(name: CanonicalName): Result<CodeState, DatabaseFault> {
    const row = this.#get<{ secret: string | null; last_step: number; recovery: number }>(
      `SELECT
         (SELECT secret FROM codes WHERE canonical = ?1) AS secret,
         coalesce((SELECT last_step FROM codes WHERE canonical = ?1), 0) AS last_step,
         (SELECT count(*) FROM recovery_codes WHERE canonical = ?1) AS recovery`,
      [name],
    )
    if (!row.ok) return row
    return ok({
      secret: row.value?.secret ?? null,
      lastStep: row.value?.last_step ?? 0,
      recoveryLeft: row.value?.recovery ?? 0,
    })
  }

  /**
   * Notes that the code of `step` was used. False when that step or a later one was used before, which
   * a single statement decides, so that of two at once only one is true. A last step far ahead was
   * noted while the clock was wrong and does not count.
   */
  useStep(name: CanonicalName, step: number): Result<boolean, DatabaseFault> {
    return attempt(() => {
      const { changes } = this.#database.run(
        `INSERT INTO codes (canonical, secret, last_step) VALUES (?1, NULL, ?2)
         ON CONFLICT (canonical) DO UPDATE SET last_step = ?2
           WHERE last_step < ?2 OR last_step > ?2 + ?3`,
        [name, step, stepsAheadMax],
      )
      return changes > 0
    })
  }

  /** Turns one-time codes on with a confirmed secret and fresh recovery codes. */
  enrolCodes(
    name: CanonicalName,
    enrolment: { readonly secret: string; readonly lastStep: number },
    recoveryDigests: readonly string[],
  ): Result<void, DatabaseFault> {
    return attempt(() => {
      this.#database
        .transaction(() => {
          this.#database.run(
            `INSERT INTO codes (canonical, secret, last_step) VALUES (?1, ?2, ?3)
             ON CONFLICT (canonical) DO UPDATE SET secret = ?2, last_step = ?3`,
            [name, enrolment.secret, enrolment.lastStep],
          )
          this.#replaceRecovery(name, recoveryDigests)
        })
        .immediate()
    })
  }

  /** New recovery codes instead of the old ones. */
  replaceRecovery(name: CanonicalName, digests: readonly string[]): Result<void, DatabaseFault> {
    return attempt(() => {
      this.#database.transaction(() => this.#replaceRecovery(name, digests)).immediate()
    })
  }

  #replaceRecovery(name: CanonicalName, digests: readonly string[]): void {
    this.#database.run('DELETE FROM recovery_codes WHERE canonical = ?', [name])
    for (const digest of digests)
      this.#database.run('INSERT INTO recovery_codes (canonical, digest) VALUES (?, ?)', [
        name,
        digest,
      ])
  }

  /** Turns one-time codes off. The last used step is kept: the same secret may come back. */
  dropCodes(name: CanonicalName): Result<void, DatabaseFault> {
    return attempt(() => {
      this.#database
        .transaction(() => {
          this.#database.run('UPDATE codes SET secret = NULL WHERE canonical = ?', [name])
          this.#replaceRecovery(name, [])
        })
        .immediate()
    })
  }

  /** Uses up a recovery code; false when there is none with that digest. */
  useRecovery(name: CanonicalName, digest: string): Result<boolean, DatabaseFault> {
    return attempt(() => {
      const { changes } = this.#database.run(
        'DELETE FROM recovery_codes WHERE canonical = ? AND digest = ?',
        [name, digest],
      )
      return changes > 0
    })
  }

  findPasskey(id: string): Result<Passkey | null, DatabaseFault> {
    const row = this.#get<PasskeyRow>('SELECT * FROM passkeys WHERE id = ?', [id])
    return row.ok ? ok(row.value === null ? null : passkeyOf(row.value)) : row
  }

  /** Oldest first. */
  listPasskeys(name: CanonicalName): Result<readonly Passkey[], DatabaseFault> {
    const rows = this.#all<PasskeyRow>(
      'SELECT * FROM passkeys WHERE canonical = ? ORDER BY created_at, id',
      [name],
    )
    return rows.ok ? ok(rows.value.map(passkeyOf)) : rows
  }

  addPasskey(passkey: Passkey): Result<void, DatabaseFault> {
    return this.#run('INSERT INTO passkeys VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)', [
      passkey.id,
      passkey.canonical,
      passkey.userHandle,
      passkey.publicKey,
      passkey.counter,
      passkey.transports.join(','),
      passkey.title,
      passkey.createdAt,
      passkey.usedAt,
    ])
  }

  /** Renames one's own passkey; another person's stays as it is. */
  renamePasskey(name: CanonicalName, id: string, title: string): Result<void, DatabaseFault> {
    return this.#run('UPDATE passkeys SET title = ? WHERE id = ? AND canonical = ?', [
      title,
      id,
      name,
    ])
  }

  /** Removes one's own passkey; another person's stays. */
  removePasskey(name: CanonicalName, id: string): Result<void, DatabaseFault> {
    return this.#run('DELETE FROM passkeys WHERE id = ? AND canonical = ?', [id, name])
  }

  notePasskeyUse(id: string, counter: number, now: number): Result<void, DatabaseFault> {
    return this.#run('UPDATE passkeys SET counter = max(counter, ?), used_at = ? WHERE id = ?', [
      counter,
      now,
      id,
    ])
  }

  #get<Row>(sql: string, values: SQLQueryBindings[]): Result<Row | null, DatabaseFault> {
    return attempt(() => this.#database.query<Row, SQLQueryBindings[]>(sql).get(...values))
  }

  #all<Row>(sql: string, values: SQLQueryBindings[]): Result<Row[], DatabaseFault> {
    return attempt(() => this.#database.query<Row, SQLQueryBindings[]>(sql).all(...values))
  }

  #run(sql: string, values: SQLQueryBindings[]): Result<void, DatabaseFault> {
    return attempt(() => {
      this.#database.run(sql, values)
    })
  }
}

/** Null for a row that someone else has written and that does not hold. */
function accountOf(row: PersonRow): Account | null {
  const canonical = canonicalName(row.user)
  const hash = parsePasswordHash(row.password_hash)
  if (canonical === null || !hash.ok) return null
  return {
    canonical,
    user: row.user,
    name: row.name,
    email: row.email,
    groups: groupsOf(row.groups),
    passwordHash: hash.value,
    totpSecret: null,
  }
}

function groupsOf(json: string): readonly string[] {
  try {
    const groups: unknown = JSON.parse(json)
    return Array.isArray(groups) ? groups.filter((group) => typeof group === 'string') : []
  } catch {
    return []
  }
}

function passkeyOf(row: PasskeyRow): Passkey {
  return {
    id: row.id,
    // Written by us from a canonical name.
    canonical: row.canonical as CanonicalName,
    userHandle: row.user_handle,
    publicKey: row.public_key,
    counter: row.counter,
    transports: row.transports === '' ? [] : row.transports.split(','),
    title: row.title,
    createdAt: row.created_at,
    usedAt: row.used_at,
  }
}
