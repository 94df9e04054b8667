// A size that nobody chose, such as the 64 MiB of /dev/shm, is a decision that nobody made.
import { formatBytes } from '../../text.ts'
import type { EstateRule } from '../rule.ts'

/** Volumes of default size that hold sessions or take entries. */
export const accidentalDefault: EstateRule = {
  id: 'accidental-default',
  severity: 'warning',
  title: 'Something is kept in a volume whose size nobody chose',
  reason:
    'The runtime gives 64 MiB to /dev/shm whatever is kept there; on 2026-04-18 that was the size of every sign-in of the house',
  fix: 'Mount a volume with a size of your own, or keep nothing there',
  find: ({ areas }) =>
    areas.storage.volumes.flatMap(({ default_size: isDefault, name, size, workload }, i) =>
      isDefault
        ? [
            {
              path: ['estate', 'storage', 'volumes', i, 'size'],
              message: `The volume "${name}"${workload === undefined ? '' : ` of "${workload}"`} has the default size "${formatBytes(size)}"`,
            },
          ]
        : [],
    ),
  examples: {
    failing: {
      estate: {
        storage: {
          volumes: [{ name: 'shm', medium: 'memory', size: '64MiB', default_size: true }],
        },
      },
    },
    passing: {
      estate: { storage: { volumes: [{ name: 'shm', medium: 'memory', size: '64MiB' }] } },
    },
  },
}
