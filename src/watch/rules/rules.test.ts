// The rules as data: they name only what is exposed, and each has its stories.
import { expect, test } from 'bun:test'
import { must } from '../../std/assert.ts'
import { type MetricTable, gateMetrics } from '../../model/metric.ts'
import { watchMetrics } from '../metrics.ts'
import { readExpression, selectorsOf } from '../prove/promql/need.ts'
import { parsePrometheusMs } from '../../std/prometheus-duration.ts'
import { ruleGroups } from './render.ts'
import type { StorySeries } from './rule.ts'

/** Labels that Prometheus itself puts on every series that it scrapes. */
const targetLabels = ['job', 'instance']
const declared: MetricTable = {
  ...watchMetrics,
  ...gateMetrics,
  up: { type: 'gauge', help: '', labels: {} },
}
const recordings = ruleGroups.flatMap((group) => group.recordings)
const alerts = ruleGroups.flatMap((group) => group.alerts)

test('every rule names declared series, and labels and values that they can have', () => {
  const problems = [...recordings, ...alerts].flatMap(({ expr }) => {
    const read = readExpression(expr)
    if (!read.ok) return [`${expr} ${read.error}`]
    return selectorsOf(read.value.need).flatMap(({ metric, matchers }) => {
      if (recordings.some(({ record }) => record === metric)) return []
      const declaration = declared[metric ?? '']
      if (declaration === undefined) return [`${expr}: no series "${metric ?? ''}"`]
      return matchers.flatMap(({ label, op, value }) => {
        if (targetLabels.includes(label)) return []
        const values = declaration.labels[label]
        if (values === undefined) return [`${expr}: "${metric}" has no label "${label}"`]
        const wanted = op === '=~' || op === '!~' ? value.split('|') : [value]
        const unknown = wanted.filter((one) => values !== null && !values.includes(one))
        return unknown.map((one) => `${expr}: "${label}" is never "${one}"`)
      })
    })
  })
  expect(problems).toEqual([])
})

test('every rule over a watched thing is written down once', () => {
  const names = [...recordings.map(({ record }) => record), ...alerts.map(({ alert }) => alert)]
  expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([])
  expect(
    names.filter((name) => !/^(Gatehouse[A-Z]\w+|gatehouse(_watch)?:\w+:\w+)$/.test(name)),
  ).toEqual([])
})

test('recorded series stand in a group before they are used', () => {
  for (const { recordings: recorded, alerts: own } of ruleGroups) {
    const names = recorded.map(({ record }) => record)
    const used = own
      .flatMap(({ expr }) => expr.match(/\bgatehouse\w*:\w+:\w+/g) ?? [])
      .filter((name) => !names.includes(name))
    expect(used).toEqual([])
  }
})

test('every alert has a story in which it fires and one in which it does not, long enough for both', () => {
  for (const { alert, for: holds, fires, quiet } of alerts) {
    expect(`${alert} ${quiet.length > 0}`).toBe(`${alert} true`)
    const waits = must(parsePrometheusMs(holds), holds) / 60_000
    expect(fires.afterMinutes).toBeGreaterThan(waits)
    for (const { why, afterMinutes } of quiet) {
      // A quiet story that ends before the alert could fire proves nothing, unless it is about that.
      if (!/minutes may pass/.test(why)) expect(afterMinutes).toBeGreaterThan(waits)
    }
  }
})

test('stories use declared series with exactly their labels', () => {
  const told = alerts.flatMap(({ fires, quiet }) => [
    ...fires.series,
    ...quiet.flatMap((story) => story.series),
  ])
  const labelsOf = ({ labels }: StorySeries): string[] =>
    Object.keys(labels).filter((label) => !targetLabels.includes(label))
  for (const series of told) {
    const wanted = Object.keys(declared[series.metric]?.labels ?? { missing: null })
    expect([series.metric, ...labelsOf(series).toSorted()]).toEqual([
      series.metric,
      ...wanted.filter((label) => !targetLabels.includes(label)).toSorted(),
    ])
  }
})

test('templates of an alert name labels that it has', () => {
  for (const { alert, summary, description, causeId, layer, fires } of alerts) {
    const named = [summary, description, causeId, layer ?? '']
      .join(' ')
      .matchAll(/\{\{ \$labels\.(\w+) \}\}/g)
    const missing = [...named].flatMap(([, label = '']) => (label in fires.labels ? [] : [label]))
    expect([alert, ...missing]).toEqual([alert])
  }
})

test('the firing stories of all that is shown at once do not contradict each other', () => {
  const seen = new Map<string, string>()
  for (const { fires } of alerts) {
    if (fires.needs !== undefined) continue
    for (const { metric, labels, start, step } of fires.series) {
      const key = `${metric} ${JSON.stringify(Object.entries(labels).toSorted())}`
      const value = `${start} ${step}`
      expect(`${key} ${seen.get(key) ?? value}`).toBe(`${key} ${value}`)
      seen.set(key, value)
    }
  }
})
