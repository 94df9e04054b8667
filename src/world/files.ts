// Files, as an argument. Faults come back as values with the system's own code (ENOSPC, EACCES, ...).
import {
  chmodSync,
  closeSync,
  existsSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  statfsSync,
  watch,
  writeFileSync,
} from 'node:fs'
import { lstat, opendir } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { type Result, err, ok } from '../std/result.ts'
import type { Cancel } from './clock.ts'
import { type LockFault, takeLock } from './lock.ts'

/** A failed file operation: `code` as in errno, `path` as asked for. */
export interface FileFault {
  readonly code: string
  readonly path: string
}

/** Blocks and inodes of a file system (statvfs). */
export interface FileSystemUse {
  readonly blockBytes: number
  readonly blocks: number
  readonly blocksFree: number
  /** 0 where the file system does not count them. */
  readonly inodes: number
  readonly inodesFree: number
}

/** What to look for in a directory. */
export interface ScanOptions {
  readonly entriesMax: number
  isWanted(name: string): boolean
}

/** What a directory held. */
export interface DirectoryScan {
  readonly entries: readonly {
    readonly name: string
    readonly sizeBytes: number
    readonly modifiedAt: number
  }[]
  /** True when there were more than `entriesMax`. */
  readonly isCut: boolean
}

/** The few file operations that we need. */
export interface Files {
  /** With `bytesMax`, what is longer is a fault (`EFBIG`), found without reading further. */
  readText(path: string, bytesMax?: number): Result<string, FileFault>
  exists(path: string): boolean
  /** Whether `path` itself is a symbolic link, wherever that leads. */
  isLink(path: string): boolean
  /** Permission bits as in chmod. */
  mode(path: string): Result<number, FileFault>
  /** Whole or not at all, on disk when it returns: temporary file, fsync, rename. `mode` as in chmod. */
  writeAtomic(path: string, text: string, mode: number): Result<void, FileFault>
  ensureDirectory(path: string, mode: number): Result<void, FileFault>
  /** What the file system that holds `path` has, and has left. */
  fileSystem(path: string): Result<FileSystemUse, FileFault>
  /**
   * Files of a directory, not of those below it, at most `entriesMax` that are regular and whose name
   * `isWanted`. Waits between them, so that a directory of any size holds nobody up.
   */
  scan(path: string, options: ScanOptions): Promise<Result<DirectoryScan, FileFault>>
  /** Takes a lock that ends with the process at the latest; gives what releases it. */
  lock(path: string): Result<() => void, LockFault>
  /** Calls `changed` after the file at `path` was written, replaced or removed. */
  watch(path: string, changed: () => void): Cancel
}

const chunkBytes = 1024 * 1024

/** A pipe or a device tells no size beforehand. Throws as the file system does. */
function readAtMost(path: string, bytesMax: number): Result<string, FileFault> {
  const descriptor = openSync(path, 'r')
  try {
    const chunks: Uint8Array[] = []
    let length = 0
    for (;;) {
      const chunk = new Uint8Array(chunkBytes)
      const read = readSync(descriptor, chunk)
      if (read === 0) return ok(Buffer.concat(chunks).toString('utf8'))
      length += read
      if (length > bytesMax) return err({ code: 'EFBIG', path })
      chunks.push(chunk.subarray(0, read))
    }
  } finally {
    closeSync(descriptor)
  }
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
    isLink: (path) => lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true,
    mode: (path) => {
      try {
        return ok(statSync(path).mode & 0o7777)
      } catch (cause) {
        return err(fault(cause, path))
      }
    },
    readText: (path, bytesMax) => {
      try {
        if (bytesMax !== undefined) return readAtMost(path, bytesMax)
        return ok(readFileSync(path, 'utf8'))
      } catch (cause) {
        return err(fault(cause, path))
      }
    },
    writeAtomic,
    fileSystem,
    scan: scanDirectory,
    lock: takeLock,
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

function fileSystem(path: string): Result<FileSystemUse, FileFault> {
  try {
    const { bfree, blocks, bsize, ffree, files } = statfsSync(path)
    return ok({
      blockBytes: bsize,
      blocks,
      blocksFree: bfree,
      inodes: files,
      inodesFree: ffree,
    })
  } catch (cause) {
    return err(fault(cause, path))
  }
}

/** Files that are looked at together. */
const scanBatch = 64

async function scanDirectory(
  path: string,
  { entriesMax, isWanted }: ScanOptions,
): Promise<Result<DirectoryScan, FileFault>> {
  const entries: DirectoryScan['entries'][number][] = []
  let names: string[] = []
  const lookAt = async (): Promise<void> => {
    const found = await Promise.all(names.map((name) => lookAtFile(path, name)))
    for (const entry of found) if (entry !== null) entries.push(entry)
    names = []
  }
  try {
    for await (const { name } of await opendir(path)) {
      if (!isWanted(name)) continue
      if (entries.length + names.length >= entriesMax) {
        await lookAt()
        if (entries.length >= entriesMax) return ok({ entries, isCut: true })
      }
      names.push(name)
      if (names.length === scanBatch) await lookAt()
    }
    await lookAt()
    return ok({ entries, isCut: false })
  } catch (cause) {
    return err(fault(cause, path))
  }
}

/** Null for what is no regular file, or gone since the directory was read. */
async function lookAtFile(
  directory: string,
  name: string,
): Promise<DirectoryScan['entries'][number] | null> {
  try {
    const status = await lstat(join(directory, name))
    return status.isFile() ? { name, sizeBytes: status.size, modifiedAt: status.mtimeMs } : null
  } catch {
    return null
  }
}

function writeAtomic(path: string, text: string, mode: number): Result<void, FileFault> {
  // A name that nobody gives a file of theirs.
  const temporary = join(dirname(path), `.${basename(path)}.gatehouse-new`)
  try {
    const file = openAnew(temporary, mode)
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
    removeQuietly(temporary)
    return err(fault(cause, path))
  }
}

/**
 * Opens a file that was not there: a link that somebody put in its place would be written through
 * otherwise. What a killed process left there goes first.
 */
function openAnew(path: string, mode: number): number {
  try {
    return openSync(path, 'wx', mode)
  } catch (cause) {
    if (fault(cause, path).code !== 'EEXIST') throw cause
    rmSync(path, { force: true })
    return openSync(path, 'wx', mode)
  }
}

/** What could not be written may not be removable either: `force` is quiet about what is absent alone. */
function removeQuietly(path: string): void {
  try {
    rmSync(path, { force: true })
  } catch {
    // It is written over next time; the fault that came first is the one to tell.
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

/** A file system of files in memory: what `fileSystem` answers. */
const memoryUse: FileSystemUse = {
  blockBytes: 4096,
  blocks: 16_384,
  blocksFree: 16_384,
  inodes: 16_384,
  inodesFree: 16_384,
}

/** Files in memory for tests; keys are paths. Every file was modified at the epoch. */
export function memoryFiles(contents: Record<string, string>): Files {
  const files = new Map(Object.entries(contents))
  const modes = new Map<string, number>()
  const watchers = new Set<{ path: string; changed: () => void }>()
  const locks = new Set<string>()
  return {
    exists: (path) => files.has(path),
    isLink: () => false,
    mode: (path) =>
      files.has(path) ? ok(modes.get(path) ?? 0o600) : err({ code: 'ENOENT', path }),
    readText: (path, bytesMax = Infinity) => {
      const text = files.get(path)
      if (text === undefined) return err({ code: 'ENOENT', path })
      return Buffer.byteLength(text) > bytesMax ? err({ code: 'EFBIG', path }) : ok(text)
    },
    writeAtomic: (path, text, mode) => {
      files.set(path, text)
      modes.set(path, mode)
      for (const watcher of watchers) if (watcher.path === path) watcher.changed()
      return ok(undefined)
    },
    ensureDirectory: () => ok(undefined),
    lock: (path) => {
      if (locks.has(path)) return err({ code: 'EBUSY', path, holder: 'process 1' })
      locks.add(path)
      return ok(() => void locks.delete(path))
    },
    fileSystem: (path) => {
      const used = [...files.keys()].filter((file) => dirname(file) === path)
      if (used.length === 0 && !files.has(path)) return err({ code: 'ENOENT', path })
      const left = memoryUse.blocks - used.length
      return ok({ ...memoryUse, blocksFree: left, inodesFree: left })
    },
    scan: async (path, { entriesMax, isWanted }) => {
      const inside = [...files].filter(([file]) => dirname(file) === path)
      if (inside.length === 0) return err({ code: 'ENOENT', path })
      const wanted = inside.filter(([file]) => isWanted(basename(file)))
      const entries = wanted.slice(0, entriesMax).map(([file, text]) => ({
        name: basename(file),
        sizeBytes: Buffer.byteLength(text),
        modifiedAt: 0,
      }))
      return ok({ entries, isCut: wanted.length > entriesMax })
    },
    watch: (path, changed) => {
      const watcher = { path, changed }
      watchers.add(watcher)
      return () => watchers.delete(watcher)
    },
  }
}
