// What changes the house by itself, and where images come from.
import { describePage, smallEstate } from '../page-cases.fixture.ts'

describePage(
  'ci_cd',
  smallEstate({
    ci_cd: {
      about: 'Woodpecker applies.',
      pipelines: [
        { name: 'apply', repository: 'infra', changes: ['networking', 'dns zone'], applies: true },
        { name: 'drift', kind: 'cron', every: '1d' },
      ],
      image_sources: [{ name: 'hub', registry: 'docker.io', updates: 'keel' }],
    },
  }),
)
