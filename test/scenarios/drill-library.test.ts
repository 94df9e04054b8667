// Every drill of the library: the watch finds what is the case, and a seed is all that it depends on.
import { describe, expect, setDefaultTimeout, test } from 'bun:test'
import { allScenarios } from '../../src/watch/drill/library.ts'
import { readScenario } from '../../src/watch/drill/read-scenario.ts'
import { replayName } from '../../src/watch/drill/replay.ts'
import type { DrillResult } from '../../src/watch/drill/result.ts'
import { runDrill } from '../../src/watch/drill/run-drill.ts'
import { scenarioTimeoutMs } from '../scenario.ts'

setDefaultTimeout(scenarioTimeoutMs)

/** The seed that the library is held to; `gatehouse drill NAME --seed 1` shows the same. */
const seed = 1

function resultOf(...lines: readonly string[]): Promise<DrillResult> {
  const read = readScenario(['title: t', 'source: s', ...lines].join('\n'))
  if (!read.ok) expect.unreachable(read.error.join('\n'))
  return runDrill({ name: 'own', scenario: read.value, seed })
}

describe('runDrill', () => {
  test.each(allScenarios().filter(({ name }) => name !== replayName))(
    `$name meets its ground truth (seed ${seed})`,
    async (drill) => {
      const result = await runDrill({ ...drill, seed })
      expect(result.misses).toEqual([])
    },
  )

  test('gives the same for the same seed', async () => {
    const [drill] = allScenarios().filter(({ name }) => name === 'masked-gate')
    if (drill === undefined) expect.unreachable()
    const text = async (): Promise<string> => JSON.stringify(await runDrill({ ...drill, seed: 3 }))
    expect(await text()).toBe(await text())
  })

  test('says what is missed: a wrong truth, a late verdict, too many messages, a wrong judgement', async () => {
    const result = await resultOf(
      'faults: [{ element: edge }]',
      'changes: [{ title: Deployed, at: 30m, touches: [edge], expect: consistent }]',
      'truth: [idp]',
      'expect: { notifications: 0, within: 1m }',
    )
    expect(result.match).toBe('wrong')
    expect(result.misses).toEqual([
      'Found "edge", the truth is "idp"',
      '"1" notifications, wanted "0"',
      'Found never, wanted within "1" minutes',
      '"Deployed" is "exonerated", wanted "consistent"',
    ])
  })

  test('takes another answer where nobody could tell, and causes beside it', async () => {
    const faults = 'faults: [{ element: edge }, { element: upstream/app9.home.example }]'
    const beside = await resultOf(
      faults,
      'truth: [dns]',
      'accept: [edge]',
      "beside: ['service:app9.home.example']",
    )
    expect(beside).toMatchObject({ match: 'accepted', misses: [] })
    const without = await resultOf(faults, 'truth: [dns]', 'accept: [edge]')
    expect(without.match).toBe('wrong')
  })

  test('tells false alarms from right ones', async () => {
    const result = await resultOf(
      'faults: [{ element: edge, from: 10m, to: 20m }, { element: idp, from: 40m }]',
      'truth: [edge, idp]',
    )
    expect(result.brokenAt).toBe(600_000)
    expect(result.alarms.filter(({ wakes }) => wakes).length).toBe(result.notifications)
    expect(result.firstCallRight).toBe(true)
    expect(result.foundAt).toBeGreaterThanOrEqual(2_400_000)
  })

  test('feeds simpler monitors with the same answers', async () => {
    const result = await resultOf(
      'faults: [{ element: gate_new, clients: new }]',
      'truth: [gate_new]',
    )
    const byName = new Map(result.baselines.map((one) => [one.name, one]))
    const strict = byName.get('per host, three in a row')
    // Seven of twelve services are gated; each is told apart.
    expect(strict).toMatchObject({ detectedAt: 720_000, notifications: 7, falseAlarms: 0 })
    expect(byName.get('per host, 200-499 is well')).toMatchObject({ detectedAt: null })
    expect(byName.get('worst of a group')).toMatchObject({ detectedAt: 720_000, notifications: 1 })
  })
})
