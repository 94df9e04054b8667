// Protection beside signing in.
import type { GatehouseConfig } from '../../../src/config.ts'

type Areas = NonNullable<GatehouseConfig['estate']>

/** CrowdSec at the ingress, Anubis before open pages, Kyverno at admission. */
export const security: Areas['security'] = {
  about: 'CrowdSec turns addresses away at Traefik; Kyverno gives every container a memory limit.',
  rate_limits: [
    { name: 'default', average: 100, burst: 100, middleware: 'traefik-rate-limit@kubernetescrd' },
  ],
  bouncers: [
    {
      name: 'crowdsec',
      kind: 'crowdsec',
      at: 'ingress',
      allowed: ['10.0.0.0/8', '192.168.1.0/24'],
    },
    { name: 'anubis', kind: 'anubis', at: 'ingress' },
  ],
  admission: [{ name: 'default-limits', changes: 'memory-limit', value: '256Mi' }],
}
