// What is declared of databases: engines, their instances, and who depends on them.
import {
  choice,
  count,
  defaulted,
  optional,
  required,
  section,
} from '../../../std/schema/schema.ts'
import { entries, nameText, namesList, sentenceText } from '../../setting.ts'

const databaseSchema = section({
  name: required('Name', nameText('postgresql')),
  engine: required(
    'Engine',
    choice([
      'postgresql',
      'mysql',
      'mariadb',
      'redis',
      'valkey',
      'sqlite',
      'mongodb',
      'clickhouse',
    ]),
  ),
  operator: optional('What runs it', nameText('cloudnative-pg')),
  version: optional('Version', nameText('17')),
  instances: defaulted('Instances', count(0, 100), 1),
  namespace: optional('Namespace', nameText('dbaas')),
  volume: optional('Volume of its data', nameText('postgresql-data')),
  pooler: optional('Connection pooler in front', nameText('pgbouncer')),
  schemas: namesList('Databases in it', 'authentik'),
  used_by: namesList('Stacks that depend on it', 'authentik'),
})

/** The section `estate.databases`. */
export const databasesSchema = section({
  about: optional('For the documentation', sentenceText('One PostgreSQL for nearly all')),
  databases: entries('Databases', databaseSchema),
})
