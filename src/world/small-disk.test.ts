// A small disk: mounted, full when it is full, gone when it is removed; or a sentence why not.
import { expect, test } from 'bun:test'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { realFiles } from './files.ts'
import { mountSmallDisk } from './small-disk.ts'

test('mountSmallDisk() gives a disk of its size, or says what it takes to mount one', () => {
  const disk = mountSmallDisk(64 * 1024)
  if (!disk.ok) {
    expect(disk.error).toMatch(
      /^Cannot mount a small tmpfs, which takes root or CAP_SYS_ADMIN: "[^\n]+"$/,
    )
    return
  }
  const { path, remove } = disk.value
  try {
    const use = realFiles().fileSystem(path)
    expect(use.ok && use.value.blocks * use.value.blockBytes).toBe(64 * 1024)
    expect(() => writeFileSync(join(path, 'large'), new Uint8Array(128 * 1024))).toThrow('ENOSPC')
  } finally {
    remove()
    remove()
  }
  expect(existsSync(path)).toBe(false)
})
