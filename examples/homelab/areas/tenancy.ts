// Tiers and namespaces.
import type { GatehouseConfig } from '../../../src/config.ts'

type Areas = NonNullable<GatehouseConfig['estate']>

type Tier = NonNullable<NonNullable<Areas['tenancy']>['tiers']>[number]

/** A tier whose containers get `limit` unless they say otherwise. */
function tier(
  name: string,
  about: string,
  [priority, cpus, memory, limit]: [number, number, string, string],
): Tier {
  return { name, about, priority, cpus, memory, default_memory: limit }
}

/** Five tiers: what falls last comes first. */
export const tenancy: Areas['tenancy'] = {
  about:
    'A namespace belongs to one tier, which gives it its quota, its default limits and its priority.',
  tiers: [
    tier('0-core', 'What everything else needs', [1_000_000, 16_000, '24GiB', '512MiB']),
    tier('1-cluster', 'What the cluster needs', [800_000, 16_000, '24GiB', '512MiB']),
    tier('2-gpu', 'What needs the GPU', [600_000, 16_000, '16GiB', '1GiB']),
    tier('3-edge', 'What people see', [400_000, 16_000, '16GiB', '256MiB']),
    tier('4-aux', 'What nobody misses for a day', [200_000, 16_000, '16GiB', '256MiB']),
  ],
  namespaces: [
    ...[
      'traefik',
      'authentik',
      'vault',
      'dbaas',
      'redis',
      'headscale',
      'technitium',
      'gatehouse',
    ].map(in_('0-core')),
    ...[
      'monitoring',
      'uptime-kuma',
      'woodpecker',
      'crowdsec',
      'calico',
      'reverse-proxy',
      'forgejo',
    ].map(in_('1-cluster')),
    ...['frigate', 'immich', 'ebook2audiobook', 'nvidia'].map(in_('2-gpu')),
    ...['vaultwarden', 'nextcloud', 'mailserver', 'blog', 'paperless-ngx', 'resume'].map(
      in_('3-edge'),
    ),
    ...['excalidraw', 'privatebin', 'cyberchef', 'speedtest', 'dashy'].map(in_('4-aux')),
  ],
}

function in_(
  name: string,
): (namespace: string) => { name: string; tier: string; stacks: string[] } {
  return (namespace) => ({ name: namespace, tier: name, stacks: [namespace] })
}
