// The alarms of a store: when each begins, when it ends, and what it says (study, section 5.4).
import { criticalFill, criticalMs, soonMs, structuralRatio } from '../../model/forecast.ts'
import { formatDuration } from '../../std/units.ts'
import type { WatchedStore } from '../config.ts'
import { entryBlocks, totalBlocks } from './limits.ts'
import type { StoreSample } from './sample.ts'
import { figure, rateText } from './sentences.ts'
import {
  type StoreAlarm,
  type StoreAlarmKind,
  type StoreForecast,
  storeAlarmKinds,
} from './store-forecast.ts'

/** Time that an inflow must have been seen before its forecast may alarm. */
const settledMs = 30 * 60_000
/** Time for an alarm that rests on how wide the bounds are: they are ignorance before. */
const surelySettledMs = 60 * 60_000
/** Less is enough where the store would be full by then. */
const urgentlySettledMs = 10 * 60_000
/** Time of certainty that the inflow fits before a structural alarm ends. */
const clearedMs = 6 * 3_600_000
/** A declared load above this share of the store is said before anything runs. */
const declaredRatio = 0.5
/** A failed write is news for this long. */
const failureMs = 15 * 60_000
/** Empty entries that are more than files caught between creation and writing. */
const emptyMin = 5
/** Sweeps come at intervals: this share of the retention, within bounds, is no fault. */
const sweepShare = 0.3
const sweepMsMin = 15 * 60_000
const sweepMsMax = 12 * 3_600_000
/** Entries that must have outlived it, so that one forgotten file is no alarm. */
const outlivedMin = 10
const outlivedShare = 0.01

/** What a reading says beside the forecast. */
export interface AlarmEvidence {
  readonly reading: StoreSample
  /** Writes that failed since the reading before. */
  readonly failedWrites: number
}

/** Remembers which alarms stand, and since when. */
export interface AlarmBook {
  /** Alarms that stand after this reading, most urgent first. */
  take(now: StoreForecast, evidence: AlarmEvidence): readonly StoreAlarm[]
}

/** A book for one store. */
export function createAlarmBook(store: WatchedStore): AlarmBook {
  const since = new Map<StoreAlarmKind, number>()
  let failedAt: number | null = null
  return {
    take: (now, { reading, failedWrites }) => {
      if (failedWrites > 0) failedAt = now.at
      const texts: Readonly<Record<StoreAlarmKind, string | null>> = {
        critical: criticalText(now, failedAt),
        'empty-files': emptyText(reading),
        'gc-not-working': outlivedText(store, reading),
        soon: soonText(now),
        structural: structuralText(now, since.has('structural')),
        config: configText(store, reading),
      }
      return storeAlarmKinds.flatMap((kind) => {
        const text = texts[kind]
        if (text === null) {
          since.delete(kind)
          return []
        }
        const begun = since.get(kind) ?? now.at
        since.set(kind, begun)
        return [{ kind, since: begun, text }]
      })
    },
  }
}

function criticalText(now: StoreForecast, failedAt: number | null): string | null {
  if (failedAt !== null && now.at - failedAt < failureMs)
    return `Writes fail for want of room, with ${percent(now.fill)} of the ${now.limitedBy} used`
  if (now.fill >= criticalFill) return `${percent(now.fill)} of the ${now.limitedBy} are used`
  const soonest = now.forecast.timeToFullMs.low
  if (soonest === null || soonest >= criticalMs || now.inflow.observedMs < urgentlySettledMs)
    return null
  return `Full in ${formatDuration(soonest)} at ${rateText(now.inflow.high)}`
}

function soonText(now: StoreForecast): string | null {
  const { low, mid } = now.forecast.timeToFullMs
  if (low === null || low >= soonMs || now.inflow.observedMs < surelySettledMs) return null
  const likely = mid === null ? 'perhaps never' : `likely in ${formatDuration(mid)}`
  return `Full in ${formatDuration(low)} at the soonest, ${likely}`
}

/**
 * ρ above the bound, restarts left out: they put it off and hide it. Once raised it stays over restarts,
 * until the rate is sure to fit.
 */
function structuralText(now: StoreForecast, isRaised: boolean): string | null {
  const { inflow, forecast, retention } = now
  const life = retention.configuredMs ?? Number.POSITIVE_INFINITY
  const withBursts = (perMs: number): number =>
    perMs === 0 ? 0 : (perMs * life) / forecast.capacity
  const low = Math.max(forecast.ratioWithoutRestart.low, withBursts(inflow.upper.low))
  const high = Math.max(forecast.ratioWithoutRestart.high, withBursts(inflow.upper.mid))
  const isSure = inflow.observedMs >= settledMs && low > structuralRatio
  // A store that is full counts no arrivals: that is no sign of a lower rate.
  const isOver = now.fill < criticalFill && inflow.observedMs >= clearedMs && high < structuralRatio
  if (!isSure && !(isRaised && !isOver)) return null
  if (retention.configuredMs === null)
    return `${rateText(inflow.mid)} kept for ever: it fills, however large it is`
  const kept = `for ${formatDuration(retention.configuredMs)}`
  const { mid } = forecast.ratioWithoutRestart
  return `${rateText(inflow.mid)} kept ${kept} come to ${figure(mid)} times what it holds, at least ${figure(low)}`
}

function configText(store: WatchedStore, reading: StoreSample): string | null {
  const { declaredPerMs, retentionMs } = store
  const blocks = totalBlocks(store, reading)
  if (declaredPerMs === null || declaredPerMs <= 0 || blocks === 0) return null
  const entries = blocks / entryBlocks(store, reading)
  const ratio = (declaredPerMs * (retentionMs ?? Number.POSITIVE_INFINITY)) / entries
  if (ratio <= declaredRatio) return null
  if (retentionMs === null)
    return `${rateText(declaredPerMs)} are declared; kept for ever: it fills, however large it is`
  const kept = `for ${formatDuration(retentionMs)}`
  return `${rateText(declaredPerMs)} are declared; kept ${kept} they come to ${figure(ratio)} times what it holds`
}

function emptyText({ emptyEntries }: StoreSample): string | null {
  return emptyEntries === null || emptyEntries < emptyMin
    ? null
    : `${emptyEntries} entries are empty: what failed writes leave behind`
}

function outlivedText(store: WatchedStore, { createdAt, at }: StoreSample): string | null {
  const { retentionMs } = store
  if (retentionMs === null || createdAt === null) return null
  const sweepMs = Math.min(sweepMsMax, Math.max(sweepMsMin, retentionMs * sweepShare))
  const bound = at - retentionMs - sweepMs
  const outlived = createdAt.filter((time) => time < bound).length
  if (outlived < Math.max(outlivedMin, createdAt.length * outlivedShare)) return null
  return `${outlived} entries are older than the retention of ${formatDuration(retentionMs)}: nothing removes them`
}

function percent(share: number): string {
  return `${Math.floor(share * 100)} %`
}
