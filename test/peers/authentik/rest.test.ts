import { afterEach, beforeEach, expect, test } from 'bun:test'
import { X509Certificate, createPrivateKey } from 'node:crypto'
import { type Authentik, startAuthentik } from './authentik.ts'
import { type CallOptions, api, failureOf, readProvider } from './outpost-client.ts'

let authentik: Authentik

beforeEach(async () => {
  authentik = await startAuthentik({
    people: [{ username: 'ada', groups: ['staff'] }],
    certificates: {
      app: ['app.example.com'],
      other: ['other.example.com'],
    },
    pageSizeMax: 2,
    providers: [
      {
        name: 'b',
        external_host: 'https://b.example.com',
        certificate: 'app',
        application: { bindings: [{ group: 'staff' }] },
      },
      { name: 'a', external_host: 'https://a.example.com', access_token_validity: 'minutes=10' },
      { name: 'c', external_host: 'https://c.example.com', application: null },
      { name: 'd', external_host: 'https://d.example.com' },
    ],
  })
})

afterEach(() => authentik.close())

test('instances gives the one outpost of the token with exactly the fields of the specification', async () => {
  const { status, body } = await api(authentik, 'outposts/instances/')
  expect(status).toBe(200)
  expect(body.pagination).toEqual({
    ...{ next: 0, previous: 0, count: 1, current: 1, total_pages: 1 },
    ...{ start_index: 1, end_index: 1 },
  })
  const [outpost] = body.results
  expect(Object.keys(outpost)).toEqual([
    ...['pk', 'name', 'type', 'providers', 'providers_obj', 'service_connection'],
    ...['service_connection_obj', 'refresh_interval_s', 'token_identifier', 'config', 'managed'],
  ])
  expect(outpost.providers).toEqual([1, 2, 3, 4])
  expect(outpost.token_identifier).toBe(`ak-outpost-${outpost.pk}-api`)
  expect(outpost.config.authentik_host).toBe('')
  expect(authentik.control.violations()).toEqual([])
})

test('proxy gives providers with an application in pages, ordered by name', async () => {
  const first = await api(authentik, 'outposts/proxy/?page=1&page_size=100')
  const second = await api(authentik, 'outposts/proxy/?page=2&page_size=100')
  const names = (body: { results: { name: string }[] }): string[] =>
    body.results.map(({ name }) => name)
  expect(names(first.body)).toEqual(['a', 'b'])
  expect(names(second.body)).toEqual(['d'])
  expect(first.body.pagination).toEqual({
    ...{ next: 2, previous: 0, count: 3, current: 1, total_pages: 2 },
    ...{ start_index: 1, end_index: 2 },
  })
  expect(second.body.pagination.next).toBe(0)
  expect((await api(authentik, 'outposts/proxy/?page=3')).status).toBe(404)
  expect(authentik.control.calls('proxy')).toBe(3)
})

test('proxy gives exactly the fields of the specification, of the right types', async () => {
  const provider = await readProvider(authentik, 'a')
  const types = Object.entries(provider).map(([name, value]) => [
    name,
    value === null ? 'null' : Array.isArray(value) ? 'list' : typeof value,
  ])
  expect(Object.fromEntries(types)).toEqual({
    ...{ pk: 'number', name: 'string', internal_host: 'string', external_host: 'string' },
    ...{ internal_host_ssl_validation: 'boolean', client_id: 'string', client_secret: 'string' },
    ...{ oidc_configuration: 'object', cookie_secret: 'string', certificate: 'null' },
    ...{ skip_path_regex: 'string', basic_auth_enabled: 'boolean' },
    ...{ basic_auth_password_attribute: 'string', basic_auth_user_attribute: 'string' },
    ...{ mode: 'string', cookie_domain: 'string', access_token_validity: 'number' },
    ...{ intercept_header_auth: 'boolean', scopes_to_request: 'list' },
    ...{ assigned_application_slug: 'string', assigned_application_name: 'string' },
  })
  expect(provider.access_token_validity).toBe(600)
  expect(provider.scopes_to_request.toSorted()).toEqual(
    ['openid', 'profile', 'email', 'entitlements', 'ak_proxy'].toSorted(),
  )
  expect(provider.oidc_configuration.id_token_signing_alg_values_supported).toEqual(['HS256'])
})

test('addresses are built from the Host and scheme of the request', async () => {
  const { body } = await api(authentik, 'outposts/proxy/?page_size=1', {
    headers: { host: 'id.example.com', 'x-forwarded-proto': 'https' },
  })
  const { oidc_configuration: oidc } = body.results[0]
  expect(oidc.issuer).toBe('https://id.example.com/application/o/a/')
  expect(oidc.token_endpoint).toBe('https://id.example.com/application/o/token/')
  expect(oidc.jwks_uri).toBe('https://id.example.com/application/o/a/jwks/')
})

test('root config gives exactly the fields of the specification', async () => {
  const { body } = await api(authentik, 'root/config/')
  expect(Object.keys(body)).toEqual([
    ...['error_reporting', 'capabilities', 'cache_timeout', 'cache_timeout_flows'],
    'cache_timeout_policies',
  ])
})

test('certificates of own providers are given with key and fingerprint, others are not', async () => {
  const { certificate } = await readProvider(authentik, 'b')
  const { body } = await api(authentik, `crypto/certificatekeypairs/${certificate}/`)
  const pem = await api(authentik, `crypto/certificatekeypairs/${certificate}/view_certificate/`)
  const key = await api(authentik, `crypto/certificatekeypairs/${certificate}/view_private_key/`)
  const x509 = new X509Certificate(pem.body.data)
  expect(x509.checkHost('app.example.com')).toBe('app.example.com')
  expect(x509.checkPrivateKey(createPrivateKey(key.body.data))).toBe(true)
  expect(body.fingerprint_sha256).toBe(x509.fingerprint256.toLowerCase())
  const { body: list } = await api(authentik, 'crypto/certificatekeypairs/', {
    token: authentik.adminToken,
  })
  const other: { pk: string } = list.results.find(({ name }: { name: string }) => name === 'other')
  const denied = await api(authentik, `crypto/certificatekeypairs/${other.pk}/view_private_key/`)
  expect(denied.status).toBe(404)
})

test('rotateCertificate() keeps the UUID and changes the fingerprint', async () => {
  const { certificate } = await readProvider(authentik, 'b')
  const path = `crypto/certificatekeypairs/${certificate}/`
  const before = await api(authentik, path)
  authentik.control.rotateCertificate('app')
  const after = await api(authentik, path)
  expect(after.body.pk).toBe(before.body.pk)
  expect(after.body.fingerprint_sha256).not.toBe(before.body.fingerprint_sha256)
})

const event = {
  action: 'configuration_error',
  app: 'authentik.providers.proxy',
  client_ip: '192.0.2.1',
  context: { message: 'Outpost o (Provider p) failed to detect a forward URL from nginx' },
}

test('events keeps what is reported', async () => {
  expect((await api(authentik, 'events/events/', { json: event })).status).toBe(201)
  expect(authentik.control.events()).toEqual([event])
  expect(authentik.control.violations()).toEqual([])
})

const strict: readonly (readonly [
  what: string,
  path: string,
  options: CallOptions,
  status: number,
])[] = [
  ['unknown path', 'outposts/ldap/', {}, 404],
  ['path without its slash', 'outposts/proxy', {}, 404],
  ['path outside of the API', '../other/', {}, 404],
  ['unknown parameter', 'outposts/proxy/?name=a', {}, 400],
  ['repeated parameter', 'outposts/proxy/?page=1&page=2', {}, 400],
  ['page of more than 100', 'outposts/proxy/?page_size=101', {}, 400],
  ['another method', 'outposts/proxy/', { method: 'DELETE' }, 400],
  ['another user agent', 'outposts/proxy/', { agent: 'curl/8' }, 400],
  ['no token', 'outposts/proxy/', { token: null }, 403],
  ['event that is none', 'events/events/', { json: [] }, 400],
  ['event of another action', 'events/events/', { json: { ...event, action: 'login' } }, 400],
  ['event with another field', 'events/events/', { json: { ...event, user: 'ada' } }, 400],
  ['event without a message', 'events/events/', { json: { ...event, context: {} } }, 400],
]

test.each(strict)('not in the specification: %s', async (_, path, options, status) => {
  expect((await api(authentik, path, options)).status).toBe(status)
  expect(authentik.control.violations().length).toBeGreaterThan(0)
})

test('a wrong token is refused and is no violation', async () => {
  const { status, body } = await api(authentik, 'outposts/instances/', { token: 'wrong' })
  expect(status).toBe(403)
  expect(body.detail).toBe('Token invalid/expired')
  expect(authentik.control.refusals()).toEqual(['GET /api/v3/outposts/instances/: token'])
  expect(authentik.control.violations()).toEqual([])
})

test('the admin token reads what an import needs; the outpost token does not', async () => {
  const admin = { token: authentik.adminToken }
  const applications = await api(authentik, 'core/applications/?page_size=100', admin)
  const providers = await api(authentik, 'providers/proxy/', admin)
  const groups = await api(authentik, 'core/groups/', admin)
  const app = applications.body.results.find(({ name }: { name: string }) => name === 'b')
  const bindings = await api(authentik, `policies/bindings/?target=${app.pk}`, admin)
  expect(bindings.body.results[0].group).toBe(groups.body.results[0].pk)
  expect(groups.body.results[0].name).toBe('staff')
  expect(Object.keys(providers.body.results[0])).not.toContain('client_secret')
  expect(providers.body.results[0].outpost_set).toEqual(['test outpost'])
  expect(authentik.control.violations()).toEqual([])
  expect((await api(authentik, 'core/applications/')).status).toBe(403)
  expect((await api(authentik, 'outposts/proxy/', admin)).status).toBe(403)
})

test('authentik can live under a path', async () => {
  const below = await startAuthentik({
    basePath: '/authentik/',
    providers: [{ name: 'a', external_host: 'https://a.example.com' }],
  })
  try {
    const provider = await readProvider(below, 'a')
    expect(provider.oidc_configuration.token_endpoint).toBe(`${below.url}application/o/token/`)
    const outside = await fetch(new URL('/api/v3/outposts/proxy/', below.url))
    expect(outside.status).toBe(404)
    expect(below.control.violations()).toEqual(['GET /api/v3/outposts/proxy/: unknown path'])
  } finally {
    await below.close()
  }
})

test('authentik can serve HTTPS that nobody has reason to trust', async () => {
  const secure = await startAuthentik({ tls: true })
  try {
    const url = new URL('api/v3/root/config/', secure.url)
    const headers = {
      authorization: `Bearer ${secure.token}`,
      'user-agent': 'goauthentik.io/outpost/1',
    }
    expect(await failureOf(fetch(url, { headers }))).toContain('certificate')
    const trusting = { headers, tls: { ca: secure.certificate ?? '' } }
    expect((await fetch(url, trusting)).status).toBe(200)
  } finally {
    await secure.close()
  }
})

test('down() and up() keep what is known and the address', async () => {
  const before = await readProvider(authentik, 'a')
  await authentik.down()
  expect(await failureOf(api(authentik, 'root/config/'))).not.toBeNull()
  authentik.up()
  expect((await readProvider(authentik, 'a')).client_secret).toBe(before.client_secret)
  expect(authentik.env).toEqual({
    AUTHENTIK_HOST: authentik.url,
    AUTHENTIK_TOKEN: authentik.token,
  })
})
