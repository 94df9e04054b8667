// Tiers with their quotas, and the namespaces in them.
import { describePage, smallEstate } from '../page-cases.fixture.ts'

describePage(
  'tenancy',
  smallEstate({
    tenancy: {
      about: 'Two tiers.',
      tiers: [
        {
          name: '0-core',
          about: 'All need it',
          priority: 1000,
          cpus: 4500,
          memory: '8GiB',
          default_memory: '256MiB',
        },
        { name: '4-aux', cpus: 500, memory: '1.5GiB', pods: 20, default_memory: '64MiB' },
      ],
      namespaces: [
        { name: 'id', tier: '0-core', stacks: ['authentik', 'ldap'] },
        { name: 'games', tier: '4-aux', owner: 'family' },
      ],
    },
  }),
)
