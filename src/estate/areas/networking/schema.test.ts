// What may be declared of networks, domains, the edge and reverse proxies, and what is said of anything else.
import { describeSection } from '../section-cases.fixture.ts'
import { networkingSchema } from './schema.ts'

describeSection('estate.networking', networkingSchema, {
  whole: {
    about: 'Three networks',
    networks: [{ name: 'lan', cidr: '10.0.0.0/24', vlan: 10, about: 'Machines' }],
    domains: [{ name: 'example.com', kind: 'internal', zone: 'z1', split_horizon: true }],
    ingresses: [
      {
        name: 'traefik',
        controller: 'traefik',
        class: 'traefik',
        namespace: 'traefik',
        addresses: ['10.0.20.5'],
        replicas: 3,
      },
    ],
    edge: { kind: 'tunnel', tunnel: 'homelab', workers: ['failover'] },
    middleware: { required: 'a@kubernetescrd', public: 'b@kubernetescrd' },
    resolvers: ['10.0.0.53'],
  },
  least: [
    [
      'a network',
      { networks: [{ name: 'lan', cidr: 'fd00::/8' }] },
      {
        networks: [{ name: 'lan', cidr: 'fd00::/8' }],
        edge: { kind: 'direct', workers: [] },
        resolvers: [],
      },
    ],
    [
      'a domain',
      { domains: [{ name: 'example.com' }] },
      { domains: [{ name: 'example.com', kind: 'public', split_horizon: false }] },
    ],
    [
      'a reverse proxy',
      { ingresses: [{ name: 'a', controller: 'caddy' }] },
      { ingresses: [{ addresses: [], replicas: 1 }] },
    ],
  ],
  wrong: [
    [
      'a network without a range',
      { networks: [{ name: 'lan' }] },
      [
        'networks[0].cidr: nothing → a network such as "10.0.0.0/8", "fd00::/8" or a single address',
      ],
    ],
    [
      'a range with too long a prefix',
      { networks: [{ name: 'lan', cidr: '10.0.0.0/33' }] },
      [
        'networks[0].cidr: "10.0.0.0/33" → a network such as "10.0.0.0/8", "fd00::/8" or a single address',
      ],
    ],
    [
      'a range with host bits',
      { networks: [{ name: 'lan', cidr: '10.0.0.1/24' }] },
      [
        'networks[0].cidr: "10.0.0.1/24" → a network such as "10.0.0.0/8", "fd00::/8" or a single address; Bits after the prefix are set; meant "10.0.0.0/24"',
      ],
    ],
    [
      'a range that is a name',
      { networks: [{ name: 'lan', cidr: 'lan' }] },
      ['networks[0].cidr: "lan" → a network such as "10.0.0.0/8", "fd00::/8" or a single address'],
    ],
    [
      'a VLAN in quotes',
      { networks: [{ name: 'lan', cidr: '10.0.0.0/24', vlan: '10' }] },
      ['networks[0].vlan: "10" → a whole number from "1" to "4094"'],
    ],
    [
      'a VLAN with a slip',
      { networks: [{ name: 'lan', cidr: '10.0.0.0/24', vlna: 10 }] },
      ['networks[0].vlna: unknown "vlna"; meant "vlan"'],
    ],
    [
      'a list that is none',
      { networks: { name: 'lan', cidr: '10.0.0.0/24' } },
      ['networks: a mapping → a list of "0" to "2000" entries'],
    ],
    [
      'a domain with a blank',
      { domains: [{ name: 'a b' }] },
      ['domains[0].name: "a b" → a domain name such as "example.com"'],
    ],
    [
      'an address for a domain',
      { domains: [{ name: 'https://example.com' }] },
      [
        'domains[0].name: "https://example.com" → a domain name such as "example.com"; meant "example.com"',
      ],
    ],
    [
      'a kind of domain with a slip',
      { domains: [{ name: 'example.com', kind: 'pubic' }] },
      ['domains[0].kind: "pubic" → one of "public", "internal"; meant "public"'],
    ],
    [
      'an unknown reverse proxy',
      { ingresses: [{ name: 'a', controller: 'apache' }] },
      [
        'ingresses[0].controller: "apache" → one of "traefik", "nginx", "caddy", "envoy", "haproxy"',
      ],
    ],
    [
      'a namespace in capitals',
      { ingresses: [{ name: 'a', controller: 'nginx', namespace: 'Ingress' }] },
      [
        'ingresses[0].namespace: "Ingress" → a name of lower case letters, digits and "-", such as "traefik"; meant "ingress"',
      ],
    ],
    [
      'a namespace that no cluster takes',
      { ingresses: [{ name: 'a', controller: 'nginx', namespace: 'a_b;' }] },
      [
        'ingresses[0].namespace: "a_b;" → a name of lower case letters, digits and "-", such as "traefik"',
      ],
    ],
    [
      'an unknown edge',
      { edge: { kind: 'moat' } },
      ['edge.kind: "moat" → one of "cloudflare", "tunnel", "direct"'],
    ],
    [
      'one worker that is no list',
      { edge: { workers: 'failover' } },
      ['edge.workers: "failover" → a list of "0" to "500" entries; meant "[failover]"'],
    ],
    [
      'a resolver that is a name',
      { resolvers: ['dns.example.com'] },
      [
        'resolvers[0]: "dns.example.com" → a network such as "10.0.0.0/8", "fd00::/8" or a single address',
      ],
    ],
    [
      'two mistakes at once',
      { networks: [{ name: '', cidr: 'x' }] },
      [
        'networks[0].name: "" → a name such as "kubernetes"',
        'networks[0].cidr: "x" → a network such as "10.0.0.0/8", "fd00::/8" or a single address',
      ],
    ],
  ],
  bounds: [
    [
      'VLAN 4094',
      { networks: [{ name: 'a', cidr: '10.0.0.0/8', vlan: 4094 }] },
      { networks: [{ name: 'a', cidr: '10.0.0.0/8', vlan: 4095 }] },
    ],
    [
      'VLAN 1',
      { networks: [{ name: 'a', cidr: '10.0.0.0/8', vlan: 1 }] },
      { networks: [{ name: 'a', cidr: '10.0.0.0/8', vlan: 0 }] },
    ],
    [
      'no replica',
      { ingresses: [{ name: 'a', controller: 'envoy', replicas: 0 }] },
      { ingresses: [{ name: 'a', controller: 'envoy', replicas: -1 }] },
    ],
    [
      'a thousand replicas',
      { ingresses: [{ name: 'a', controller: 'envoy', replicas: 1000 }] },
      { ingresses: [{ name: 'a', controller: 'envoy', replicas: 1001 }] },
    ],
  ],
})
