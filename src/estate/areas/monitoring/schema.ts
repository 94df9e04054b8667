// What is declared of the eyes: Prometheus, Alertmanager, Uptime Kuma, Grafana, Loki, and what they look at.
import {
  choice,
  count,
  defaulted,
  duration,
  flag,
  list,
  optional,
  required,
  section,
} from '../../../std/schema/schema.ts'
import { domainText, httpUrlText } from '../../../model/setting-text.ts'
import { ignoreSchema } from '../../drift/ignore-schema.ts'
import { entries, nameText, namesList, pathText, sentenceText } from '../../setting.ts'

const times = { min: '1s', max: '30d' } as const

const toolSchema = section({
  name: required('Name', nameText('prometheus')),
  kind: required(
    'What it is',
    choice(['prometheus', 'alertmanager', 'uptime-kuma', 'grafana', 'loki', 'gatus', 'blackbox']),
  ),
  url: optional('Where it answers', httpUrlText('http://prometheus.monitoring:9090')),
  host: optional('Public host of its pages', domainText('grafana.example.com')),
  replicas: defaulted('Replicas', count(0, 100), 1),
  database: optional('Database that it needs', nameText('mysql')),
  volume: optional('Volume of its data', nameText('prometheus-data')),
  secret: optional('Secret of its credentials', nameText('uptime-kuma-api-key')),
  outside: defaulted('It stands outside of what it watches', flag(), false),
})

const monitorsSchema = section({
  tool: optional('Tool that runs them', nameText('uptime-kuma')),
  interval: defaulted('How often each host is tried', duration(times), '5m'),
  retries: defaulted('Failures before it says so', count(0, 100), 3),
  accepts: defaulted('Statuses that count as up', nameText('200-299'), '200-299'),
  accepts_with_path: defaulted(
    'The same where a monitor names a path',
    nameText('200-299'),
    '200-299',
  ),
  follows_redirects: defaulted('Redirects are followed', flag(), true),
  suffix: optional('Only hosts that end in this are given one', nameText('.example.com')),
})

const guardSchema = section({
  host: required('Host', domainText('api.example.com')),
  path: required('Path that must not ask for a sign-in', pathText('/api/health')),
  by: defaulted('Tool that tries it', nameText('blackbox'), 'blackbox'),
})

const alertSchema = section({
  name: required('Name of the alert', nameText('GatehouseLayerDown')),
  layer: optional(
    'Shared layer that it speaks for',
    choice(['dns', 'edge', 'ingress', 'gate_new', 'gate_check', 'idp', 'upstream', 'prober']),
  ),
  state: defaulted(
    '"dead" can never fire · "blind" cannot see it · "alive"',
    choice(['alive', 'dead', 'blind']),
    'alive',
  ),
  why: optional('Why it cannot fire', sentenceText('Its series is dropped')),
})

/** The section `estate.monitoring`. */
export const monitoringSchema = section({
  about: optional('For the documentation', sentenceText('Prometheus and Uptime Kuma')),
  tools: entries('Tools', toolSchema),
  monitors: defaulted('The monitors that are made for each host', monitorsSchema, {}),
  guards: entries('Probes that an open path has not been walled off', guardSchema),
  alerts: entries('Alerts about shared layers', alertSchema),
  channels: defaulted('Where alerts go', list(nameText('slack'), { min: 0, max: 20 }), []),
  ignore: entries(
    'Differences of monitors and rules that nobody minds; each is counted and shown',
    ignoreSchema('uptime_kuma_monitor["[Internal]*', '*'),
  ),
  receivers: namesList('Receivers of Alertmanager', 'default'),
})
