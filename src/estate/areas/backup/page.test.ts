// What is saved, and how to restore it.
import { describePage, smallEstate } from '../page-cases.fixture.ts'

describePage(
  'backup',
  smallEstate({
    backup: {
      about: 'Nightly.',
      jobs: [
        {
          ...{ name: 'nightly', of: ['main', 'files'], to: 'nas', every: '1d', keeps: '30d' },
          ...{
            off_site: 'elsewhere',
            restored: '2026-04-01',
            restore: '`pg_restore` of the newest dump',
          },
        },
        { name: 'weekly', to: 'nas', every: '7d' },
      ],
    },
  }),
)
