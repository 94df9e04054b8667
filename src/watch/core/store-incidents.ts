// Stores that are too small: one incident each, told again only when it gets worse.
import type { WatchedStore } from '../config.ts'
import type { StoreSample } from '../forecast/sample.ts'
import { type StoreAlarm, type StoreForecast, storeAlarmKinds } from '../forecast/store-forecast.ts'
import { createStoreTracker, declaredSample } from '../forecast/tracker.ts'
import type { StoreTracker } from '../forecast/store-forecast.ts'
import type { StoreRow } from '../incident/evidence.ts'
import type { Urgency } from '../incident/incident.ts'
import { isStoreBehind } from './absorb.ts'
import { type Desk, isLayer } from './desk.ts'

/** Rows of a store: one an hour for a week. */
const rowEveryMs = 3_600_000
const rowsMax = 7 * 24
/** An alarm is over after so many readings without one, over this time. */
const patience = { bad: 1, good: 10 }
const quietMs = 30 * 60_000
/** A tracker that has just started cannot say yet that a store fits: an alarm of before stands. */
const learningMs = 90 * 60_000

/** Follows all stores. */
export class Stores {
  readonly #desk: Desk
  readonly #stores = new Map<
    string,
    { readonly config: WatchedStore; readonly tracker: StoreTracker }
  >()
  readonly #newest = new Map<string, StoreForecast>()
  #isDeclared = false
  #firstAt: number | null = null

  constructor(desk: Desk, stores: readonly WatchedStore[]) {
    this.#desk = desk
    for (const config of stores)
      this.#stores.set(config.name, { config, tracker: createStoreTracker(config) })
  }

  /** What the configuration alone says; once, at the first input, since a core has no clock. */
  declare(at: number): void {
    if (this.#isDeclared) return
    this.#isDeclared = true
    for (const { config } of this.#stores.values()) {
      const sample = declaredSample(config, at)
      if (sample !== null) this.take(sample)
    }
  }

  /** The newest forecast of each store that has one. */
  newest(): readonly StoreForecast[] {
    return [...this.#newest.values()]
  }

  take(sample: StoreSample): void {
    const store = this.#stores.get(sample.store)
    if (store === undefined) return
    this.#firstAt ??= sample.at
    const now = store.tracker.take(sample)
    this.#newest.set(now.store, now)
    this.#remember(now)
    const [worst] = now.alarms
    const turn = this.#desk.conditions.take(
      `store:${sample.store}`,
      { at: sample.at, isBad: worst !== undefined },
      patience,
    )
    if (worst !== undefined) this.#alarm(store.config, now, worst)
    else if (turn === 'went-well') this.#quiet(now)
  }

  #remember(now: StoreForecast): void {
    const rows = this.#desk.storeRows.get(now.store) ?? []
    const last = rows.at(-1)
    if (last !== undefined && now.at - last.at < rowEveryMs) return
    this.#desk.storeRows.set(now.store, [...rows, rowOf(now)].slice(-rowsMax))
  }

  #alarm(config: WatchedStore, now: StoreForecast, worst: StoreAlarm): void {
    const cause = `store:${now.store}` as const
    const { book } = this.#desk
    const evidence = `${now.source}: ${now.used.blocks} of ${now.total.blocks} blocks used${now.attribution === '' ? '' : `; ${now.attribution}`}`
    const entry = {
      at: now.at,
      kind: 'alarm',
      text: `${now.store}: ${worst.text}`,
      evidence,
    } as const
    const open = book.openOf(cause)
    const patch = {
      title: `Store ${now.store}: ${worst.text}`,
      urgency: urgencyOf(worst),
      advice: [...now.levers, 'Run gatehouse capacity with other sizes, rates and retentions'],
    }
    if (open === null) {
      const record = book.start({
        ...patch,
        at: now.at,
        cause,
        elements: [config.layer],
        verdict: null,
        firstSymptomAt: worst.since,
        by: 'store',
        timeline: [entry],
        evidence: { stores: this.#desk.storeRows.get(now.store) ?? [] },
      })
      if (record === null) return
      book.progress(cause, { pending: worst.kind })
      const layer = book.open().find((one) => isLayer(one) && isStoreBehind(record, one))
      if (layer !== undefined) this.#desk.link(layer, record, now.at)
      this.#desk.judge(record.incident.id)
    } else if (isWorse(worst, open.progress.pending)) {
      book.progress(cause, { pending: worst.kind })
      book.change(cause, patch, entry)
      this.#rows(cause, now.store)
    }
  }

  #rows(cause: `store:${string}`, store: string): void {
    const open = this.#desk.book.openOf(cause)
    if (open === null) return
    const stores = this.#desk.storeRows.get(store) ?? []
    this.#desk.book.amend(open.incident.id, (record) => ({
      ...record,
      evidence: { ...record.evidence, stores },
    }))
  }

  #quiet(now: StoreForecast): void {
    const cause = `store:${now.store}` as const
    const open = this.#desk.book.openOf(cause)
    if (open === null || now.at - open.incident.openedAt < quietMs) return
    if (now.at - (this.#firstAt ?? now.at) < learningMs) return
    this.#rows(cause, now.store)
    this.#desk.book.close(cause, {
      at: now.at,
      kind: 'closed',
      text: `${now.store} fits again`,
      evidence: `${patience.good} readings without an alarm; ${now.used.blocks} of ${now.total.blocks} blocks used`,
    })
  }
}

function urgencyOf({ kind }: StoreAlarm): Urgency {
  return kind === 'critical' || kind === 'empty-files' ? 'page' : 'notice'
}

/** Worse than the worst that was told. */
function isWorse({ kind }: StoreAlarm, told: string): boolean {
  const before = storeAlarmKinds.findIndex((each) => each === told)
  return before === -1 || storeAlarmKinds.indexOf(kind) < before
}

function rowOf(now: StoreForecast): StoreRow {
  const { forecast, inflow, total, used } = now
  return {
    store: now.store,
    at: now.at,
    usedBlocks: used.blocks,
    totalBlocks: total.blocks,
    ratePerMs: inflow.mid,
    ratioLow: finite(forecast.ratioWithoutRestart.low) ?? 0,
    ratio: finite(forecast.ratioWithoutRestart.mid) ?? 0,
    timeToFullLowMs: finite(forecast.timeToFullMs.low),
    timeToFullMs: finite(forecast.timeToFullMs.mid),
    timeToFullHighMs: finite(forecast.timeToFullMs.high),
    attribution: now.attribution,
  }
}

function finite(value: number | null): number | null {
  return value !== null && Number.isFinite(value) ? value : null
}
