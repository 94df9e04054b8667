// What is said of a store: who fills it, and what would help.
import { type Forecast, targetRatio } from '../../model/forecast.ts'
import { formatBytes, formatDuration } from '../../std/units.ts'
import { inflowKinds } from './sample.ts'
import type { ObservedInflow, StoreForecast } from './store-forecast.ts'

const minuteMs = 60_000

/** A rate as people say it: `8.63/min`. */
export function rateText(perMs: number): string {
  return `${figure(perMs * minuteMs)}/min`
}

/** Three figures at most, never in powers of ten where it can be helped. */
export function figure(value: number): string {
  if (!Number.isFinite(value)) return 'endless'
  return value >= 100
    ? Math.round(value).toLocaleString('en-US')
    : `${Number(value.toPrecision(3))}`
}

/** `8.8 of 8.9/min come from probes`: the largest share; empty where the source cannot tell. */
export function attributionOf(inflow: ObservedInflow, declaredPerMs: number | null): string {
  const { byKind } = inflow
  if (byKind !== null) {
    const total = inflowKinds.reduce((sum, kind) => sum + byKind[kind], 0)
    if (total === 0) return ''
    const largest = inflowKinds.reduce((a, b) => (byKind[b] > byKind[a] ? b : a))
    return shareText(byKind[largest], total, `come from ${largest}`)
  }
  if (declaredPerMs === null || inflow.mid === 0) return ''
  const declared = Math.min(declaredPerMs, inflow.mid)
  return shareText(declared, inflow.mid, 'are declared: probes and the like')
}

function shareText(part: number, whole: number, what: string): string {
  return `${figure(part * minuteMs)} of ${rateText(whole)} ${what}`
}

/** A sentence for each lever, alone: rate, retention, size. */
export function leverTexts(
  forecasted: Forecast,
  limitedBy: StoreForecast['limitedBy'],
): readonly string[] {
  const { ratePerMs, retentionMs, sizeBytes } = forecasted.levers
  const aim = `brings the ratio to ${targetRatio}`
  const size = limitedBy === 'inodes' ? `${sizeBytes} inodes` : formatBytes(sizeBytes ?? 0)
  return [
    ratePerMs !== null && Number.isFinite(ratePerMs)
      ? `A rate of ${rateText(ratePerMs)} ${aim}`
      : '',
    Number.isFinite(retentionMs) ? `A retention of ${formatDuration(retentionMs)} ${aim}` : '',
    sizeBytes !== null && sizeBytes > 0 ? `A size of ${size} ${aim}` : '',
  ].filter((text) => text !== '')
}
