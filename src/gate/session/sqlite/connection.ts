// The connection to the session file: faults become values, a broken file is opened again with back-off.
import { type Result, err, ok } from '../../../std/result.ts'
import type { Cancel, Clock } from '../../../world/clock.ts'
import type { Log } from '../../../world/log.ts'
import type { StoreFault } from '../store.ts'
import {
  type SessionDatabase,
  closeSessionDatabase,
  fileIdentity,
  openSessionDatabase,
} from './database.ts'
import { sqliteFault } from './fault.ts'

/** Where the file is, and what a connection needs beside it. */
export interface ConnectionDeps {
  readonly path: string
  readonly clock: Clock
  readonly log: Log
  /** Called after the file was opened again: anything may have changed in it. */
  readonly reopened: () => void
}

/** Waits between attempts to open the file: doubled from the first to the last. */
const reopenFirstMs = 500
const reopenLastMs = 30_000

/** One session file, open or not. */
export class SqliteConnection {
  readonly #deps: ConnectionDeps
  #open: SessionDatabase | null = null
  #fault: StoreFault = { code: 'failed', detail: 'The session file is not open' }
  #wasOpen = false
  #closed = false
  #waitMs = reopenFirstMs
  #retry: Cancel = () => {}

  constructor(deps: ConnectionDeps) {
    this.#deps = deps
    this.#tryOpen()
  }

  /** The open file; null while it is broken. */
  get current(): SessionDatabase | null {
    return this.#open
  }

  /** Why it is not open. */
  get fault(): StoreFault {
    return this.#fault
  }

  /** Runs `task` on the open file. What it throws becomes a fault, and may close the file. */
  run<T>(task: (open: SessionDatabase) => T): Result<T, StoreFault> {
    const open = this.#open
    if (open === null) return err(this.#fault)
    try {
      return ok(task(open))
    } catch (cause) {
      return err(this.failed(cause))
    }
  }

  /** {@link run} in one write transaction: all of `task` or nothing of it. */
  write<T>(task: (open: SessionDatabase) => T): Result<T, StoreFault> {
    return this.run((open) => {
      const transaction = open.database.transaction(() => task(open))
      try {
        return transaction.immediate()
      } catch (cause) {
        // The write-ahead log may take up the room that is missing: written back, it can be reused.
        if (sqliteFault(cause).code !== 'full' || !this.#cutLog(open)) throw cause
        return transaction.immediate()
      }
    })
  }

  /** Notes what SQLite threw; closes the file when it cannot be trusted any more. */
  failed(cause: unknown): StoreFault {
    const { code, detail, reopen } = sqliteFault(cause)
    const fault: StoreFault = { code, detail }
    if (reopen) this.#break(fault)
    return fault
  }

  /**
   * Checks that the open file is still the one at its path. SQLite itself would go on writing into a
   * file that was removed, and all of it would be gone at the next start.
   */
  checkIdentity(): void {
    if (this.#open === null) return
    const { device, inode } = this.#open.identity
    try {
      const now = fileIdentity(this.#deps.path)
      if (now.device === device && now.inode === inode) return
      this.#break({ code: 'failed', detail: 'The session file was replaced' })
    } catch (cause) {
      this.#break({ code: 'failed', detail: sqliteFault(cause).detail })
    }
  }

  close(): void {
    this.#closed = true
    this.#retry()
    const open = this.#open
    this.#open = null
    this.#fault = { code: 'failed', detail: 'The session store is closed' }
    if (open === null) return
    this.#cutLog(open)
    closeQuietly(open)
  }

  /** Writes the write-ahead log back and truncates it; false when it does not work out now. */
  #cutLog(open: SessionDatabase): boolean {
    try {
      open.database.query('PRAGMA wal_checkpoint(TRUNCATE)').get()
      return true
    } catch {
      return false
    }
  }

  #break(fault: StoreFault): void {
    const open = this.#open
    this.#fault = fault
    this.#open = null
    if (open !== null) closeQuietly(open)
    if (!this.#closed) this.#scheduleRetry()
  }

  #tryOpen(): void {
    try {
      // Made only if it never was there: an empty file in the place of a lost one would sign everyone
      // out. Until it is back, or the gate starts anew, nobody's session can be known.
      this.#open = openSessionDatabase(this.#deps.path, !this.#wasOpen)
      this.#waitMs = reopenFirstMs
      this.#wasOpen = true
    } catch (cause) {
      this.#break({ code: 'failed', detail: sqliteFault(cause).detail })
    }
  }

  #scheduleRetry(): void {
    const { clock, log, path, reopened } = this.#deps
    const waitMs = this.#waitMs
    log.write('error', 'session-file-fault', { path, detail: this.#fault.detail, retry_ms: waitMs })
    this.#waitMs = Math.min(reopenLastMs, waitMs * 2)
    this.#retry()
    this.#retry = clock.after(waitMs, () => {
      this.#tryOpen()
      if (this.#open === null) return
      log.write('info', 'session-file-open', { path })
      reopened()
    })
  }
}

function closeQuietly(open: SessionDatabase): void {
  try {
    closeSessionDatabase(open)
  } catch {
    // It is given up either way; the fault that led here has been noted.
  }
}
