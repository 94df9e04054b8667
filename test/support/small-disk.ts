// A small disk that really fills up: a tmpfs of its own size, mounted for one story.
import { spawnSync } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, rmSync, rmdirSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A mounted tmpfs. */
export interface SmallDisk {
  readonly directory: string
  /** Takes up all the room that is left, to the last byte. */
  fill(): void
  /** Gives that room back. */
  free(): void
}

/** Runs `story` on a tmpfs of `size` (as `mount` has it: `1m`); needs `root-mount`. */
export async function onSmallDisk(
  size: string,
  story: (disk: SmallDisk) => Promise<void>,
): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'gatehouse-disk-'))
  const filler = join(directory, 'filler')
  run('mount', '-t', 'tmpfs', '-o', `size=${size},mode=700`, 'gatehouse-test', directory)
  try {
    await story({ directory, fill: () => fill(filler), free: () => rmSync(filler) })
  } finally {
    run('umount', directory)
    rmdirSync(directory)
  }
}

function fill(path: string): void {
  const file = openSync(path, 'a')
  try {
    for (const size of [4096, 1]) {
      const bytes = new Uint8Array(size)
      try {
        while (writeSync(file, bytes) === size);
      } catch (cause) {
        if (!(cause instanceof Error && 'code' in cause && cause.code === 'ENOSPC')) throw cause
      }
    }
  } finally {
    closeSync(file)
  }
}

function run(...words: readonly [string, ...string[]]): void {
  const [program, ...args] = words
  const { status, stderr } = spawnSync(program, args, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`Command "${words.join(' ')}" failed: ${stderr}`)
}
