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
    const { databases: declared } = areas.databases
    const saved = new Set(areas.backup.jobs.flatMap((job) => job.of))
    // A dump of a database saves what is in its volume.
    const dumped = declared.filter(({ name }) => saved.has(name)).map(({ volume }) => volume)
    const volumes = areas.storage.volumes.flatMap(({ holds, medium, name }, i) =>
      holds === 'state' && medium !== 'memory' && !saved.has(name) && !dumped.includes(name)
        ? [
            {
              path: ['estate', 'storage', 'volumes', i],
              message: `The volume "${name}" holds state and is in no backup`,
            },
          ]
        : [],
    )
    const caches = areas.storage.volumes.filter(({ holds }) => holds === 'cache')
    const safe = new Set([...saved, ...caches.map(({ name }) => name)])
    const databases = declared.flatMap(({ engine, name, volume }, i) =>
      saved.has(name) || isCache(engine) || (volume !== undefined && safe.has(volume))
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
