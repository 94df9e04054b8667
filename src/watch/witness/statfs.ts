// Directories that the watch can see itself: blocks, inodes, and what the files in them tell.
import { type Result, err, ok } from '../../std/result.ts'
import type { WatchedStore } from '../config.ts'
import type { StoreSample } from '../forecast/sample.ts'
import { globPattern } from './glob.ts'
import {
  type BlindWitness,
  type Witness,
  type WitnessReport,
  type WitnessWorld,
  emptyReport,
} from './witness.ts'

/** Name of the witness that needs no declaration: every store with a path has it. */
export const statfsName = 'statfs'
/** Files of a store that are looked at; with more, their times and sizes are left aside. */
export const filesMax = 200_000

/** A witness over the stores that have a path. One that cannot be read makes it blind, and says which. */
export function statfsWitness(stores: readonly WatchedStore[], world: WitnessWorld): Witness {
  return {
    name: statfsName,
    read: async (): Promise<Result<WitnessReport, BlindWitness>> => {
      const samples: StoreSample[] = []
      for (const store of stores) {
        if (store.path === null) continue
        // oxlint-disable-next-line no-await-in-loop -- one directory after the other spares the disk
        const sample = await readDirectory(store, store.path, world)
        if (!sample.ok) return err({ witness: statfsName, detail: sample.error })
        samples.push(sample.value)
      }
      return ok({ ...emptyReport, samples })
    },
  }
}

async function readDirectory(
  store: WatchedStore,
  path: string,
  { clock, files }: WitnessWorld,
): Promise<Result<StoreSample, string>> {
  const use = files.fileSystem(path)
  const pattern = globPattern(store.files)
  const scan = await files.scan(path, {
    entriesMax: filesMax,
    isWanted: (name) => pattern.test(name),
  })
  if (!use.ok || !scan.ok) {
    const code = use.ok ? (scan.ok ? '' : scan.error.code) : use.error.code
    return err(`The directory of the store "${store.name}" cannot be read: "${code}"`)
  }
  const { blockBytes, blocks, blocksFree, inodes, inodesFree } = use.value
  const { entries, isCut } = scan.value
  return ok({
    store: store.name,
    at: clock.now(),
    source: 'statfs',
    usedBlocks: Math.max(0, blocks - blocksFree),
    totalBlocks: blocks,
    blockBytes,
    usedInodes: inodes === 0 ? null : Math.max(0, inodes - inodesFree),
    totalInodes: inodes === 0 ? null : inodes,
    created: null,
    createdAt: isCut ? null : entries.map(({ modifiedAt }) => modifiedAt),
    emptyEntries: isCut ? null : entries.filter(({ sizeBytes }) => sizeBytes === 0).length,
  })
}
