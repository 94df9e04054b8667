// Bursts of the prober that were taken for a layer once, out of simulated years with nothing broken, as they were.
import { describe, expect, test } from 'bun:test'
import type { Effect } from '../core.ts'
import { drillEstate, roundMs } from './drill-estate.ts'
import { plainScenario } from './plain-scenario.ts'
import { coreFor } from './run-drill.ts'
import { drillStartAt } from './world.ts'

const estate = drillEstate(plainScenario('estate: {}'))
const probes = estate.plan.canaries.filter(({ everyMs }) => everyMs === roundMs)

/** Quiet rounds, the burst, quiet rounds again; all that is said. Rounds are probes that fail, by blanks. */
function saidOf(burst: readonly string[]): readonly Effect[] {
  const core = coreFor(estate)
  const rounds = [...quiet(20), ...burst, ...quiet(20)]
  return rounds.flatMap((round, minute) => {
    const failing = round.split(' ')
    const results = new Map(probes.map(({ id }) => [id, !failing.includes(id)]))
    const at = drillStartAt + minute * roundMs
    return core.take({ kind: 'round', round: { at, results }, observations: [] })
  })
}

function quiet(count: number): readonly string[] {
  return Array.from({ length: count }, () => '')
}

/** What was called, on which evidence. The first is the one of ten years with seed 20261124, minute 2448246. */
const bursts: readonly (readonly [called: string, rounds: readonly string[]])[] = [
  [
    'ingress, on three rounds in which other probes failed too',
    [
      'edge_anon_open edge_anon_fwd origin_anon_open edge_auth origin_auth',
      'edge_anon_fwd up_direct_open origin_auth',
      'idp_jwks edge_anon_open origin_anon_open origin_anon_fwd edge_auth origin_auth',
    ],
  ],
  [
    'ingress, by half',
    [
      'idp idp_jwks edge_anon_fwd origin_anon_fwd up_direct',
      'edge_anon_open edge_anon_fwd origin_auth',
      'origin_anon_open origin_anon_fwd',
      'edge_anon_fwd origin_anon_open origin_auth',
    ],
  ],
  [
    'dns, on two rounds, with a probe that does not go through it',
    ['dns edge_anon_fwd up_direct edge_auth', 'dns edge_anon_open edge_anon_fwd edge_auth'],
  ],
  [
    'edge, on two rounds, the second not whole',
    ['edge_anon_open edge_anon_fwd edge_auth', 'edge_anon_fwd edge_auth'],
  ],
  [
    'ingress, after one chance failure',
    [
      'gate_anon',
      '',
      'origin_anon_open origin_anon_fwd origin_auth',
      'edge_anon_open origin_anon_open origin_auth',
      'dns origin_anon_fwd edge_auth origin_auth',
    ],
  ],
  [
    'dns, on two rounds, one probe more in the second',
    [
      'dns edge_anon_open edge_anon_fwd edge_auth',
      'dns edge_anon_open edge_anon_fwd origin_anon_fwd',
    ],
  ],
  [
    'dns, on two rounds, one probe less in the second',
    ['dns edge_anon_open edge_anon_fwd edge_auth', 'dns edge_anon_open edge_auth'],
  ],
]

describe('the watch in a burst of its prober', () => {
  test.each(bursts)('does not call %s', (_, rounds) => {
    expect(saidOf(rounds).filter(({ kind }) => kind === 'say')).toEqual([])
  })

  test.each(['edge_anon_open edge_anon_fwd edge_auth', 'idp idp_jwks', 'edge_auth origin_auth'])(
    'but calls in the second round what fails as one layer would: %s',
    (failing) => {
      const said = saidOf([failing, failing]).filter(({ kind }) => kind === 'say')
      expect(said[0]).toMatchObject({ event: { kind: 'opened', incident: { urgency: 'page' } } })
    },
  )

  test('and in the third what does not fail as exactly', () => {
    const [whole, part] = ['edge_anon_open edge_anon_fwd edge_auth', 'edge_anon_fwd edge_auth']
    const said = saidOf([whole, part, whole]).filter(({ kind }) => kind === 'say')
    expect(said[0]).toMatchObject({ event: { incident: { cause: 'layer:edge' } } })
  })
})
