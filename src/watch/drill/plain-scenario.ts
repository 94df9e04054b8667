// An estate in which nothing happens, for what simulates events by itself.
import { must } from '../../std/assert.ts'
import { readScenario } from './read-scenario.ts'
import type { Scenario } from './scenario.ts'

/** A scenario without faults; `lines` of YAML say what is special about it. Only for lines of ours. */
export function plainScenario(...lines: readonly string[]): Scenario {
  const read = readScenario(['title: Nothing', 'source: ours', 'truth: []', ...lines].join('\n'))
  return must(read.ok ? read.value : null, 'A plain scenario can be read')
}
