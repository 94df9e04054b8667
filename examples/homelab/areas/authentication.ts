// Who signs people in, and who may enter where.
import type { GatehouseConfig } from '../../../src/config.ts'

type Areas = NonNullable<GatehouseConfig['estate']>

/** authentik, two outposts, sixteen groups of which these open doors. */
export const authentication: Areas['authentication'] = {
  about:
    'Every host of tier required asks the embedded outpost; the two of tier public ask their own.',
  providers: [
    {
      name: 'authentik',
      kind: 'authentik',
      url: 'https://authentik.viktorbarzin.me',
      replicas: 3,
      database: 'postgresql',
    },
  ],
  outposts: [
    {
      name: 'embedded',
      // What authentik itself calls it; "drift" looks for it by this name.
      authentik_name: 'authentik Embedded Outpost',
      managed: true,
      replicas: 2,
      sessions: 'postgresql',
      volume: 'outpost-embedded-shm',
      validity: '28d',
    },
    {
      name: 'public',
      tier: 'public',
      replicas: 1,
      sessions: 'filesystem',
      volume: 'outpost-public-shm',
      validity: '28d',
    },
  ],
  groups: [
    { name: 'authentik Admins', about: 'Operators of the identity provider' },
    { name: 'Home Server Admins', about: 'Operators of the house' },
    { name: 'Chrome Users', managed: 'ui' },
    { name: 'Postiz Users', managed: 'ui' },
    { name: 'Proxy Users', managed: 'ui' },
    { name: 'T3 Users', managed: 'ui' },
    { name: 'kubernetes-admins' },
    { name: 'kubernetes-power-users' },
    { name: 'kubernetes-namespace-owners' },
  ],
  break_glass: ['authentik Admins', 'Home Server Admins'],
  default_groups: ['Home Server Admins'],
}
