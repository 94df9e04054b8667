// Rules about stores, networks and machines: edges, several findings in order, and what is no finding.
import { describeCases, host, open, tools, volume, volumes } from './estate-rule-cases.fixture.ts'

describeCases({
  'networks-overlap': [
    [
      'a network within another, and the same twice',
      {
        estate: {
          networking: {
            networks: [
              { name: 'all', cidr: '10.0.0.0/8' },
              { name: 'lan', cidr: '10.1.0.0/16' },
              { name: 'again', cidr: '10.1.0.0/16' },
            ],
          },
        },
      },
      [
        'estate.networking.networks[1].cidr',
        'estate.networking.networks[2].cidr',
        'estate.networking.networks[2].cidr',
      ],
    ],
    [
      'an overlay over a network',
      {
        estate: {
          networking: { networks: [{ name: 'lan', cidr: '100.64.3.0/24' }] },
          vpn: { overlays: [{ name: 'ts', kind: 'headscale', cidr: '100.64.0.0/10' }] },
        },
      },
      ['estate.vpn.overlays[0].cidr'],
    ],
    [
      'no neighbours, and no address of the other family',
      {
        estate: {
          networking: {
            networks: [
              { name: 'a', cidr: '10.0.0.0/25' },
              { name: 'b', cidr: '10.0.0.128/25' },
              { name: 'c', cidr: '::/0' },
            ],
          },
        },
      },
      [],
    ],
  ],
  'store-overflows': [
    ['entries that never end', volumes(volume({ rate: '1/d' })), ['estate.storage.volumes[0]']],
    [
      'an entry that is larger than the volume',
      volumes(volume({ size: '1KiB', rate: '1/d', retention: '1d' })),
      ['estate.storage.volumes[0]'],
    ],
    [
      'what restarts only hide',
      volumes(volume({ rate: '10/min', retention: '7d', restart: '1h' })),
      ['estate.storage.volumes[0]'],
    ],
    [
      'what inodes allow',
      volumes(volume({ rate: '1/min', retention: '1h', inodes: 10 })),
      ['estate.storage.volumes[0]'],
    ],
    ['nothing where nothing arrives', volumes(volume({ retention: '7d', probed: true })), []],
  ],
  'probes-overload-store': [
    [
      'the tier that is probed, and no other',
      {
        services: [host('a', { auth: 'public', monitor: { interval: '1s' } })],
        ...volumes(
          volume({ name: 'x', retention: '7d', probed: true }),
          volume({ retention: '7d', probed: true, probed_tier: 'public' }),
        ),
      },
      ['estate.storage.volumes[1].probed'],
    ],
    [
      'no monitor of an open path',
      {
        services: [
          host('a', {
            monitor: { path: '/health', interval: '1s' },
            paths: [{ path: '/health', ...open }],
          }),
        ],
        ...volumes(volume({ retention: '7d', probed: true })),
      },
      [],
    ],
    [
      'a monitor of a protected path on an open host',
      {
        services: [
          host('a', {
            ...open,
            monitor: { path: '/admin', interval: '1s' },
            paths: [{ path: '/admin', auth: 'required' }],
          }),
        ],
        ...volumes(volume({ retention: '7d', probed: true })),
      },
      ['estate.storage.volumes[0].probed'],
    ],
    [
      'no monitor that is off',
      {
        services: [host('a', { monitor: { enabled: false, interval: '1s' } })],
        ...volumes(volume({ retention: '7d', probed: true })),
      },
      [],
    ],
  ],
  'memory-volume-above-limit': [
    [
      'exactly three quarters is enough room',
      volumes(volume({ size: '192MiB', memory_limit: '256MiB' })),
      [],
    ],
    [
      'a byte more is not',
      volumes(volume({ size: '201326593B', memory_limit: '256MiB' })),
      ['estate.storage.volumes[0].size'],
    ],
    ['no disk', volumes(volume({ medium: 'disk', size: '1GiB', memory_limit: '256MiB' })), []],
    ['no volume without a known limit', volumes(volume({ size: '1GiB' })), []],
  ],
  'accidental-default': [
    [
      'each one',
      volumes(
        volume({ default_size: true }),
        volume({ name: 'b', default_size: true, workload: 'a/b' }),
      ),
      ['estate.storage.volumes[0].size', 'estate.storage.volumes[1].size'],
    ],
  ],
  'outpost-keeps-files': [
    [
      'each one that does',
      {
        estate: {
          authentication: {
            outposts: [
              { name: 'a', sessions: 'filesystem', validity: '1d' },
              { name: 'b', sessions: 'postgresql', validity: '1d' },
              { name: 'c', sessions: 'filesystem', validity: '1d', replicas: 3 },
            ],
          },
        },
      },
      ['estate.authentication.outposts[0].sessions', 'estate.authentication.outposts[2].sessions'],
    ],
  ],
  'state-without-backup': [
    [
      'no volume of a database that is dumped',
      {
        estate: {
          storage: { volumes: [volume({ name: 'data', medium: 'disk', holds: 'state' })] },
          databases: { databases: [{ name: 'main', engine: 'postgresql', volume: 'data' }] },
          backup: { jobs: [{ name: 'n', of: ['main'], to: 'nas', every: '1d' }] },
        },
      },
      [],
    ],
    [
      'no database whose volume is saved, or can be had again',
      {
        estate: {
          storage: {
            volumes: [
              volume({ name: 'data', medium: 'disk', holds: 'state' }),
              volume({ name: 'again', medium: 'disk', holds: 'cache' }),
            ],
          },
          databases: {
            databases: [
              { name: 'main', engine: 'postgresql', volume: 'data' },
              { name: 'search', engine: 'clickhouse', volume: 'again' },
              { name: 'queue', engine: 'valkey' },
            ],
          },
          backup: { jobs: [{ name: 'n', of: ['data'], to: 'nas', every: '1d' }] },
        },
      },
      [],
    ],
    ['no memory volume: nothing in it outlives a restart', volumes(volume({ holds: 'state' })), []],
    [
      'volumes first, then databases',
      {
        estate: {
          storage: { volumes: [volume({ medium: 'nfs', holds: 'state' })] },
          databases: {
            databases: [
              { name: 'q', engine: 'redis' },
              { name: 'main', engine: 'mysql' },
            ],
          },
        },
      },
      ['estate.storage.volumes[0]', 'estate.databases.databases[1]'],
    ],
  ],
  'restore-untested': [
    [
      'each job without a day',
      {
        estate: {
          backup: {
            jobs: [
              { name: 'a', to: 'nas', every: '1d' },
              { name: 'b', to: 'nas', every: '1d', restored: '2024-02-29' },
              { name: 'c', to: 'nas', every: '1d' },
            ],
          },
        },
      },
      ['estate.backup.jobs[0]', 'estate.backup.jobs[2]'],
    ],
  ],
  'quota-above-machines': [
    [
      'machines together, workers alone',
      {
        estate: {
          compute: {
            machines: [
              { name: 'a', kind: 'vm', role: 'worker', cpus: 1, memory: '8GiB' },
              { name: 'b', kind: 'vm', role: 'worker', cpus: 1, memory: '8GiB' },
              { name: 'c', kind: 'vm', role: 'storage', cpus: 1, memory: '64GiB' },
            ],
          },
          tenancy: {
            tiers: [
              { name: 'fits', cpus: 1, memory: '16GiB', default_memory: '1MiB' },
              { name: 'not', cpus: 1, memory: '17GiB', default_memory: '1MiB' },
            ],
          },
        },
      },
      ['estate.tenancy.tiers[1].memory'],
    ],
    [
      'nothing where no worker is declared',
      {
        estate: {
          tenancy: { tiers: [{ name: 'a', cpus: 1, memory: '1GiB', default_memory: '1MiB' }] },
        },
      },
      [],
    ],
  ],
  'unknown-reference': [
    [
      'groups of break glass, of hosts that name none, of overlays',
      {
        estate: {
          authentication: {
            groups: [{ name: 'staff' }],
            break_glass: ['staf'],
            default_groups: ['staff', 'x'],
          },
          vpn: { overlays: [{ name: 'o', kind: 'wireguard', cidr: '10.9.0.0/24', groups: ['y'] }] },
        },
      },
      [
        'estate.authentication.break_glass[0]',
        'estate.authentication.default_groups[1]',
        'estate.vpn.overlays[0].groups[0]',
      ],
    ],
    [
      'no group where none is declared',
      { estate: { authentication: { break_glass: ['staff'] } } },
      [],
    ],
    [
      'the tool of the monitors',
      { estate: { monitoring: { monitors: { tool: 'kuma' } } } },
      ['estate.monitoring.monitors.tool'],
    ],
    [
      'what each list of names leads to',
      {
        estate: {
          ...tools({ name: 't', kind: 'grafana', database: 'd', volume: 'v', secret: 's' }),
          backup: {
            jobs: [{ name: 'j', of: ['d'], to: 'nas', every: '1d', restored: '2026-01-01' }],
          },
          compute: {
            machines: [{ name: 'm', kind: 'vm', on: 'h', role: 'other', cpus: 1, memory: '1GiB' }],
          },
          tenancy: { namespaces: [{ name: 'n', tier: 't' }] },
          storage: { volumes: [volume({ class: 'c' })] },
        },
      },
      [
        'estate.monitoring.tools[0].database',
        'estate.monitoring.tools[0].volume',
        'estate.monitoring.tools[0].secret',
        'estate.storage.volumes[0].class',
        'estate.backup.jobs[0].of[0]',
        'estate.compute.machines[0].on',
        'estate.tenancy.namespaces[0].tier',
      ],
    ],
  ],
})
