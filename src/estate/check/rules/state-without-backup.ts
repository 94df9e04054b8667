// State that no backup names: a mistake or a broken disk ends it.
import type { EstateRule } from '../rule.ts'

/** Volumes of state, and databases that are no caches, that no job saves. */
export const stateWithoutBackup: EstateRule = {
  id: 'state-without-backup',
  severity: 'warning',
  title: 'State that cannot be had again is in no backup',
  reason: 'One mistake or one broken disk, and it is gone',
  fix: 'Name it under "of" of a job in "estate.backup", or say "holds: cache" where it can be had again',
  find: ({ areas }) => {
    const saved = new Set(areas.backup.jobs.flatMap((job) => job.of))
    const volumes = areas.storage.volumes.flatMap(({ holds, name }, i) =>
      holds === 'state' && !saved.has(name)
        ? [
            {
              path: ['estate', 'storage', 'volumes', i],
              message: `The volume "${name}" holds state and is in no backup`,
            },
          ]
        : [],
    )
    const databases = areas.databases.databases.flatMap(({ engine, name, volume }, i) =>
      saved.has(name) || isCache(engine) || (volume !== undefined && saved.has(volume))
        ? []
        : [
            {
              path: ['estate', 'databases', 'databases', i],
              message: `The database "${name}" is in no backup`,
            },
          ],
    )
    return [...volumes, ...databases]
  },
  examples: {
    failing: { estate: { databases: { databases: [{ name: 'main', engine: 'postgresql' }] } } },
    passing: {
      estate: {
        databases: { databases: [{ name: 'main', engine: 'postgresql' }] },
        backup: { jobs: [{ name: 'nightly', of: ['main'], to: 'nas', every: '24h' }] },
      },
    },
  },
}

/** Engines that are used as caches and queues. */
function isCache(engine: string): boolean {
  return engine === 'redis' || engine === 'valkey'
}
