// Networks, domains, the way of a request, and every host by where its name leads.
import { describe, expect, test } from 'bun:test'
import { describePage, pageOf, smallEstate } from '../page-cases.fixture.ts'

describePage(
  'networking',
  smallEstate(
    {
      networking: {
        about: 'One reverse proxy for **all**.',
        networks: [
          { name: 'lan', cidr: '192.168.1.0/24', about: 'Machines | phones' },
          { name: 'cluster', cidr: '10.0.20.0/24', vlan: 20 },
        ],
        domains: [
          { name: 'example.com', split_horizon: true },
          { name: 'example.lan', kind: 'internal' },
        ],
        ingresses: [
          {
            name: 'traefik',
            controller: 'traefik',
            namespace: 'traefik',
            replicas: 3,
            addresses: ['10.0.20.5'],
          },
          { name: 'old', controller: 'nginx' },
        ],
        edge: { kind: 'cloudflare', workers: ['failover'] },
        middleware: { required: 'traefik-auth@kubernetescrd' },
      },
    },
    [
      { host: 'wiki.example.com', facts: { exposure: 'proxied' } },
      { host: 'a.example.com', facts: { exposure: 'proxied' } },
      { host: 'example.com', facts: { exposure: 'direct' } },
      { host: 'loki.example.lan', facts: { exposure: 'none' } },
      { host: '*.example.com', facts: { exposure: 'wildcard' } },
    ],
  ),
)

describe('the way of a request', () => {
  const way = (kind: 'direct' | 'tunnel'): string =>
    pageOf(
      'networking',
      smallEstate({
        networking: { edge: { kind }, ingresses: [{ name: 'caddy', controller: 'caddy' }] },
      }),
    )

  test('has no edge where there is none', () => {
    expect(way('direct')).toContain('n_visitor --> n_caddy')
    expect(way('tunnel')).toContain('n_visitor --> n_tunnel\n  n_tunnel --> n_caddy')
  })

  test('is not drawn where no reverse proxy is declared', () => {
    expect(pageOf('networking', smallEstate({}))).not.toContain('```mermaid')
  })
})

describe('hosts', () => {
  test('are written out where no public domain is declared', () => {
    const page = pageOf('networking', smallEstate({}, [{ host: 'wiki.example.com' }]))
    expect(page).toContain('| direct | 1 | wiki.example.com |')
    expect(page).not.toContain('Names are those below')
  })

  test('of a domain that only ends alike are written out', () => {
    const page = pageOf(
      'networking',
      smallEstate({ networking: { domains: [{ name: 'example.com' }] } }, [
        { host: 'wiki.myexample.com' },
      ]),
    )
    expect(page).toContain('| direct | 1 | wiki.myexample.com |')
  })
})
