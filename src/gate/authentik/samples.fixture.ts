// Answers of authentik as tests change them: an outpost, three providers, one of each mode.
import type { OutpostSettings } from './settings.ts'
import type { Snapshot } from './snapshot.ts'

/** An element of `/outposts/proxy/`, as JSON. */
export type Element = Record<string, unknown>

/** A good element; `over` replaces fields. */
export function sampleElement(over: Element = {}): Element {
  const root = 'https://id.example.com/application/o'
  return {
    pk: 1,
    name: 'app',
    internal_host: '',
    external_host: 'https://app.example.com',
    internal_host_ssl_validation: true,
    client_id: 'client-1',
    client_secret: 'secret-1',
    cookie_secret: 'COOKIESECRETOFATESTWITH32BYTES00',
    oidc_configuration: {
      issuer: `${root}/app/`,
      authorization_endpoint: `${root}/authorize/`,
      token_endpoint: `${root}/token/`,
      userinfo_endpoint: `${root}/userinfo/`,
      end_session_endpoint: `${root}/app/end-session/`,
      introspection_endpoint: `${root}/introspect/`,
      revocation_endpoint: `${root}/revoke/`,
      jwks_uri: `${root}/app/jwks/`,
      response_types_supported: ['code'],
      id_token_signing_alg_values_supported: ['HS256'],
      subject_types_supported: ['public'],
      token_endpoint_auth_methods_supported: ['client_secret_post'],
    },
    certificate: null,
    skip_path_regex: '',
    basic_auth_enabled: false,
    basic_auth_password_attribute: '',
    basic_auth_user_attribute: '',
    mode: 'forward_single',
    cookie_domain: '',
    access_token_validity: 3600,
    intercept_header_auth: true,
    scopes_to_request: ['openid', 'profile', 'email'],
    assigned_application_slug: 'app',
    assigned_application_name: 'App',
    ...over,
  }
}

/** One provider of each mode; the second is for all of `example.com`. */
export function sampleElements(): Element[] {
  return [
    sampleElement(),
    sampleElement({
      ...{ pk: 2, name: 'wide', client_id: 'client-2', mode: 'forward_domain' },
      ...{ external_host: 'https://auth.example.com', cookie_domain: 'example.com' },
    }),
    sampleElement({
      ...{ pk: 3, name: 'wiki', client_id: 'client-3', mode: 'proxy' },
      ...{ external_host: 'https://wiki.example.com', internal_host: 'http://wiki:8080' },
    }),
  ]
}

/** A snapshot of `providers`. */
export function sampleSnapshot(
  providers: readonly unknown[] = sampleElements(),
  over: Partial<Snapshot> = {},
): Snapshot {
  return {
    outpost: {
      pk: '0a4e7a44-5e0f-4a8e-9a3c-6a0c2c8d1f00',
      name: 'my outpost',
      type: 'proxy',
      refresh_interval_s: 300,
      config: { authentik_host: '', log_level: 'info' },
      managed: null,
    },
    providers,
    certificates: [],
    fetchedAt: 0,
    ...over,
  }
}

/** Settings of an outpost. */
export function sampleSettings(over: Partial<OutpostSettings> = {}): OutpostSettings {
  return {
    address: { baseUrl: 'https://id.example.com/', query: '', unixSocket: null },
    token: 'token-of-a-test',
    insecure: false,
    browserOrigin: null,
    version: '2026.8.6',
    buildHash: 'gatehouse-test',
    logLevel: null,
    listenHttps: null,
    logHeaders: [],
    refuseFetches: false,
    ...over,
  }
}
