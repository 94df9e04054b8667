// The page of metrics, from a scrape of a gate that has done nothing.
import { registerOutpost } from '../../src/gate/authentik/metrics.ts'
import { sampleSettings } from '../../src/gate/authentik/samples.fixture.ts'
import { testControlPlane } from '../../src/gate/authentik/testing.ts'
import { Meter } from '../../src/gate/meter.ts'
import { createMetrics } from '../../src/gate/private/metrics.ts'
import type { SessionStats } from '../../src/gate/session/sessions.ts'
import type { TransportStats } from '../../src/gate/transport/transport.ts'
import { type MetricTable, kubernetesMetrics } from '../../src/model/metric.ts'
import { watchMetrics } from '../../src/watch/metrics.ts'
import { type ReferencePage, code, referencePage, table } from './page.ts'

/** Every metric family with its type and meaning. */
export async function metricsPage(): Promise<ReferencePage> {
  const zero = { get: () => 0 }
  const sessions = new Proxy<SessionStats>(JSON.parse('{}'), zero)
  const transport = new Proxy<TransportStats>(JSON.parse('{}'), zero)
  const metrics = createMetrics({
    meter: new Meter(),
    sessions: () => sessions,
    transport: () => transport,
    defects: () => 0,
    bounds: () => ({}),
    memoryBytes: () => 0,
    eventLoopLagMs: () => 0,
    version: '',
    more: (registry) => registerOutpost(registry, testControlPlane(), sampleSettings()),
  })
  const { text } = await metrics.scrape()
  return referencePage('docs/reference/metrics.md', [
    '# Metrics',
    'Served in Prometheus text format at `/metrics` of the private listener (`listen.metrics`). Those of `authentik_` and `gatehouse_outpost_` are there only where authentik drives the gate. Label values come from closed lists and from the configuration, never from a client.',
    table(['metric', 'type', 'meaning'], families(text)),
    '## Of a cluster',
    'There where `services_from.kubernetes` is declared.',
    table(['metric', 'type', 'labels', 'meaning'], declared(kubernetesMetrics)),
    '## Of the watch',
    'Stores, doors, witnesses and channels are named as in the configuration. Entries of `kind` are told apart as `gatehouse_strangers_total` tells clients apart.',
    table(['metric', 'type', 'labels', 'meaning'], declared(watchMetrics)),
  ])
}

/** Name, type, labels and help of each declared family, by name. */
function declared(metrics: MetricTable): string[][] {
  return Object.entries(metrics)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, { type, labels, help }]) => [
      code(name),
      type,
      Object.keys(labels).map(code).join(', '),
      help,
    ])
}

/** Name, type and help of each family in an exposition (Prometheus text format 0.0.4), by name. */
export function families(exposition: string): string[][] {
  const types = new Map(
    [...exposition.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map((match) => [match[1], match[2]]),
  )
  return [...exposition.matchAll(/^# HELP (\S+) (.*)$/gm)]
    .map((match) => ({ name: match[1] ?? '', help: match[2] ?? '' }))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ name, help }) => [code(name), types.get(name) ?? '', help])
}
