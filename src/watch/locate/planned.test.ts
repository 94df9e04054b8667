// The matrix of a real plan, with replicas of proxy and gate: every single fault is found where it is.
import { describe, expect, test } from 'bun:test'
import type { ElementId } from '../../model/layer.ts'
import type { WatchConfig } from '../config.ts'
import { planOf } from '../plan/plan.ts'
import { sampleWatch } from '../plan/samples.fixture.ts'
import { createLocator } from './locate.ts'
import { matrixFindings } from './matrix-findings.ts'
import { seeded, simulatedRound } from './testing.ts'

const ingress = ['10.0.20.5', '10.0.20.6', '10.0.20.7'].map((address) => ({ address, port: 443 }))
const gates = ['http://10.0.20.9:9000', 'http://10.0.20.10:9000']

function matrixOf(over: Partial<WatchConfig>) {
  return planOf(sampleWatch({ ingress, gates, ...over })).matrix
}

const faults: readonly ElementId[] = [
  'dns',
  'edge',
  'ingress',
  'gate_new',
  'gate_check',
  'idp',
  'upstream/app.example.com',
  'upstream/open.example.com',
  'ingress/10.0.20.6',
  'gate_new/10.0.20.9:9000',
]

describe.each([false, true])('locate() over a plan, open services asking the gate: %p', (asks) => {
  const matrix = matrixOf({ openAsksGate: asks })

  test('has nothing to find fault with in its matrix', () => {
    expect(matrixFindings(matrix)).toEqual([])
  })

  test.each(faults)('finds %s, one in three replicas too, within 10 rounds', (element) => {
    const rounds: number[] = []
    for (let seed = 1; seed <= 15; seed++) {
      const random = seeded(seed)
      const locator = createLocator(matrix)
      const round = (minute: number, rate: number) => {
        const given = { minute, broken: { [element]: rate }, noise: 0.005, random }
        const { at, results } = simulatedRound(matrix, given)
        // The full sign-in has a pace of its own.
        const isDue = minute % 15 === 0
        return { at, results: new Map([...results].filter(([id]) => isDue || id !== 'sign_in')) }
      }
      for (let minute = 0; minute < 20; minute++) locator.take(round(minute, 0))
      for (let minute = 20; minute < 30; minute++) {
        const verdict = locator.take(round(minute, 0.95))
        if (verdict.kind !== 'fault') continue
        expect(verdict.leader.elements).toEqual([element])
        rounds.push(minute - 19)
        break
      }
    }
    expect(rounds).toHaveLength(15)
    expect(rounds.toSorted((one, two) => one - two)[7]).toBeLessThanOrEqual(2)
  })
})
