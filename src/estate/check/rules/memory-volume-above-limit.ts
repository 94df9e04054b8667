// A memory volume counts against the memory limit of the container that writes to it.
import { formatBytes } from '../../text.ts'
import type { EstateRule } from '../rule.ts'

/** Share of the limit that the process itself is given. */
const processShare = 0.25

/** Memory volumes that, full, leave their container too little. */
export const memoryVolumeAboveLimit: EstateRule = {
  id: 'memory-volume-above-limit',
  severity: 'warning',
  title: 'A memory volume is larger than the memory limit leaves room for',
  reason:
    'What is written to it counts as memory of the container: the container is killed, or the volume is made smaller, before it is full',
  fix: 'Raise the memory limit, or make the volume smaller',
  find: ({ areas }) =>
    areas.storage.volumes.flatMap((volume, i) => {
      const { medium, memory_limit: limit, name, size } = volume
      if (medium !== 'memory' || limit === undefined) return []
      if (size <= limit * (1 - processShare)) return []
      const left = limit - size
      const leaves =
        left > 0 ? `full, it leaves "${formatBytes(left)}" for the process` : 'it can never be full'
      return [
        {
          path: ['estate', 'storage', 'volumes', i, 'size'],
          message: `The memory volume "${name}" of "${formatBytes(size)}" counts against a memory limit of "${formatBytes(limit)}": ${leaves}`,
          fix: `Raise the limit to "${formatBytes(Math.ceil(size / (1 - processShare)))}", or make the volume "${formatBytes(Math.floor(limit * (1 - processShare)))}"`,
        },
      ]
    }),
  examples: {
    failing: {
      estate: {
        storage: {
          volumes: [{ name: 'shm', medium: 'memory', size: '512MiB', memory_limit: '256MiB' }],
        },
      },
    },
    passing: {
      estate: {
        storage: {
          volumes: [{ name: 'shm', medium: 'memory', size: '128MiB', memory_limit: '256MiB' }],
        },
      },
    },
  },
}
