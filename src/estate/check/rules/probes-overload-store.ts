// The monitors alone bring a store above half: they are the load.
import { forecast, targetRatio } from '../../../model/forecast.ts'
import { knownInflow } from '../../../model/inflow.ts'
import { ratioText, shapeOf, storeOutlooks } from '../../stores.ts'
import type { EstateRule } from '../rule.ts'

/** Stores that monitors alone bring above the target ratio. */
export const probesOverloadStore: EstateRule = {
  id: 'probes-overload-store',
  severity: 'warning',
  title: 'The monitors alone bring a store above half of what it holds',
  reason:
    'On 2026-04-18 the monitors were the load: each look at a protected host left a session file behind',
  fix: 'Try the hosts less often, let one canary stand for the layer, or keep nothing for strangers',
  find: (estate) =>
    storeOutlooks(estate).flatMap(({ probesPerMs, volume }) => {
      const { ratio } = forecast({ ...shapeOf(volume), restartMs: null }, knownInflow(probesPerMs))
      if (ratio.mid <= targetRatio) return []
      return [
        {
          path: [
            'estate',
            'storage',
            'volumes',
            estate.areas.storage.volumes.indexOf(volume),
            'probed',
          ],
          message: `Monitors alone bring the volume "${volume.name}" to a ratio of "${ratioText(ratio.mid)}"`,
        },
      ]
    }),
  examples: {
    failing: {
      services: [{ host: 'wiki.example.com', monitor: { interval: '10s' } }],
      estate: {
        storage: {
          volumes: [
            { name: 'shm', medium: 'memory', size: '64MiB', retention: '7d', probed: true },
          ],
        },
      },
    },
    passing: {
      services: [{ host: 'wiki.example.com', monitor: { interval: '5m' } }],
      estate: {
        storage: {
          volumes: [
            { name: 'shm', medium: 'memory', size: '64MiB', retention: '7d', probed: true },
          ],
        },
      },
    },
  },
}
