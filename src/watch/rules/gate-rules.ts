// Rules over the gate's own metrics: the door is there, answers, and is told the truth by its store.
import { type RuleGroup, series } from './rule.ts'

const job = { job: 'gatehouse', instance: 'gate:9300' }
const unavailable = { decision: 'unavailable', reason: 'session-store', dialect: 'nginx' }
const allowed = { decision: 'allow', reason: 'member', dialect: 'nginx' }
const headerless = { decision: 'refuse', reason: 'missing-header', dialect: 'nginx' }
const stranger = { decision: 'sign-in', reason: 'no-session', dialect: 'nginx' }

/** Group `gatehouse-gate`. */
export const gateRules: RuleGroup = {
  name: 'gatehouse-gate',
  recordings: [
    {
      record: 'gatehouse:decisions:rate5m',
      expr: 'sum by (decision) (rate(gatehouse_decisions_total[5m]))',
    },
    {
      record: 'gatehouse:unavailable:ratio5m',
      expr: 'sum(gatehouse:decisions:rate5m{decision="unavailable"}) / sum(gatehouse:decisions:rate5m)',
    },
  ],
  alerts: [
    {
      alert: 'GatehouseDown',
      expr: 'up{job="$job"} == 0',
      for: '2m',
      severity: 'critical',
      layer: 'gate_new',
      causeId: 'layer:gate_new/{{ $labels.instance }}',
      summary: 'Gatehouse on {{ $labels.instance }} does not answer',
      description:
        'Prometheus cannot scrape it. Where it is the only one, nobody gets in anywhere: every proxy asks it.',
      fires: { series: [series('up', job, 0)], afterMinutes: 5, labels: job, needs: 'down' },
      quiet: [{ why: 'it answers', series: [series('up', job, 1)], afterMinutes: 5 }],
    },
    {
      alert: 'GatehouseAbsent',
      expr: 'absent(up{job="$job"})',
      for: '5m',
      severity: 'critical',
      layer: 'gate_new',
      causeId: 'layer:gate_new',
      summary: 'Prometheus scrapes no Gatehouse',
      description:
        'No target of the job is left, so that no other alert of Gatehouse can fire. Look at the scrape configuration.',
      fires: { series: [], afterMinutes: 10, labels: { job: 'gatehouse' }, needs: 'gone' },
      quiet: [
        {
          why: 'a target that is down is a target',
          series: [series('up', job, 0)],
          afterMinutes: 10,
        },
      ],
    },
    {
      alert: 'GatehouseSessionStoreDown',
      expr: 'gatehouse_session_store_up == 0',
      for: '1m',
      severity: 'critical',
      layer: 'gate_check',
      causeId: 'layer:gate_check',
      summary: 'The session store of {{ $labels.instance }} does not work',
      description:
        'Sessions in memory go on for a while; new ones are sealed into cookies. Full disk, lost file or lost mount?',
      fires: {
        series: [series('gatehouse_session_store_up', job, 0)],
        afterMinutes: 5,
        labels: job,
      },
      quiet: [
        {
          why: 'it works',
          series: [series('gatehouse_session_store_up', job, 1)],
          afterMinutes: 5,
        },
      ],
    },
    {
      alert: 'GatehouseSessionStoreFaults',
      expr: 'increase(gatehouse_session_store_faults_total[5m]) > 0',
      for: '1m',
      severity: 'warning',
      layer: 'gate_check',
      causeId: 'layer:gate_check',
      summary: 'Operations of the session store on {{ $labels.instance }} fail',
      description: 'On 2026-04-18 the first of these came 44 hours before somebody saw the cause.',
      fires: {
        series: [series('gatehouse_session_store_faults_total', job, 0, 3)],
        afterMinutes: 10,
        labels: job,
      },
      quiet: [
        {
          why: 'faults of the past do not count',
          series: [series('gatehouse_session_store_faults_total', job, 7)],
          afterMinutes: 10,
        },
      ],
    },
    {
      alert: 'GatehouseUnavailable',
      expr: 'gatehouse:unavailable:ratio5m > 0.05',
      for: '2m',
      severity: 'critical',
      layer: 'gate_check',
      causeId: 'layer:gate_check',
      summary: '{{ $value | humanizePercentage }} of all requests get no decision',
      description:
        'The session store does not answer and the session is not in memory. The page of the gate reloads by itself.',
      fires: {
        series: [
          series('gatehouse_decisions_total', { ...job, ...unavailable }, 0, 60),
          series('gatehouse_decisions_total', { ...job, ...allowed }, 0, 60),
        ],
        afterMinutes: 15,
        labels: {},
        shows: { '{{ $value | humanizePercentage }}': '50%' },
      },
      quiet: [
        {
          why: 'one in a hundred is not it',
          series: [
            series('gatehouse_decisions_total', { ...job, ...unavailable }, 0, 1),
            series('gatehouse_decisions_total', { ...job, ...allowed }, 0, 99),
          ],
          afterMinutes: 15,
        },
      ],
    },
    {
      alert: 'GatehouseProxyMisconfigured',
      expr: 'sum by (reason) (increase(gatehouse_decisions_total{decision="refuse",reason=~"untrusted-peer|missing-header|duplicate-header|malformed-header"}[5m])) > 10',
      for: '5m',
      severity: 'warning',
      layer: 'ingress',
      causeId: 'layer:ingress',
      summary: 'Requests are refused for what the proxy says: {{ $labels.reason }}',
      description:
        'A proxy asks in a form that the gate does not take, so people see a 400 or 403. Compare it with gatehouse snippet.',
      fires: {
        series: [series('gatehouse_decisions_total', { ...job, ...headerless }, 0, 30)],
        afterMinutes: 15,
        labels: { reason: 'missing-header' },
      },
      quiet: [
        {
          why: 'strangers who are told to sign in are the daily round',
          series: [series('gatehouse_decisions_total', { ...job, ...stranger }, 0, 500)],
          afterMinutes: 15,
        },
        {
          why: 'a scanner that asks for hosts nobody declared tells nothing of the proxy',
          series: [
            series(
              'gatehouse_decisions_total',
              { ...job, ...headerless, reason: 'unknown-host' },
              0,
              500,
            ),
          ],
          afterMinutes: 15,
        },
      ],
    },
    {
      alert: 'GatehouseConfigRefused',
      expr: 'gatehouse_config_last_reload_successful == 0',
      for: '5m',
      severity: 'warning',
      layer: null,
      causeId: 'config:{{ $labels.instance }}',
      summary: 'The newest configuration on {{ $labels.instance }} was refused',
      description:
        'The one before is in force, and is not what the file says. gatehouse check names every mistake.',
      fires: {
        series: [series('gatehouse_config_last_reload_successful', job, 0)],
        afterMinutes: 10,
        labels: job,
      },
      quiet: [
        {
          why: 'it was taken',
          series: [series('gatehouse_config_last_reload_successful', job, 1)],
          afterMinutes: 10,
        },
      ],
    },
    {
      alert: 'GatehouseDefects',
      expr: 'increase(gatehouse_defects_total[15m]) > 0',
      for: '1m',
      severity: 'warning',
      layer: null,
      causeId: 'defect:{{ $labels.instance }}',
      summary: 'Requests ran into a defect of Gatehouse on {{ $labels.instance }}',
      description: 'They were refused. The log has the line and the request id; please report it.',
      fires: {
        series: [series('gatehouse_defects_total', job, 0, 1)],
        afterMinutes: 10,
        labels: job,
      },
      quiet: [
        {
          why: 'there were none',
          series: [series('gatehouse_defects_total', job, 0)],
          afterMinutes: 20,
        },
      ],
    },
    {
      alert: 'GatehouseConnectionsRefused',
      expr: 'increase(gatehouse_connections_refused_total[5m]) > 0',
      for: '1m',
      severity: 'warning',
      layer: 'gate_new',
      causeId: 'layer:gate_new',
      summary: 'Gatehouse on {{ $labels.instance }} is at its limit of connections',
      description: 'Proxies hold more connections open than it takes; requests fail at random.',
      fires: {
        series: [series('gatehouse_connections_refused_total', job, 0, 5)],
        afterMinutes: 10,
        labels: job,
      },
      quiet: [
        {
          why: 'none was refused of late',
          series: [series('gatehouse_connections_refused_total', job, 12)],
          afterMinutes: 10,
        },
      ],
    },
  ],
}
