// What a scrape of a watch shows.
import { expect, test } from 'bun:test'
import { Registry } from '../std/prometheus.ts'
import { layers } from '../model/layer.ts'
import type { MetricTable } from '../model/metric.ts'
import type { Verdict } from './locate/verdict.ts'
import { type WatchReadings, registerWatch, watchMetrics } from './metrics.ts'

const healthy: Verdict = {
  kind: 'healthy',
  leader: { elements: [], probability: 1 },
  runnerUp: null,
  because: [],
  discriminating: null,
  masked: [],
}

/** Readings of a watch that has seen everything that there is to see. */
function readings(over: Partial<WatchReadings> = {}): WatchReadings {
  return {
    verdict: () => healthy,
    layers: new Set(layers),
    rounds: () => ({ endedAt: 1_776_520_800_000, tookMs: 2500, everyMs: 60_000 }),
    probes: () => [
      { probe: 'edge_anon_fwd', outcome: 'ok', count: 9 },
      { probe: 'edge_anon_fwd', outcome: 'GATE_4XX', count: 2 },
    ],
    probeBytes: () => 4096,
    openIncidents: () => ({ page: 1, notice: 2 }),
    witnesses: () => [
      { name: 'kuma', blind: true },
      { name: 'prometheus', blind: false },
    ],
    peers: () => [{ name: 'outside', up: true }],
    notifications: () => [{ channel: 'phone', outcome: 'sent', count: 3 }],
    certificates: () => [{ host: 'a.example.com', vantage: 'edge', notAfter: 1_790_000_000_000 }],
    stores: () => [
      {
        store: 'outpost-shm',
        files: 1000,
        usedBlocks: 1000,
        totalBlocks: 16_384,
        created: { people: 10, probes: 990, machines: 0 },
        retentionMs: 604_800_000,
        ratio: { low: 4.25, mid: 5.3, high: 6.5 },
        timeToFullMs: { low: 90_000_000, mid: 115_000_000, high: null },
      },
    ],
    doors: () => [
      {
        instance: 'https://a.example.com/',
        vantage: 'edge',
        class: 'TIMEOUT',
        ok: false,
        status: null,
        ms: 5000,
        certificateNotAfter: 1_790_000_000_000,
      },
    ],
    ...over,
  }
}

async function scrape(source: WatchReadings): Promise<string> {
  const registry = new Registry()
  registerWatch(registry, source)
  return registry.metrics()
}

test('registerWatch() exposes every declared metric with its type, help and labels', async () => {
  const text = await scrape(readings())
  const table: MetricTable = watchMetrics
  for (const [name, { type, help, labels }] of Object.entries(table)) {
    expect(text).toContain(`# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`)
    const row = text
      .split('\n')
      .find((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `))
    const found = [...(row ?? 'none').matchAll(/(\w+)="/g)].map((match) => match[1])
    expect([name, row !== undefined, ...found.toSorted()]).toEqual([
      name,
      true,
      ...Object.keys(labels).toSorted(),
    ])
  }
})

test('registerWatch() gives times in seconds', async () => {
  const text = await scrape(readings())
  const rows = [
    'gatehouse_watch_last_round_timestamp_seconds 1776520800',
    'gatehouse_watch_round_seconds 2.5',
    'gatehouse_watch_round_interval_seconds 60',
    'gatehouse_watch_store_retention_seconds{store="outpost-shm"} 604800',
    'gatehouse_watch_store_seconds_to_full{store="outpost-shm",bound="low"} 90000',
    'gatehouse_watch_store_plateau_ratio{store="outpost-shm",bound="mid"} 5.3',
    'gatehouse_watch_store_created_total{store="outpost-shm",kind="probes"} 990',
    'gatehouse_watch_probe_total{probe="edge_anon_fwd",outcome="GATE_4XX"} 2',
    'gatehouse_watch_certificate_expiry_timestamp_seconds{host="a.example.com",vantage="edge"} 1790000000',
    'gatehouse_watch_incidents_open{urgency="notice"} 2',
    'gatehouse_watch_witness_blind{witness="kuma"} 1',
    'probe_success{instance="https://a.example.com/",vantage="edge"} 0',
    'probe_duration_seconds{instance="https://a.example.com/",vantage="edge"} 5',
    'probe_http_status_code{instance="https://a.example.com/",vantage="edge"} 0',
    'probe_ssl_earliest_cert_expiry{instance="https://a.example.com/",vantage="edge"} 1790000000',
  ]
  expect(rows.filter((row) => !text.split('\n').includes(row))).toEqual([])
})

test('a bound that is never reached has no series', async () => {
  expect(await scrape(readings())).not.toContain(
    'seconds_to_full{store="outpost-shm",bound="high"}',
  )
})

test('a store that nobody has measured yet shows only what is known', async () => {
  const text = await scrape(
    readings({
      stores: () => [
        {
          store: 'new',
          files: null,
          usedBlocks: 0,
          totalBlocks: 256,
          created: null,
          retentionMs: null,
          ratio: null,
          timeToFullMs: null,
        },
      ],
    }),
  )
  expect(text.match(/^\w+\{store="new".*$/gm)).toEqual([
    'gatehouse_watch_store_blocks_used{store="new"} 0',
    'gatehouse_watch_store_blocks_total{store="new"} 256',
  ])
})

test('what is gone at the next scrape is gone from it', async () => {
  let names = ['old', 'kept']
  const registry = new Registry()
  registerWatch(
    registry,
    readings({ witnesses: () => names.map((name) => ({ name, blind: false })) }),
  )
  expect(await registry.metrics()).toContain('witness="old"')
  names = ['kept']
  const second = await registry.metrics()
  expect(second).not.toContain('witness="old"')
  expect(second).toContain('gatehouse_watch_probe_total{probe="edge_anon_fwd",outcome="ok"} 9')
})

test('gatehouse_watch_layer_state tells a layer that is down from a part of it, and from one unseen', async () => {
  const states = async (
    verdict: Partial<Verdict>,
    over: Partial<WatchReadings> = {},
  ): Promise<Record<string, string>> => {
    const text = await scrape(readings({ verdict: () => ({ ...healthy, ...verdict }), ...over }))
    const rows = text.matchAll(/^gatehouse_watch_layer_state\{layer="(\w+)"\} (\S+)$/gm)
    return Object.fromEntries([...rows].map(([, layer = '', state = '']) => [layer, state]))
  }
  const fault = { kind: 'fault', leader: { elements: ['gate_new'], probability: 0.999 } } as const
  expect(await states({})).toMatchObject({ gate_new: '0', upstream: '0', prober: '0' })
  expect(await states({ ...fault, masked: ['upstream'] })).toMatchObject({
    gate_new: '2',
    gate_check: '0',
    upstream: '-1',
  })
  expect(await states({ ...fault, kind: 'suspect' })).toMatchObject({ gate_new: '1' })
  expect(
    await states({ ...fault, leader: { elements: ['ingress/10.0.20.5'], probability: 1 } }),
  ).toMatchObject({ ingress: '1' })
  const blind = await states({ kind: 'blind' })
  expect(new Set(Object.values(blind))).toEqual(new Set(['-1']))
  // Nobody signs in: of what only sessions meet with nothing is known.
  expect(await states({}, { layers: new Set(['gate_new'] as const) })).toMatchObject({
    gate_new: '0',
    gate_check: '-1',
  })
  const unbegun = { rounds: () => ({ endedAt: null, tookMs: 0, everyMs: 60_000 }) }
  expect(new Set(Object.values(await states({}, unbegun)))).toEqual(new Set(['-1']))
})

test('gatehouse_watch_verdict_probability is that of the likeliest cause that names the layer', async () => {
  const text = await scrape(
    readings({
      verdict: () => ({
        ...healthy,
        kind: 'suspect',
        leader: { elements: ['edge'], probability: 0.7 },
        runnerUp: { elements: ['ingress/10.0.0.1', 'idp'], probability: 0.2 },
      }),
    }),
  )
  for (const row of ['"edge"} 0.7', '"ingress"} 0.2', '"idp"} 0.2', '"dns"} 0'])
    expect(text).toContain(`gatehouse_watch_verdict_probability{layer=${row}\n`)
})
