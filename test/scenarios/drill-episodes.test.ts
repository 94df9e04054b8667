// Short outages by the dozen: the first call is right and soon, one message each, and a seed is all there is.
import { describe, expect, setDefaultTimeout, test } from 'bun:test'
import type { ElementId } from '../../src/model/layer.ts'
import { type EpisodesOptions, runEpisodes } from '../../src/watch/drill/episodes.ts'
import { scenarioTimeoutMs } from '../scenario.ts'

setDefaultTimeout(scenarioTimeoutMs)

const usual = { episodes: 30, seed: 21, roundsMax: 30, noise: 0.005 } as const

function outages(element: ElementId, over: Partial<EpisodesOptions> = {}) {
  return runEpisodes({ ...usual, element, share: 0.95, ...over })
}

describe('runEpisodes', () => {
  test.each<ElementId>([
    'prober',
    'dns',
    'edge',
    'ingress',
    'gate_new',
    'gate_check',
    'idp',
    'upstream/app1.home.example',
  ])('%s is called in the middle within two rounds, with one message each', (element) => {
    const result = outages(element)
    expect(result.detected).toBe(usual.episodes)
    expect(result.exact).toBeGreaterThanOrEqual(usual.episodes - 1)
    expect(result.medianRounds).toBeLessThanOrEqual(2)
    expect(result.messages).toBeLessThanOrEqual(usual.episodes + 2)
  })

  test('half of the strangers turned away takes longer', () => {
    const [hard, half] = [outages('gate_new'), outages('gate_new', { share: 0.5 })]
    expect(half.detected).toBeGreaterThanOrEqual(usual.episodes - 2)
    expect(half.medianRounds ?? 0).toBeGreaterThan(hard.medianRounds ?? 0)
  })

  test('one replica of three is found by the probes that are pinned to it', () => {
    const result = outages('ingress/10.0.20.2', { ingress: 3, roundsMax: 10 })
    expect(result.exact).toBeGreaterThanOrEqual(usual.episodes - 1)
  })

  test('what is not broken is not called', () => {
    expect(outages('edge', { share: 0 }).detected).toBe(0)
  })

  test('is the same for the same seed and another for another', () => {
    expect(outages('edge', { share: 0.5 })).toEqual(outages('edge', { share: 0.5 }))
    // Two seeds may come to the same figures by chance; five do not.
    const others = [21, 22, 23, 24, 25].map((seed) => outages('edge', { share: 0.5, seed }))
    expect(new Set(others.map((one) => JSON.stringify(one))).size).toBeGreaterThan(2)
  })
})
