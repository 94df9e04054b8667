// Rules about monitors and alerts: edges, several findings in order, and what is no finding.
import { describeCases, host, open, ownSignIn, tools } from './estate-rule-cases.fixture.ts'

describeCases({
  'outside-is-inside': [
    [
      'each split domain with monitors',
      {
        services: [host('a', { monitor: {} }), { host: 'a.example.org', ...open, monitor: {} }],
        estate: {
          networking: {
            domains: [
              { name: 'example.com', split_horizon: true },
              { name: 'example.net', split_horizon: true },
              { name: 'example.org', split_horizon: true },
            ],
          },
        },
      },
      ['estate.networking.domains[0].split_horizon', 'estate.networking.domains[2].split_horizon'],
    ],
    [
      'nothing with a tool outside',
      {
        services: [host('a', { monitor: {} })],
        estate: {
          networking: { domains: [{ name: 'example.com', split_horizon: true }] },
          ...tools({ name: 'watch', kind: 'blackbox', outside: true }),
        },
      },
      [],
    ],
    [
      'nothing without monitors',
      {
        services: [host('a', { monitor: { enabled: false } })],
        estate: { networking: { domains: [{ name: 'example.com', split_horizon: true }] } },
      },
      [],
    ],
  ],
  'host-without-monitor': [
    ['nothing where nobody has one', { services: [host('a'), host('b')] }, []],
    [
      'not one that was turned off',
      { services: [host('a', { monitor: {} }), host('b', { monitor: { enabled: false } })] },
      [],
    ],
    [
      'no wildcard, no name inside',
      { services: [host('a', { monitor: {} }), host('*'), host('b', { exposure: 'wildcard' })] },
      [],
    ],
    [
      'both kinds of public names',
      { services: [host('a', { monitor: {} }), host('b'), host('c', { exposure: 'proxied' })] },
      ['services[1]', 'services[2]'],
    ],
  ],
  'monitor-of-nothing': [
    [
      'a path that only begins like one that is led',
      {
        services: [
          host('a', {
            paths_only: true,
            monitor: { path: '/inbox' },
            paths: [{ path: '/in/**', ...open }],
          }),
        ],
      },
      ['services[0].monitor'],
    ],
    [
      'a path below one that stands for itself',
      {
        services: [
          host('a', {
            paths_only: true,
            monitor: { path: '/x/y' },
            paths: [{ path: '/x', ...open }],
          }),
        ],
      },
      ['services[0].monitor'],
    ],
    [
      'nothing below a pattern, with a query or without',
      {
        services: [
          host('a', {
            paths_only: true,
            monitor: { path: '/in/x?y=1' },
            paths: [{ path: '/in/**', ...open }],
          }),
          host('b', {
            paths_only: true,
            monitor: { path: '/in' },
            paths: [{ path: '/in/**', ...open }],
          }),
        ],
      },
      [],
    ],
    ['nothing on a host that is led as a whole', { services: [host('a', { monitor: {} })] }, []],
  ],
  'monitor-accepts-failure': [
    [
      'the list that monitors with a path take',
      {
        services: [host('a', { monitor: { path: '/x' } }), host('b', { monitor: {} })],
        estate: { monitoring: { monitors: { accepts: '302', accepts_with_path: '200-499' } } },
      },
      ['estate.monitoring.monitors.accepts_with_path'],
    ],
    [
      'nothing where the list with 400 is for nobody',
      {
        services: [host('a', { monitor: { path: '/x' } })],
        estate: { monitoring: { monitors: { accepts: '200-499', accepts_with_path: '302' } } },
      },
      [],
    ],
    [
      'its own list before the usual one',
      {
        services: [
          host('a', { monitor: { accepts: '302' } }),
          host('b', { monitor: { accepts: '200, 400' } }),
        ],
        estate: { monitoring: { monitors: { accepts: '200-499' } } },
      },
      ['services[1].monitor.accepts'],
    ],
    [
      'no monitor of an open path of a protected host',
      {
        services: [
          host('a', { monitor: { path: '/health' }, paths: [{ path: '/health', ...open }] }),
        ],
        estate: { monitoring: { monitors: { accepts: '200-499', accepts_with_path: '200-499' } } },
      },
      [],
    ],
    ['no list that cannot be read', { services: [host('a', { monitor: { accepts: 'all' } })] }, []],
  ],
  'monitor-behind-own-door': [
    [
      'a host that a wildcard holds',
      {
        services: [host('*')],
        estate: tools({ name: 'g', kind: 'grafana', host: 'grafana.example.com' }),
      },
      ['estate.monitoring.tools[0].host'],
    ],
    [
      'a host of its own before the wildcard',
      {
        services: [host('*'), host('grafana', ownSignIn)],
        estate: tools({ name: 'g', kind: 'grafana', host: 'grafana.example.com' }),
      },
      [],
    ],
    [
      'a way by network to something else than its pages',
      {
        services: [host('g', { paths: [{ path: '/api/**', ...open, networks: ['10.0.0.0/8'] }] })],
        estate: tools({ name: 'g', kind: 'grafana', host: 'g.example.com' }),
      },
      ['estate.monitoring.tools[0].host'],
    ],
    [
      'a tier that lets strangers in and asks the gate all the same',
      {
        services: [host('g', { auth: 'public' })],
        estate: tools({ name: 'g', kind: 'grafana', host: 'g.example.com' }),
      },
      ['estate.monitoring.tools[0].host'],
    ],
    [
      'nothing outside, nothing unknown, no store of logs',
      {
        services: [host('g')],
        estate: tools(
          { name: 'a', kind: 'gatus', host: 'g.example.com', outside: true },
          { name: 'b', kind: 'grafana', host: 'g.example.org' },
          { name: 'c', kind: 'loki', host: 'g.example.com' },
          { name: 'd', kind: 'grafana' },
        ),
      },
      [],
    ],
  ],
  'monitoring-shares-fate': [
    [
      'no database of its own',
      {
        estate: {
          ...tools({ name: 'kuma', kind: 'uptime-kuma', database: 'mysql' }),
          databases: { databases: [{ name: 'mysql', engine: 'mysql', used_by: ['kuma'] }] },
        },
      },
      [],
    ],
  ],
  'layer-without-alert': [
    [
      'nothing where no alert is declared',
      { estate: tools({ name: 'p', kind: 'prometheus' }) },
      [],
    ],
    [
      'every layer that one alert does not speak for',
      { estate: { monitoring: { alerts: [{ name: 'A', layer: 'dns' }, { name: 'B' }] } } },
      Array.from({ length: 5 }, () => 'estate.monitoring.alerts'),
    ],
  ],
  'one-way-out': [
    [
      'no channel at all',
      { estate: tools({ name: 'a', kind: 'alertmanager' }) },
      ['estate.monitoring.tools[0]'],
    ],
    [
      'nothing with two of them',
      { estate: tools({ name: 'a', kind: 'alertmanager' }, { name: 'b', kind: 'alertmanager' }) },
      [],
    ],
    ['nothing without one', { estate: tools({ name: 'p', kind: 'prometheus' }) }, []],
    [
      'one that runs beside one that is turned off',
      {
        estate: tools(
          { name: 'p', kind: 'prometheus' },
          { name: 'a', kind: 'alertmanager' },
          { name: 'b', kind: 'alertmanager', replicas: 0 },
        ),
      },
      ['estate.monitoring.tools[1]'],
    ],
  ],
})
