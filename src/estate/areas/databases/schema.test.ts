// What may be declared of databases, and what is said of anything else.
import { describeSection } from '../section-cases.fixture.ts'
import { databasesSchema } from './schema.ts'

describeSection('estate.databases', databasesSchema, {
  whole: {
    about: 'One for all',
    databases: [
      {
        name: 'main',
        engine: 'postgresql',
        operator: 'cloudnative-pg',
        version: '17',
        instances: 2,
        namespace: 'dbaas',
        volume: 'main-data',
        pooler: 'pgbouncer',
        schemas: ['authentik'],
        used_by: ['authentik'],
      },
    ],
  },
  least: [
    [
      'a database',
      { databases: [{ name: 'a', engine: 'redis' }] },
      { databases: [{ instances: 1, schemas: [], used_by: [] }] },
    ],
  ],
  wrong: [
    [
      'an engine that we do not know',
      { databases: [{ name: 'a', engine: 'oracle' }] },
      [
        'databases[0].engine: "oracle" → one of "postgresql", "mysql", "mariadb", "redis", "valkey", "sqlite", "mongodb", "clickhouse"',
      ],
    ],
    [
      'an engine by its short name',
      { databases: [{ name: 'a', engine: 'postgres' }] },
      [
        'databases[0].engine: "postgres" → one of "postgresql", "mysql", "mariadb", "redis", "valkey", "sqlite", "mongodb", "clickhouse"; meant "postgresql"',
      ],
    ],
    [
      'a version that is a number',
      { databases: [{ name: 'a', engine: 'mysql', version: 8.4 }] },
      ['databases[0].version: the number "8.4" → a name such as "17"'],
    ],
    [
      'half an instance',
      { databases: [{ name: 'a', engine: 'mysql', instances: 1.5 }] },
      ['databases[0].instances: the number "1.5" → a whole number from "0" to "100"'],
    ],
    [
      'one user that is no list',
      { databases: [{ name: 'a', engine: 'mysql', used_by: 'nextcloud' }] },
      ['databases[0].used_by: "nextcloud" → a list of "0" to "500" entries; meant "[nextcloud]"'],
    ],
    [
      'a password',
      { databases: [{ name: 'a', engine: 'mysql', password: 'hunter2hunter2' }] },
      ['databases[0].password: unknown "password"'],
    ],
  ],
  bounds: [
    [
      'a hundred instances',
      { databases: [{ name: 'a', engine: 'mysql', instances: 100 }] },
      { databases: [{ name: 'a', engine: 'mysql', instances: 101 }] },
    ],
  ],
})
