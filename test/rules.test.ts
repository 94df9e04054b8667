// What the rules say of a gate's metrics is what a gate exposes.
import { expect, test } from 'bun:test'
import { Meter } from '../src/gate/meter.ts'
import { createMetrics } from '../src/gate/private/metrics.ts'
import type { SessionStats } from '../src/gate/session/sessions.ts'
import type { TransportStats } from '../src/gate/transport/transport.ts'
import { type MetricTable, gateMetrics } from '../src/model/metric.ts'

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
