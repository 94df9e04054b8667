// The numbers of a running watch, as its metrics read them at a scrape.
import type { Layer } from '../../model/layer.ts'
import type { WatchConfig } from '../config.ts'
import type { WatchCore } from '../core.ts'
import type { StoreReading, WatchReadings } from '../metrics.ts'
import type { Traffic } from '../schedule/laned-prober.ts'
import { notificationOutcomes } from '../metrics.ts'
import type { Outbox } from '../notify/outbox.ts'
import type { Tally } from './tally.ts'

/** Where they come from. */
export interface ReadingSources {
  readonly config: Pick<WatchConfig, 'intervalMs' | 'stores'>
  readonly core: WatchCore
  readonly tally: Tally
  readonly traffic: Traffic
  readonly outbox: Outbox
  readonly layers: ReadonlySet<Layer>
  round(): { readonly endedAt: number | null; readonly tookMs: number }
}

/** Readings of a watch. Cheap: nothing is computed that is not there. */
export function readingsOf(sources: ReadingSources): WatchReadings {
  const { config, core, outbox, tally, traffic } = sources
  return {
    verdict: () => core.verdict(),
    layers: sources.layers,
    rounds: () => ({ ...sources.round(), everyMs: config.intervalMs }),
    probes: () => tally.outcomes(),
    probeBytes: () => traffic.bytes,
    openIncidents: () => {
      const open = core.incidents().filter(({ closedAt }) => closedAt === null)
      const count = (wanted: string): number =>
        open.filter(({ urgency }) => urgency === wanted).length
      return { page: count('page'), notice: count('notice') }
    },
    witnesses: () => [...tally.witnesses].map(([name, blind]) => ({ name, blind })),
    peers: () => [...tally.peers].map(([name, up]) => ({ name, up })),
    notifications: () =>
      outbox
        .states()
        .flatMap(({ channel, outcomes }) =>
          notificationOutcomes.map((outcome) => ({ channel, outcome, count: outcomes[outcome] })),
        ),
    certificates: () => tally.certificates.values(),
    stores: () => config.stores.flatMap((store) => storeReading(store, sources)),
    doors: () => tally.doors.values(),
  }
}

function storeReading(
  { name, retentionMs }: WatchConfig['stores'][number],
  { core, tally }: ReadingSources,
): readonly StoreReading[] {
  const sample = tally.samples.get(name)
  if (sample === undefined) return []
  const forecast = core.forecasts().find(({ store }) => store === name)?.forecast
  return [
    {
      store: name,
      files: sample.createdAt?.length ?? null,
      usedBlocks: sample.usedBlocks,
      totalBlocks: sample.totalBlocks,
      created: sample.created,
      retentionMs,
      // Restarts hide that a store is too small; an alarm over it must not wait for one to fail.
      ratio: forecast?.ratioWithoutRestart ?? null,
      timeToFullMs: forecast?.timeToFullMs ?? null,
    },
  ]
}
