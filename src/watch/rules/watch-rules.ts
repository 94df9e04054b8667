// Rules over the watch: what it concludes, and whether it is there to conclude anything.
import { type RuleGroup, series } from './rule.ts'

const job = { job: 'gatehouse', instance: 'gate:9300' }
const heartbeat = 'gatehouse_watch_last_round_timestamp_seconds'
const door = { job: 'gatehouse', instance: 'https://grafana.example.com/', vantage: 'ingress' }

/** Group `gatehouse-watch`. */
export const watchRules: RuleGroup = {
  name: 'gatehouse-watch',
  recordings: [
    {
      record: 'gatehouse_watch:probe_failures:rate5m',
      expr: 'sum by (probe, outcome) (rate(gatehouse_watch_probe_total{outcome!="ok"}[5m]))',
    },
  ],
  alerts: [
    {
      alert: 'GatehouseLayerDown',
      expr: 'gatehouse_watch_layer_state == 2',
      for: '1m',
      severity: 'critical',
      layer: '{{ $labels.layer }}',
      causeId: 'layer:{{ $labels.layer }}',
      summary: 'The layer {{ $labels.layer }} is down',
      description:
        'The probes leave no other explanation, with 0.99 or more. gatehouse incident list has the probes that decided.',
      fires: {
        series: [series('gatehouse_watch_layer_state', { ...job, layer: 'gate_new' }, 2)],
        afterMinutes: 5,
        labels: { ...job, layer: 'gate_new' },
      },
      quiet: [
        {
          why: 'suspected is not down, masked is not down',
          series: [
            series('gatehouse_watch_layer_state', { ...job, layer: 'gate_new' }, 1),
            series('gatehouse_watch_layer_state', { ...job, layer: 'upstream' }, -1),
          ],
          afterMinutes: 5,
        },
      ],
    },
    {
      alert: 'GatehouseLayerSuspected',
      expr: 'gatehouse_watch_layer_state == 1',
      for: '15m',
      severity: 'warning',
      layer: '{{ $labels.layer }}',
      causeId: 'layer:{{ $labels.layer }}',
      summary: 'Something of the layer {{ $labels.layer }} fails, not all of it',
      description:
        'One replica or one service, or a part of the requests. gatehouse why HOST tells more.',
      fires: {
        series: [series('gatehouse_watch_layer_state', { ...job, layer: 'ingress' }, 1)],
        afterMinutes: 20,
        labels: { ...job, layer: 'ingress' },
      },
      quiet: [
        {
          why: 'a suspicion of ten minutes may pass',
          series: [series('gatehouse_watch_layer_state', { ...job, layer: 'ingress' }, 1)],
          afterMinutes: 10,
        },
      ],
    },
    {
      alert: 'GatehouseStrangersRefused',
      expr: 'sum by (probe) (increase(gatehouse_watch_probe_total{outcome=~"GATE_4XX|GATE_5XX"}[5m])) > 2',
      for: '1m',
      severity: 'critical',
      layer: 'gate_new',
      causeId: 'layer:gate_new',
      summary: 'The gate answers whoever has no session with an error (probe {{ $labels.probe }})',
      description:
        'People with a session see nothing of it, everybody else is shut out: the picture of 2026-04-18.',
      fires: {
        series: [
          series(
            'gatehouse_watch_probe_total',
            { ...job, probe: 'origin_anon_fwd', outcome: 'GATE_4XX' },
            0,
            1,
          ),
        ],
        afterMinutes: 10,
        labels: { probe: 'origin_anon_fwd' },
      },
      quiet: [
        {
          why: 'probes that are sent to sign in are what is promised, and others have other alerts',
          series: [
            series(
              'gatehouse_watch_probe_total',
              { ...job, probe: 'gate_anon', outcome: 'ok' },
              0,
              9,
            ),
            series('gatehouse_watch_probe_total', { ...job, probe: 'dns', outcome: 'DNS' }, 0, 9),
          ],
          afterMinutes: 10,
        },
      ],
    },
    {
      alert: 'GatehouseDoorBroken',
      expr: 'probe_success{job="$job",vantage!="upstream"} == 0',
      for: '10m',
      severity: 'warning',
      layer: 'upstream',
      causeId: 'service:{{ $labels.instance }}',
      dependsOnGate: true,
      summary: '{{ $labels.instance }} breaks its contract, seen from {{ $labels.vantage }}',
      description: 'Not inhibited, so it is this service and no shared layer.',
      fires: { series: [series('probe_success', door, 0)], afterMinutes: 15, labels: door },
      quiet: [
        { why: 'it holds', series: [series('probe_success', door, 1)], afterMinutes: 15 },
        {
          why: 'probes of another job are not ours to alert on',
          series: [series('probe_success', { ...door, job: 'blackbox' }, 0)],
          afterMinutes: 15,
        },
      ],
    },
    {
      alert: 'GatehouseWatchBlind',
      expr: 'gatehouse_watch_blind == 1',
      for: '5m',
      severity: 'warning',
      layer: 'prober',
      causeId: 'blind',
      summary: 'The watch on {{ $labels.instance }} sees nothing, not even its control',
      description: 'Its own network or resolver. Nothing is concluded about the layers meanwhile.',
      fires: { series: [series('gatehouse_watch_blind', job, 1)], afterMinutes: 10, labels: job },
      quiet: [
        { why: 'it sees', series: [series('gatehouse_watch_blind', job, 0)], afterMinutes: 10 },
      ],
    },
    {
      alert: 'GatehouseWatchStale',
      expr: `time() - ${heartbeat} > 300`,
      for: '2m',
      severity: 'critical',
      layer: 'prober',
      causeId: 'blind',
      summary: 'The watch on {{ $labels.instance }} has stopped its rounds',
      description: 'Whatever else it shows is old: no alert of it is to be relied on.',
      fires: { series: [series(heartbeat, job, 0)], afterMinutes: 10, labels: job },
      quiet: [
        { why: 'a round each minute', series: [series(heartbeat, job, 0, 60)], afterMinutes: 10 },
      ],
    },
    {
      alert: 'GatehouseWatchAbsent',
      expr: `absent(${heartbeat}) and on () (count(up{job="$job"} == 1) > 0)`,
      for: '5m',
      severity: 'critical',
      layer: 'prober',
      causeId: 'blind',
      summary: 'Gatehouse runs, but no watch does',
      description: 'The section watch of the configuration is missing, or its metrics are dropped.',
      fires: { series: [series('up', job, 1)], afterMinutes: 10, labels: {}, needs: 'no-watch' },
      quiet: [
        {
          why: 'there is one',
          series: [series('up', job, 1), series(heartbeat, job, 0, 60)],
          afterMinutes: 10,
        },
        {
          why: 'where nothing answers, GatehouseDown says so',
          series: [series('up', job, 0)],
          afterMinutes: 10,
        },
      ],
    },
    {
      alert: 'GatehouseWatchOverloaded',
      expr: 'gatehouse_watch_round_seconds > gatehouse_watch_round_interval_seconds',
      for: '10m',
      severity: 'warning',
      layer: 'prober',
      causeId: 'overload:{{ $labels.instance }}',
      summary: 'A round of probes on {{ $labels.instance }} takes longer than its interval',
      description:
        'Faults are seen late. Fewer doors, a longer interval or a shorter time-out help.',
      fires: {
        series: [
          series('gatehouse_watch_round_seconds', job, 90),
          series('gatehouse_watch_round_interval_seconds', job, 60),
        ],
        afterMinutes: 15,
        labels: job,
      },
      quiet: [
        {
          why: 'it is done in time',
          series: [
            series('gatehouse_watch_round_seconds', job, 5),
            series('gatehouse_watch_round_interval_seconds', job, 60),
          ],
          afterMinutes: 15,
        },
      ],
    },
    {
      alert: 'GatehouseWitnessBlind',
      expr: 'gatehouse_watch_witness_blind == 1',
      for: '15m',
      severity: 'warning',
      layer: null,
      causeId: 'witness:{{ $labels.witness }}',
      summary: 'The witness {{ $labels.witness }} cannot be read',
      description:
        'It says nothing about what it watches. Address, credentials or another version?',
      fires: {
        series: [series('gatehouse_watch_witness_blind', { ...job, witness: 'kuma' }, 1)],
        afterMinutes: 20,
        labels: { ...job, witness: 'kuma' },
      },
      quiet: [
        {
          why: 'it is read',
          series: [series('gatehouse_watch_witness_blind', { ...job, witness: 'kuma' }, 0)],
          afterMinutes: 20,
        },
      ],
    },
    {
      alert: 'GatehouseWatchPeerDown',
      expr: 'gatehouse_watch_peer_up == 0',
      for: '5m',
      severity: 'warning',
      layer: null,
      causeId: 'peer:{{ $labels.peer }}',
      summary: 'The other watch {{ $labels.peer }} does not answer',
      description: 'The two no longer check on each other.',
      fires: {
        series: [series('gatehouse_watch_peer_up', { ...job, peer: 'outside' }, 0)],
        afterMinutes: 10,
        labels: { ...job, peer: 'outside' },
      },
      quiet: [
        {
          why: 'it answers',
          series: [series('gatehouse_watch_peer_up', { ...job, peer: 'outside' }, 1)],
          afterMinutes: 10,
        },
      ],
    },
    {
      alert: 'GatehouseNotificationsFail',
      expr: 'sum by (channel) (increase(gatehouse_watch_notifications_total{outcome="failed"}[15m])) > 0',
      for: '1m',
      severity: 'warning',
      layer: null,
      causeId: 'channel:{{ $labels.channel }}',
      summary: 'Notifications of the watch do not get through {{ $labels.channel }}',
      description: 'What it had to say was said on another channel, where there is one.',
      fires: {
        series: [
          series(
            'gatehouse_watch_notifications_total',
            { ...job, channel: 'phone', outcome: 'failed' },
            0,
            1,
          ),
        ],
        afterMinutes: 10,
        labels: { channel: 'phone' },
      },
      quiet: [
        {
          why: 'a retry is no failure yet',
          series: [
            series(
              'gatehouse_watch_notifications_total',
              { ...job, channel: 'phone', outcome: 'retried' },
              0,
              9,
            ),
          ],
          afterMinutes: 10,
        },
      ],
    },
  ],
}
