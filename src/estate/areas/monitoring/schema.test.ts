// What may be declared of tools, monitors, guards and alerts, and what is said of anything else.
import { describeSection } from '../section-cases.fixture.ts'
import { monitoringSchema } from './schema.ts'

describeSection('estate.monitoring', monitoringSchema, {
  whole: {
    about: 'Prometheus',
    tools: [
      {
        name: 'kuma',
        kind: 'uptime-kuma',
        url: 'http://kuma.kuma:3001',
        host: 'uptime.example.com',
        replicas: 1,
        database: 'mysql',
        volume: 'kuma',
        secret: 'kuma-key',
        outside: false,
      },
    ],
    monitors: {
      tool: 'kuma',
      interval: '5m',
      retries: 3,
      accepts: '302',
      accepts_with_path: '200-299',
      follows_redirects: false,
      suffix: '.example.com',
    },
    guards: [{ host: 'a.example.com', path: '/api', by: 'blackbox' }],
    alerts: [{ name: 'LayerDown', layer: 'gate_new', state: 'dead', why: 'Its series is dropped' }],
    channels: ['slack'],
    receivers: ['default'],
  },
  least: [
    [
      'nothing',
      {},
      {
        monitors: {
          interval: 300000,
          retries: 3,
          accepts: '200-299',
          accepts_with_path: '200-299',
          follows_redirects: true,
        },
        channels: [],
        receivers: [],
      },
    ],
    [
      'a tool',
      { tools: [{ name: 'a', kind: 'loki' }] },
      { tools: [{ replicas: 1, outside: false }] },
    ],
    ['an alert', { alerts: [{ name: 'a' }] }, { alerts: [{ state: 'alive' }] }],
    [
      'a guard',
      { guards: [{ host: 'a.example.com', path: '/' }] },
      { guards: [{ by: 'blackbox' }] },
    ],
  ],
  wrong: [
    [
      'a tool of an unknown kind',
      { tools: [{ name: 'a', kind: 'nagios' }] },
      [
        'tools[0].kind: "nagios" → one of "prometheus", "alertmanager", "uptime-kuma", "grafana", "loki", "gatus", "blackbox"',
      ],
    ],
    [
      'a tool at no address',
      { tools: [{ name: 'a', kind: 'loki', url: 'loki:3100' }] },
      ['tools[0].url: "loki:3100" → an absolute URL such as "http://prometheus.monitoring:9090"'],
    ],
    [
      'a tool of a wildcard',
      { tools: [{ name: 'a', kind: 'grafana', host: '*.example.com' }] },
      ['tools[0].host: "*.example.com" → a domain name such as "grafana.example.com"'],
    ],
    [
      'an interval that is a number',
      { monitors: { interval: 300 } },
      [
        'monitors.interval: the number "300" → a duration from "1s" to "30d" (units: ms, s, m, h, d, w)',
      ],
    ],
    [
      'retries in words',
      { monitors: { retries: 'three' } },
      ['monitors.retries: "three" → a whole number from "0" to "100"'],
    ],
    [
      'a guard without a path',
      { guards: [{ host: 'a.example.com' }] },
      ['guards[0].path: nothing → a path that begins with "/", such as "/api/health"'],
    ],
    [
      'a guard of a path without its slash',
      { guards: [{ host: 'a.example.com', path: 'api/health' }] },
      [
        'guards[0].path: "api/health" → a path that begins with "/", such as "/api/health"; meant "/api/health"',
      ],
    ],
    [
      'a guard of another host',
      { guards: [{ host: 'a.example.com', path: '@evil.example.org/' }] },
      ['guards[0].path: "@evil.example.org/" → a path that begins with "/", such as "/api/health"'],
    ],
    [
      'a guard of a fragment',
      { guards: [{ host: 'a.example.com', path: '/a#b' }] },
      ['guards[0].path: "/a#b" → a path that begins with "/", such as "/api/health"'],
    ],
    [
      'a layer with a slip',
      { alerts: [{ name: 'a', layer: 'gate-new' }] },
      [
        'alerts[0].layer: "gate-new" → one of "dns", "edge", "ingress", "gate_new", "gate_check", "idp", "upstream", "prober"; meant "gate_new"',
      ],
    ],
    [
      'an alert that sleeps',
      { alerts: [{ name: 'a', state: 'asleep' }] },
      ['alerts[0].state: "asleep" → one of "alive", "dead", "blind"'],
    ],
    [
      'one channel that is no list',
      { channels: 'slack' },
      ['channels: "slack" → a list of "0" to "20" entries; meant "[slack]"'],
    ],
    [
      'a list of tools with a slip in one',
      {
        tools: [
          { name: 'a', kind: 'loki' },
          { name: 'b', kind: 'loki', replica: 2 },
        ],
      },
      ['tools[1].replica: unknown "replica"; meant "replicas"'],
    ],
  ],
  bounds: [
    [
      'an interval of a second',
      { monitors: { interval: '1s' } },
      { monitors: { interval: '999ms' } },
    ],
    [
      'an interval of thirty days',
      { monitors: { interval: '30d' } },
      { monitors: { interval: '31d' } },
    ],
    [
      'twenty channels',
      {
        channels: [
          'a',
          'a',
          'a',
          'a',
          'a',
          'a',
          'a',
          'a',
          'a',
          'a',
          'a',
          'a',
          'a',
          'a',
          'a',
          'a',
          'a',
          'a',
          'a',
          'a',
        ],
      },
      {
        channels: [
          'a',
          'a',
          'a',
          'a',
          'a',
          'a',
          'a',
          'a',
          'a',
          'a',
          'a',
          'a',
          'a',
          'a',
          'a',
          'a',
          'a',
          'a',
          'a',
          'a',
          'a',
        ],
      },
    ],
    ['a hundred retries', { monitors: { retries: 100 } }, { monitors: { retries: 101 } }],
  ],
})
