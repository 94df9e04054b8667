// The replay of 2026-04-18: every target with every seed, and the page that is printed.
import { describe, expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { replay } from '../../src/watch/drill/replay.ts'
import { replayText } from '../../src/watch/drill/report.ts'
import { replayJson } from '../../src/watch/drill/report-json.ts'

const golden = join(import.meta.dir, '../../src/watch/drill/golden', '2026-04-18.txt')

describe('replay', () => {
  test('reaches every target, and prints the same page each time (seed 1)', async () => {
    const told = await replay('2026-04-18', 1)
    expect(told.targets.filter(({ reached }) => !reached)).toEqual([])
    expect(told.result.misses).toEqual([])
    expect(replayText(told)).toBe(readFileSync(golden, 'utf8'))
    expect(told.incident?.incident).toMatchObject({
      ...{ cause: 'store:outpost-shm', phase: 'recovered', elements: ['gate_new'] },
    })
    const kinds = told.incident?.incident.timeline.map(({ kind }) => kind) ?? []
    for (const kind of ['first-symptom', 'verdict', 'report', 'mitigation', 'recovered'] as const)
      expect(kinds).toContain(kind)
    expect(told.linked).toEqual([])
    expect(JSON.parse(JSON.stringify(replayJson(told)))).toMatchObject({
      match: 'exact',
      verdict: { layer: ['gate_new'] },
      targets: [{}, {}, {}, {}, {}, {}],
    })
    // Then: 44 hours, and monitors that took 400 for well.
    const lenient = told.result.baselines.find(({ name }) => name.includes('200-499'))
    expect(lenient?.detectedAt).toBeNull()
  }, 120_000)
})
