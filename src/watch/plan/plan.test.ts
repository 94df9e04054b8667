// The plan of a watch: the rows of the study's matrix, replicas beside them, and every door over each vantage.
import { describe, expect, test } from 'bun:test'
import type { WatchConfig } from '../config.ts'
import { controlProbe, planOf, robotDoor } from './plan.ts'
import { closedDoor, openDoor, sampleDoor, sampleWatch } from './samples.fixture.ts'

const app = 'upstream/app.example.com'
const open = 'upstream/open.example.com'

/** Rows by probe, each with the elements that it crosses wholly. */
function matrixOf(config: WatchConfig): Record<string, readonly string[]> {
  return Object.fromEntries(
    planOf(config).matrix.rows.map(({ crosses, probe }) => [
      probe,
      Object.keys(crosses).toSorted(),
    ]),
  )
}

describe('planOf()', () => {
  test('has the rows of the study, in which no two layers look alike', () => {
    expect(matrixOf(sampleWatch())).toEqual({
      control_inet: ['prober'],
      dns: ['dns', 'prober'],
      idp: ['idp', 'prober'],
      idp_jwks: ['idp', 'prober'],
      edge_anon_open: ['dns', 'edge', 'ingress', 'prober', open],
      edge_anon_fwd: ['dns', 'edge', 'gate_new', 'ingress', 'prober'],
      origin_anon_open: ['ingress', 'prober', open],
      origin_anon_fwd: ['gate_new', 'ingress', 'prober'],
      gate_anon: ['gate_new', 'prober'],
      up_direct: ['prober', app],
      up_direct_open: ['prober', open],
      edge_auth: ['dns', 'edge', 'gate_check', 'ingress', 'prober', app],
      origin_auth: ['gate_check', 'ingress', 'prober', app],
      sign_in: ['dns', 'edge', 'gate_check', 'gate_new', 'idp', 'ingress', 'prober', app],
    })
    expect(planOf(sampleWatch()).matrix.control).toBe(controlProbe)
  })

  test('says the same for the same configuration', () => {
    expect(planOf(sampleWatch())).toEqual(planOf(sampleWatch()))
  })

  const without: readonly [what: string, over: Partial<WatchConfig>, gone: readonly string[]][] = [
    ['a control address', { control: [] }, ['control_inet']],
    ['a public name', { edge: false }, ['dns', 'edge_anon_open', 'edge_anon_fwd', 'edge_auth']],
    [
      'an address of the ingress',
      { ingress: [] },
      ['origin_anon_open', 'origin_anon_fwd', 'origin_auth'],
    ],
    ['an address of the gate', { gates: [] }, ['gate_anon']],
    ['an identity provider', { identityProvider: null }, ['idp', 'idp_jwks']],
    ['a robot', { robot: null }, ['edge_auth', 'origin_auth', 'sign_in']],
    [
      'an open service',
      { canaries: { open: null, protected: closedDoor } },
      ['edge_anon_open', 'origin_anon_open', 'up_direct_open'],
    ],
    [
      'a protected service',
      { canaries: { open: openDoor, protected: null } },
      ['edge_anon_fwd', 'origin_anon_fwd', 'gate_anon', 'up_direct'],
    ],
    [
      'a service that can be asked directly',
      {
        canaries: {
          open: sampleDoor('open.example.com', { tier: 'none', upstream: null }),
          protected: sampleDoor('app.example.com', { upstream: null }),
        },
      },
      ['up_direct', 'up_direct_open'],
    ],
  ]
  test.each(without)('leaves out what needs %s where there is none', (_, over, gone) => {
    const all = Object.keys(matrixOf(sampleWatch()))
    const left = Object.keys(matrixOf(sampleWatch(over)))
    expect(all.filter((probe) => !left.includes(probe))).toEqual(
      all.filter((p) => gone.includes(p)),
    )
  })

  test('pins each replica of the ingress, and shares what goes through the balancer', () => {
    const ingress = ['10.0.20.5', '10.0.20.6', '10.0.20.7'].map((address) => ({
      address,
      port: 443,
    }))
    const { rows } = planOf(sampleWatch({ ingress })).matrix
    const row = (probe: string) => rows.find((one) => one.probe === probe)?.crosses
    expect(row('origin_anon_fwd@10.0.20.6')).toEqual({
      prober: 1,
      ingress: 1,
      'ingress/10.0.20.6': 1,
      gate_new: 1,
    })
    expect(row('edge_anon_open')).toEqual({
      prober: 1,
      dns: 1,
      edge: 1,
      ingress: 1,
      'ingress/10.0.20.5': 1 / 3,
      'ingress/10.0.20.6': 1 / 3,
      'ingress/10.0.20.7': 1 / 3,
      [open]: 1,
    })
    expect(rows.filter(({ probe }) => probe.startsWith('origin_auth@'))).toHaveLength(3)
    expect(rows.some(({ probe }) => probe === 'origin_anon_fwd')).toBe(false)
  })

  test('asks each replica of the gate, and shares what goes through the proxy', () => {
    const gates = ['http://10.0.20.9:9000', 'http://10.0.20.10:9000']
    const { rows } = planOf(sampleWatch({ gates })).matrix
    const row = (probe: string) => rows.find((one) => one.probe === probe)?.crosses
    expect(row('gate_anon@10.0.20.10:9000')).toEqual({
      prober: 1,
      gate_new: 1,
      'gate_new/10.0.20.10:9000': 1,
    })
    expect(row('origin_anon_fwd')).toMatchObject({ 'gate_new/10.0.20.9:9000': 0.5 })
  })

  test('has the gate on the way of open services where proxies ask it for them', () => {
    const rows = matrixOf(sampleWatch({ openAsksGate: true }))
    expect(rows['origin_anon_open']).toEqual(['gate_new', 'ingress', 'prober', open])
    expect(rows['edge_auth']).not.toContain('gate_new')
  })

  test('finds the keys by discovery, at a declared address, or not at all', () => {
    const act = (url: string, jwksUrl: string | null) =>
      planOf(sampleWatch({ identityProvider: { url, marker: null, jwksUrl } })).canaries.find(
        ({ id }) => id === 'idp_jwks',
      )?.act
    const discovery = 'https://id.example.com/.well-known/openid-configuration'
    const keys = 'https://id.example.com/keys'
    expect(act(discovery, null)).toEqual({ kind: 'keys', url: null, discovery })
    expect(act('https://id.example.com/', keys)).toMatchObject({ url: keys })
    expect(act('https://id.example.com/', null)).toBeUndefined()
  })

  test('signs in at its own pace, over the edge or pinned where there is none', () => {
    const probe = (over: Partial<WatchConfig>) =>
      planOf(sampleWatch(over)).canaries.find(({ id }) => id === 'sign_in')
    expect(probe({})).toMatchObject({ everyMs: 900_000, act: { way: { vantage: 'edge' } } })
    expect(probe({ edge: false })).toMatchObject({ act: { way: { vantage: 'ingress' } } })
    expect(probe({ edge: false, ingress: [] })).toBeUndefined()
  })

  test('tries each door over each vantage that there is', () => {
    const doors = [closedDoor, sampleDoor('wiki.example.com', { upstream: null })]
    const ids = (over: Partial<WatchConfig>) =>
      planOf(sampleWatch({ doors, ...over })).doors.map(({ id }) => id)
    expect(ids({})).toEqual([
      'door:app.example.com/@edge',
      'door:app.example.com/@ingress',
      'door:app.example.com/@gate',
      'door:app.example.com/@upstream',
      'door:wiki.example.com/@edge',
      'door:wiki.example.com/@ingress',
      'door:wiki.example.com/@gate',
    ])
    expect(ids({ edge: false, gates: [] })).toEqual([
      'door:app.example.com/@ingress',
      'door:app.example.com/@upstream',
      'door:wiki.example.com/@ingress',
    ])
    const ingress = [1, 2].map((n) => ({ address: `10.0.20.${n}`, port: 443 }))
    const pinned = planOf(sampleWatch({ doors, ingress })).doors[1]
    expect(pinned?.ways).toHaveLength(2)
  })
})

describe('robotDoor()', () => {
  const other = sampleDoor('app.example.com', { path: '/other' })
  const robot = sampleWatch().robot
  test('is the one with its path, or any of its host, or none', () => {
    const of = (path: string, doors = [other, closedDoor]) =>
      robotDoor({ doors, robot: robot === null ? null : { ...robot, path } })?.id
    expect(of('/')).toBe('app.example.com/')
    expect(of('/elsewhere')).toBe('app.example.com/other')
    expect(of('/', [openDoor])).toBeUndefined()
    expect(robotDoor({ doors: [closedDoor], robot: null })).toBeNull()
  })
})
