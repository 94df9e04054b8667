// Sessions in one SQLite file: the default store, for one machine.
import { statSync } from 'node:fs'
import { type Session, type SessionKey, knownSessionKey } from '../../model/session.ts'
import { type Result, err, ok } from '../../std/result.ts'
import type { Clock } from '../../world/clock.ts'
import type { Log } from '../../world/log.ts'
import { RevocationList, isKeyOnly } from './revocations.ts'
import { SqliteConnection } from './sqlite/connection.ts'
import type { LeftRow, SessionDatabase, SurplusRow } from './sqlite/database.ts'
import {
  type SessionRow,
  revocationOfRow,
  revocationValues,
  sessionColumns,
  sessionOfRow,
  sessionValues,
  whereOf,
} from './sqlite/rows.ts'
import {
  type Departed,
  type Lookup,
  type Revocation,
  type SealTimes,
  type SessionBounds,
  type SessionChanged,
  type SessionSelector,
  type SessionStore,
  type StoreFault,
  type StoreUsage,
  revocationKeptMs,
  revocationsMax,
} from './store.ts'

/** What the SQLite store needs. `bounds` is asked at each use, so that a reload counts at once. */
export interface SqliteStoreDeps {
  readonly path: string
  readonly bounds: () => SessionBounds
  readonly clock: Clock
  readonly log: Log
}

/** How often the file is looked at for what other processes did: a revocation counts within 1 s. */
const pollEveryMs = 250
/** How often uses are written, how many in one transaction, and how many may wait. */
const flushEveryMs = 1000
const flushBatch = 2000
const touchesMax = 100_000
/** Beyond this many ended sessions the cache is told `all` rather than each. */
const keysToldMax = 10_000

const absent: Lookup = { kind: 'absent' }
const unavailable: Lookup = { kind: 'unavailable' }

/** A sign-in that waits for the next transaction. */
interface Waiting {
  readonly session: Session
  readonly seal: SealTimes | undefined
  readonly resolve: (created: Result<Departed, StoreFault>) => void
}

/**
 * A store over the file at `path`. Never fails to be made: a file that cannot be opened is tried again
 * and again, and until then every answer is a fault.
 */
export function createSqliteStore(deps: SqliteStoreDeps): SessionStore {
  return new SqliteStore(deps)
}

class SqliteStore implements SessionStore {
  readonly kind = 'sqlite'
  readonly #deps: SqliteStoreDeps
  readonly #connection: SqliteConnection
  readonly #timers: (() => void)[]
  #listener: SessionChanged = () => {}
  /** Sign-ins of this turn of the event loop. */
  #waiting: Waiting[] = []
  /** Last uses that are not in the file yet; `find` and `list` count them in. */
  readonly #touches = new Map<SessionKey, number>()
  /** How many sessions there are; null when they have to be counted again. */
  #count: number | null = null
  /** SQLite's own number for what other connections have committed. */
  #dataVersion = -1
  /** Touches that could not be written or noted. */
  #backgroundFaults = 0

  constructor(deps: SqliteStoreDeps) {
    this.#deps = deps
    this.#connection = new SqliteConnection({ ...deps, reopened: () => this.#reread() })
    this.#connection.run((open) => this.#noteDataVersion(open))
    this.#timers = [
      deps.clock.every(pollEveryMs, () => this.#poll()),
      deps.clock.every(flushEveryMs, () => this.#flushTouches()),
    ]
  }

  create(session: Session, seal?: SealTimes): Promise<Result<Departed, StoreFault>> {
    return new Promise((resolve) => {
      // All sign-ins of one turn of the event loop share a transaction, and so one wait for the disk.
      if (this.#waiting.length === 0) setImmediate(() => this.#commit())
      this.#waiting.push({ session, seal, resolve })
    })
  }

  find(key: SessionKey): Lookup {
    // The hot path of a cache miss: one prepared statement, no closure, no promise.
    const open = this.#connection.current
    if (open === null) return unavailable
    try {
      const row = open.find.get(key)
      if (row === null) return absent
      return { kind: 'found', session: sessionOfRow(row, this.#touches.get(key) ?? 0) }
    } catch (cause) {
      this.#connection.failed(cause)
      return unavailable
    }
  }

  touch(key: SessionKey, seenAt: number): void {
    if (this.#touches.size >= touchesMax && !this.#touches.has(key)) this.#backgroundFaults++
    else this.#touches.set(key, Math.round(seenAt))
  }

  async revoke(selector: SessionSelector, at: number): Promise<Result<number, StoreFault>> {
    const { where, values } = whereOf(selector)
    const revoked = this.#connection.write((open) => {
      const rows = open.database
        .query<LeftRow, typeof values>(`DELETE FROM session ${where} RETURNING key, sealed_until`)
        .all(...values)
      const sealed = rows.some((row) => row.sealed_until > 0)
      if (!isKeyOnly(selector) || rows.length === 0 || sealed) remember(open, { selector, at })
      return rows
    })
    if (!revoked.ok) return revoked
    const rows = revoked.value
    this.#counted(-rows.length)
    if (rows.length > keysToldMax) this.#listener('all')
    else if (rows.length > 0) this.#listener(rows.map(keyOf))
    return ok(rows.length)
  }

  revocations(): Result<readonly Revocation[], StoreFault> {
    return this.#connection.run((open) => readRevocations(open))
  }

  async list(
    selector: SessionSelector,
    limit: number,
  ): Promise<Result<readonly Session[], StoreFault>> {
    const { where, values } = whereOf(selector)
    return this.#connection.run((open) => {
      const rows = open.database
        .query<SessionRow, typeof values>(
          `SELECT ${sessionColumns} FROM session ${where}
           ORDER BY created_at DESC, id DESC LIMIT ?`,
        )
        .all(...values, limit)
      return rows.map((row) => sessionOfRow(row, this.#touches.get(keyOf(row)) ?? 0))
    })
  }

  async sweep(now: number, limit: number): Promise<Result<number, StoreFault>> {
    // What is used just now may look idle in the file.
    this.#flushTouches()
    const swept = this.#connection.write((open) => {
      open.forgetRevocations.run(this.#deps.clock.now() - revocationKeptMs)
      return open.sweep.run(now, limit).changes
    })
    if (swept.ok) this.#counted(-swept.value)
    return swept
  }

  usage(): Result<StoreUsage, StoreFault> {
    return this.#connection.run((open) => {
      this.#count ??= open.count.get()?.sessions ?? 0
      const { path } = this.#deps
      const bytes = sizeOf(path) + sizeOf(`${path}-wal`)
      return { sessions: this.#count, bytes, backgroundFaults: this.#backgroundFaults }
    })
  }

  async probe(): Promise<Result<void, StoreFault>> {
    this.#connection.checkIdentity()
    return this.#connection.write((open) => void open.probe.run(Math.round(this.#deps.clock.now())))
  }

  onChange(listener: SessionChanged): void {
    this.#listener = listener
  }

  async close(): Promise<void> {
    for (const cancel of this.#timers) cancel()
    if (this.#waiting.length > 0) this.#commit()
    this.#flushTouches()
    this.#connection.close()
  }

  /** Writes all waiting sign-ins in one transaction; each is told when it is on the disk. */
  #commit(): void {
    const waiting = this.#waiting
    this.#waiting = []
    this.#connection.checkIdentity()
    const created = this.#insert(waiting)
    if (created.ok) return waiting.forEach(({ resolve }, i) => resolve(at(created, i)))
    // One record that cannot be written must not take the others with it. A full disk, or a broken
    // file, fails them all.
    const alone = waiting.length > 1 && created.error.code !== 'full'
    for (const one of waiting) {
      const retried = alone ? this.#insert([one]) : created
      one.resolve(retried.ok ? at(retried, 0) : retried)
    }
  }

  /** Keeps all of `waiting`, or none of them. */
  #insert(waiting: readonly Waiting[]): Result<readonly Departed[], StoreFault> {
    // Counted inside, taken over only after the commit.
    let added = 0
    const created = this.#connection.write((open) => {
      added = 0
      const revocations = waiting.some(({ seal }) => seal !== undefined) ? listOf(open) : null
      const count = (this.#count ??= open.count.get()?.sessions ?? 0)
      return waiting.map(({ session, seal }): Departed => {
        if (seal !== undefined && revocations?.means(session, seal.at) === true)
          return { own: [session.key], others: [] }
        added += open.insert.run(...sessionValues(session, seal)).changes
        const { departed, left } = this.#keepBounds(open, session, count + added)
        added -= left
        return departed
      })
    })
    if (created.ok) this.#counted(added)
    return created
  }

  /** Deletes what is over the bounds now that `session` is there and `count` sessions are. */
  #keepBounds(
    open: SessionDatabase,
    session: Session,
    count: number,
  ): { readonly departed: Departed; readonly left: number } {
    const { perUserMax, sessionsMax } = this.#deps.bounds()
    const { user, provider } = session.identity
    const own = open.surplusOfPerson.all(user, provider, perUserMax)
    this.#evict(open, own)
    const surplus = count - own.length - sessionsMax
    const others = surplus > 0 ? open.oldest.all(surplus) : []
    this.#evict(open, others)
    const live = own.filter((row) => isLiveRow(row, session.createdAt))
    const departed = { own: live.map(keyOf), others: others.map(keyOf) }
    return { departed, left: own.length + others.length }
  }

  #evict(open: SessionDatabase, rows: readonly SurplusRow[]): void {
    for (const row of rows) {
      // A seal that is still good must not bring it back.
      if (row.sealed_until > 0)
        remember(open, { selector: { key: keyOf(row) }, at: this.#deps.clock.now() })
      open.remove.run(row.id)
    }
  }

  /** Takes a change of the number of sessions over, if they have been counted. */
  #counted(change: number): void {
    if (this.#count !== null) this.#count += change
  }

  /** Writes what {@link touch} noted. Not worth waiting for the disk: lost in a power cut is fine. */
  #flushTouches(): void {
    if (this.#touches.size === 0) return
    const batch = [...this.#touches].slice(0, flushBatch)
    const written = this.#connection.run((open) => {
      open.database.run('PRAGMA synchronous = NORMAL')
      try {
        open.database
          .transaction(() => {
            for (const [key, seenAt] of batch) open.touch.run(seenAt, key, seenAt)
          })
          .immediate()
      } finally {
        open.database.run('PRAGMA synchronous = FULL')
      }
    })
    if (!written.ok) this.#backgroundFaults++
    else
      for (const [key, seenAt] of batch)
        if (this.#touches.get(key) === seenAt) this.#touches.delete(key)
  }

  /** Looks for what other processes did to the file: removed it, or wrote to it. */
  #poll(): void {
    this.#connection.checkIdentity()
    const changed = this.#connection.run((open) => this.#noteDataVersion(open))
    if (changed.ok && changed.value) this.#reread()
  }

  /** True when another connection has committed since the last look. */
  #noteDataVersion(open: SessionDatabase): boolean {
    const version = open.dataVersion.get()?.data_version ?? 0
    const changed = version !== this.#dataVersion
    this.#dataVersion = version
    return changed
  }

  /** Anything in the file may be different: counts again, and lets the cache read again. */
  #reread(): void {
    this.#count = null
    this.#listener('all')
  }
}

/** The outcome of the `index`-th of the sign-ins of one transaction. */
function at(
  created: { readonly value: readonly Departed[] },
  index: number,
): Result<Departed, StoreFault> {
  const departed = created.value[index]
  return departed === undefined ? err({ code: 'failed', detail: 'Not written' }) : ok(departed)
}

function keyOf(row: { readonly key: string }): SessionKey {
  return knownSessionKey(row.key)
}

function isLiveRow(row: SurplusRow, now: number): boolean {
  return now < row.expires_at && now < row.seen_at + row.idle_ms
}

/** Writes a revocation; the oldest beyond the bound are forgotten. */
function remember(open: SessionDatabase, revocation: Revocation): void {
  open.addRevocation.run(...revocationValues(revocation))
  open.trimRevocations.run(revocationsMax)
}

/** Revocations, oldest first. */
function readRevocations(open: SessionDatabase): readonly Revocation[] {
  return open.revocations.all(revocationsMax).map(revocationOfRow).toReversed()
}

/** Revocations as they can be asked. */
function listOf(open: SessionDatabase): RevocationList {
  const list = new RevocationList(revocationsMax)
  for (const revocation of readRevocations(open)) list.add(revocation)
  return list
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0
}
