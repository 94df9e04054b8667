// What is known of a store at one time, whoever measured it.

/** Who causes an inflow. */
export const inflowKinds = ['people', 'probes', 'machines'] as const

/** Who causes the inflow, as far as the source can tell. */
export type InflowKind = (typeof inflowKinds)[number]

/** One reading. Counts that the source cannot give are null. */
export interface StoreSample {
  /** Name of the store in the configuration. */
  readonly store: string
  /** Epoch ms. */
  readonly at: number
  readonly source: 'gate' | 'statfs' | 'kubelet' | 'prometheus' | 'declared'
  /** In blocks, never in bytes of files: a file of one byte takes one block. */
  readonly usedBlocks: number
  readonly totalBlocks: number
  readonly blockBytes: number
  readonly usedInodes: number | null
  readonly totalInodes: number | null
  /** Entries created since the store began, by who caused it; null: not known. Resets at a restart. */
  readonly created: Readonly<Record<InflowKind, number>> | null
  /** Times of creation of the entries that are there, epoch ms, from a directory scan; null: not known. */
  readonly createdAt: readonly number[] | null
  /** Entries without content: what failed writes leave behind; null: not known. */
  readonly emptyEntries: number | null
  /** Writes that failed for want of room since the store began (ENOSPC); absent: not known. */
  readonly failedWrites?: number
}
