// The memory disk of 2026-04-18, small: files of a legacy store fill a real tmpfs, and the watch's own eyes see
// it coming, full, and what failed writes leave behind.
import { expect } from 'bun:test'
import { utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createStoreTracker } from '../../src/watch/forecast/tracker.ts'
import type { StoreForecast } from '../../src/watch/forecast/store-forecast.ts'
import { statfsWitness } from '../../src/watch/witness/statfs.ts'
import { testStore } from '../../src/watch/witness/testing.fixture.ts'
import { realWorld } from '../../src/world/world.ts'
import { scenario } from '../scenario.ts'
import { onSmallDisk } from '../support/small-disk.ts'

const minute = 60_000

scenario(
  'a legacy store on a tmpfs of 1 MiB is seen to be too small, to be full, and to fail',
  { needs: ['root-mount'] },
  () =>
    onSmallDisk('1m', async ({ directory }) => {
      const world = realWorld()
      const store = testStore({ path: directory, retentionMs: 7 * 24 * 60 * minute })
      const witness = statfsWitness([store], world)
      const tracker = createStoreTracker(store)
      const look = async (): Promise<StoreForecast> => {
        const read = await witness.read()
        if (!read.ok) throw new Error(read.error.detail)
        const [sample] = read.value.samples
        if (sample === undefined) throw new Error('The witness gave no sample')
        return tracker.take(sample)
      }

      // One session a minute for 100 minutes, told by the times of the files: a first look is enough.
      const start = world.clock.now() - 100 * minute
      for (let i = 0; i < 100; i++) {
        save(directory, i)
        const at = new Date(start + i * minute)
        utimesSync(join(directory, `session_${i}`), at, at)
      }
      writeFileSync(join(directory, 'not-a-session'), '')
      const early = await look()
      expect(early.total.blocks).toBe(256)
      expect(early.used.blocks).toBe(100)
      expect(early.inflow.basis).toBe('directory')
      expect(early.inflow.mid * minute).toBeWithin(0.9, 1.15)
      // 156 blocks are left: two hours and a half.
      expect((early.forecast.timeToFullMs.mid ?? 0) / minute).toBeWithin(135, 175)
      expect(early.alarms.map(({ kind }) => kind)).toEqual(['soon', 'structural'])

      // As measured in the study: 256 are written, 44 fail, 300 files stand there, 44 of them empty.
      let failed = 0
      for (let i = 100; i < 300; i++) if (!save(directory, i)) failed++
      expect(failed).toBe(44)
      const full = await look()
      expect([full.used.blocks, full.fill]).toEqual([256, 1])
      expect(full.alarms.map(({ kind }) => kind)).toEqual([
        'critical',
        'empty-files',
        'soon',
        'structural',
      ])
      expect(full.alarms.find(({ kind }) => kind === 'empty-files')?.text).toBe(
        '44 entries are empty: what failed writes leave behind',
      )
      expect(full.used.inodes).toBeGreaterThanOrEqual(300)
    }),
)

/** Saves a session as a file store does: opened first, written then; the file stays when that fails. */
function save(directory: string, i: number): boolean {
  try {
    writeFileSync(join(directory, `session_${i}`), 'x'.repeat(1500))
    return true
  } catch {
    return false
  }
}
