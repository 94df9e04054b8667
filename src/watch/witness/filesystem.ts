// Sizes in bytes of a file system, from whoever measured it, to a sample in blocks.
import type { WatchedStore } from '../config.ts'
import type { StoreSample } from '../forecast/sample.ts'

/** What a sample is of, and whose. */
export interface SampleHead {
  readonly store: WatchedStore
  /** Epoch ms. */
  readonly at: number
  readonly source: StoreSample['source']
}

/** Size and free bytes, inodes and free ones; undefined where they are not known. */
export type FilesystemBytes = readonly [
  size: number | undefined,
  free: number | undefined,
  inodes: number | undefined,
  inodesFree: number | undefined,
]

/** A sample in whole blocks; null where size or free bytes are missing, no numbers, or impossible. */
export function sampleOfBytes(head: SampleHead, bytes: FilesystemBytes): StoreSample | null {
  const [size, free, inodes, inodesFree] = bytes
  const used = usedOf(size, free)
  if (used === null || size === undefined || size === 0) return null
  const { at, source, store } = head
  const { blockBytes } = store
  const usedInodes = inodes === 0 ? null : usedOf(inodes, inodesFree)
  return {
    store: store.name,
    at,
    source,
    usedBlocks: Math.ceil(used / blockBytes),
    totalBlocks: Math.floor(size / blockBytes),
    blockBytes,
    usedInodes: usedInodes === null ? null : Math.floor(usedInodes),
    totalInodes: usedInodes === null ? null : Math.floor(inodes ?? 0),
    created: null,
    createdAt: null,
    emptyEntries: null,
  }
}

/** The sample with the largest share in use, of those that are any; none of none. */
export function fullest(samples: readonly (StoreSample | null)[]): readonly StoreSample[] {
  let most: StoreSample | null = null
  for (const sample of samples)
    if (sample !== null && (most === null || fillOf(sample) > fillOf(most))) most = sample
  return most === null ? [] : [most]
}

function fillOf({ totalBlocks, usedBlocks }: StoreSample): number {
  return usedBlocks / Math.max(1, totalBlocks)
}

/** Null for numbers that cannot be a total and a part of it. */
function usedOf(total: number | undefined, free: number | undefined): number | null {
  if (total === undefined || free === undefined) return null
  return free >= 0 && free <= total && total <= Number.MAX_SAFE_INTEGER ? total - free : null
}
