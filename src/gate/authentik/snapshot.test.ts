// From authentik's answers to a configuration: every field and every fault.
import { describe, expect, test } from 'bun:test'
import type { OutpostProvider } from './outpost.ts'
import {
  type Element,
  sampleElement,
  sampleElements,
  sampleSettings,
  sampleSnapshot,
} from './samples.fixture.ts'
import type { OutpostSettings } from './settings.ts'
import { fingerprintOf, readSnapshot } from './snapshot.ts'
import { readProviders } from './snapshot.fixture.ts'

function one(over: Element): OutpostProvider | undefined {
  return readProviders([sampleElement(over)]).providers[0]
}

function faultsOf(element: unknown): readonly string[] {
  const config = readProviders([element])
  expect(config.providers).toEqual([])
  return config.unusable[0]?.faults ?? []
}

function without(name: string): Element {
  return Object.fromEntries(Object.entries(sampleElement()).filter(([key]) => key !== name))
}

describe('a provider', () => {
  test('is read with every field that matters', () => {
    const provider = one({
      skip_path_regex: '^/health$\n\n^/api',
      basic_auth_enabled: true,
      basic_auth_user_attribute: 'user',
      basic_auth_password_attribute: 'pass',
      intercept_header_auth: false,
      cookie_domain: '.example.com',
      access_token_validity: 600.5,
      scopes_to_request: ['profile', 'openid', 'openid'],
      something_new: { nested: [1] },
    })
    expect(provider).toMatchObject({
      pk: 1,
      name: 'app',
      mode: 'forward_single',
      internal: null,
      clientId: 'client-1',
      clientSecret: 'secret-1',
      cookieDomain: 'example.com',
      lifetimeMs: 600_500,
      interceptHeaderAuth: false,
      basicAuth: { user: 'user', password: 'pass' },
      certificate: null,
      scopes: ['openid', 'profile'],
      application: { slug: 'app', name: 'App' },
    })
    expect(provider?.allowlist.patterns).toEqual(['^/health$', '^/api'])
    expect(provider?.external.host).toBe('app.example.com')
    // SHA-256 of "client-1" begins so; upstream names its cookie the same way.
    const digest = new Bun.CryptoHasher('sha256').update('client-1').digest('hex')
    expect(provider?.cookieName).toBe(`authentik_proxy_${digest.slice(0, 8)}`)
  })

  test.each([
    ['cookie_domain', { cookieDomain: null }],
    ['skip_path_regex', {}],
    ['certificate', { certificate: null }],
    ['basic_auth_enabled', { basicAuth: null }],
    ['basic_auth_user_attribute', { basicAuth: null }],
    ['intercept_header_auth', { interceptHeaderAuth: true }],
    ['internal_host', { internal: null }],
    ['internal_host_ssl_validation', { internal: null }],
  ])('may be without %p, which older servers leave out', (name, expected) => {
    expect(readProviders([without(name)]).providers[0]).toMatchObject(expected)
  })

  test.each([
    'pk',
    'name',
    'external_host',
    'client_id',
    'client_secret',
    'cookie_secret',
    'mode',
    'oidc_configuration',
    'access_token_validity_of_another_type',
    'scopes_to_request',
    'assigned_application_slug',
    'assigned_application_name',
  ])('is unusable without %p', (name) => {
    const element =
      name === 'access_token_validity_of_another_type'
        ? sampleElement({ access_token_validity: '3600' })
        : without(name)
    const fault = name.replace('_of_another_type', '')
    expect(faultsOf(element).join()).toContain(`"${fault}`)
  })

  test('has the default lifetime of authentik where it says null', () => {
    expect(one({ access_token_validity: null })?.lifetimeMs).toBe(3_600_000)
  })

  test.each([
    { external_host: 'app.example.com' },
    { external_host: 'ftp://app.example.com' },
    { external_host: ['https://app.example.com'] },
    { client_id: '' },
    { client_secret: null },
    { client_secret: 17 },
    { cookie_secret: '' },
    { cookie_domain: 'a b' },
    { cookie_domain: 'example.com:80' },
    { cookie_domain: 5 },
    { mode: 'forward' },
    { mode: ['proxy'] },
    { mode: 'proxy', internal_host: '' },
    { mode: 'proxy', internal_host: 'unix:///x' },
    { mode: 'forward_domain', cookie_domain: null },
    { access_token_validity: 0 },
    { access_token_validity: -1 },
    { access_token_validity: 1e12 },
    { access_token_validity: 'hours=1' },
    { scopes_to_request: 'openid' },
    { scopes_to_request: ['openid', 7] },
    { basic_auth_enabled: 'true' },
    { intercept_header_auth: 1 },
    { skip_path_regex: ['/x'] },
    { certificate: 5 },
    { name: 'x'.repeat(9000) },
    { oidc_configuration: [] },
    { oidc_configuration: { issuer: 'https://id.example.com' } },
  ])('is unusable with %j', (over) => {
    expect(faultsOf(sampleElement(over)).length).toBeGreaterThan(0)
  })

  test('is unusable when it is no object', () => {
    for (const element of [null, 17, 'text', [], [[]], true])
      expect(faultsOf(element)).toEqual(['The provider is not an object'])
  })

  test('never has its secrets repeated in a fault', () => {
    const faults = faultsOf(
      sampleElement({ client_secret: ['geheim'], cookie_secret: 5, mode: 'geheim' }),
    )
    expect(faults.join()).not.toContain('geheim')
    expect(faults).toHaveLength(3)
  })

  test('in mode proxy has its service behind it', () => {
    const over = { mode: 'proxy', internal_host: 'https://wiki:8443/sub/', pk: 4 }
    expect(one({ ...over, internal_host_ssl_validation: false })?.internal).toEqual({
      scheme: 'https',
      host: 'wiki:8443',
      basePath: '/sub',
      verifyTls: false,
    })
  })

  test('with the client id of another one is unusable, the first stays', () => {
    const config = readProviders([
      sampleElement(),
      sampleElement({ pk: 2, external_host: 'https://b.org' }),
    ])
    expect(config.providers).toHaveLength(1)
    expect(config.unusable).toMatchObject([{ pk: 2, host: 'b.org' }])
  })
})

describe('signing', () => {
  const signing = (algorithms: unknown): unknown =>
    one({
      oidc_configuration: {
        ...(sampleElement()['oidc_configuration'] as Element),
        id_token_signing_alg_values_supported: algorithms,
      },
    })?.endpoints.signing

  test.each([
    [['HS256'], { kind: 'client-secret' }],
    [['RS256', 'HS256'], { kind: 'client-secret' }],
    [['RS256'], { kind: 'jwks', algorithms: ['RS256'] }],
    [['ES256', 'none', 'HS384'], { kind: 'jwks', algorithms: ['ES256'] }],
  ])('%j is %j', (algorithms, expected) => {
    expect(signing(algorithms)).toEqual(expected)
  })

  test.each([[[]], [['none']], [['HS512']], ['HS256'], [null]])(
    '%j makes the provider unusable',
    (algorithms) => {
      expect(signing(algorithms)).toBeUndefined()
    },
  )
})

describe('addresses of authentik', () => {
  const base = 'https://id.example.com/application/o'

  function endpoints(
    settings: Partial<OutpostSettings>,
    outpost: Element = {},
  ): OutpostProvider['endpoints'] | undefined {
    const snapshot = sampleSnapshot([sampleElement()])
    const config = readSnapshot(
      { ...snapshot, outpost: { ...snapshot.outpost, ...outpost } },
      sampleSettings(settings),
      null,
    )
    return config.ok ? config.value.providers[0]?.endpoints : undefined
  }

  test('are those of the answer for a standalone outpost', () => {
    expect(endpoints({})).toMatchObject({
      issuer: `${base}/app/`,
      authorization: `${base}/authorize/`,
      endSession: `${base}/app/end-session/`,
      token: `${base}/token/`,
      introspection: `${base}/introspect/`,
      jwksUri: `${base}/app/jwks/`,
      backChannelHeaders: { 'User-Agent': 'goauthentik.io/outpost/2026.8.6 (provider=app)' },
    })
  })

  test('are the public ones for browsers, and for the issuer, where AUTHENTIK_HOST_BROWSER is set', () => {
    const public_ = 'http://sso.example.org:8443'
    expect(endpoints({ browserOrigin: public_ })).toMatchObject({
      issuer: `${public_}/application/o/app/`,
      authorization: `${public_}/application/o/authorize/`,
      endSession: `${public_}/application/o/app/end-session/`,
      token: `${base}/token/`,
      introspection: `${base}/introspect/`,
      jwksUri: `${base}/app/jwks/`,
      backChannelHeaders: { Host: 'sso.example.org:8443', 'X-Forwarded-Proto': 'http' },
    })
  })

  test('are those of the configuration for an embedded outpost, the keys too', () => {
    const outpost = {
      managed: 'goauthentik.io/outposts/embedded',
      config: { authentik_host: 'https://sso.example.org/' },
    }
    expect(endpoints({}, outpost)).toMatchObject({
      issuer: 'https://sso.example.org/application/o/app/',
      authorization: 'https://sso.example.org/application/o/authorize/',
      token: `${base}/token/`,
      jwksUri: 'https://sso.example.org/application/o/app/jwks/',
      backChannelHeaders: { Host: 'sso.example.org', 'X-Forwarded-Proto': 'https' },
    })
  })

  test('let the token endpoint see the host of the configuration of a standalone outpost', () => {
    const config = { authentik_host: 'https://sso.example.org' }
    expect(endpoints({}, { config })).toMatchObject({
      authorization: `${base}/authorize/`,
      backChannelHeaders: { Host: 'sso.example.org' },
    })
    const same = { authentik_host: 'https://id.example.com' }
    expect(endpoints({}, { config: same })?.backChannelHeaders['Host']).toBeUndefined()
  })

  test('carry the name of the provider in visible ASCII', () => {
    const provider = one({ name: 'Büro\r\nX-Evil: 1' })
    expect(provider?.endpoints.backChannelHeaders['User-Agent']).toBe(
      'goauthentik.io/outpost/2026.8.6 (provider=B?ro??X-Evil: 1)',
    )
  })
})

describe('an outpost', () => {
  test.each([
    [0, 300_000],
    [-5, 300_000],
    [null, 300_000],
    ['60', 300_000],
    [1, 30_000],
    [45, 45_000],
    [1e9, 86_400_000],
  ])('with the interval %j refreshes every %p ms', (seconds, ms) => {
    const outpost = { ...sampleSnapshot().outpost, refresh_interval_s: seconds }
    const config = readSnapshot(sampleSnapshot([], { outpost }), sampleSettings(), null)
    expect(config.ok && config.value.outpost.refreshIntervalMs).toBe(ms)
  })

  test.each([{ pk: 'no-uuid' }, { pk: '../../x' }, { name: '' }, { name: 7 }, { pk: null }])(
    'with %j is no outpost',
    (over) => {
      const outpost = { ...sampleSnapshot().outpost, ...over }
      const config = readSnapshot(sampleSnapshot([], { outpost }), sampleSettings(), null)
      expect(config.ok).toBe(false)
    },
  )

  test('fingerprintOf() tells configurations apart by what they do, not by when they came', () => {
    const first = readProviders(sampleElements())
    const shuffled = sampleElements().map((element) => ({
      ...element,
      scopes_to_request: ['email', 'profile', 'openid'],
    }))
    expect(fingerprintOf(readProviders(shuffled))).toBe(fingerprintOf(first))
    const [app = {}, ...rest] = sampleElements()
    for (const over of [{ skip_path_regex: '^/x' }, { client_secret: 'other' }])
      expect(fingerprintOf(readProviders([{ ...app, ...over }, ...rest]))).not.toBe(
        fingerprintOf(first),
      )
  })
})
