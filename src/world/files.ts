// Files, as an argument. Faults come back as values with the system's own code (ENOSPC, EACCES, ...).
import {
  chmodSync,
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  watch,
  writeFileSync,
} from 'node:fs'
import { basename, dirname } from 'node:path'
import { type Result, err, ok } from '../std/result.ts'
import type { Cancel } from './clock.ts'

/** A failed file operation: `code` as in errno, `path` as asked for. */
export interface FileFault {
  readonly code: string
  readonly path: string
}

/** The few file operations that we need. */
export interface Files {
  readText(path: string): Result<string, FileFault>
  exists(path: string): boolean
  /** Permission bits as in chmod. */
  mode(path: string): Result<number, FileFault>
  /** Whole or not at all, on disk when it returns: temporary file, fsync, rename. `mode` as in chmod. */
  writeAtomic(path: string, text: string, mode: number): Result<void, FileFault>
  ensureDirectory(path: string, mode: number): Result<void, FileFault>
  /** Calls `changed` after the file at `path` was written, replaced or removed. */
  watch(path: string, changed: () => void): Cancel
}

function fault(cause: unknown, path: string): FileFault {
  const code =
    typeof cause === 'object' && cause !== null && 'code' in cause ? String(cause.code) : 'EIO'
  return { code, path }
}

/** The machine's files. */
export function realFiles(): Files {
  return {
    exists: existsSync,
    mode: (path) => {
      try {
        return ok(statSync(path).mode & 0o7777)
      } catch (cause) {
        return err(fault(cause, path))
      }
    },
    readText: (path) => {
      try {
        return ok(readFileSync(path, 'utf8'))
      } catch (cause) {
        return err(fault(cause, path))
      }
    },
    writeAtomic,
    ensureDirectory: (path, mode) => {
      try {
        mkdirSync(path, { recursive: true, mode })
        return ok(undefined)
      } catch (cause) {
        return err(fault(cause, path))
      }
    },
    watch: (path, changed) => {
      // The directory is watched, since editors and Kubernetes replace the file itself.
      const name = basename(path)
      try {
        const watcher = watch(dirname(path), { persistent: false }, (_event, file) => {
          if (file === null || file === name || file === '..data') changed()
        })
        watcher.on('error', () => watcher.close())
        return () => watcher.close()
      } catch {
        return () => {}
      }
    },
  }
}

function writeAtomic(path: string, text: string, mode: number): Result<void, FileFault> {
  const temporary = `${path}.new`
  try {
    const file = openSync(temporary, 'w', mode)
    try {
      // Not writeSync: on a disk that fills up it writes a part, says so, and does not throw.
      writeFileSync(file, text)
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
    chmodSync(temporary, mode)
    renameSync(temporary, path)
    syncDirectory(dirname(path))
    return ok(undefined)
  } catch (cause) {
    rmSync(temporary, { force: true })
    return err(fault(cause, path))
  }
}

/** A rename is on disk when the directory is. */
function syncDirectory(path: string): void {
  const directory = openSync(path, 'r')
  try {
    fsyncSync(directory)
  } finally {
    closeSync(directory)
  }
}

/** Files in memory for tests; keys are paths. */
export function memoryFiles(contents: Record<string, string>): Files {
  const files = new Map(Object.entries(contents))
  const modes = new Map<string, number>()
  const watchers = new Set<{ path: string; changed: () => void }>()
  return {
    exists: (path) => files.has(path),
    mode: (path) =>
      files.has(path) ? ok(modes.get(path) ?? 0o600) : err({ code: 'ENOENT', path }),
    readText: (path) => {
      const text = files.get(path)
      return text === undefined ? err({ code: 'ENOENT', path }) : ok(text)
    },
    writeAtomic: (path, text, mode) => {
      files.set(path, text)
      modes.set(path, mode)
      for (const watcher of watchers) if (watcher.path === path) watcher.changed()
      return ok(undefined)
    },
    ensureDirectory: () => ok(undefined),
    watch: (path, changed) => {
      const watcher = { path, changed }
      watchers.add(watcher)
      return () => watchers.delete(watcher)
    },
  }
}
