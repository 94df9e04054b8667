// What is saved, where to, and how often.
import type { GatehouseConfig } from '../../../src/config.ts'

type Areas = NonNullable<GatehouseConfig['estate']>

/** Databases each night, files by snapshots of the NAS. */
export const backup: Areas['backup'] = {
  about: 'Databases are dumped to NFS; the NAS is copied away.',
  jobs: [
    {
      name: 'postgresql-nightly',
      of: ['postgresql', 'postgresql-data'],
      to: 'nfs-truenas',
      every: '24h',
    },
    {
      name: 'mysql-nightly',
      of: ['mysql', 'mysql-data'],
      to: 'nfs-truenas',
      every: '24h',
    },
    {
      name: 'vault-snapshot',
      of: ['vault-data'],
      to: 'nfs-truenas',
      every: '24h',
    },
    {
      name: 'nas-replication',
      of: ['immich-library', 'nextcloud-files', 'paperless-documents', 'forgejo-repositories'],
      to: 'second NAS',
      every: '24h',
    },
  ],
}
