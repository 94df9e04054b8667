// What may be declared of rate limits, bouncers and admission policies, and what is said of anything else.
import { describeSection } from '../section-cases.fixture.ts'
import { securitySchema } from './schema.ts'

describeSection('estate.security', securitySchema, {
  whole: {
    about: 'CrowdSec',
    rate_limits: [
      {
        name: 'usual',
        average: 100,
        burst: 200,
        period: '1s',
        middleware: 'traefik-limit@kubernetescrd',
      },
    ],
    bouncers: [{ name: 'crowdsec', kind: 'crowdsec', at: 'ingress', allowed: ['10.0.0.0/8'] }],
    admission: [
      {
        name: 'limits',
        kind: 'kyverno',
        changes: 'memory-limit',
        value: '256Mi',
        namespaces: ['apps'],
      },
    ],
  },
  least: [
    [
      'a rate limit',
      { rate_limits: [{ name: 'a', average: 1 }] },
      { rate_limits: [{ burst: 50, period: 1000 }] },
    ],
    [
      'a bouncer',
      { bouncers: [{ name: 'a', kind: 'anubis', at: 'edge' }] },
      { bouncers: [{ allowed: [] }] },
    ],
    [
      'an admission policy',
      { admission: [{ name: 'a', changes: 'deny' }] },
      { admission: [{ kind: 'kyverno', namespaces: [] }] },
    ],
  ],
  wrong: [
    [
      'half a request',
      { rate_limits: [{ name: 'a', average: 1.5 }] },
      ['rate_limits[0].average: the number "1.5" → a whole number from "1" to "1000000"'],
    ],
    [
      'a rate limit that is a rate',
      { rate_limits: [{ name: 'a', average: '100/s' }] },
      ['rate_limits[0].average: "100/s" → a whole number from "1" to "1000000"'],
    ],
    [
      'a bouncer that stands nowhere',
      { bouncers: [{ name: 'a', kind: 'crowdsec' }] },
      ['bouncers[0].at: nothing → one of "edge", "ingress", "host"'],
    ],
    [
      'a place that is none',
      { bouncers: [{ name: 'a', kind: 'crowdsec', at: 'door' }] },
      ['bouncers[0].at: "door" → one of "edge", "ingress", "host"'],
    ],
    [
      'a bouncer with a slip',
      { bouncers: [{ name: 'a', kind: 'crowdsek', at: 'edge' }] },
      [
        'bouncers[0].kind: "crowdsek" → one of "crowdsec", "fail2ban", "anubis", "cloudflare"; meant "crowdsec"',
      ],
    ],
    [
      'an address that is none',
      { bouncers: [{ name: 'a', kind: 'crowdsec', at: 'edge', allowed: ['10.0.0.256'] }] },
      [
        'bouncers[0].allowed[0]: "10.0.0.256" → a network such as "10.0.0.0/8", "fd00::/8" or a single address',
      ],
    ],
    [
      'a policy that changes nothing known',
      { admission: [{ name: 'a', changes: 'memory' }] },
      [
        'admission[0].changes: "memory" → one of "memory-limit", "cpu-limit", "labels", "security-context", "image-source", "deny"',
      ],
    ],
    [
      'a value that is a number',
      { admission: [{ name: 'a', changes: 'cpu-limit', value: 2 }] },
      ['admission[0].value: the number "2" → a name such as "256Mi"'],
    ],
  ],
  bounds: [
    [
      'one request',
      { rate_limits: [{ name: 'a', average: 1 }] },
      { rate_limits: [{ name: 'a', average: 0 }] },
    ],
    [
      'a period of a day',
      { rate_limits: [{ name: 'a', average: 1, period: '1d' }] },
      { rate_limits: [{ name: 'a', average: 1, period: '25h' }] },
    ],
  ],
})
