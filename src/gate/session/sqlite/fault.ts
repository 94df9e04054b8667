// What a thrown SQLite error means for the store.
import { SQLiteError } from 'bun:sqlite'
import type { StoreFault } from '../store.ts'

/** A fault, and whether the file has to be opened anew before it can be trusted again. */
export interface SqliteFault extends StoreFault {
  readonly reopen: boolean
}

/**
 * Primary result codes (sqlite.org/rescode.html) after which the connection itself is sound: no room,
 * another process's lock, a read-only file, a value that does not fit.
 */
const soundCodes = new Set([
  'FULL',
  'BUSY',
  'LOCKED',
  'READONLY',
  'CONSTRAINT',
  'TOOBIG',
  'MISMATCH',
])

/** From anything thrown to a fault. */
export function sqliteFault(cause: unknown): SqliteFault {
  if (!(cause instanceof Error)) return { code: 'failed', detail: String(cause), reopen: true }
  const code = 'code' in cause ? String(cause.code) : cause.name
  const primary = /^SQLITE_([A-Z]+)/.exec(code)?.[1] ?? ''
  const full = primary === 'FULL' || code === 'ENOSPC'
  return {
    code: full ? 'full' : 'failed',
    detail: `${code}: ${cause.message}`,
    reopen: !(cause instanceof SQLiteError && soundCodes.has(primary)),
  }
}
