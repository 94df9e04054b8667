// Which probes a declared name, family, name server or token adds, and that each part is told from each other.
import { describe, expect, test } from 'bun:test'
import type { WatchConfig } from '../config.ts'
import { lookAlikes } from '../locate/matrix-findings.ts'
import { planOf } from './plan.ts'
import { closedDoor, sampleWatch } from './samples.fixture.ts'

const families = ['ipv4', 'ipv6'] as const
const insideResolvers = ['10.0.10.53']
const program = { user: null, token: 't', host: closedDoor.host, path: '/' }

const ids = (over: Partial<WatchConfig>): readonly string[] =>
  planOf(sampleWatch(over)).canaries.map(({ id }) => id)

const atEdge = ['edge_anon_open', 'edge_anon_fwd', 'edge_auth']
const ofFamilies = ['dns', ...atEdge].flatMap((id) => families.map((family) => `${id}@${family}`))
const controls = families.map((family) => `control_inet@${family}`)
const ofInside = ['dns_inside', 'inside_anon_open', 'inside_anon_fwd', 'inside_auth']

describe('planOf() adds', () => {
  const table: readonly (readonly [
    what: string,
    over: Partial<WatchConfig>,
    more: readonly string[],
    fewer: readonly string[],
  ])[] = [
    ['nothing for no family', { families: [] }, [], []],
    ['nothing for one family', { families: ['ipv6'] }, [], []],
    ['the edge twice for two', { families }, [...controls, ...ofFamilies], ['dns', ...atEdge]],
    [
      'no control by family where there is none',
      { families, control: [] },
      ofFamilies,
      ['control_inet', 'dns', ...atEdge],
    ],
    ['nothing for families without an edge', { families, edge: false }, [], ['dns', ...atEdge]],
    ['the inside', { insideResolvers }, ofInside, []],
    ['the inside without an edge', { insideResolvers, edge: false }, ofInside, ['dns', ...atEdge]],
    ['tokens over each way', { program }, ['edge_token', 'origin_token'], []],
    [
      'tokens over each family',
      { program, families },
      [...controls, ...ofFamilies, 'edge_token@ipv4', 'edge_token@ipv6', 'origin_token'],
      ['dns', ...atEdge],
    ],
  ]
  const plain = ids({})
  test.each(table)('%s', (_, over, more, fewer) => {
    const wanted = [...plain.filter((id) => !fewer.includes(id)), ...more]
    expect(ids(over).toSorted()).toEqual(wanted.toSorted())
  })

  test.each([
    ['families', { families }],
    ['the inside', { insideResolvers }],
    ['tokens', { program }],
    ['all of it', { families, insideResolvers, program }],
  ])('what is told apart by its probes: %s', (_, over) => {
    expect(lookAlikes(planOf(sampleWatch(over)).matrix)).toEqual([])
  })

  test('what is not, without a control probe: the IPv6 of the watch and that of the edge', () => {
    const found = lookAlikes(planOf(sampleWatch({ families, control: [] })).matrix)
    expect(found.map(({ elements }) => elements)).toEqual([
      ['prober/ipv4', 'edge/ipv4'],
      ['prober/ipv6', 'edge/ipv6'],
    ])
    expect(found[0]?.fix).toContain('Add "control_inet"')
  })

  test('the way of the robot by whichever family there is', () => {
    const { matrix } = planOf(sampleWatch({ families }))
    const crossed = matrix.rows.find(({ probe }) => probe === 'sign_in')?.crosses ?? {}
    expect(Object.keys(crossed).filter((name) => name.includes('/ipv'))).toEqual([])
    expect(crossed).toMatchObject({ dns: 1, edge: 1 })
  })

  test('a turn for each family of a door', () => {
    const door = planOf(sampleWatch({ families })).doors.find(({ id }) => id.endsWith('@edge'))
    expect(door?.ways).toEqual([
      { vantage: 'edge', family: 'ipv4' },
      { vantage: 'edge', family: 'ipv6' },
    ])
  })
})
