// What the volumes of an estate come to: declared inflow and that of the monitors, against what they hold.
import { type Forecast, type StoreShape, forecast } from '../model/forecast.ts'
import { knownInflow } from '../model/inflow.ts'
import type { AuthTier } from '../model/service.ts'
import type { Areas, Estate } from './estate.ts'
import { ruleAt } from './tiers.ts'

/** A declared volume. */
export type Volume = Areas['storage']['volumes'][number]

/** What becomes of a volume with entries. */
export interface StoreOutlook {
  readonly volume: Volume
  /** Entries per ms that monitors cause. */
  readonly probesPerMs: number
  /** Entries per ms from all declared sources. */
  readonly perMs: number
  readonly forecast: Forecast
}

/** The outlook of every volume that something is said to arrive at; in the order of the declaration. */
export function storeOutlooks(estate: Estate): readonly StoreOutlook[] {
  return estate.areas.storage.volumes.flatMap((volume) => {
    const probesPerMs = volume.probed ? monitorsPerMs(estate, volume.probed_tier) : 0
    const perMs = probesPerMs + (volume.rate ?? 0)
    if (perMs === 0) return []
    return [{ volume, probesPerMs, perMs, forecast: forecast(shapeOf(volume), knownInflow(perMs)) }]
  })
}

/** A volume as the forecast takes it. */
export function shapeOf(volume: Volume): StoreShape {
  return {
    sizeBytes: volume.size,
    blockBytes: volume.block,
    entryBytes: volume.entry,
    retentionMs: volume.retention ?? null,
    restartMs: volume.restart ?? null,
    inodes: volume.inodes ?? null,
  }
}

/**
 * How often monitors knock, without a session, at paths of `tier`: entries per ms.
 * `everyMs` stands for the interval of all of them, for a what-if.
 */
export function monitorsPerMs(estate: Estate, tier: AuthTier, everyMs?: number): number {
  const usual = estate.areas.monitoring.monitors.interval
  return estate.services
    .filter((service) => {
      const { monitor } = service.facts
      return monitor?.enabled === true && ruleAt(service, monitor.path)?.auth === tier
    })
    .reduce((sum, { facts }) => sum + 1 / (everyMs ?? facts.monitor?.interval ?? usual), 0)
}

/** A ratio of plateau to capacity as people read it; what is kept for ever has no end. */
export function ratioText(ratio: number): string {
  return Number.isFinite(ratio) ? ratio.toFixed(2) : 'endless'
}
