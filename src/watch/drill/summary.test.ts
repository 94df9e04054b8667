// The library summed up: what counts as found, as false, as told once.
import { describe, expect, test } from 'bun:test'
import { readScenario } from './read-scenario.ts'
import { drillText } from './report.ts'
import { drillJson } from './report-json.ts'
import type { DrillResult } from './result.ts'
import { runDrill } from './run-drill.ts'
import type { Scenario } from './scenario.ts'
import { quantile, summaryOf, summaryText } from './summary.ts'

function scenarioOf(...lines: readonly string[]): Scenario {
  const read = readScenario(['title: A title', 'source: ours', ...lines].join('\n'))
  if (!read.ok) expect.unreachable(read.error.join('\n'))
  return read.value
}

const scenarios: Readonly<Record<string, Scenario>> = {
  found: scenarioOf(
    'faults: [{ element: edge }]',
    'truth: [edge]',
    'changes: [{ title: Late, at: 40m, touches: [edge], expect: exonerated }]',
  ),
  missed: scenarioOf('faults: [{ element: edge }]', 'truth: [idp]'),
  unseen: scenarioOf('faults: [{ element: edge, clients: ipv6 }]', 'truth: []', 'unseen: [edge]'),
  quiet: scenarioOf('truth: []'),
}

async function results(): Promise<readonly DrillResult[]> {
  return Promise.all(
    Object.entries(scenarios).map(([name, scenario]) => runDrill({ name, scenario, seed: 1 })),
  )
}

const decoysOf = (name: string): readonly string[] => (name === 'found' ? ['Late'] : [])

describe('summaryOf', () => {
  test('counts what nobody can see as missed, and what is quiet as neither', async () => {
    const summary = summaryOf(1, await results(), decoysOf)
    expect(summary).toMatchObject({
      met: 3,
      broken: 3,
      detected: 1,
      calls: 2,
      rightCalls: 1,
      incidents: 2,
      messages: 2,
      falseAlarms: 0,
      decoys: 1,
      exonerated: 1,
    })
    expect(summary.medianMs).toBe(60_000)
    const [strict] = summary.baselines
    expect(strict).toMatchObject({ detected: 2, of: 2, notifications: 12 })
  })

  test('prints a table, what is missed, and the seed', async () => {
    const text = summaryText(summaryOf(1, await results(), decoysOf))
    expect(text).toContain('MISSED  missed  idp')
    expect(text).toContain('met     unseen  (edge)')
    expect(text).toMatch(/^seed +1$/m)
    expect(text).toContain('1 of 3 (those that no probe can see counted as missed)')
    expect(text).toContain('- missed: Found "edge", the truth is "idp"')
    expect(text).toBe(summaryText(summaryOf(1, await results(), decoysOf)))
  })
})

describe('quantile', () => {
  test.each([
    [[], 0.5, null],
    [[7], 0.95, 7],
    [[3, 1, 2], 0.5, 2],
    [[5, 1, 2, 3, 4], 0.95, 5],
  ] as const)('of %p at %p is %p', (values, share, wanted) => {
    expect(quantile(values, share)).toBe(wanted)
  })
})

describe('drillText', () => {
  test('tells what broke, what was said, what was found, and what simpler monitors did', async () => {
    const [found, missed, unseen] = await results()
    if (found === undefined || missed === undefined || unseen === undefined) expect.unreachable()
    const text = drillText(scenarios['found'] ?? scenarioOf(), found)
    expect(text).toMatch(/^0:10 +breaks +edge: hard$/m)
    expect(text).toMatch(/^0:11 +opened, page +The edge.*\[layer:edge\]$/m)
    expect(text).toMatch(/^0:40 +changed +Late$/m)
    expect(text).toMatch(/^found +edge \(as it is, 0:01 after it broke\)$/m)
    expect(text).toMatch(/^verdict +edge, 99.*% sure; failed: edge_/m)
    expect(text).toMatch(/^Late +exonerated +It came/m)
    expect(text).toMatch(/^per host, three in a row +after 0:02 +12 +0$/m)
    expect(text).toContain('The ground truth is met.')
    expect(drillText(scenarios['missed'] ?? scenarioOf(), missed)).toContain(
      'The ground truth is NOT met:\n- Found "edge", the truth is "idp"',
    )
    expect(drillText(scenarios['unseen'] ?? scenarioOf(), unseen)).toMatch(
      /^not to be seen +edge$/m,
    )
  })
})

describe('drillJson', () => {
  test('is the same as data, with verdict and times', async () => {
    const [found] = await results()
    if (found === undefined) expect.unreachable()
    expect(JSON.parse(JSON.stringify(drillJson(found)))).toMatchObject({
      name: 'found',
      truth: ['edge'],
      found: ['edge'],
      match: 'exact',
      verdict: { layer: ['edge'] },
      time_to_detect_ms: 60_000,
      notifications: 1,
      alarms: [{ kind: 'opened', urgency: 'page', cause: 'layer:edge' }],
      changes: [{ title: 'Late', judgement: 'exonerated' }],
      misses: [],
    })
  })
})
