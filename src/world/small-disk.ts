// A small disk that really fills up: a tmpfs of its own size, mounted for a while. Needs the right to mount.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Result, err, ok } from '../std/result.ts'

/** A mounted tmpfs. */
export interface SmallDisk {
  readonly path: string
  /** Unmounts it; what was on it is gone. Twice is the same as once. */
  remove(): void
}

/** Mounts one of `sizeBytes` below the system's temporary directory. The error is a sentence. */
export function mountSmallDisk(sizeBytes: number): Result<SmallDisk, string> {
  const path = mkdtempSync(join(tmpdir(), 'gatehouse-disk-'))
  const options = `size=${sizeBytes},mode=700`
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'gatehouse-lab', path], {
    encoding: 'utf8',
  })
  if (mounted.status !== 0) {
    rmdirSync(path)
    const reason =
      mounted.error?.message ?? (mounted.stderr.trim().split('\n')[0] ?? '').replace(/\.$/, '')
    return err(`Cannot mount a small tmpfs, which takes root or CAP_SYS_ADMIN: "${reason}"`)
  }
  let isMounted = true
  return ok({
    path,
    remove: () => {
      if (!isMounted) return
      isMounted = false
      // Lazily where something still has a file open on it: the mount leaves the tree at once.
      if (spawnSync('umount', [path]).status !== 0) spawnSync('umount', ['-l', path])
      rmdirSync(path)
    },
  })
}
