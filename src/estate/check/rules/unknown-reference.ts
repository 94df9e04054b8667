// An entry that names another one which is not there.
import type { Path } from '../../../std/schema/json-schema.ts'
import { suggest } from '../../../std/suggest.ts'
import type { Areas } from '../../estate.ts'
import type { EstateRule } from '../rule.ts'

interface Reference {
  readonly path: Path
  readonly name: string | undefined
  /** What it names: "volume". */
  readonly kind: string
  readonly known: readonly string[]
}

/** References between entries of the estate that lead nowhere. */
export const unknownReference: EstateRule = {
  id: 'unknown-reference',
  severity: 'error',
  title: 'An entry names another one that is not declared',
  reason: 'Checks and generated files leave out what they cannot follow',
  fix: 'Declare it, or write the name of one that is',
  find: ({ areas }) =>
    references(areas).flatMap(({ kind, known, name, path }) => {
      if (name === undefined || known.includes(name)) return []
      const meant = suggest(name, known)
      const message = `Found the ${kind} "${name}", which is not declared`
      return [{ path, message, ...(meant === null ? {} : { fix: `Write "${meant}"` }) }]
    }),
  examples: {
    failing: {
      estate: {
        databases: {
          databases: [{ name: 'main', engine: 'redis', volume: 'maindata' }],
        },
        storage: { volumes: [{ name: 'main-data', medium: 'disk', size: '1GiB', holds: 'cache' }] },
      },
    },
    passing: {
      estate: {
        databases: {
          databases: [{ name: 'main', engine: 'redis', volume: 'main-data' }],
        },
        storage: { volumes: [{ name: 'main-data', medium: 'disk', size: '1GiB', holds: 'cache' }] },
      },
    },
  },
}

function references(areas: Areas): readonly Reference[] {
  const { authentication, backup, compute, databases, monitoring, secrets, storage, tenancy } =
    areas
  const volumes = names(storage.volumes)
  const databaseNames = names(databases.databases)
  const machines = names(compute.machines)
  const at = (...path: Path): Path => ['estate', ...path]
  return [
    ...databases.databases.map(({ volume }, i) => ({
      ...{ kind: 'volume', known: volumes, name: volume },
      path: at('databases', 'databases', i, 'volume'),
    })),
    ...authentication.outposts.map(({ volume }, i) => ({
      ...{ kind: 'volume', known: volumes, name: volume },
      path: at('authentication', 'outposts', i, 'volume'),
    })),
    ...authentication.providers.map(({ database }, i) => ({
      ...{ kind: 'database', known: databaseNames, name: database },
      path: at('authentication', 'providers', i, 'database'),
    })),
    ...monitoring.tools.flatMap(({ database, secret, volume }, i) => [
      {
        kind: 'database',
        known: databaseNames,
        name: database,
        path: at('monitoring', 'tools', i, 'database'),
      },
      {
        kind: 'volume',
        known: volumes,
        name: volume,
        path: at('monitoring', 'tools', i, 'volume'),
      },
      {
        kind: 'secret',
        known: names(secrets.secrets),
        name: secret,
        path: at('monitoring', 'tools', i, 'secret'),
      },
    ]),
    ...storage.volumes.map((volume, i) => ({
      ...{ kind: 'storage class', known: names(storage.classes), name: volume.class },
      path: at('storage', 'volumes', i, 'class'),
    })),
    ...backup.jobs.flatMap((job, i) =>
      job.of.map((name, j) => ({
        ...{ kind: 'volume or database', known: [...volumes, ...databaseNames], name },
        path: at('backup', 'jobs', i, 'of', j),
      })),
    ),
    ...compute.machines.map((machine, i) => ({
      ...{ kind: 'machine', known: machines, name: machine.on },
      path: at('compute', 'machines', i, 'on'),
    })),
    ...tenancy.namespaces.map(({ tier }, i) => ({
      ...{ kind: 'tier', known: names(tenancy.tiers), name: tier },
      path: at('tenancy', 'namespaces', i, 'tier'),
    })),
    {
      ...{ kind: 'tool', known: names(monitoring.tools), name: monitoring.monitors.tool },
      path: at('monitoring', 'monitors', 'tool'),
    },
    ...groupReferences(areas),
  ]
}

/** Names of groups, where groups are declared: a provider may know more than anyone wrote down. */
function groupReferences({ authentication, vpn }: Areas): readonly Reference[] {
  const { break_glass: glass, default_groups: usual, groups } = authentication
  const known = names(groups)
  if (known.length === 0) return []
  const listed = (list: readonly string[], ...path: Path): readonly Reference[] =>
    list.map((name, i) => ({ kind: 'group', known, name, path: ['estate', ...path, i] }))
  return [
    ...listed(glass, 'authentication', 'break_glass'),
    ...listed(usual, 'authentication', 'default_groups'),
    ...vpn.overlays.flatMap((overlay, i) => listed(overlay.groups, 'vpn', 'overlays', i, 'groups')),
  ]
}

function names(entries: readonly { readonly name: string }[]): readonly string[] {
  return entries.map(({ name }) => name)
}
