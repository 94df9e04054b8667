// Who turns addresses away, rate limits, admission.
import { describePage, smallEstate } from '../page-cases.fixture.ts'

describePage(
  'security',
  smallEstate({
    security: {
      about: 'CrowdSec at the ingress.',
      rate_limits: [{ name: 'usual', average: 100, burst: 200, period: '1m' }],
      bouncers: [
        { name: 'crowdsec', kind: 'crowdsec', at: 'ingress', allowed: ['10.0.0.0/8', '::1'] },
        { name: 'anubis', kind: 'anubis', at: 'edge' },
      ],
      admission: [
        { name: 'limits', changes: 'memory-limit', value: '256Mi' },
        {
          name: 'signed',
          kind: 'gatekeeper',
          changes: 'image-source',
          namespaces: ['apps', 'web'],
        },
      ],
    },
  }),
)
