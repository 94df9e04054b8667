// A file that is written whole or not at all, on a disk that really fills up under it.
import { expect } from 'bun:test'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { realFiles } from '../../src/world/files.ts'
import { scenario } from '../scenario.ts'
import { onSmallDisk } from '../support/small-disk.ts'

scenario(
  'a file keeps its old content when the disk fills up halfway through the new one',
  { needs: ['root-mount'] },
  () =>
    onSmallDisk('64k', async ({ directory, fill, free }) => {
      const files = realFiles()
      const path = join(directory, 'people.yaml')
      expect(files.writeAtomic(path, 'the old content', 0o600).ok).toBe(true)

      // Room for the first pages of the new content, and not for all of it.
      const long = 'x'.repeat(80_000)
      const written = files.writeAtomic(path, long, 0o600)
      expect(written.ok ? 'written' : written.error.code).toBe('ENOSPC')
      expect(files.readText(path)).toEqual({ ok: true, value: 'the old content' })
      expect(readdirSync(directory)).toEqual(['people.yaml'])

      fill()
      expect(files.writeAtomic(path, 'not even a byte', 0o600).ok).toBe(false)
      expect(files.readText(path)).toEqual({ ok: true, value: 'the old content' })

      free()
      expect(files.writeAtomic(path, 'the new content', 0o600).ok).toBe(true)
      expect(files.readText(path)).toEqual({ ok: true, value: 'the new content' })
    }),
)
