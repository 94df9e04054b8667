// From authentik's answers to a configuration: every field, every fault, and that no fault opens a door.
import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { must } from '../../std/assert.ts'
import { parseExternalHost } from './external-host.ts'
import type { OutpostConfig, OutpostProvider } from './outpost.ts'
import {
  type Element,
  sampleElement,
  sampleElements,
  sampleSettings,
  sampleSnapshot,
} from './samples.fixture.ts'
import type { OutpostSettings } from './settings.ts'
import { fingerprintOf, readSnapshot } from './snapshot.ts'

function read(
  providers: readonly unknown[],
  previous: OutpostConfig | null = null,
  settings: OutpostSettings = sampleSettings(),
): OutpostConfig {
  const config = readSnapshot(sampleSnapshot(providers), settings, previous)
  return must(config.ok ? config.value : null, 'The outpost of a sample can be read')
}

function one(over: Element): OutpostProvider | undefined {
  return read([sampleElement(over)]).providers[0]
}

function faultsOf(element: unknown): readonly string[] {
  const config = read([element])
  expect(config.providers).toEqual([])
  return config.unusable[0]?.faults ?? []
}

function without(name: string): Element {
  return Object.fromEntries(Object.entries(sampleElement()).filter(([key]) => key !== name))
}

function answer(config: OutpostConfig, host: string): string {
  const match = config.providerFor(host)
  if (match.kind === 'none') return 'none'
  return match.kind === 'unusable' ? 'shut' : match.provider.name
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
    expect(read([without(name)]).providers[0]).toMatchObject(expected)
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
    const config = read([sampleElement(), sampleElement({ pk: 2, external_host: 'https://b.org' })])
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
    const first = read(sampleElements())
    const shuffled = sampleElements().map((element) => ({
      ...element,
      scopes_to_request: ['email', 'profile', 'openid'],
    }))
    expect(fingerprintOf(read(shuffled))).toBe(fingerprintOf(first))
    const [app = {}, ...rest] = sampleElements()
    for (const over of [{ skip_path_regex: '^/x' }, { client_secret: 'other' }])
      expect(fingerprintOf(read([{ ...app, ...over }, ...rest]))).not.toBe(fingerprintOf(first))
  })
})

describe('hosts of an unusable provider', () => {
  const good = read(sampleElements())

  function afterChange(change: (element: Element) => unknown, index = 0): OutpostConfig {
    return read(
      sampleElements().map((one_, i) => (i === index ? change(one_) : one_)),
      good,
    )
  }

  test('stay shut while its address can be read', () => {
    const config = afterChange((element) => ({ ...element, client_secret: null }))
    expect(answer(config, 'app.example.com')).toBe('shut')
    expect(answer(config, 'other.example.com')).toBe('wide')
  })

  test('stay shut by what was known before', () => {
    const config = afterChange((element) => ({ ...element, external_host: 17 }))
    expect(answer(config, 'app.example.com')).toBe('shut')
    expect(answer(config, 'other.example.com')).toBe('wide')
    // And by what was known before that.
    const again = read(
      sampleElements().map((element, i) => (i === 0 ? { pk: 1 } : element)),
      config,
    )
    expect(answer(again, 'app.example.com')).toBe('shut')
    expect(answer(again, 'other.example.com')).toBe('wide')
  })

  test('shut every host that nobody names when nothing is known', () => {
    for (const element of [null, { pk: 77 }, { pk: 77, external_host: 'https://x.org', mode: 5 }]) {
      const config = read([...sampleElements(), element], good)
      expect(answer(config, 'other.example.com')).toBe('shut')
      expect(answer(config, 'app.example.com')).toBe('app')
    }
  })

  test('are not mixed up by a pk that is there twice', () => {
    const config = afterChange((element) => ({ ...element, pk: 2, external_host: null }))
    expect(answer(config, 'app.example.com')).not.toBe('wide')
  })

  test('include its domain', () => {
    const inner = sampleElement({
      ...{ pk: 4, name: 'inner', client_id: 'client-4', mode: 'forward_domain' },
      ...{ external_host: 'https://auth.inner.example.com', cookie_domain: 'inner.example.com' },
    })
    const before = read([...sampleElements(), inner])
    for (const over of [{ client_id: 5 }, { cookie_domain: 5 }, { mode: 'x' }, { mode: null }]) {
      const config = read([...sampleElements(), { ...inner, ...over }], before)
      expect([over, answer(config, 'a.inner.example.com')]).toEqual([over, 'shut'])
      expect([over, answer(config, 'a.example.com')]).toEqual([over, 'wide'])
    }
  })
})

/** Values that no server should send where these stand. */
const junk = fc.oneof(
  fc.jsonValue(),
  fc.constantFrom(null, '', 0, -1, true, [], {}, 'https://', 'x'.repeat(10_000), { pk: 1 }),
)
const fieldNames = Object.keys(sampleElement())
const mutation = fc.record({
  index: fc.nat({ max: 2 }),
  field: fc.constantFrom(...fieldNames),
  value: fc.option(junk, { nil: undefined }),
})

/** Hosts by the index of the provider that has them for itself. */
const guarded = [
  [0, 'app.example.com'],
  [2, 'wiki.example.com'],
] as const

test('no fault in any field lets the wide provider answer for the host of another', () => {
  const good = read(sampleElements())
  const mutations = fc.array(mutation, { minLength: 1, maxLength: 4 })
  fc.assert(
    fc.property(mutations, fc.boolean(), (faults, isKnown) => {
      const elements = sampleElements()
      for (const { index, field, value } of faults) {
        const element = elements[index] ?? {}
        if (value === undefined) delete element[field]
        else element[field] = value
      }
      const config = read(elements, isKnown ? good : null)
      for (const [index, host] of guarded) {
        const address = elements[index]?.['external_host']
        const isMoved =
          typeof address === 'string' && (parseExternalHost(address)?.host ?? host) !== host
        // A good address in place of another is no fault: then the old one is free.
        if (!isMoved) expect(config.providerFor(host).kind).toBeOneOf(['host', 'unusable'])
      }
    }),
    { numRuns: 3000 },
  )
})
