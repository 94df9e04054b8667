// What changes the house by itself.
import type { GatehouseConfig } from '../../../src/config.ts'

type Areas = NonNullable<GatehouseConfig['estate']>

/** Woodpecker applies and looks for drift; Keel brings new images. */
export const ciCd: Areas['ci_cd'] = {
  about: 'Every change goes through the repository; drift is looked for each night.',
  pipelines: [
    {
      name: 'apply',
      repository: 'infra',
      changes: ['networking', 'authentication', 'monitoring'],
      applies: true,
    },
    { name: 'drift-detection', repository: 'infra', every: '24h' },
    {
      name: 'external-monitor-sync',
      kind: 'cron',
      changes: ['monitoring'],
      every: '10m',
      applies: true,
    },
  ],
  image_sources: [
    { name: 'docker-hub', registry: 'docker.io', updates: 'keel' },
    { name: 'forgejo', registry: 'forgejo.viktorbarzin.me', updates: 'keel' },
  ],
}
