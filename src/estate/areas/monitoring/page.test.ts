// Who looks at what, monitors, guards, and alerts that cannot fire.
import { describe, expect, test } from 'bun:test'
import { describePage, pageOf, smallEstate } from '../page-cases.fixture.ts'

describePage(
  'monitoring',
  smallEstate(
    {
      monitoring: {
        about: 'Prometheus and Uptime Kuma.',
        tools: [
          { name: 'prometheus', kind: 'prometheus', volume: 'prometheus-data' },
          { name: 'kuma', kind: 'uptime-kuma', host: 'uptime.example.com', database: 'mysql' },
          { name: 'alertmanager', kind: 'alertmanager', replicas: 2 },
          { name: 'gatus', kind: 'gatus', outside: true },
        ],
        monitors: { interval: '1m', accepts: '302' },
        guards: [{ host: 'wiki.example.com', path: '/api' }],
        alerts: [
          { name: 'GateDown', layer: 'gate_new' },
          { name: 'ShmFull', layer: 'gate_new', state: 'dead', why: 'Its series is *dropped*' },
        ],
        channels: ['slack', 'pager duty'],
      },
    },
    [
      { host: 'wiki.example.com', facts: { monitor: {} } },
      { host: 'blog.example.com', auth: 'none', facts: { monitor: { interval: '10s' } } },
      { host: 'off.example.com', facts: { monitor: { enabled: false } } },
    ],
  ),
)

describe('monitors', () => {
  test('are not spoken of where there are none', () => {
    expect(pageOf('monitoring', smallEstate({}, [{ host: 'a.example.com' }]))).not.toContain(
      '## Monitors',
    )
  })

  test('of open hosts are hosts that are tried, and no knocks at protected ones', () => {
    const page = pageOf(
      'monitoring',
      smallEstate({}, [
        { host: 'a.example.com', facts: { monitor: { interval: '30s' } } },
        { host: 'b.example.com', auth: 'none', facts: { monitor: { interval: '1s' } } },
      ]),
    )
    expect(page).toContain('2 hosts are tried every 5m')
    expect(page).toContain('Protected front pages get 2.0 knocks a minute')
  })
})
