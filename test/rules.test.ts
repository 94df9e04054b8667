// What the rules say of a gate's metrics is what a gate exposes.
import { expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Meter } from '../src/gate/meter.ts'
import { createMetrics } from '../src/gate/private/metrics.ts'
import type { SessionStats } from '../src/gate/session/sessions.ts'
import type { TransportStats } from '../src/gate/transport/transport.ts'
import { type MetricTable, gateMetrics } from '../src/model/metric.ts'
import { ruleGroups } from '../src/watch/rules/render.ts'
import { root } from './tidy/tree.ts'

test('the guide has a row for every alert, with its severity and its wait', () => {
  const guide = readFileSync(join(root, 'docs/guide/alerts.md'), 'utf8')
  const rows = [...guide.matchAll(/^\| `(Gatehouse\w+)` +\| (\w+) +\| (\w+) +\|/gm)]
  expect(rows.map(([, alert = '', severity = '', waits = '']) => [alert, severity, waits])).toEqual(
    ruleGroups.flatMap(({ alerts }) => alerts.map((rule) => [rule.alert, rule.severity, rule.for])),
  )
})

test('a gate exposes every metric that rules rely on, with this type, meaning and labels', async () => {
  const zero = { get: () => 0 }
  const meter = new Meter()
  meter.decision({ kind: 'allow', reason: 'open', rule: null, identity: null }, 'nginx', null)
  const metrics = createMetrics({
    meter,
    sessions: () => new Proxy<SessionStats>(JSON.parse('{}'), zero),
    transport: () => new Proxy<TransportStats>(JSON.parse('{}'), zero),
    defects: () => 0,
    bounds: () => ({}),
    memoryBytes: () => 0,
    eventLoopLagMs: () => 0,
    version: '',
  })
  const { text } = await metrics.scrape()
  const table: MetricTable = gateMetrics
  for (const [name, { type, help, labels }] of Object.entries(table)) {
    expect(text).toContain(`# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`)
    const row = text.split('\n').find((line) => new RegExp(`^${name}[ {]`).test(line)) ?? ''
    const found = [...row.matchAll(/(\w+)="/g)].map((match) => match[1] ?? '')
    expect([name, ...found.toSorted()]).toEqual([name, ...Object.keys(labels).toSorted()])
  }
})
