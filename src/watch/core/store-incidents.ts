// Stores that are too small: one incident each, told again only when it gets worse.
import type { WatchedStore } from '../config.ts'
import type { StoreSample } from '../forecast/sample.ts'
import { type StoreAlarm, type StoreForecast, storeAlarmKinds } from '../forecast/store-forecast.ts'
import { createStoreTracker, declaredSample } from '../forecast/tracker.ts'
import type { StoreTracker } from '../forecast/store-forecast.ts'
import type { StoreRow } from '../incident/evidence.ts'
import type { TimelineEntry } from '../incident/incident.ts'
import type { IncidentRecord } from '../core.ts'
import { joinStore } from './begin.ts'
import { withStores } from './book.ts'
import { type Desk, familiesOf, isLayer } from './desk.ts'
import { familyOf } from './families.ts'
import {
  fullAlarm,
  isWarningBehind,
  ownerOf,
  rankOf,
  standingStores,
  warningOf,
} from './stores-behind.ts'

/** Rows of a store: one an hour for a week. */
const rowEveryMs = 3_600_000
const rowsMax = 7 * 24
/** An alarm is over after so many readings without one, over this time. */
const patience = { bad: 1, good: 10 }
const quietMs = 30 * 60_000
/** A tracker that has just started cannot say yet that a store fits: an alarm of before stands. */
const learningMs = 90 * 60_000
/** Stands for the kind of alarm that was told last, when there is none any more. */
const wellAgain = 'none'

/** Follows all stores. */
export class Stores {
  readonly #desk: Desk
  readonly #stores = new Map<
    string,
    { readonly config: WatchedStore; readonly tracker: StoreTracker }
  >()
  #isDeclared = false
  #firstAt: number | null = null

  constructor(desk: Desk, stores: readonly WatchedStore[]) {
    this.#desk = desk
    for (const config of stores) {
      this.#stores.set(config.name, { config, tracker: createStoreTracker(config) })
      desk.stores.set(config.name, { layer: config.layer, now: null })
    }
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
    return [...this.#desk.stores.values()].flatMap(({ now }) => now ?? [])
  }

  take(sample: StoreSample): void {
    const store = this.#stores.get(sample.store)
    if (store === undefined) return
    this.#firstAt ??= sample.at
    const now = store.tracker.take(sample)
    this.#desk.stores.set(now.store, { layer: store.config.layer, now })
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
    // An incident shows how its store went on, not only how it stood when something was told.
    const owner = ownerOf(this.#desk, now.store)
    if (owner?.progress.by === 'store') this.#rows(owner, now.store)
  }

  #alarm(config: WatchedStore, now: StoreForecast, worst: StoreAlarm): void {
    const desk = this.#desk
    const owner = ownerOf(desk, now.store)
    if (owner?.progress.by === 'rounds') return this.#noteBehind(owner, now, worst)
    if (fullAlarm(desk.stores.get(now.store)) !== null) {
      const layer = desk.book
        .open()
        .find(
          (one) =>
            one.progress.by === 'rounds' &&
            isLayer(one) &&
            familiesOf(one).includes(familyOf(config.layer)),
        )
      if (layer !== undefined) return joinStore(desk, layer, now.store)
    }
    if (owner === null) this.#open(config, now, worst)
    else if (isWorse(worst, toldOf(owner, now.store))) {
      const { cause } = owner.incident
      this.#told(owner, now.store, worst)
      desk.book.change(cause, warningOf(now, worst), entryOf(desk, now, worst))
      this.#rows(owner, now.store)
    }
  }

  #open(config: WatchedStore, now: StoreForecast, worst: StoreAlarm): void {
    const desk = this.#desk
    const record = desk.book.start({
      ...warningOf(now, worst),
      at: now.at,
      cause: `store:${now.store}`,
      elements: [config.layer],
      verdict: null,
      firstSymptomAt: worst.since,
      by: 'store',
      stores: [{ store: now.store, told: worst.kind }],
      timeline: [entryOf(desk, now, worst)],
      evidence: { stores: desk.storeRows.get(now.store) ?? [] },
    })
    if (record === null) return
    const layer = desk.book
      .open()
      .find((one) => isLayer(one) && isWarningBehind(record, familiesOf(one)))
    if (layer !== undefined) desk.link(layer, record, now.at)
    desk.judge(record.incident.id)
  }

  /** What fails for it is told already: that it gets worse meanwhile is a line, and no news. */
  #noteBehind(owner: IncidentRecord, now: StoreForecast, worst: StoreAlarm): void {
    if (!isWorse(worst, toldOf(owner, now.store))) return
    this.#told(owner, now.store, worst)
    this.#desk.book.note(owner.incident.id, entryOf(this.#desk, now, worst))
    this.#rows(owner, now.store)
  }

  #told(
    { incident, progress }: IncidentRecord,
    store: string,
    { kind }: { readonly kind: string },
  ): void {
    this.#desk.book.progress(incident.cause, {
      stores: withStores(progress.stores, [{ store, told: kind }]),
    })
  }

  #rows({ incident }: IncidentRecord, store: string): void {
    const rows = this.#desk.storeRows.get(store) ?? []
    this.#desk.book.amend(incident.id, (record) => {
      const others = record.evidence.stores.filter((row) => row.store !== store)
      return { ...record, evidence: { ...record.evidence, stores: [...others, ...rows] } }
    })
  }

  #quiet(now: StoreForecast): void {
    const { book } = this.#desk
    const owner = ownerOf(this.#desk, now.store)
    if (owner === null) return
    const entry = {
      at: now.at,
      text: `${now.store} fits again`,
      evidence: `${patience.good} readings without an alarm; ${now.used.blocks} of ${now.total.blocks} blocks used`,
    }
    if (owner.progress.by === 'rounds') {
      // Told once for each time that it had been worse.
      if (toldOf(owner, now.store) === wellAgain) return
      this.#told(owner, now.store, { kind: wellAgain })
      book.note(owner.incident.id, { ...entry, kind: 'observation' })
      return
    }
    if (now.at - owner.incident.openedAt < quietMs) return
    if (now.at - (this.#firstAt ?? now.at) < learningMs) return
    if (standingStores(this.#desk, owner).length > 0) return
    this.#rows(owner, now.store)
    book.close(owner.incident.cause, { ...entry, kind: 'closed' })
  }
}

/** Worse than the worst that was told. */
function isWorse(alarm: StoreAlarm, told: string): boolean {
  const before = storeAlarmKinds.findIndex((each) => each === told)
  return before === -1 || rankOf(alarm) < before
}

function toldOf({ progress }: IncidentRecord, store: string): string {
  return progress.stores.find((each) => each.store === store)?.told ?? ''
}

function entryOf(desk: Desk, now: StoreForecast, worst: StoreAlarm): TimelineEntry {
  return {
    at: now.at,
    kind: 'alarm',
    text: `${now.store}: ${worst.text}`,
    evidence: desk.evidenceOf(now.store),
  }
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
