// The embedded outpost keeps sessions in PostgreSQL only while authentik's "managed" is set on it.
import { forecast } from '../../../model/forecast.ts'
import { knownInflow } from '../../../model/inflow.ts'
import { monitorsPerMs, shapeOf } from '../../stores.ts'
import { formatBytes } from '../../text.ts'
import type { EstateRule } from '../rule.ts'

/** Managed outposts whose volume would not hold what files would come to. */
export const outpostFallsBack: EstateRule = {
  id: 'outpost-falls-back',
  severity: 'warning',
  title: 'Were "managed" lost, an outpost would go back to files, and its volume would fill',
  reason:
    'The backend follows a field that the server sets and Terraform does not know; whoever makes the outpost anew loses it, and nothing says so',
  fix: 'Hold "managed" true with "gatehouse drift", and make the volume large enough for files',
  find: (estate) =>
    estate.areas.authentication.outposts.flatMap((outpost, i) => {
      const { areas } = estate
      const volume = areas.storage.volumes.find(({ name }) => name === outpost.volume)
      if (!outpost.managed || outpost.sessions === 'filesystem' || volume === undefined) return []
      const perMs = monitorsPerMs(estate, outpost.tier)
      const shape = { ...shapeOf(volume), retentionMs: outpost.validity }
      const { plateau, ratio } = forecast(shape, knownInflow(perMs))
      if (ratio.mid <= 1) return []
      const entry = Math.ceil(volume.entry / volume.block) * volume.block
      const limit =
        volume.memory_limit === undefined
          ? ''
          : `, with a memory limit of "${formatBytes(volume.memory_limit)}"`
      return [
        {
          path: ['estate', 'authentication', 'outposts', i, 'managed'],
          message: `The outpost "${outpost.name}" would come to "${formatBytes(plateau.mid * entry)}" of session files from monitors alone, in a volume of "${formatBytes(volume.size)}"${limit}`,
        },
      ]
    }),
  examples: {
    failing: {
      services: [{ host: 'wiki.example.com', monitor: { interval: '1s' } }],
      estate: {
        storage: { volumes: [{ name: 'shm', medium: 'memory', size: '64MiB' }] },
        authentication: {
          outposts: [
            {
              name: 'embedded',
              managed: true,
              sessions: 'postgresql',
              volume: 'shm',
              validity: '7d',
            },
          ],
        },
      },
    },
    passing: {
      services: [{ host: 'wiki.example.com', monitor: { interval: '5m' } }],
      estate: {
        storage: { volumes: [{ name: 'shm', medium: 'memory', size: '64MiB' }] },
        authentication: {
          outposts: [
            {
              name: 'embedded',
              managed: true,
              sessions: 'postgresql',
              volume: 'shm',
              validity: '7d',
            },
          ],
        },
      },
    },
  },
}
