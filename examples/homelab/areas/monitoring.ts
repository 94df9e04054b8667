// The eyes of the house, and what they cannot see.
import type { GatehouseConfig } from '../../../src/config.ts'

type Areas = NonNullable<GatehouseConfig['estate']>

/** As it is, with the alerts that cannot fire named as such. */
export const monitoring: Areas['monitoring'] = {
  about:
    'Uptime Kuma tries every host, Prometheus scrapes, Alertmanager tells one Slack channel; Gatus looks from another house.',
  tools: [
    {
      name: 'prometheus',
      kind: 'prometheus',
      url: 'http://prometheus-server.monitoring',
      host: 'prometheus.viktorbarzin.me',
      volume: 'prometheus-data',
    },
    {
      name: 'alertmanager',
      kind: 'alertmanager',
      url: 'http://alertmanager.monitoring:9093',
      host: 'alertmanager.viktorbarzin.me',
    },
    {
      name: 'uptime-kuma',
      kind: 'uptime-kuma',
      url: 'http://uptime-kuma.uptime-kuma:3001',
      host: 'uptime.viktorbarzin.me',
      database: 'mysql',
      secret: 'uptime-kuma-api-key',
    },
    {
      name: 'grafana',
      kind: 'grafana',
      url: 'http://grafana.monitoring',
      host: 'grafana.viktorbarzin.me',
    },
    {
      name: 'loki',
      kind: 'loki',
      url: 'http://loki.monitoring:3100',
      host: 'loki.viktorbarzin.lan',
    },
    { name: 'blackbox', kind: 'blackbox', url: 'http://blackbox.monitoring:9115' },
    { name: 'gatus', kind: 'gatus', url: 'https://status.viktorbarzin.me', outside: true },
  ],
  monitors: {
    tool: 'uptime-kuma',
    interval: '5m',
    retries: 3,
    accepts: '200-499',
    accepts_with_path: '200-299',
    suffix: '.viktorbarzin.me',
  },
  guards: [
    ['vpn', '/sub'],
    ['meshcentral', '/agent.ashx'],
    ['uptime', '/status'],
    ['insta2spotify', '/api/health'],
    ['k8s-portal', '/setup/script'],
    ['instagram-poster', '/image'],
    ['rybbit', '/api'],
    ['trading', '/'],
    ['t3', '/probe'],
    ['tasks', '/favicon.png'],
    ['terminal', '/manifest.webmanifest'],
    ['url', '/rest/health'],
  ].map(([name, path]) => ({ host: `${name}.viktorbarzin.me`, path: path ?? '/' })),
  alerts: [
    {
      name: 'AuthentikOutpostDevShmFull',
      layer: 'gate_new',
      state: 'dead',
      why: 'Its series is dropped when it is scraped',
    },
    {
      name: 'AuthentikOutpostForwardAuth400Spike',
      layer: 'gate_new',
      state: 'blind',
      why: 'A refusal of the middleware never reaches the series of a service',
    },
    { name: 'AuthentikDown', layer: 'idp' },
    { name: 'TraefikRouterCountSkew', layer: 'ingress' },
    {
      name: 'ExternalAccessDivergence',
      layer: 'edge',
      state: 'dead',
      why: 'What pushed its series was removed',
    },
  ],
  channels: ['slack'],
}
