// Rules over what runs out: stores that will be full, and certificates that will end.
import { type AlertRule, type RuleGroup, series } from './rule.ts'

const job = { job: 'gatehouse', instance: 'gate:9300' }
const store = { ...job, store: 'outpost-shm' }
const low = { ...store, bound: 'low' }
const ratio = 'gatehouse_watch_store_plateau_ratio'
const secondsToFull = 'gatehouse_watch_store_seconds_to_full'
const created = 'gatehouse_watch_store_created_total'
const expiry = 'gatehouse_watch_certificate_expiry_timestamp_seconds'
const shown = { ...job, host: 'grafana.example.com', vantage: 'edge' }
const daySeconds = 86_400

/** Group `gatehouse-stores`. */
export const storeRules: RuleGroup = {
  name: 'gatehouse-stores',
  recordings: [
    {
      record: 'gatehouse_watch:store_fill:ratio',
      expr: 'gatehouse_watch_store_blocks_used / gatehouse_watch_store_blocks_total',
    },
    {
      record: 'gatehouse_watch:store_inflow:rate30m',
      expr: `sum by (store, kind) (rate(${created}[30m]))`,
    },
  ],
  alerts: [
    {
      alert: 'GatehouseStoreStructural',
      expr: `${ratio}{bound="low"} > 0.8`,
      for: '10m',
      severity: 'warning',
      layer: null,
      causeId: 'store:{{ $labels.store }}',
      summary: 'The store {{ $labels.store }} is too small for what arrives in it',
      description:
        'Inflow times retention comes to {{ $value | humanizePercentage }} of it at the least. gatehouse capacity has the levers.',
      fires: {
        series: [series(ratio, low, 5.3)],
        afterMinutes: 15,
        labels: low,
        shows: { '{{ $value | humanizePercentage }}': '530%' },
      },
      quiet: [
        {
          why: 'the upper bound alone proves nothing',
          series: [series(ratio, low, 0.3), series(ratio, { ...store, bound: 'high' }, 5)],
          afterMinutes: 15,
        },
      ],
    },
    {
      alert: 'GatehouseStoreSoon',
      expr: `${secondsToFull}{bound="low"} < ${daySeconds}`,
      for: '10m',
      severity: 'warning',
      layer: null,
      causeId: 'store:{{ $labels.store }}',
      summary: 'The store {{ $labels.store }} may be full in {{ $value | humanizeDuration }}',
      description: 'Then whoever has no session is shut out. gatehouse capacity has the levers.',
      fires: {
        series: [series(secondsToFull, low, 36_000)],
        afterMinutes: 15,
        labels: low,
        shows: { '{{ $value | humanizeDuration }}': '10h 0m 0s' },
      },
      quiet: [
        {
          why: 'three days are time enough',
          series: [series(secondsToFull, low, 3 * daySeconds)],
          afterMinutes: 15,
        },
      ],
    },
    {
      alert: 'GatehouseStoreCritical',
      expr: `max by (store) (${secondsToFull}{bound="low"} < bool 7200 or gatehouse_watch:store_fill:ratio > bool 0.9) == 1`,
      for: '2m',
      severity: 'critical',
      layer: null,
      causeId: 'store:{{ $labels.store }}',
      summary: 'The store {{ $labels.store }} is nearly full',
      description: 'Above 90 % or full within two hours. Make room now; then gatehouse capacity.',
      fires: {
        series: [
          series('gatehouse_watch_store_blocks_used', store, 16_000),
          series('gatehouse_watch_store_blocks_total', store, 16_384),
        ],
        afterMinutes: 10,
        labels: { store: 'outpost-shm' },
      },
      quiet: [
        {
          why: 'half full and days to go',
          series: [
            series('gatehouse_watch_store_blocks_used', store, 8000),
            series('gatehouse_watch_store_blocks_total', store, 16_384),
            series(secondsToFull, low, 3 * daySeconds),
          ],
          afterMinutes: 10,
        },
      ],
    },
    {
      alert: 'GatehouseProbeLoad',
      expr: `sum by (store) (gatehouse_watch:store_inflow:rate30m{kind="probes"}) / sum by (store) (gatehouse_watch:store_inflow:rate30m) > 0.5 and on (store) ${ratio}{bound="mid"} > 0.25`,
      for: '30m',
      severity: 'warning',
      layer: null,
      causeId: 'store:{{ $labels.store }}',
      summary:
        '{{ $value | humanizePercentage }} of what fills {{ $labels.store }} comes from probes',
      description: 'The monitors are the load. Probe less often, or where no session begins.',
      fires: {
        series: [
          series(created, { ...store, kind: 'probes' }, 0, 9),
          series(created, { ...store, kind: 'people' }, 0, 1),
          series(ratio, { ...store, bound: 'mid' }, 5),
        ],
        afterMinutes: 90,
        labels: { store: 'outpost-shm' },
        shows: { '{{ $value | humanizePercentage }}': '90%' },
      },
      quiet: [
        {
          why: 'a store with room may well be filled by probes',
          series: [
            series(created, { ...store, kind: 'probes' }, 0, 9),
            series(created, { ...store, kind: 'people' }, 0, 1),
            series(ratio, { ...store, bound: 'mid' }, 0.01),
          ],
          afterMinutes: 90,
        },
      ],
    },
    certificate({
      alert: 'GatehouseCertificateExpires',
      days: 14,
      severity: 'warning',
      summary: 'The certificate of {{ $labels.host }} ends within two weeks',
    }),
    certificate({
      alert: 'GatehouseCertificateExpiresNow',
      days: 2,
      severity: 'critical',
      summary: 'The certificate of {{ $labels.host }} ends within two days',
    }),
  ],
}

function certificate(
  rule: Pick<AlertRule, 'alert' | 'severity' | 'summary'> & { readonly days: number },
): AlertRule {
  const { alert, days, severity, summary } = rule
  return {
    alert,
    expr: `${expiry} - time() < ${days * daySeconds}`,
    for: '15m',
    severity,
    layer: null,
    causeId: 'certificate:{{ $labels.host }}',
    summary,
    description: 'As the vantage {{ $labels.vantage }} is shown it. Whoever renews it has stopped.',
    fires: { series: [series(expiry, shown, daySeconds)], afterMinutes: 30, labels: shown },
    quiet: [
      {
        why: 'it is good for a while',
        series: [series(expiry, shown, (days + 1) * daySeconds)],
        afterMinutes: 30,
      },
    ],
  }
}
