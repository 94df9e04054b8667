// Guards of age: which are seen, and which only look like one.
import { expect, test } from 'bun:test'
import { must } from '../../../std/assert.ts'
import { ageGuards } from './guard.ts'
import { readExpression } from './need.ts'

function guards(text: string): string {
  const read = readExpression(text)
  const found = ageGuards(must(read.ok ? read.value : null, text))
  return found.map(({ metric, seconds }) => `${metric} ${seconds}`).join(', ')
}

test('ageGuards() finds how long a rule can hold', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['failed > 0 and on (job) (time() - start_time) < 3600', 'start_time 3600'],
    ['failed > 0 and time() - start_time <= 60 * 60', 'start_time 3600'],
    ['time() - max by (job) (start_time{a="b"}) < 1h', 'start_time 3600'],
    ['3600 > time() - start_time', 'start_time 3600'],
    ['start_time > time() - 2 * 3600', 'start_time 7200'],
    ['(time() - start_time < (3600 + 600) / 2) unless on () other', 'start_time 2100'],
    ['(failed > 0 and (time() - a) < 60) and time() - b < 120', 'a 60, b 120'],
    ['(time() - a < 60) == 0', 'a 60'],
    // The other way round it waits for age, which is the usual kind of alert.
    ['time() - a > 3600', ''],
    ['a < time() - 3600', ''],
    // One branch of several, a number that is kept either way, or something that is no age at all.
    ['time() - a < 60 or b', ''],
    ['(time() - a < bool 60) == 0', ''],
    ['sum(time() - a < 60) > 3', ''],
    ['a - b < 60', ''],
    ['time() - rate(a[5m]) < 60', ''],
    ['time() - a < b', ''],
    ['c unless time() - a < 60', ''],
    ['time() - a < NaN', ''],
  ]
  for (const [text, wanted] of cases)
    expect(`${text} → ${guards(text)}`).toBe(`${text} → ${wanted}`)
})
