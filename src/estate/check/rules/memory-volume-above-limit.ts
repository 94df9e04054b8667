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
          fix: `Raise the limit to "${inUnit(size / (1 - processShare), Math.ceil)}", or make the volume "${inUnit(limit * (1 - processShare), Math.floor)}"`,
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

/** A size that can be written as it stands: whole MiB, or whole bytes where that would be none. */
function inUnit(bytes: number, round: (value: number) => number): string {
  const mebibytes = round(bytes / 1024 ** 2)
  return mebibytes > 0 ? `${mebibytes}MiB` : `${Math.max(1, round(bytes))}B`
}
