// The stores that a configuration declares, each with what arrives there: for `gatehouse capacity --config`.
import type { LoadedConfig } from '../config.ts'
import { type Estate, monitorsPerMs, shapeOf } from '../estate.ts'
import type { StoreShape } from '../model/forecast.ts'
import { type WatchConfig, type WatchedStore, ownLoad, planOf } from '../watch.ts'

/** A store, and what is known to arrive at it. Rates per ms. */
export interface CapacityStore {
  readonly name: string
  /** Where it is declared, for people. */
  readonly declared: string
  /** A size of 0: nothing says how large it is. */
  readonly shape: StoreShape
  /** Declared inflow without probes; null: not declared. */
  readonly ratePerMs: number | null
  /** What probes and monitors cause; `everyMs` stands for their interval. */
  probesPerMs(everyMs?: number): number
  /** A remark for people; empty: none. */
  readonly note: string
}

/** Stores of the watch, volumes of the estate, and the gate's own session store, in this order. */
export function capacityStores(config: LoadedConfig): readonly CapacityStore[] {
  const { estate, watch } = config
  return [
    ...(watch?.stores.map((store) => watchedStore(watch, store)) ?? []),
    ...(estate === null ? [] : volumesOf(estate)),
    sessionStore(config),
  ]
}

function watchedStore(watch: WatchConfig, store: WatchedStore): CapacityStore {
  const { blockBytes, declaredPerMs, entryBytes, restartMs, retentionMs } = store
  const plan = planOf(watch)
  return {
    name: store.name,
    declared: 'watch.stores',
    shape: {
      ...{ blockBytes, entryBytes, restartMs, retentionMs },
      sizeBytes: store.sizeBytes ?? 0,
      inodes: null,
    },
    ratePerMs: declaredPerMs,
    probesPerMs: (everyMs) =>
      store.probesLeaveEntries
        ? ownLoad({ doorIntervalMs: everyMs ?? watch.doorIntervalMs }, plan).entriesPerMs
        : 0,
    note: '',
  }
}

/** Volumes that entries are said to arrive at, or that monitors reach. */
function volumesOf(estate: Estate): readonly CapacityStore[] {
  return estate.areas.storage.volumes
    .filter(({ probed, rate }) => probed || rate !== undefined)
    .map((volume) => ({
      name: volume.name,
      declared: 'storage.volumes',
      shape: shapeOf(volume),
      ratePerMs: volume.rate ?? null,
      probesPerMs: (everyMs) =>
        volume.probed ? monitorsPerMs(estate, volume.probed_tier, everyMs) : 0,
      note: '',
    }))
}

/** Its blocks are sessions, of which there may be so many. Only sign-ins write to it. */
function sessionStore({ gate, watch }: LoadedConfig): CapacityStore {
  const { lifetimeMs, sessionsMax, store } = gate.sessions
  const plan = watch === null ? null : planOf(watch)
  return {
    name: 'sessions',
    declared: `the gate, in ${store === 'sqlite' ? 'SQLite' : 'memory'}`,
    shape: {
      sizeBytes: sessionsMax,
      blockBytes: 1,
      entryBytes: 1,
      retentionMs: lifetimeMs,
      restartMs: null,
      inodes: null,
    },
    ratePerMs: null,
    // A probe without a cookie leaves nothing; the robot signs in, and out again.
    probesPerMs: () => (watch === null || plan === null ? 0 : ownLoad(watch, plan).signInsPerMs),
    note: 'strangers and probes leave nothing; when it is full, the oldest session ends for a new one',
  }
}
