// Databases, and who falls with them.
import { describePage, smallEstate } from '../page-cases.fixture.ts'

describePage(
  'databases',
  smallEstate({
    databases: {
      about: 'One for nearly all.',
      databases: [
        {
          ...{
            name: 'main',
            engine: 'postgresql',
            version: '17',
            operator: 'cloudnative-pg',
            instances: 2,
          },
          ...{
            namespace: 'dbaas',
            volume: 'main-data',
            pooler: 'pgbouncer',
            used_by: ['wiki', 'id'],
          },
        },
        { name: 'cache', engine: 'redis', used_by: ['wiki'] },
      ],
    },
  }),
)
