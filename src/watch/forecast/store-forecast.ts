// What the watch says of a store: what it comes to, how sure that is, who fills it, what is wrong now.
import type { Forecast } from '../../model/forecast.ts'
import type { Inflow } from '../../model/inflow.ts'
import type { InflowKind, StoreSample } from './sample.ts'

/**
 * What can be wrong with a store, most urgent first (study, section 5.4.3).
 * `critical` nearly full, full within two hours, or writes fail · `empty-files` failed writes leave empty
 * entries · `gc-not-working` entries outlive their retention · `soon` full within a day · `structural`
 * too small for its inflow, whenever that shows · `config` too small for what is declared, seen without data.
 */
export const storeAlarmKinds = [
  'critical',
  'empty-files',
  'gc-not-working',
  'soon',
  'structural',
  'config',
] as const

/** One of {@link storeAlarmKinds}. */
export type StoreAlarmKind = (typeof storeAlarmKinds)[number]

/** One thing that is wrong. */
export interface StoreAlarm {
  readonly kind: StoreAlarmKind
  /** Epoch ms since when without a break. */
  readonly since: number
  /** A sentence for people, with figures. */
  readonly text: string
}

/**
 * What the inflow was read from, best first: counters of arrivals, times of creation in the directory,
 * growth of used blocks, the configuration; `none`: nothing yet.
 */
export type InflowBasis = 'counters' | 'directory' | 'blocks' | 'declared' | 'none'

/** How fast entries arrive, per millisecond. */
export interface ObservedInflow extends Inflow {
  readonly basis: InflowBasis
  /** All arrivals over all the time that was seen: bursts count here, and only here. */
  readonly upper: Inflow
  /** Variance over mean of the counts of 15 minutes (Fano factor); 1 is chance alone. */
  readonly dispersion: number
  /** Time that the arrivals were counted over, ms. */
  readonly observedMs: number
  /** Share of each kind of client in `mid`, per ms; null: the source cannot tell. */
  readonly byKind: Readonly<Record<InflowKind, number>> | null
}

/** A store after a reading of it. */
export interface StoreForecast {
  readonly store: string
  /** Epoch ms of the reading. */
  readonly at: number
  readonly source: StoreSample['source']
  /** What ends first, and what the forecast is about. */
  readonly limitedBy: 'blocks' | 'inodes'
  readonly used: { readonly blocks: number; readonly inodes: number | null }
  readonly total: { readonly blocks: number; readonly inodes: number | null }
  /** Share that is used of what ends first, 0…1. */
  readonly fill: number
  readonly inflow: ObservedInflow
  readonly forecast: Forecast
  readonly retention: {
    /** Null: entries never end. */
    readonly configuredMs: number | null
    /** Age of the oldest entry; null: not known. */
    readonly oldestMs: number | null
  }
  readonly restarts: {
    readonly count: number
    /** Median time between them; null with fewer than two. */
    readonly everyMs: number | null
  }
  /** Most urgent first; empty: all is well. */
  readonly alarms: readonly StoreAlarm[]
  /** Who causes the inflow: "8.8 of 8.9/min come from probes"; empty: nobody knows. */
  readonly attribution: string
  /** Values of the three levers, each of which brings the ratio to one half, as sentences. */
  readonly levers: readonly string[]
}

/** Follows one store, reading after reading. A state machine of bounded size: no clock, no files. */
export interface StoreTracker {
  /**
   * Takes a reading, in order of time, and says where the store stands. Readings that make no sense
   * (numbers below zero or without end) change nothing.
   */
  take(sample: StoreSample): StoreForecast
}
