// Databases and who depends on them.
import type { GatehouseConfig } from '../../../src/config.ts'

type Areas = NonNullable<GatehouseConfig['estate']>

/** One of each, shared by most. */
export const databases: Areas['databases'] = {
  about: 'Most services share one PostgreSQL, one MySQL and one Redis.',
  databases: [
    {
      name: 'postgresql',
      engine: 'postgresql',
      operator: 'cloudnative-pg',
      instances: 2,
      namespace: 'dbaas',
      volume: 'postgresql-data',
      pooler: 'pgbouncer',
      used_by: ['authentik', 'immich', 'forgejo', 'linkwarden', 'woodpecker'],
    },
    {
      name: 'mysql',
      engine: 'mysql',
      instances: 1,
      namespace: 'dbaas',
      volume: 'mysql-data',
      used_by: ['uptime-kuma', 'nextcloud', 'crowdsec'],
    },
    {
      name: 'redis',
      engine: 'redis',
      instances: 1,
      namespace: 'redis',
      used_by: ['authentik', 'immich', 'paperless-ngx'],
    },
  ],
}
