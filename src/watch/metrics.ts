// Metrics of the watch: one declared table, and what fills it when somebody scrapes.
import { Counter, Gauge, Registry } from '../std/prometheus.ts'
import type { Bounds } from '../model/forecast.ts'
import { type Layer, layers } from '../model/layer.ts'
import type { MetricDeclaration, MetricTable } from '../model/metric.ts'
import { answerClasses } from './door.ts'
import { layerProbability, layerState } from './layer-state.ts'
import type { InflowKind } from './forecast/sample.ts'
import type { Urgency } from './incident/incident.ts'
import type { Verdict } from './locate/verdict.ts'

const bounds = ['low', 'mid', 'high'] as const
const inflowKinds = ['people', 'probes', 'machines'] as const satisfies readonly InflowKind[]
const urgencies = ['page', 'notice'] as const satisfies readonly Urgency[]

/** What became of a probe: `ok`, or the class of the answer that broke the contract. */
export const probeOutcomes = ['ok', ...answerClasses] as const

/** `sent` taken by the channel · `retried` not yet · `failed` given up. */
export const notificationOutcomes = ['sent', 'retried', 'failed'] as const

const byLayer = { layer: layers }
const byStore = { store: null }
const byStoreAndBound = { store: null, bound: bounds }
const byDoor = { instance: null, vantage: null }

/** Every metric of the watch. Rules may name these and no others (`src/watch/rules/`). */
export const watchMetrics = {
  gatehouse_watch_layer_state: {
    type: 'gauge',
    help: '0 nothing is wrong, 1 suspected, 2 down; -1 cannot be judged now: masked, no probe, or no round yet',
    labels: byLayer,
  },
  gatehouse_watch_verdict_probability: {
    type: 'gauge',
    help: 'How likely the verdict is that names the layer, 0 to 1; 0 where none does',
    labels: byLayer,
  },
  gatehouse_watch_blind: {
    type: 'gauge',
    help: '1 while the control probe fails and nothing can be said',
    labels: {},
  },
  gatehouse_watch_last_round_timestamp_seconds: {
    type: 'gauge',
    help: 'When the last round of probes ended; the heartbeat of the watch',
    labels: {},
  },
  gatehouse_watch_round_seconds: {
    type: 'gauge',
    help: 'How long the last round of probes took',
    labels: {},
  },
  gatehouse_watch_round_interval_seconds: {
    type: 'gauge',
    help: 'How often a round is due',
    labels: {},
  },
  gatehouse_watch_probe_total: {
    type: 'counter',
    help: 'Probes by outcome: ok, or the class of the answer that came instead',
    labels: { probe: null, outcome: probeOutcomes },
  },
  gatehouse_watch_probe_bytes_total: {
    type: 'counter',
    help: 'Bytes that probes have read',
    labels: {},
  },
  gatehouse_watch_incidents_open: {
    type: 'gauge',
    help: 'Open incidents',
    labels: { urgency: urgencies },
  },
  gatehouse_watch_witness_blind: {
    type: 'gauge',
    help: '1 while a witness cannot be read or understood',
    labels: { witness: null },
  },
  gatehouse_watch_peer_up: {
    type: 'gauge',
    help: '1 while another watch answers and runs its rounds',
    labels: { peer: null },
  },
  gatehouse_watch_notifications_total: {
    type: 'counter',
    help: 'Notifications by channel and outcome: sent, retried, failed',
    labels: { channel: null, outcome: notificationOutcomes },
  },
  gatehouse_watch_certificate_expiry_timestamp_seconds: {
    type: 'gauge',
    help: 'When the certificate that a vantage is shown ends',
    labels: { host: null, vantage: null },
  },
  gatehouse_watch_store_files: {
    type: 'gauge',
    help: 'Entries of a watched store',
    labels: byStore,
  },
  gatehouse_watch_store_blocks_used: {
    type: 'gauge',
    help: 'Blocks in use; an entry of one byte takes a block',
    labels: byStore,
  },
  gatehouse_watch_store_blocks_total: {
    type: 'gauge',
    help: 'Blocks that it has',
    labels: byStore,
  },
  gatehouse_watch_store_created_total: {
    type: 'counter',
    help: 'Entries created, by who caused them',
    labels: { store: null, kind: inflowKinds },
  },
  gatehouse_watch_store_retention_seconds: {
    type: 'gauge',
    help: 'How long an entry is kept',
    labels: byStore,
  },
  gatehouse_watch_store_plateau_ratio: {
    type: 'gauge',
    help: 'Inflow times retention over capacity: above 1 the store will fill',
    labels: byStoreAndBound,
  },
  gatehouse_watch_store_seconds_to_full: {
    type: 'gauge',
    help: 'Time until it is full at this inflow; not there where it never fills',
    labels: byStoreAndBound,
  },
  gatehouse_watch_probe_class: {
    type: 'gauge',
    help: 'Always 1; who answered at a door is a label',
    labels: { ...byDoor, class: answerClasses },
  },
  probe_success: {
    type: 'gauge',
    help: '1 when the contract of the door held; name as in blackbox_exporter',
    labels: byDoor,
  },
  probe_duration_seconds: {
    type: 'gauge',
    help: 'How long the probe took; name as in blackbox_exporter',
    labels: byDoor,
  },
  probe_http_status_code: {
    type: 'gauge',
    help: 'Status that came, 0 for none; name as in blackbox_exporter',
    labels: byDoor,
  },
  probe_ssl_earliest_cert_expiry: {
    type: 'gauge',
    help: 'When the certificate ends, in seconds since 1970; name as in blackbox_exporter',
    labels: byDoor,
  },
} as const satisfies MetricTable

/** Name of a metric of the watch. */
export type WatchMetric = keyof typeof watchMetrics

/** One value of a metric, with its labels. */
export interface Reading {
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

/** What a store came to at the last sample. Times in ms; null where the source cannot tell. */
export interface StoreReading {
  readonly store: string
  readonly files: number | null
  readonly usedBlocks: number
  readonly totalBlocks: number
  readonly created: Readonly<Record<InflowKind, number>> | null
  readonly retentionMs: number | null
  /** Null before there is a forecast. */
  readonly ratio: Bounds<number> | null
  readonly timeToFullMs: Bounds<number | null> | null
}

/** The newest knock at one door from one vantage. */
export interface DoorReading {
  /** Address as people write it: `https://grafana.example.com/api/health`. */
  readonly instance: string
  readonly vantage: string
  readonly class: (typeof answerClasses)[number]
  readonly ok: boolean
  readonly status: number | null
  readonly ms: number
  /** Epoch ms; null where there was no certificate. */
  readonly certificateNotAfter: number | null
}

/** Where the numbers come from: the running watch. Read at each scrape, so it must be cheap. */
export interface WatchReadings {
  verdict(): Verdict
  /** Layers that some probe goes through; of the others nothing can be said. */
  readonly layers: ReadonlySet<Layer>
  /** Last round: when it ended (epoch ms; null: none yet), how long it took, how often one is due. */
  rounds(): { readonly endedAt: number | null; readonly tookMs: number; readonly everyMs: number }
  probes(): Iterable<{
    readonly probe: string
    readonly outcome: (typeof probeOutcomes)[number]
    readonly count: number
  }>
  probeBytes(): number
  openIncidents(): Readonly<Record<Urgency, number>>
  witnesses(): Iterable<{ readonly name: string; readonly blind: boolean }>
  peers(): Iterable<{ readonly name: string; readonly up: boolean }>
  notifications(): Iterable<{
    readonly channel: string
    readonly outcome: (typeof notificationOutcomes)[number]
    readonly count: number
  }>
  /** `notAfter` is epoch ms. */
  certificates(): Iterable<{
    readonly host: string
    readonly vantage: string
    readonly notAfter: number
  }>
  stores(): Iterable<StoreReading>
  doors(): Iterable<DoorReading>
}

/** The metrics of a watch, to be scraped. */
export interface WatchMetrics {
  /** The exposition text and its content type. */
  scrape(): Promise<{ readonly text: string; readonly contentType: string }>
}

/** All of {@link watchMetrics} in a registry of their own. */
export function createWatchMetrics(readings: WatchReadings): WatchMetrics {
  const registry = new Registry()
  registerWatch(registry, readings)
  return {
    scrape: async () => ({ text: await registry.metrics(), contentType: registry.contentType }),
  }
}

/** Adds all of {@link watchMetrics} to `registry`, filled from `readings` at each scrape. */
export function registerWatch(registry: Registry, readings: WatchReadings): void {
  const sources = new Map<string, Source>(Object.entries(sourcesOf(readings)))
  const table: MetricTable = watchMetrics
  for (const [name, declaration] of Object.entries(table))
    register(registry, { name, ...declaration }, sources.get(name) ?? (() => []))
}

type Source = () => readonly Reading[]

/** Everything is set anew at each scrape: a store or door that is gone must not stay as it last was. */
function register(
  registry: Registry,
  { name, type, help, labels }: MetricDeclaration & { readonly name: string },
  source: Source,
): void {
  const shape = { name, help, labelNames: Object.keys(labels), registers: [registry] }
  if (type === 'counter')
    new Counter({
      ...shape,
      collect() {
        this.reset()
        for (const reading of source()) this.inc({ ...reading.labels }, reading.value)
      },
    })
  else
    new Gauge({
      ...shape,
      collect() {
        this.reset()
        for (const reading of source()) this.set({ ...reading.labels }, reading.value)
      },
    })
}

function sourcesOf(readings: WatchReadings): Readonly<Record<WatchMetric, Source>> {
  return {
    ...verdictSources(readings),
    ...activitySources(readings),
    ...storeSources(readings),
    ...doorSources(readings),
  }
}

const one = (value: number): readonly Reading[] => [{ labels: {}, value }]
const each = <T>(items: Iterable<T>, reading: (item: T) => Reading): readonly Reading[] =>
  Array.from(items, reading)

function verdictSources(readings: WatchReadings) {
  return {
    gatehouse_watch_layer_state: () => {
      const isBegun = readings.rounds().endedAt !== null
      return byEachLayer((layer) =>
        isBegun && readings.layers.has(layer) ? layerState(readings.verdict(), layer) : -1,
      )
    },
    gatehouse_watch_verdict_probability: () =>
      byEachLayer((layer) => layerProbability(readings.verdict(), layer)),
    gatehouse_watch_blind: () => one(readings.verdict().kind === 'blind' ? 1 : 0),
    gatehouse_watch_last_round_timestamp_seconds: () =>
      one((readings.rounds().endedAt ?? 0) / 1000),
    gatehouse_watch_round_seconds: () => one(readings.rounds().tookMs / 1000),
    gatehouse_watch_round_interval_seconds: () => one(readings.rounds().everyMs / 1000),
  }
}

function activitySources(readings: WatchReadings) {
  return {
    gatehouse_watch_probe_total: () =>
      each(readings.probes(), ({ probe, outcome, count }) => ({
        labels: { probe, outcome },
        value: count,
      })),
    gatehouse_watch_probe_bytes_total: () => one(readings.probeBytes()),
    gatehouse_watch_incidents_open: () => {
      const open = readings.openIncidents()
      return each(urgencies, (urgency) => ({ labels: { urgency }, value: open[urgency] }))
    },
    gatehouse_watch_witness_blind: () =>
      each(readings.witnesses(), ({ name, blind }) => ({
        labels: { witness: name },
        value: blind ? 1 : 0,
      })),
    gatehouse_watch_peer_up: () =>
      each(readings.peers(), ({ name, up }) => ({ labels: { peer: name }, value: up ? 1 : 0 })),
    gatehouse_watch_notifications_total: () =>
      each(readings.notifications(), ({ channel, outcome, count }) => ({
        labels: { channel, outcome },
        value: count,
      })),
  }
}

function storeSources(readings: WatchReadings) {
  const known = (value: (store: StoreReading) => number | null) => () =>
    [...readings.stores()].flatMap((store) => {
      const found = value(store)
      return found === null ? [] : [{ labels: { store: store.store }, value: found }]
    })
  const bounded = (value: (store: StoreReading) => Bounds<number | null> | null) => () =>
    [...readings.stores()].flatMap((store) =>
      bounds.flatMap((bound) => {
        const found = value(store)?.[bound] ?? null
        return found === null ? [] : [{ labels: { store: store.store, bound }, value: found }]
      }),
    )
  return {
    gatehouse_watch_store_files: known(({ files }) => files),
    gatehouse_watch_store_blocks_used: known(({ usedBlocks }) => usedBlocks),
    gatehouse_watch_store_blocks_total: known(({ totalBlocks }) => totalBlocks),
    gatehouse_watch_store_retention_seconds: known(({ retentionMs }) => seconds(retentionMs)),
    gatehouse_watch_store_plateau_ratio: bounded(({ ratio }) => ratio),
    gatehouse_watch_store_seconds_to_full: bounded(({ timeToFullMs: full }) =>
      full === null
        ? null
        : { low: seconds(full.low), mid: seconds(full.mid), high: seconds(full.high) },
    ),
    gatehouse_watch_store_created_total: () =>
      [...readings.stores()].flatMap(({ store, created }) =>
        created === null
          ? []
          : each(inflowKinds, (kind) => ({ labels: { store, kind }, value: created[kind] })),
      ),
  }
}

function doorSources(readings: WatchReadings) {
  type PerDoor<T> = (door: DoorReading) => T
  const perDoor =
    (value: PerDoor<number | null>, more: PerDoor<Reading['labels']> = () => ({})) =>
    () =>
      [...readings.doors()].flatMap((door) => {
        const { instance, vantage } = door
        const found = value(door)
        return found === null
          ? []
          : [{ labels: { instance, vantage, ...more(door) }, value: found }]
      })
  return {
    probe_success: perDoor(({ ok }) => (ok ? 1 : 0)),
    probe_duration_seconds: perDoor(({ ms }) => ms / 1000),
    probe_http_status_code: perDoor(({ status }) => status ?? 0),
    probe_ssl_earliest_cert_expiry: perDoor(({ certificateNotAfter: at }) => seconds(at)),
    gatehouse_watch_probe_class: perDoor(
      () => 1,
      (door) => ({ class: door.class }),
    ),
    gatehouse_watch_certificate_expiry_timestamp_seconds: () =>
      each(readings.certificates(), ({ host, vantage, notAfter }) => ({
        labels: { host, vantage },
        value: notAfter / 1000,
      })),
  }
}

function byEachLayer(value: (layer: Layer) => number): readonly Reading[] {
  return each(layers, (layer) => ({ labels: { layer }, value: value(layer) }))
}

function seconds(ms: number | null): number | null {
  return ms === null ? null : ms / 1000
}
