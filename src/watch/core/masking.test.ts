// Who is spared is said only where a probe shows it.
import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import type { ElementId } from '../../model/layer.ts'
import type { ProbeSeen } from '../incident/evidence.ts'
import { maskingOf } from './masking.ts'

const seen = (probe: string, ok: boolean): ProbeSeen => ({
  ...{ probe, at: 0, ok, class: null, status: null, crosses: [] },
})
const names = [
  'edge_auth',
  'origin_auth@10.0.20.5',
  'edge_anon_fwd',
  'gate_anon',
  'origin_anon_open',
  'edge_anon_open',
  'idp',
] as const
const all = (ok: boolean): readonly ProbeSeen[] => names.map((name) => seen(name, ok))

describe('maskingOf()', () => {
  test.each<[readonly ElementId[], readonly string[]]>([
    [['gate_new'], ['Holders of a live session see nothing', 'Services that the gate does not']],
    [['gate_check'], ['Strangers are still sent to sign in']],
    [['gate_new', 'gate_check'], []],
    [['idp'], ['Holders of a live session see nothing', 'The gate still sends strangers']],
    [['edge'], ['Whoever comes to the reverse proxy by its address']],
    [['dns'], ['Whoever comes to the reverse proxy by its address']],
    [['ingress'], []],
    [['upstream/a.example'], []],
    [['ingress/10.0.20.5'], ['Requests that another replica than ingress/10.0.20.5 takes']],
  ])('%j while all else passes', (elements, wanted) => {
    const said = maskingOf(elements, all(true))
    expect(said).toHaveLength(wanted.length)
    for (const [i, lead] of wanted.entries()) expect(said[i]).toStartWith(lead)
  })

  test.each<[readonly ElementId[]]>([[['gate_new']], [['gate_check']], [['idp']], [['edge']]])(
    '%j says nothing of anybody where no probe passes',
    (elements) => {
      expect(maskingOf(elements, all(false))).toEqual([])
      expect(maskingOf(elements, [])).toEqual([])
    },
  )

  test('names only probes that passed', () => {
    fc.assert(
      fc.property(
        fc.constantFrom<readonly ElementId[]>(['gate_new'], ['gate_check'], ['idp'], ['edge']),
        fc.array(fc.boolean(), { minLength: names.length, maxLength: names.length }),
        (elements, outcomes) => {
          const probes = names.map((name, i) => seen(name, outcomes[i] === true))
          const said = maskingOf(elements, probes).join(' ')
          for (const { ok, probe } of probes)
            if (!ok) expect(said).not.toMatch(new RegExp(`[( ]${probe}[,) ]`))
        },
      ),
    )
  })
})
