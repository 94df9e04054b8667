// The world of drills: what a fault does to which probe, noise, and that a seed is all that it depends on.
import { describe, expect, setDefaultTimeout, test } from 'bun:test'
import type { ElementId } from '../../src/model/layer.ts'
import type { Input } from '../../src/watch/core.ts'
import { readScenario } from '../../src/watch/drill/read-scenario.ts'
import type { Scenario } from '../../src/watch/drill/scenario.ts'
import { drillStartAt, drillWorld } from '../../src/watch/drill/world.ts'
import { scenarioTimeoutMs } from '../scenario.ts'

setDefaultTimeout(scenarioTimeoutMs)

/** A scenario out of lines of YAML. */
function scenarioOf(...lines: readonly string[]): Scenario {
  const read = readScenario(['title: t', 'source: s', 'truth: []', ...lines].join('\n'))
  if (!read.ok) expect.unreachable(read.error.join('\n'))
  return read.value
}

const silent = 'noise: { probe: 0 }'

async function inputsOf(scenario: Scenario, seed = 1): Promise<readonly Input[]> {
  const inputs: Input[] = []
  for await (const minute of drillWorld({ scenario, seed, startAt: drillStartAt }).minutes())
    inputs.push(...minute.inputs)
  return inputs
}

/** Probes of the round of a minute that failed. */
async function failingAt(minute: number, scenario: Scenario): Promise<readonly string[]> {
  const rounds = (await inputsOf(scenario)).filter((input) => input.kind === 'round')
  const results = rounds[minute]?.round.results ?? new Map<string, boolean>()
  return [...results].flatMap(([probe, ok]) => (ok ? [] : [probe])).toSorted()
}

describe('drillWorld', () => {
  test.each<ElementId>([
    'prober',
    'dns',
    'edge',
    'ingress',
    'gate_new',
    'gate_check',
    'idp',
    'upstream/app1.home.example',
    'upstream/app2.home.example',
    'ingress/10.0.20.2',
    'gate_new/10.0.30.1:9000',
  ])(
    'a hard fault of %s fails the probes that the matrix says, in a minute of sign-ins',
    async (element) => {
      const scenario = scenarioOf(
        silent,
        'lasts: 16m',
        'estate: { ingress: 2, gates: 2 }',
        `faults: [{ element: '${element}', from: 10m }]`,
      )
      const { rows } = drillWorld({ scenario, seed: 1, startAt: 0 }).estate.plan.matrix
      const crossing = (least: number): readonly string[] =>
        rows
          .filter(({ crosses }) => (crosses[element] ?? 0) >= least)
          .map(({ probe }) => probe)
          .toSorted()
      const failing = await failingAt(15, scenario)
      // Those that are balanced may have taken another replica.
      for (const probe of crossing(1)) expect(failing).toContain(probe)
      for (const probe of failing) expect(crossing(0.01)).toContain(probe)
      expect(await failingAt(9, scenario)).toEqual([])
    },
  )

  test('a fault for strangers leaves sessions alone, and the other way round', async () => {
    const strangers = scenarioOf(silent, 'faults: [{ element: ingress, clients: new, from: 0s }]')
    const sessions = scenarioOf(
      silent,
      'faults: [{ element: ingress, clients: sessions, from: 0s }]',
    )
    expect(await failingAt(1, strangers)).not.toContain('edge_auth')
    expect(await failingAt(1, strangers)).toContain('edge_anon_fwd')
    expect(await failingAt(1, sessions)).toEqual(['edge_auth', 'origin_auth'])
  })

  test('a partial fault fails its share, a flapping one by its times', async () => {
    const partial = scenarioOf(
      silent,
      'lasts: 10h',
      'faults: [{ element: edge, mode: partial, share: 30, from: 0s }]',
    )
    const rounds = (await inputsOf(partial)).filter((input) => input.kind === 'round')
    const failed = rounds.filter(({ round }) => round.results.get('edge_anon_open') === false)
    expect(failed.length / rounds.length).toBeGreaterThan(0.25)
    expect(failed.length / rounds.length).toBeLessThan(0.35)
    const flapping = scenarioOf(
      silent,
      'faults: [{ element: idp, mode: flapping, down: 2m, up: 3m, from: 0s }]',
    )
    for (const [minute, isDown] of [true, true, false, false, false, true].entries())
      expect((await failingAt(minute, flapping)).includes('idp')).toBe(isDown)
  })

  test('noise fails as many probes as it says, hiccups several at once', async () => {
    const scenario = scenarioOf('lasts: 1d', 'estate: { every: 1h }', 'noise: { probe: 20 }')
    const rounds = (await inputsOf(scenario)).filter((input) => input.kind === 'round')
    const results = rounds.flatMap(({ round }) => [...round.results.values()])
    const share = results.filter((ok) => !ok).length / results.length
    expect(share).toBeGreaterThan(0.016)
    expect(share).toBeLessThan(0.024)
    const bad = scenarioOf(
      'lasts: 1d',
      'noise: { probe: 0, hiccups: 500, share: 50 }',
      'estate: { every: 1h }',
    )
    const together = (await inputsOf(bad))
      .filter((input) => input.kind === 'round')
      .map(({ round }) => [...round.results.values()].filter((ok) => !ok).length)
      .filter((count) => count > 0)
    expect(together.length).toBeGreaterThan(40)
    expect(together.filter((count) => count > 2).length / together.length).toBeGreaterThan(0.8)
  })

  test('a flap fails one probe for three rounds', async () => {
    const scenario = scenarioOf(
      'lasts: 1d',
      'noise: { probe: 0, flaps: 3 }',
      'estate: { every: 1h }',
    )
    const failing = (await inputsOf(scenario))
      .filter((input) => input.kind === 'round')
      .flatMap(({ round }) => [...round.results].flatMap(([probe, ok]) => (ok ? [] : [probe])))
    expect(failing.length).toBeGreaterThan(0)
    expect(failing.length % 3).toBe(0)
  })

  test('a store that is full breaks what stands on it, and is seen to be full', async () => {
    const scenario = scenarioOf(
      silent,
      'lasts: 30m',
      'stores: [{ name: shm, size: 1MiB, used: 250, arrivals: 60 }]',
      'faults: [{ element: gate_new, mode: slow-fill, store: shm, clients: new, from: 0s }]',
    )
    expect(await failingAt(1, scenario)).toEqual([])
    expect(await failingAt(29, scenario)).toContain('gate_anon')
    const samples = (await inputsOf(scenario)).filter((input) => input.kind === 'sample')
    expect(samples.at(-1)?.sample).toMatchObject({ usedBlocks: 256, totalBlocks: 256 })
  })

  test('tells changes, witnesses, the log of the gate and other watches at their times', async () => {
    const inputs = await inputsOf(
      scenarioOf(
        silent,
        'lasts: 20m',
        'changes: [{ title: Deployed, ago: 2h, touches: [edge] }, { title: Reloaded, at: 5m }]',
        'witnesses: [{ name: kuma, says: nonsense, from: 15m }]',
        'peers: [{ name: outside, dead: 10m }]',
        'faults: [{ element: gate_new, clients: new }]',
        'masked: 50',
      ),
    )
    const minute = (at: number) => (at - drillStartAt) / 60_000
    expect(
      inputs.flatMap((input) => (input.kind === 'change' ? [minute(input.change.at)] : [])),
    ).toEqual([-120, 5])
    const nonsense = inputs.filter((input) => input.kind === 'blind-witness')
    expect(nonsense.map(({ at }) => minute(at))).toEqual([15, 16, 17, 18, 19, 20])
    const alive = inputs.flatMap((input) => (input.kind === 'peer' ? [input.alive] : []))
    expect(alive.indexOf(false)).toBe(10)
    const [first] = inputs.filter((input) => input.kind === 'reasons')
    expect(minute(first?.at ?? 0)).toBe(10)
    expect(first?.reasons[0]).toMatchObject({ people: 4 })
  })

  test('is the same for the same seed, and another for another', async () => {
    const scenario = scenarioOf(
      'lasts: 30m',
      'estate: { ingress: 3 }',
      'noise: { probe: 50, hiccups: 500, flaps: 20 }',
      'stores: [{ name: shm, size: 1MiB, arrivals: 600 }]',
      'faults: [{ element: edge, mode: partial }]',
    )
    const text = async (seed: number): Promise<string> =>
      JSON.stringify(await inputsOf(scenario, seed), (_, value: unknown) =>
        value instanceof Map ? [...value] : value,
      )
    expect(await text(5)).toBe(await text(5))
    expect(await text(5)).not.toBe(await text(6))
  })
})
