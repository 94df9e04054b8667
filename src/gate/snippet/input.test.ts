import { expect, test } from 'bun:test'
import { parseHostPattern } from '../../model/host.ts'
import { networkSet } from '../../model/network.ts'
import { must } from '../../std/assert.ts'
import type { GateConfig } from '../config.ts'
import { testConfig } from '../testing.ts'
import { snippetInput, snippetWarning } from './input.ts'

function service(pattern: string, upstream: string | null): GateConfig['services'][number] {
  const host = parseHostPattern(pattern)
  return {
    host: must(host.ok ? host.value : null, 'The pattern is well formed'),
    name: pattern,
    rules: [],
    caseInsensitivePaths: false,
    upstream,
  }
}

function config(changes: Partial<GateConfig>): GateConfig {
  return testConfig({
    listen: { http: { hostname: '127.0.0.1', port: 9000 }, metrics: null },
    services: [
      service('*.example.com', null),
      service('grafana.example.com', 'http://127.0.0.1:3000'),
    ],
    ...changes,
  })
}

const all = { service: null, gateAddress: null, directory: '/etc/nginx' }

test('snippetInput() takes every service and the listener of the configuration', () => {
  expect(snippetInput(config({}), all)).toEqual({
    ok: true,
    value: {
      origin: 'https://auth.example.com',
      gateAddress: '127.0.0.1:9000',
      services: [
        { host: '*.example.com', upstream: null },
        { host: 'grafana.example.com', upstream: 'http://127.0.0.1:3000' },
      ],
      identityHeaders: config({}).identityHeaders,
      sessionCookie: '__Secure-gatehouse',
      directory: '/etc/nginx',
    },
  })
})

test('snippetInput() connects to loopback where the gate listens on all addresses', () => {
  const cases = [
    ['0.0.0.0', '127.0.0.1:9000'],
    ['::', '127.0.0.1:9000'],
    ['', '127.0.0.1:9000'],
    ['::1', '[::1]:9000'],
    ['10.0.0.5', '10.0.0.5:9000'],
  ] as const
  for (const [hostname, expected] of cases) {
    const listen = { http: { hostname, port: 9000 }, metrics: null }
    const input = snippetInput(config({ listen }), all)
    expect(input.ok && input.value.gateAddress).toBe(expected)
  }
})

test('snippetInput() narrows to one service, through a wildcard if need be', () => {
  const cases = [
    ['grafana.example.com', { host: 'grafana.example.com', upstream: 'http://127.0.0.1:3000' }],
    ['GRAFANA.example.com.', { host: 'grafana.example.com', upstream: 'http://127.0.0.1:3000' }],
    ['wiki.example.com', { host: 'wiki.example.com', upstream: null }],
    ['*.example.com', { host: '*.example.com', upstream: null }],
  ] as const
  for (const [wanted, expected] of cases) {
    const input = snippetInput(config({}), { ...all, service: wanted })
    expect(input.ok && input.value.services).toEqual([expected])
  }
})

test('snippetInput() says what is wrong in one sentence', () => {
  const cases = [
    [{}, { service: 'example.com' }, 'Cannot find service "example.com"'],
    [{}, { service: 'grafna.example.org' }, 'did you mean "grafana.example.com"'],
    [{}, { gateAddress: 'gate' }, 'Cannot use gate address "gate", wanted "host:port"'],
    [{}, { gateAddress: 'gate:90; return 200' }, 'Cannot use gate address'],
    [{}, { directory: 'conf' }, 'Cannot use directory "conf"'],
    [{}, { directory: '/etc/a b' }, 'Cannot use directory "/etc/a b"'],
    [
      { services: [service('a.example.com', 'http://127.0.0.1:1/x')] },
      {},
      'Cannot use upstream "http://127.0.0.1:1/x"',
    ],
    [{ services: [service('a.example.com', 'ftp://a')] }, {}, 'Cannot use upstream "ftp://a"'],
    [{ services: [service('a.example.com', 'http://u:p@a')] }, {}, 'Cannot use upstream'],
    [
      { identityHeaders: { ...config({}).identityHeaders, user: 'X User;' } },
      {},
      'Cannot use identity header "X User;"',
    ],
  ] as const
  for (const [changes, choice, expected] of cases) {
    const input = snippetInput(config(changes), { ...all, ...choice })
    expect(input.ok ? 'no error' : input.error).toContain(expected)
  }
})

test('snippetWarning() speaks up for a loopback proxy that is not trusted, and only then', () => {
  const cases = [
    ['127.0.0.1:9000', ['127.0.0.1/32'], false],
    ['127.0.0.1:9000', ['10.0.0.0/8'], true],
    ['127.0.0.10:9000', ['10.0.0.0/8'], false],
    ['[::1]:9000', ['127.0.0.1/32'], true],
    ['[::1]:9000', ['::1/128'], false],
    ['gate:9000', ['10.0.0.0/8'], false],
  ] as const
  for (const [gateAddress, cidrs, warns] of cases) {
    const trusting = config({ trustedProxies: networkSet(cidrs) })
    const input = snippetInput(trusting, { ...all, gateAddress })
    expect(input.ok && snippetWarning(trusting, input.value) !== null).toBe(warns)
  }
})
