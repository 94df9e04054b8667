// Networks, domains, the edge and the reverse proxy.
import type { GatehouseConfig } from '../../../src/config.ts'

type Areas = NonNullable<GatehouseConfig['estate']>

/** Three networks, two domains, one Traefik behind Cloudflare. */
export const networking: Areas['networking'] = {
  about:
    'Traefik answers for every host. Public names lead through Cloudflare or straight to it; inside, the same names lead to its internal address.',
  networks: [
    { name: 'physical', cidr: '192.168.1.0/24', about: 'Physical devices and the hypervisor' },
    {
      name: 'management',
      cidr: '10.0.10.0/24',
      vlan: 10,
      about: 'Infrastructure virtual machines',
    },
    {
      name: 'kubernetes',
      cidr: '10.0.20.0/24',
      vlan: 20,
      about: 'Nodes and load-balanced services of the cluster',
    },
  ],
  domains: [
    { name: 'viktorbarzin.me', kind: 'public', zone: 'viktorbarzin.me', split_horizon: true },
    { name: 'viktorbarzin.lan', kind: 'internal' },
  ],
  ingresses: [
    { name: 'traefik', controller: 'traefik', class: 'traefik', namespace: 'traefik', replicas: 3 },
  ],
  edge: { kind: 'cloudflare', tunnel: 'homelab', workers: ['outage-failover'] },
  middleware: {
    required: 'traefik-authentik-forward-auth@kubernetescrd',
    public: 'traefik-authentik-forward-auth-public@kubernetescrd',
  },
}
