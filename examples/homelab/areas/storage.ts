// Volumes that something may fill, and where volumes come from.
import type { GatehouseConfig } from '../../../src/config.ts'

type Areas = NonNullable<GatehouseConfig['estate']>

/** NFS for files, local volumes for databases, and the memory disks that the record is about. */
export const storage: Areas['storage'] = {
  about: 'TrueNAS serves NFS through democratic-csi; databases have volumes of their own.',
  classes: [
    { name: 'nfs-truenas', kind: 'nfs', about: 'Everything that may be shared' },
    { name: 'local-lvm', kind: 'lvm', about: 'Databases' },
  ],
  volumes: [
    {
      name: 'outpost-embedded-shm',
      medium: 'memory',
      size: '2GiB',
      memory_limit: '2560MiB',
      workload: 'authentik/ak-outpost-authentik-embedded-outpost',
      retention: '28d',
      entry: '1500B',
      holds: 'sessions',
    },
    {
      name: 'outpost-public-shm',
      medium: 'memory',
      size: '64MiB',
      default_size: true,
      memory_limit: '256MiB',
      workload: 'authentik/ak-outpost-public',
      retention: '28d',
      entry: '1500B',
      probed: true,
      probed_tier: 'public',
      holds: 'sessions',
    },
    {
      name: 'authentik-server-shm',
      medium: 'memory',
      size: '64MiB',
      default_size: true,
      workload: 'authentik/authentik-server',
      holds: 'cache',
    },
    {
      name: 'postgresql-data',
      medium: 'lvm',
      class: 'local-lvm',
      size: '100GiB',
      used_by: ['authentik'],
    },
    {
      name: 'mysql-data',
      medium: 'lvm',
      class: 'local-lvm',
      size: '30GiB',
      used_by: ['uptime-kuma'],
    },
    { name: 'prometheus-data', medium: 'lvm', class: 'local-lvm', size: '200GiB', holds: 'cache' },
    {
      name: 'immich-library',
      medium: 'nfs',
      class: 'nfs-truenas',
      size: '4000GiB',
      used_by: ['immich'],
    },
    {
      name: 'nextcloud-files',
      medium: 'nfs',
      class: 'nfs-truenas',
      size: '2000GiB',
      used_by: ['nextcloud'],
    },
    {
      name: 'paperless-documents',
      medium: 'nfs',
      class: 'nfs-truenas',
      size: '100GiB',
      used_by: ['paperless-ngx'],
    },
    { name: 'vault-data', medium: 'lvm', class: 'local-lvm', size: '10GiB', used_by: ['vault'] },
    {
      name: 'forgejo-repositories',
      medium: 'nfs',
      class: 'nfs-truenas',
      size: '200GiB',
      used_by: ['forgejo'],
    },
  ],
}
