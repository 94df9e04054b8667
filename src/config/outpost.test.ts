// The section `identity.authentik`: a gate with a file of its own that authentik drives.
import { describe, expect, test } from 'bun:test'
import { memoryFiles } from '../world/files.ts'
import { loadConfig } from './load.ts'

const file = '/etc/gatehouse/gatehouse.yaml'
const secrets = { '/run/secrets/authentik': 'token-from-a-file\n' }

async function load(
  authentik: string,
  rest = 'services: [{ host: app.example.com, groups: [staff] }]',
) {
  const text = `url: https://auth.example.com
domains: [example.com]
trusted_proxies: [10.0.0.0/8]
identity: { ${authentik} }
${rest}
`
  const files = memoryFiles({ [file]: text, ...secrets })
  return loadConfig({ files, file, withSecrets: true })
}

async function findings(authentik: string, rest?: string): Promise<string[]> {
  const loaded = await load(authentik, rest)
  return (loaded.ok ? loaded.value.warnings : loaded.error).map(({ path, id }) => `${path} ${id}`)
}

async function outpost(fields: string): Promise<unknown> {
  const loaded = await load(`authentik: { ${fields} }`)
  return loaded.ok ? loaded.value.gate.outpost : loaded.error
}

const enough = 'host: "https://id.example.com", token_file: /run/secrets/authentik'

test('host and token are enough, and somebody who can sign in', async () => {
  expect(await findings(`authentik: { ${enough} }`)).toEqual([])
  expect(await outpost(enough)).toEqual({
    address: { baseUrl: 'https://id.example.com/', query: '', unixSocket: null },
    token: 'token-from-a-file',
    insecure: false,
    browserOrigin: null,
    version: '2026.8.6',
    buildHash: 'gatehouse',
    logLevel: null,
    listenHttps: null,
    logHeaders: ['User-Agent'],
    refuseFetches: false,
  })
})

test('every setting is read', async () => {
  const all = `host: "http://authentik-server:9000/sub", token: abc, host_browser: "https://id.example.com",
    listen_https: ":9443", version: "2025.12.1", log_headers: [X-Request-Id],
    refuse_fetches: true`
  expect(await outpost(all)).toMatchObject({
    address: { baseUrl: 'http://authentik-server:9000/sub/' },
    token: 'abc',
    browserOrigin: 'https://id.example.com',
    listenHttps: { hostname: '0.0.0.0', port: 9443 },
    version: '2025.12.1',
    logHeaders: ['X-Request-Id'],
    refuseFetches: true,
  })
})

describe('what is wrong is told', () => {
  test.each([
    ['authentik: {}', ['identity.authentik.host missing']],
    ['authentik: { host: "https://id.example.com" }', ['identity.authentik missing']],
    [`authentik: { ${enough}, token: abc }`, ['identity.authentik.token both-set']],
    [
      'authentik: { host: "https://id.example.com", token_file: /none }',
      ['identity.authentik.token_file no-secret-file'],
    ],
    [
      `authentik: { ${enough.replace('https:', 'http:')} }`,
      ['identity.authentik.host insecure-authentik'],
    ],
    [
      `authentik: { ${enough}, insecure: true }`,
      ['identity.authentik.insecure insecure-authentik'],
    ],
    [`authentik: { ${enough}, hosts: x }`, ['identity.authentik.hosts unknown-key']],
  ])('%s', async (text, expected) => {
    expect(await findings(text)).toEqual(expected)
  })
})

test('rules may name sign-ins through the outpost, and no other provider may be called so', async () => {
  const rest = 'services: [{ host: app.example.com, providers: [authentik] }]'
  expect(await findings(`authentik: { ${enough} }`, rest)).toEqual([])
  expect(await findings('accounts: {}', rest)).toEqual([
    'services[0].providers[0] unknown-provider',
  ])
  const oidc = 'oidc: { id: authentik, issuer: "https://i.org", client_id: x, client_secret: y }'
  expect(await findings(`${oidc}, authentik: { ${enough} }`)).toEqual([
    'identity.oidc.id reserved-provider-id',
  ])
  expect(await findings(oidc)).toEqual([])
})
