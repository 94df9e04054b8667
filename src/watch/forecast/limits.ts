// What can run out in a store, as shapes to forecast with: blocks, and inodes where they are counted.
import { type StoreShape, blocksPerEntry } from '../../model/forecast.ts'
import type { WatchedStore } from '../config.ts'
import type { StoreSample } from './sample.ts'
import type { StoreForecast } from './store-forecast.ts'

/** One thing that can run out, and how many entries' worth of it are gone. */
export interface Limit {
  readonly limitedBy: StoreForecast['limitedBy']
  readonly shape: StoreShape
  readonly used: number
}

/** Blocks of the store: measured, else declared; 0 when neither is known. */
export function totalBlocks(store: WatchedStore, sample: StoreSample): number {
  if (sample.totalBlocks > 0) return sample.totalBlocks
  return store.sizeBytes === null ? 0 : Math.floor(store.sizeBytes / store.blockBytes)
}

/** Blocks that one entry of the store takes. */
export function entryBlocks(store: WatchedStore, sample: StoreSample): number {
  return blocksPerEntry({ blockBytes: blockBytes(store, sample), entryBytes: store.entryBytes })
}

function blockBytes(store: WatchedStore, sample: StoreSample): number {
  return sample.blockBytes > 0 ? sample.blockBytes : store.blockBytes
}

/** Blocks. A store of unknown size is taken for endless: nothing can be said of when it is full. */
export function blockLimit(store: WatchedStore, sample: StoreSample): Limit {
  const blocks = totalBlocks(store, sample)
  const bytes = blockBytes(store, sample)
  return {
    limitedBy: 'blocks',
    used: sample.usedBlocks / entryBlocks(store, sample),
    shape: {
      sizeBytes: blocks === 0 ? Number.POSITIVE_INFINITY : blocks * bytes,
      blockBytes: bytes,
      entryBytes: store.entryBytes,
      retentionMs: store.retentionMs,
      restartMs: store.restartMs,
      inodes: null,
    },
  }
}

/** Inodes, one for each entry; null where the file system does not count them. */
export function inodeLimit(store: WatchedStore, sample: StoreSample): Limit | null {
  const { usedInodes, totalInodes } = sample
  if (usedInodes === null || totalInodes === null || totalInodes <= 0) return null
  return {
    limitedBy: 'inodes',
    used: usedInodes,
    shape: {
      // A store whose blocks are inodes: the same arithmetic.
      sizeBytes: totalInodes,
      blockBytes: 1,
      entryBytes: 1,
      retentionMs: store.retentionMs,
      restartMs: store.restartMs,
      inodes: null,
    },
  }
}
