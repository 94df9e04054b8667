// Follows a store from reading to reading: arrivals, restarts, retention, and the alarms that come of them.
import { type Forecast, forecast } from '../../model/forecast.ts'
import type { WatchedStore } from '../config.ts'
import { type AlarmBook, createAlarmBook } from './alarms.ts'
import { Arrivals, type Span, arrivalsOf } from './arrivals.ts'
import { declaredInflow, estimateInflow } from './inflow-estimate.ts'
import { type Limit, blockLimit, entryBlocks, inodeLimit, totalBlocks } from './limits.ts'
import { median } from './rate.ts'
import { type InflowKind, type StoreSample, inflowKinds } from './sample.ts'
import { attributionOf, leverTexts } from './sentences.ts'
import type { ObservedInflow, StoreForecast, StoreTracker } from './store-forecast.ts'

/** A drop of used blocks by this share and number ends a segment: growth is not counted across it. */
const dropShare = 0.2
const dropBlocksMin = 50
/** What is left, at most, when everything was thrown away: a restart and no sweep. */
const restartShare = 0.1
/** Fill from which on growth says nothing about arrivals any more: they fail. */
const censoredFill = 0.99
/** Sources, best first; while one was heard lately, worse ones are not listened to. */
const sources: readonly StoreSample['source'][] = [
  'gate',
  'statfs',
  'kubelet',
  'prometheus',
  'declared',
]
const heardLatelyMs = 10 * 60_000
/** Times of restarts that are kept. */
const restartsMax = 32

/** A tracker of one store; nothing is known before the first reading. */
export function createStoreTracker(store: WatchedStore): StoreTracker {
  return new Tracker(store)
}

/** The reading that a configuration alone allows; null when it says nothing of the size. */
export function declaredSample(store: WatchedStore, at: number): StoreSample | null {
  if (store.sizeBytes === null) return null
  const totalBlocks = Math.floor(store.sizeBytes / store.blockBytes)
  return { ...nothingKnown(store), at, totalBlocks }
}

class Tracker implements StoreTracker {
  readonly #store: WatchedStore
  readonly #alarms: AlarmBook
  readonly #grown = new Arrivals()
  readonly #counted = new Arrivals()
  readonly #seen = new Arrivals()
  #last: StoreSample | null = null
  #before: StoreForecast | null = null
  #restarts: readonly number[] = []
  #restartCount = 0

  constructor(store: WatchedStore) {
    this.#store = store
    this.#alarms = createAlarmBook(store)
  }

  take(sample: StoreSample): StoreForecast {
    const isUsable = makesSense(sample) && this.#isNews(sample)
    if (!isUsable && this.#before !== null) return this.#before
    const reading = isUsable ? sample : nothingKnown(this.#store)
    if (this.#last !== null) this.#count(this.#last, reading)
    const now = this.#standing(reading)
    const failedWrites = failedBetween(this.#last, reading)
    if (isUsable) this.#last = reading
    this.#before = { ...now, alarms: this.#alarms.take(now, { reading, failedWrites }) }
    return this.#before
  }

  /** Later than the last reading, and from a source at least as good, or one that is all there is. */
  #isNews(sample: StoreSample): boolean {
    const last = this.#last
    if (last === null) return true
    const isWorse = sources.indexOf(sample.source) > sources.indexOf(last.source)
    return sample.at >= last.at + (isWorse ? heardLatelyMs : 0)
  }

  /** What arrived between two readings. */
  #count(last: StoreSample, sample: StoreSample): void {
    // Two sources count differently: growth from one to the other is none.
    if (sample.source !== last.source || sample.source === 'declared') return
    const { isDrop, isEmptied, grown } = growthBetween(last, sample)
    const created = createdBetween(last, sample)
    if (isEmptied || created?.isReset === true) this.#restarted(sample.at)
    const span = { from: last.at, to: sample.at }
    if (this.#isCensored(sample)) return
    if (!isDrop) this.#grown.add(span, grown / entryBlocks(this.#store, sample))
    if (created !== null) this.#counted.add(span, totalOf(created.byKind), created.byKind)
    const seen = sample.createdAt?.filter((time) => time > last.at && time <= sample.at)
    if (seen !== undefined) this.#seen.add(span, seen.length)
  }

  #restarted(at: number): void {
    this.#restarts = [...this.#restarts, at].slice(-restartsMax)
    this.#restartCount++
  }

  #standing(sample: StoreSample): StoreForecast {
    const store = this.#store
    const inflow = this.#inflow(sample)
    const { limitedBy, used, forecasted } = firstToEnd(store, sample, inflow)
    return {
      store: store.name,
      at: sample.at,
      source: sample.source,
      limitedBy,
      used: { blocks: sample.usedBlocks, inodes: sample.usedInodes },
      total: { blocks: totalBlocks(store, sample), inodes: sample.totalInodes },
      fill: forecasted.capacity > 0 ? Math.min(1, used / forecasted.capacity) : 0,
      inflow,
      forecast: forecasted,
      retention: { configuredMs: store.retentionMs, oldestMs: oldestAge(sample) },
      restarts: { count: this.#restartCount, everyMs: cadenceOf(this.#restarts) },
      alarms: [],
      attribution: attributionOf(inflow, store.declaredPerMs),
      levers: leverTexts(forecasted, limitedBy),
    }
  }

  /** From the best source that this reading has. */
  #inflow(sample: StoreSample): ObservedInflow {
    const { retentionMs, declaredPerMs } = this.#store
    if (sample.source === 'declared') return declaredInflow(declaredPerMs)
    const at = sample.at
    if (sample.created !== null)
      return estimateInflow(this.#counted, { basis: 'counters', at, entries: null, retentionMs })
    if (sample.createdAt !== null && sample.createdAt.length > 0) {
      // What was seen itself reaches back over restarts, the directory to before the first reading.
      const listed = arrivalsOf(sample.createdAt, this.#listedSpan(sample, sample.createdAt))
      const longest = listed.observedMs() > this.#seen.observedMs() ? listed : this.#seen
      return estimateInflow(longest, { basis: 'directory', at, entries: null, retentionMs })
    }
    const entries = sample.usedBlocks / entryBlocks(this.#store, sample)
    return estimateInflow(this.#grown, { basis: 'blocks', at, entries, retentionMs })
  }

  /**
   * Time in which every entry that came is still there: from one retention ago, or since the store began,
   * which its oldest entry tells. A full store takes none: then until the newest.
   */
  #listedSpan(sample: StoreSample, createdAt: readonly number[]): Span {
    const { at } = sample
    const oldest = at - (oldestAge(sample) ?? 0)
    const from = Math.max(oldest, at - (this.#store.retentionMs ?? Number.POSITIVE_INFINITY))
    return { from, to: this.#isCensored(sample) ? newestOf(createdAt, at) : at }
  }

  /** A store without room takes no arrivals, however many try. */
  #isCensored(sample: StoreSample): boolean {
    const blocks = totalBlocks(this.#store, sample)
    return blocks > 0 && sample.usedBlocks >= blocks * censoredFill
  }
}

/** What ends first: sooner full, else the higher ratio. */
function firstToEnd(
  store: WatchedStore,
  sample: StoreSample,
  inflow: ObservedInflow,
): Limit & { readonly forecasted: Forecast } {
  const withForecast = (limit: Limit) => ({
    ...limit,
    forecasted: forecast(limit.shape, inflow, limit.used),
  })
  const blocks = withForecast(blockLimit(store, sample))
  const counted = inodeLimit(store, sample)
  if (counted === null) return blocks
  const inodes = withForecast(counted)
  const [a, b] = [inodes, blocks].map(({ forecasted, used }) => ({
    full: forecasted.timeToFullMs.mid ?? Number.POSITIVE_INFINITY,
    near: Math.max(forecasted.ratio.mid, used / forecasted.capacity),
  }))
  if (a === undefined || b === undefined) return blocks
  return a.full < b.full || (a.full === b.full && a.near > b.near) ? inodes : blocks
}

/** What became of the used blocks between two readings; `grown` is never below zero. */
function growthBetween(last: StoreSample, sample: StoreSample) {
  const lost = last.usedBlocks - sample.usedBlocks
  const isDrop = lost > dropBlocksMin && lost > last.usedBlocks * dropShare
  const isEmptied = isDrop && sample.usedBlocks < last.usedBlocks * restartShare
  return { isDrop, isEmptied, grown: Math.max(0, -lost) }
}

/** Arrivals by the counters; a counter that went down began anew. Null when the source does not count. */
function createdBetween(
  last: StoreSample,
  sample: StoreSample,
): { readonly byKind: Readonly<Record<InflowKind, number>>; readonly isReset: boolean } | null {
  const { created } = sample
  if (created === null || last.created === null) return null
  const before = last.created
  const isReset = inflowKinds.some((kind) => created[kind] < before[kind])
  const since = (kind: InflowKind): number => created[kind] - (isReset ? 0 : before[kind])
  return {
    byKind: { people: since('people'), probes: since('probes'), machines: since('machines') },
    isReset,
  }
}

function failedBetween(last: StoreSample | null, sample: StoreSample): number {
  const failed = sample.failedWrites ?? 0
  const before = last?.failedWrites ?? failed
  return failed < before ? failed : failed - before
}

function totalOf(byKind: Readonly<Record<InflowKind, number>>): number {
  return inflowKinds.reduce((sum, kind) => sum + byKind[kind], 0)
}

function newestOf(createdAt: readonly number[], at: number): number {
  const newest = createdAt.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY)
  return Math.min(at, newest)
}

function oldestAge({ at, createdAt }: StoreSample): number | null {
  if (createdAt === null || createdAt.length === 0) return null
  return at - createdAt.reduce((oldest, time) => Math.min(oldest, time), at)
}

/** Median time between restarts; null with fewer than two. */
function cadenceOf(restarts: readonly number[]): number | null {
  if (restarts.length < 2) return null
  return median(restarts.slice(1).map((at, i) => at - (restarts[i] ?? at)))
}

/** Numbers of a reading that can be counted with; anything else came from somewhere that is not well. */
function makesSense(sample: StoreSample): boolean {
  const { created, createdAt } = sample
  const counts = [
    sample.usedBlocks,
    sample.totalBlocks,
    sample.blockBytes,
    sample.usedInodes ?? 0,
    sample.totalInodes ?? 0,
    sample.emptyEntries ?? 0,
    sample.failedWrites ?? 0,
    ...(created === null ? [] : inflowKinds.map((kind) => created[kind])),
  ]
  return (
    counts.every((count) => Number.isSafeInteger(count) && count >= 0) &&
    Math.abs(sample.at) <= Number.MAX_SAFE_INTEGER &&
    (createdAt === null || createdAt.every((time) => Math.abs(time) <= Number.MAX_SAFE_INTEGER))
  )
}

/** Stands in for a first reading that cannot be used. */
function nothingKnown(store: WatchedStore): StoreSample {
  return {
    store: store.name,
    at: 0,
    source: 'declared',
    usedBlocks: 0,
    totalBlocks: 0,
    blockBytes: store.blockBytes,
    usedInodes: null,
    totalInodes: null,
    created: null,
    createdAt: null,
    emptyEntries: null,
  }
}
