// A backup from which nothing was ever restored is a hope.
import type { EstateRule } from '../rule.ts'

/** Jobs without a day on which a restore was tried. */
export const restoreUntested: EstateRule = {
  id: 'restore-untested',
  severity: 'warning',
  title: 'No restore from a backup has been tried',
  reason: 'Whether a copy can be used shows when it is used',
  fix: 'Restore it somewhere, and write the day under "restored"',
  find: ({ areas }) =>
    areas.backup.jobs.flatMap(({ name, restored, to }, i) =>
      restored === undefined
        ? [
            {
              path: ['estate', 'backup', 'jobs', i],
              message: `The backup "${name}" to "${to}" names no day on which a restore was tried`,
            },
          ]
        : [],
    ),
  examples: {
    failing: {
      estate: { backup: { jobs: [{ name: 'nightly', to: 'nas', every: '24h' }] } },
    },
    passing: {
      estate: {
        backup: {
          jobs: [{ name: 'nightly', to: 'nas', every: '24h', restored: '2026-04-01' }],
        },
      },
    },
  },
}
