// A store in a drill: a small memory disk that entries come to and leave after their retention.
import type { StoreSample } from '../forecast/sample.ts'
import type { Dice } from './dice.ts'
import { blockBytes } from './drill-estate.ts'
import type { DrillStore } from './scenario.ts'

const minuteMs = 60_000
const hourMs = 60 * minuteMs

/** Entries that came in one minute, and are still there. */
interface Batch {
  readonly at: number
  readonly count: number
}

/** One store, a minute at a time. Full stores leave an empty file for each write that failed. */
export class SimulatedStore {
  readonly settings: DrillStore
  /** Blocks and inodes that it has. */
  readonly totalBlocks: number
  readonly totalInodes: number | null
  /** Time of the first write that failed, ms from the start; null: none has. */
  firstFailureAt: number | null = null
  readonly #dice: Dice
  readonly #blocksPerEntry: number
  readonly #created = { people: 0, probes: 0, machines: 0 }
  #batches: Batch[] = []
  #entries = 0
  #empty = 0
  #failures = 0
  #first = 0
  #restartedAt = 0

  constructor(settings: DrillStore, dice: Dice) {
    this.settings = settings
    this.#dice = dice
    this.totalBlocks = Math.floor(settings.size / blockBytes)
    this.totalInodes = settings.inodes ?? null
    this.#blocksPerEntry = Math.max(1, Math.ceil(settings.entry / blockBytes))
    if (settings.used > 0) this.#add({ at: 0, count: settings.used })
  }

  /** Whether one more entry would find no room. */
  get isFull(): boolean {
    const inodes = this.#entries + this.#empty
    return (
      (this.#entries + 1) * this.#blocksPerEntry > this.totalBlocks ||
      (this.totalInodes !== null && inodes >= this.totalInodes)
    )
  }

  /** The minute up to `at`, ms from the start. */
  pass(at: number): void {
    const { restart, retention } = this.settings
    if (restart !== undefined && at - this.#restartedAt >= restart) this.#emptied(at)
    this.#expire(at - retention)
    const { arrivals, probes } = ratesAt(this.settings, at)
    const byProbes = this.#dice.arrivals(probes * (minuteMs / hourMs))
    const byPeople = this.#dice.arrivals(Math.max(0, arrivals - probes) * (minuteMs / hourMs))
    const taken = this.#write(at, byProbes + byPeople)
    // Those that failed are shared out as they came.
    const share = byProbes + byPeople === 0 ? 0 : byProbes / (byProbes + byPeople)
    this.#created.probes += Math.round(taken * share)
    this.#created.people += taken - Math.round(taken * share)
  }

  /** A reading at `at` (ms from the start), as `statfs` or the gate gives it. */
  sample(at: number, startAt: number): StoreSample {
    const { name, source } = this.settings
    return {
      store: name,
      at: startAt + at,
      source: source === 'gate' ? 'gate' : 'statfs',
      usedBlocks: this.#entries * this.#blocksPerEntry,
      totalBlocks: this.totalBlocks,
      blockBytes,
      usedInodes: this.totalInodes === null ? null : this.#entries + this.#empty,
      totalInodes: this.totalInodes,
      created: source === 'gate' ? { ...this.#created } : null,
      createdAt: null,
      emptyEntries: this.#empty,
      ...(source === 'gate' ? { failedWrites: this.#failures } : {}),
    }
  }

  #write(at: number, wanted: number): number {
    const room = Math.floor(this.totalBlocks / this.#blocksPerEntry) - this.#entries
    const inodes =
      this.totalInodes === null ? wanted : this.totalInodes - this.#entries - this.#empty
    const taken = Math.max(0, Math.min(wanted, room, inodes))
    this.#add({ at, count: taken })
    const failed = wanted - taken
    if (failed > 0) {
      this.firstFailureAt ??= at
      this.#failures += failed
      const left =
        this.totalInodes === null ? failed : this.totalInodes - this.#entries - this.#empty
      this.#empty += Math.max(0, Math.min(failed, left))
    }
    return taken
  }

  #add(batch: Batch): void {
    if (batch.count === 0) return
    this.#batches.push(batch)
    this.#entries += batch.count
  }

  #expire(before: number): void {
    while ((this.#batches[this.#first]?.at ?? Number.POSITIVE_INFINITY) < before) {
      this.#entries -= this.#batches[this.#first]?.count ?? 0
      this.#first++
    }
    if (this.#first < batchesKeptMax) return
    this.#batches = this.#batches.slice(this.#first)
    this.#first = 0
  }

  #emptied(at: number): void {
    this.#batches = []
    this.#first = 0
    this.#entries = 0
    this.#empty = 0
    this.#restartedAt = at
  }
}

/** Batches that have expired are thrown away by this many. */
const batchesKeptMax = 4096

function ratesAt(
  { arrivals, later, probes }: DrillStore,
  at: number,
): { readonly arrivals: number; readonly probes: number } {
  return later.findLast(({ from }) => from <= at) ?? { arrivals, probes }
}
