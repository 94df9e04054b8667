// A lock that one process has and that the system takes back when it ends, however it ends.
import { Database } from 'bun:sqlite'
import { readFileSync, writeFileSync } from 'node:fs'
import { type Result, err, ok } from '../std/result.ts'

/** A lock that was not taken: `code` as in errno, `EBUSY` where somebody has it. */
export interface LockFault {
  readonly code: string
  readonly path: string
  /** Who has it: `process 4711`; empty where that is not known. */
  readonly holder: string
}

/** Kept here: one that nobody refers to is closed when memory is collected, and its lock with it. */
const locks = new Set<Database>()

const fileMode = 0o600
const holderLengthMax = 40

/**
 * Takes the lock at `path`, a file that is made for it and stays. SQLite locks the file in the way that
 * each system has for it (fcntl on Linux), so it is free after `kill -9`, and a file that was left behind
 * locks nobody out. Who has it stands beside it, for people alone. Gives what releases it.
 */
export function takeLock(path: string): Result<() => void, LockFault> {
  let database: Database | null = null
  try {
    database = new Database(path, { create: true })
    // Nothing is written, and the journal neither, so a disk that is full is no hindrance.
    database.run('PRAGMA journal_mode = MEMORY')
    database.run('BEGIN EXCLUSIVE')
  } catch (cause) {
    database?.close()
    const code = codeOf(cause)
    return err({ code, path, holder: code === 'EBUSY' ? holderOf(path) : '' })
  }
  const held = database
  try {
    writeFileSync(holderPath(path), `process ${process.pid}\n`, { mode: fileMode })
  } catch {
    // The lock holds without it.
  }
  locks.add(held)
  return ok(() => {
    locks.delete(held)
    held.close()
  })
}

function holderPath(path: string): string {
  return `${path}.holder`
}

function holderOf(path: string): string {
  try {
    const text = readFileSync(holderPath(path), 'utf8').trim()
    return /^process \d+$/.test(text) ? text.slice(0, holderLengthMax) : ''
  } catch {
    return ''
  }
}

function codeOf(cause: unknown): string {
  const code =
    typeof cause === 'object' && cause !== null && 'code' in cause ? String(cause.code) : ''
  return code.startsWith('SQLITE_BUSY') ? 'EBUSY' : code === '' ? 'EIO' : code
}
