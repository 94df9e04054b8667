// Wrong input in the section estate: one clear mistake for each, at its place, and the file is refused.
import { describe, expect, test } from 'bun:test'
import { readDeclaration } from './estate.fixture.ts'

/** A setting with a mistake: area, list, entry, and path and words of what is said. */
type Row = readonly [area: string, settings: object, path: string, said: RegExp]

const volume = { name: 'a', medium: 'disk', size: '1GiB' }
const machine = { name: 'a', kind: 'vm', role: 'worker', cpus: 1, memory: '1GiB' }
const tier = { name: 'a', cpus: 1, memory: '1GiB', default_memory: '1MiB' }
const network = { name: 'a', cidr: '10.0.0.0/8' }

const rows: readonly Row[] = [
  ['networking', { networks: [{ name: 'a' }] }, 'networks[0].cidr', /Missing "cidr"/],
  [
    'networking',
    { networks: [{ ...network, cidr: '10.0.0.0/33' }] },
    'networks[0].cidr',
    /Found "10.0.0.0\/33"/,
  ],
  [
    'networking',
    { networks: [{ ...network, vlan: 4095 }] },
    'networks[0].vlan',
    /from "1" to "4094"/,
  ],
  ['networking', { networks: [{ ...network, vlan: '20' }] }, 'networks[0].vlan', /a whole number/],
  [
    'networking',
    { networks: [{ ...network, vlna: 20 }] },
    'networks[0].vlna',
    /Unknown key "vlna"/,
  ],
  ['networking', { networks: network }, 'networks', /a list of/],
  ['networking', { edge: { kind: 'moat' } }, 'edge.kind', /one of "cloudflare"/],
  ['networking', { domains: [{ name: 'a b' }] }, 'domains[0].name', /a domain/],
  [
    'networking',
    { ingresses: [{ name: 'a', controller: 'apache' }] },
    'ingresses[0].controller',
    /one of "traefik"/,
  ],
  [
    'vpn',
    { overlays: [{ name: 'a', kind: 'ipsec', cidr: '10.0.0.0/8' }] },
    'overlays[0].kind',
    /one of "headscale"/,
  ],
  ['vpn', { overlay: [] }, 'overlay', /Unknown key "overlay"/],
  ['storage', { volumes: [{ ...volume, size: 64 }] }, 'volumes[0].size', /a size from/],
  ['storage', { volumes: [{ ...volume, size: '64 pounds' }] }, 'volumes[0].size', /a size from/],
  ['storage', { volumes: [{ ...volume, size: '0B' }] }, 'volumes[0].size', /"1B" is the least/],
  [
    'storage',
    { volumes: [{ ...volume, retention: 'a week' }] },
    'volumes[0].retention',
    /a duration from/,
  ],
  [
    'storage',
    { volumes: [{ ...volume, retention: '4000d' }] },
    'volumes[0].retention',
    /is the most/,
  ],
  ['storage', { volumes: [{ ...volume, rate: 'often' }] }, 'volumes[0].rate', /a rate such as/],
  [
    'storage',
    { volumes: [{ ...volume, probed: 'yes' }] },
    'volumes[0].probed',
    /"true" or "false"/,
  ],
  [
    'storage',
    { volumes: [{ ...volume, inodes: 0 }] },
    'volumes[0].inodes',
    /a whole number from "1"/,
  ],
  [
    'authentication',
    { outposts: [{ name: 'a', sessions: 'files', validity: '1d' }] },
    'outposts[0].sessions',
    /one of "postgresql"/,
  ],
  [
    'authentication',
    { providers: [{ name: 'a', kind: 'oidc', replicas: -1 }] },
    'providers[0].replicas',
    /from "0" to "1000"/,
  ],
  ['authentication', { break_glass: 'admins' }, 'break_glass', /a list of/],
  ['authentication', { breakglass: ['admins'] }, 'breakglass', /Unknown key "breakglass"/],
  [
    'security',
    { rate_limits: [{ name: 'a', average: 1.5 }] },
    'rate_limits[0].average',
    /a whole number/,
  ],
  [
    'security',
    { bouncers: [{ name: 'a', kind: 'crowdsec', at: 'door' }] },
    'bouncers[0].at',
    /one of "edge"/,
  ],
  ['monitoring', { monitors: { interval: '500ms' } }, 'monitors.interval', /"1s" is the least/],
  [
    'monitoring',
    { tools: [{ name: 'a', kind: 'nagios' }] },
    'tools[0].kind',
    /one of "prometheus"/,
  ],
  ['monitoring', { guards: [{ host: 'a.example.com' }] }, 'guards[0].path', /Missing "path"/],
  ['monitoring', { alerts: [{ name: 'a', layer: 'roof' }] }, 'alerts[0].layer', /one of "dns"/],
  [
    'secrets',
    { secrets: [{ name: 'a', place: 'drawer', ref: 'x' }] },
    'secrets[0].place',
    /one of "vault"/,
  ],
  [
    'secrets',
    { secrets: [{ name: 'a', place: 'vault', ref: 'x', value: 's' }] },
    'secrets[0].value',
    /Unknown key "value"/,
  ],
  [
    'ci_cd',
    { pipelines: [{ name: 'a', applies: 1 }] },
    'pipelines[0].applies',
    /"true" or "false"/,
  ],
  [
    'backup',
    { jobs: [{ name: 'a', to: 'nas', every: '1d', restored: '2026-02-30' }] },
    'jobs[0].restored',
    /a day such as/,
  ],
  ['backup', { jobs: [{ name: 'a', to: 'nas' }] }, 'jobs[0].every', /Missing "every"/],
  [
    'compute',
    { machines: [{ ...machine, memory: '1KiB' }] },
    'machines[0].memory',
    /"64MiB" is the least/,
  ],
  [
    'compute',
    { machines: [{ ...machine, addresses: ['here'] }] },
    'machines[0].addresses[0]',
    /Found "here"/,
  ],
  [
    'databases',
    { databases: [{ name: 'a', engine: 'oracle' }] },
    'databases[0].engine',
    /one of "postgresql"/,
  ],
  [
    'databases',
    { databases: [{ name: 'a', engine: 'redis', instances: 101 }] },
    'databases[0].instances',
    /from "0" to "100"/,
  ],
  ['tenancy', { tiers: [{ ...tier, pods: 0 }] }, 'tiers[0].pods', /from "1" to "100000"/],
  ['tenancy', { tiers: [{ ...tier, name: '' }] }, 'tiers[0].name', /a name such as/],
  ['tenancy', { namespaces: [{ name: 'a' }] }, 'namespaces[0].tier', /Missing "tier"/],
]

describe('a mistake in the section estate', () => {
  test.each(rows)('%s %j is said at %s', (area, settings, path, said) => {
    const read = readDeclaration({ estate: { [area]: settings } })
    const mistakes = read.ok ? [] : read.error.filter(({ severity }) => severity === 'error')
    expect(mistakes.map((mistake) => mistake.path)).toEqual([`estate.${area}.${path}`])
    expect(mistakes[0]?.message).toMatch(said)
    expect(mistakes[0]?.fix).toMatch(/^[A-Z].*[^.]$/)
  })

  test.each([
    ['an area that does not exist', { netwroking: {} }, 'estate.netwroking', 'Write "networking"'],
    [
      'a key with a slip',
      { storage: { volumse: [] } },
      'estate.storage.volumse',
      'Write "volumes"',
    ],
  ])('%s gets a suggestion', (_, estate, path, fix) => {
    const read = readDeclaration({ estate })
    expect(read.ok ? [] : read.error).toMatchObject([{ path, fix }])
  })

  test.each([['networks'], [5], [[]], [true]])('that is no mapping: %j', (estate) => {
    const read = readDeclaration({ estate: estate as never })
    expect(read.ok ? [] : read.error).toMatchObject([{ path: 'estate', severity: 'error' }])
  })

  test('is said beside every other one, and rules look at what is whole', () => {
    const read = readDeclaration({
      services: [{ host: 'a.example.com', exposure: 'hidden' }],
      estate: {
        storage: {
          volumes: [
            { ...volume, size: 'x' },
            { ...volume, class: 'none' },
          ],
        },
        compute: { machines: [{ ...machine, cpus: 0 }] },
      },
    })
    expect((read.ok ? [] : read.error).map(({ path }) => path)).toEqual([
      'services[0].exposure',
      'estate.storage.volumes[0].size',
      'estate.compute.machines[0].cpus',
      'estate.storage.volumes[1]',
      'estate.storage.volumes[1].class',
    ])
  })
})
