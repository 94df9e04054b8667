// The rule of 2026-04-18: what arrives, times how long it is kept, is more than the volume holds.
import { structuralRatio } from '../../../model/forecast.ts'
import { formatDuration } from '../../../std/units.ts'
import { type StoreOutlook, ratioText, storeOutlooks } from '../../stores.ts'
import type { EstateRule } from '../rule.ts'

const minuteMs = 60_000

/** Stores whose plateau is above the structural ratio. */
export const storeOverflows: EstateRule = {
  id: 'store-overflows',
  severity: 'warning',
  title: 'What arrives at a store, times how long it is kept, is close to or above what it holds',
  reason:
    'Above a ratio of 1 it fills at a time that can be computed now; just below, any growth does it. A full session store answers everyone who is new with an error',
  fix: 'Lower the rate or the retention, or enlarge the volume',
  find: (estate) =>
    storeOutlooks(estate)
      .filter((outlook) => outlook.forecast.ratioWithoutRestart.mid > structuralRatio)
      .map((outlook) => ({
        path: [
          'estate',
          'storage',
          'volumes',
          estate.areas.storage.volumes.indexOf(outlook.volume),
        ],
        ...said(outlook),
      })),
  examples: {
    failing: {
      estate: {
        storage: {
          volumes: [
            { name: 'shm', medium: 'memory', size: '64MiB', rate: '8.63/min', retention: '7d' },
          ],
        },
      },
    },
    passing: {
      estate: {
        storage: {
          volumes: [
            { name: 'shm', medium: 'memory', size: '64MiB', rate: '0.5/min', retention: '7d' },
          ],
        },
      },
    },
  },
}

function said({ volume, probesPerMs, perMs, forecast }: StoreOutlook) {
  const { levers, ratioWithoutRestart, timeToFullMs } = forecast
  const share = Math.round((100 * probesPerMs) / perMs)
  const full = timeToFullMs.mid === null ? '' : `, full after ${formatDuration(timeToFullMs.mid)}`
  const rate = `${(perMs * minuteMs).toPrecision(3)}/min`
  const retention =
    volume.retention === undefined ? 'for ever' : `for ${formatDuration(volume.retention)}`
  const lever =
    levers.ratePerMs === null
      ? 'Let entries end'
      : `Half full at "${(levers.ratePerMs * minuteMs).toPrecision(3)}/min", or kept for "${formatDuration(levers.retentionMs)}"`
  return {
    message: `The volume "${volume.name}" comes to a ratio of "${ratioText(ratioWithoutRestart.mid)}": "${rate}" arrive (${share} % from monitors) and are kept ${retention}${full}`,
    fix: levers.sizeBytes === null ? lever : `${lever}, or of "${mebibytes(levers.sizeBytes)}"`,
  }
}

function mebibytes(bytes: number): string {
  return `${Math.ceil(bytes / 1024 ** 2)}MiB`
}
