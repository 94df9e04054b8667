// What may be declared of overlay networks, and what is said of anything else.
import { describeSection } from '../section-cases.fixture.ts'
import { vpnSchema } from './schema.ts'

describeSection('estate.vpn', vpnSchema, {
  whole: {
    about: 'One overlay',
    overlays: [
      {
        name: 'ts',
        kind: 'headscale',
        cidr: '100.64.0.0/10',
        control: 'hs.example.com',
        exit_nodes: ['london'],
        groups: ['family'],
        routes: ['10.0.0.0/8'],
        about: 'Phones',
      },
    ],
  },
  least: [
    [
      'an overlay',
      { overlays: [{ name: 'ts', kind: 'xray', cidr: '10.9.0.0/24' }] },
      { overlays: [{ exit_nodes: [], groups: [], routes: [] }] },
    ],
  ],
  wrong: [
    [
      'an overlay without a kind',
      { overlays: [{ name: 'ts', cidr: '10.9.0.0/24' }] },
      [
        'overlays[0].kind: nothing → one of "headscale", "tailscale", "wireguard", "openvpn", "xray"',
      ],
    ],
    [
      'a kind with a slip',
      { overlays: [{ name: 'ts', kind: 'wiregard', cidr: '10.9.0.0/24' }] },
      [
        'overlays[0].kind: "wiregard" → one of "headscale", "tailscale", "wireguard", "openvpn", "xray"; meant "wireguard"',
      ],
    ],
    [
      'an unknown kind',
      { overlays: [{ name: 'ts', kind: 'ipsec', cidr: '10.9.0.0/24' }] },
      [
        'overlays[0].kind: "ipsec" → one of "headscale", "tailscale", "wireguard", "openvpn", "xray"',
      ],
    ],
    [
      'a range that is none',
      { overlays: [{ name: 'ts', kind: 'xray', cidr: '100.64.0.0/10/2' }] },
      [
        'overlays[0].cidr: "100.64.0.0/10/2" → a network such as "10.0.0.0/8", "fd00::/8" or a single address',
      ],
    ],
    [
      'a route that is a name',
      { overlays: [{ name: 'ts', kind: 'xray', cidr: '10.9.0.0/24', routes: ['lan'] }] },
      [
        'overlays[0].routes[0]: "lan" → a network such as "10.0.0.0/8", "fd00::/8" or a single address',
      ],
    ],
    [
      'one group that is no list',
      { overlays: [{ name: 'ts', kind: 'xray', cidr: '10.9.0.0/24', groups: 'family' }] },
      ['overlays[0].groups: "family" → a list of "0" to "500" entries; meant "[family]"'],
    ],
    [
      'a key of an overlay with a slip',
      { overlays: [{ name: 'ts', kind: 'xray', cidr: '10.9.0.0/24', exit_node: ['a'] }] },
      ['overlays[0].exit_node: unknown "exit_node"; meant "exit_nodes"'],
    ],
  ],
  bounds: [
    [
      'one address',
      { overlays: [{ name: 'a', kind: 'xray', cidr: '10.9.0.1/32' }] },
      { overlays: [{ name: 'a', kind: 'xray', cidr: '10.9.0.1/33' }] },
    ],
    [
      '128 bits',
      { overlays: [{ name: 'a', kind: 'xray', cidr: 'fd00::1/128' }] },
      { overlays: [{ name: 'a', kind: 'xray', cidr: 'fd00::1/129' }] },
    ],
  ],
})
