// A request can name two hosts: the one that a proxy picked its server by and the one that a client
// forwarded, where the proxy believes it. Neither may be judged in place of the other.
import { expect, test } from 'bun:test'
import { compatBench } from '../../src/gate/authentik/compat/compat-bench.fixture.ts'
import { testProvider } from '../../src/gate/authentik/testing.ts'
import { rule, service } from '../support/policy.ts'

const prefix = '/outpost.goauthentik.io'
const app = testProvider({ external: 'https://app.example.com', clientId: 'app', name: 'app' })
const open = testProvider({
  ...{ external: 'https://open.example.com', clientId: 'open', name: 'open', allowlist: '.*' },
})
const domain = testProvider({
  ...{ mode: 'forward_domain', external: 'https://auth.example.com', cookieDomain: 'example.com' },
  ...{ clientId: 'domain', name: 'domain', allowlist: '.*' },
})
const services = [
  service('wiki.example.com', [rule('/**', { auth: 'none' })]),
  service('vault.example.com', [rule('/**', { groups: ['admins'] })]),
]

function caddy(host: string, forwarded: string): Record<string, string> {
  return {
    ...{ Host: host, 'X-Forwarded-Host': forwarded, 'X-Forwarded-Uri': '/x' },
    ...{ 'X-Forwarded-Proto': 'https', 'X-Forwarded-Method': 'GET' },
  }
}

// Caddy as documented passes on Host, and believes X-Forwarded-Host of clients in private networks.
test.each([
  ['as documented', 'open.example.com', 'open.example.com', 200],
  ['the outpost by a name of its own', 'outpost.internal:9000', 'open.example.com', 200],
  ['the outpost by an address', '127.0.0.1:9000', 'open.example.com', 200],
  ['the outpost at the host that people sign in at', 'auth.example.com', 'open.example.com', 200],
  ['another spelling of one host', 'OPEN.example.com:443', 'open.example.com', 200],
  ['an application that is forwarded as an open one', 'app.example.com', 'open.example.com', 403],
  ['the same, with a port', 'app.example.com:443', 'open.example.com', 403],
  ['an open application that is forwarded as another', 'open.example.com', 'app.example.com', 403],
] as const)('Caddy, %s: %s and %s', async (_, host, forwarded, status) => {
  const bench = compatBench({ providers: [app, open, domain] })
  const answer = await bench.ask(`${prefix}/auth/caddy`, { headers: caddy(host, forwarded) })
  expect(answer.status).toBe(status)
})

test.each([
  ['as documented', 'wiki.example.com', 'wiki.example.com', 200],
  ['the outpost by a name that is no service', 'outpost.example.com', 'wiki.example.com', 200],
  ['the host that people sign in at', 'auth.example.com', 'wiki.example.com', 200],
  ['a service that is forwarded as an open one', 'vault.example.com', 'wiki.example.com', 403],
] as const)('Caddy with rules of an estate, %s: %s and %s', async (_, host, forwarded, status) => {
  const bench = compatBench({ providers: [domain], services })
  const answer = await bench.ask(`${prefix}/auth/caddy`, { headers: caddy(host, forwarded) })
  expect(answer.status).toBe(status)
})

test.each([
  ['open.example.com', 200],
  ['app.example.com', 403],
] as const)('nginx whose client forwards open.example.com at %s', async (host, status) => {
  const bench = compatBench({ providers: [app, open] })
  const headers = {
    ...{ Host: host, 'X-Forwarded-Host': 'open.example.com' },
    'X-Original-URL': `https://${host}/x`,
  }
  expect((await bench.ask(`${prefix}/auth/nginx`, { headers })).status).toBe(status)
})
