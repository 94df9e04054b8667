// The API that an outpost reads: itself, the settings of the server, its providers, certificates; and
// the one thing that it writes, events.
import { type Answer, type Call, type Route, detail, unknownNames } from './http.ts'
import { shuffled, uuid } from './chance.ts'
import { type Outpost, type Provider, validitySeconds } from './model.ts'
import { configurationOf } from './oauth.ts'
import { type State, deliveredProviders } from './state.ts'

/** Routes of the outpost's API. */
export const restRoutes: readonly Route[] = [
  {
    endpoint: 'instances',
    methods: ['GET'],
    path: 'api/v3/outposts/instances/',
    caller: 'outpost-or-admin',
    query: ['page', 'page_size'],
    // An outpost may see itself alone.
    answer: (call) =>
      paged(
        call,
        [call.state.outpost, ...(call.admin ? call.state.managed.outposts : [])].map((outpost) =>
          outpostObject(call.state, outpost),
        ),
      ),
  },
  {
    endpoint: 'root-config',
    methods: ['GET'],
    path: 'api/v3/root/config/',
    caller: 'outpost',
    answer: () => ({ status: 200, json: rootConfig() }),
  },
  {
    endpoint: 'proxy',
    methods: ['GET'],
    path: 'api/v3/outposts/proxy/',
    caller: 'outpost',
    query: ['page', 'page_size'],
    answer: (call) =>
      paged(
        call,
        deliveredProviders(call.state).map((provider) => proxyConfig(call, provider)),
      ),
  },
  {
    endpoint: 'certificate',
    methods: ['GET'],
    path: 'api/v3/crypto/certificatekeypairs/{uuid}/',
    caller: 'outpost',
    answer: (call) => certificate(call, 'object'),
  },
  {
    endpoint: 'view-certificate',
    methods: ['GET'],
    path: 'api/v3/crypto/certificatekeypairs/{uuid}/view_certificate/',
    caller: 'outpost',
    answer: (call) => certificate(call, 'certificatePem'),
  },
  {
    endpoint: 'view-private-key',
    methods: ['GET'],
    path: 'api/v3/crypto/certificatekeypairs/{uuid}/view_private_key/',
    caller: 'outpost',
    answer: (call) => certificate(call, 'privateKeyPem'),
  },
  {
    endpoint: 'events',
    methods: ['POST'],
    path: 'api/v3/events/events/',
    caller: 'outpost',
    answer: event,
  },
]

/** One page of `items` with the pagination object; page numbers begin at 1. */
export function paged(call: Call, items: readonly unknown[]): Answer {
  const number = Number(call.query['page'] ?? '1')
  const wanted = Number(call.query['page_size'] ?? '20')
  if (!Number.isInteger(wanted) || wanted < 1 || wanted > 100) {
    call.state.journal.violation(`page_size "${wanted}" is not between 1 and 100`)
    return detail(400, 'page_size')
  }
  const size = Math.min(wanted, call.state.pageSizeMax)
  const pages = Math.max(1, Math.ceil(items.length / size))
  if (!Number.isInteger(number) || number < 1 || number > pages) return detail(404, 'Invalid page.')
  const results = items.slice((number - 1) * size, number * size)
  return {
    status: 200,
    json: {
      pagination: {
        next: number < pages ? number + 1 : 0,
        previous: number - 1,
        count: items.length,
        current: number,
        total_pages: pages,
        start_index: results.length === 0 ? 0 : (number - 1) * size + 1,
        end_index: (number - 1) * size + results.length,
      },
      results,
    },
  }
}

/** The outpost as `/outposts/instances/` gives it. */
export function outpostObject(
  state: State,
  outpost: Outpost = state.outpost,
): Record<string, unknown> {
  const assigned = state.providers.filter(({ name }) => outpost.providers.includes(name))
  return {
    pk: outpost.pk,
    name: outpost.name,
    type: 'proxy',
    providers: assigned.map(({ pk }) => pk),
    providers_obj: assigned.map(providerSummary),
    service_connection: null,
    service_connection_obj: null,
    refresh_interval_s: outpost.refresh_interval_s,
    token_identifier: `ak-outpost-${outpost.pk}-api`,
    config: outpost.config,
    managed: outpost.managed,
  }
}

/** What every provider object has in common. */
export function providerSummary(provider: Provider): Record<string, unknown> {
  return {
    pk: provider.pk,
    name: provider.name,
    authentication_flow: null,
    authorization_flow: '6d1d6b5e-3f0c-4b86-9d2c-0c6f3f6f2b11',
    invalidation_flow: 'b7c4a0b1-53f5-4a1b-8f4e-7a3d52f1c0de',
    property_mappings: [],
    component: 'ak-provider-proxy-form',
    assigned_application_slug: provider.application?.slug ?? null,
    assigned_application_name: provider.application?.name ?? null,
    assigned_backchannel_application_slug: null,
    assigned_backchannel_application_name: null,
    verbose_name: 'Proxy Provider',
    verbose_name_plural: 'Proxy Providers',
    meta_model_name: 'authentik_providers_proxy.proxyprovider',
  }
}

/** A provider as `/outposts/proxy/` gives it; scopes come in another order each time. */
function proxyConfig(call: Call, provider: Provider): Record<string, unknown> {
  const { state, root } = call
  return {
    pk: provider.pk,
    name: provider.name,
    internal_host: provider.internal_host,
    external_host: provider.external_host,
    internal_host_ssl_validation: provider.internal_host_ssl_validation,
    client_id: provider.client_id,
    client_secret: provider.client_secret,
    oidc_configuration: configurationOf(provider, root),
    cookie_secret: provider.cookie_secret,
    certificate: certificatePk(state, provider),
    skip_path_regex: provider.skip_path_regex,
    basic_auth_enabled: provider.basic_auth_enabled,
    basic_auth_password_attribute: provider.basic_auth_password_attribute,
    basic_auth_user_attribute: provider.basic_auth_user_attribute,
    mode: provider.mode,
    cookie_domain: provider.cookie_domain,
    access_token_validity: validitySeconds(provider.access_token_validity),
    intercept_header_auth: provider.intercept_header_auth,
    scopes_to_request: shuffled(state.random, provider.scopes),
    assigned_application_slug: provider.application?.slug,
    assigned_application_name: provider.application?.name,
  }
}

/** UUID of the provider's certificate, or null. */
export function certificatePk(state: State, provider: Provider): string | null {
  return provider.certificate === null
    ? null
    : (state.certificates.get(provider.certificate)?.pk ?? null)
}

function certificate(call: Call, part: 'object' | 'certificatePem' | 'privateKeyPem'): Answer {
  const { state, params } = call
  const found = [...state.certificates.values()].find(({ pk }) => pk === params['uuid'])
  // The outpost's account has rights on the certificates of its own providers alone.
  const mine = deliveredProviders(state).some(
    (provider) => certificatePk(state, provider) === params['uuid'],
  )
  if (found === undefined || !mine) return detail(404, 'Not found.')
  if (part !== 'object') return { status: 200, json: { data: found[part] } }
  const download = `/api/v3/crypto/certificatekeypairs/${found.pk}`
  return {
    status: 200,
    json: {
      pk: found.pk,
      name: found.name,
      fingerprint_sha256: found.fingerprintSha256,
      fingerprint_sha1: found.fingerprintSha1,
      cert_expiry: found.expires,
      cert_subject: found.subject,
      private_key_available: true,
      key_type: 'ec',
      certificate_download_url: `${download}/view_certificate/?download`,
      private_key_download_url: `${download}/view_private_key/?download`,
      managed: null,
    },
  }
}

function rootConfig(): Record<string, unknown> {
  return {
    error_reporting: {
      enabled: false,
      sentry_dsn: '',
      environment: 'customer',
      send_pii: false,
      traces_sample_rate: 0,
    },
    capabilities: ['can_save_media', 'can_geo_ip'],
    cache_timeout: 300,
    cache_timeout_flows: 300,
    cache_timeout_policies: 300,
  }
}

const eventFields = ['action', 'app', 'client_ip', 'context']

function event(call: Call): Answer {
  const { state, json } = call
  if (!isRecord(json)) {
    state.journal.violation('Event is not an object')
    return detail(400, 'body')
  }
  const { context } = json
  const complaints = unknownNames(Object.keys(json), eventFields)
  if (json['action'] !== 'configuration_error') complaints.push('event action is another one')
  if (json['app'] !== 'authentik.providers.proxy') complaints.push('event app is another one')
  if (typeof json['client_ip'] !== 'string') complaints.push('event without client_ip')
  if (!isRecord(context)) complaints.push('event context is not an object')
  else if (typeof context['message'] !== 'string') complaints.push('event without message')
  for (const complaint of complaints) state.journal.violation(complaint)
  if (complaints.length > 0) return detail(400, complaints.join('; '))
  state.journal.event(json)
  return { status: 201, json: { pk: uuid(state.random), ...json } }
}

/** An object with named fields. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
