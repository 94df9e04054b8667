// The part of the API that an import reads with a person's token: applications, providers, bindings,
// groups, certificates. Read only; the outpost's own token is refused here.
import { type Answer, type Call, type Route, detail } from './http.ts'
import { type Application, type Provider, redirectUris } from './model.ts'
import { type OtherApplication, type Policy, groupFacts } from './managed.ts'
import { certificatePk, paged, providerSummary } from './rest.ts'
import { type State, groupPk } from './state.ts'

const listQuery = ['page', 'page_size']

/** Routes for a person's API token. */
export const adminRoutes: readonly Route[] = [
  list('api/v3/core/applications/', (call) => applications(call.state), ['superuser_full_list']),
  list('api/v3/providers/proxy/', ({ state }) =>
    state.providers.map((provider) => providerObject(state, provider)),
  ),
  {
    endpoint: 'admin',
    methods: ['GET'],
    path: 'api/v3/providers/proxy/{id}/',
    caller: 'admin',
    answer: oneProvider,
  },
  list(
    'api/v3/policies/bindings/',
    ({ state, query }) =>
      bindings(state).filter(({ target }) => (query['target'] ?? target) === target),
    ['target'],
  ),
  list('api/v3/core/groups/', ({ state }) => groups(state), ['include_users']),
  list('api/v3/crypto/certificatekeypairs/', ({ state }) => certificates(state)),
]

function list(
  path: string,
  items: (call: Call) => readonly unknown[],
  query: readonly string[] = [],
): Route {
  return {
    endpoint: 'admin',
    methods: ['GET'],
    path,
    caller: 'admin',
    query: [...listQuery, ...query],
    answer: (call) => paged(call, items(call)),
  }
}

function oneProvider(call: Call): Answer {
  const found = call.state.providers.find(({ pk }) => String(pk) === call.params['id'])
  if (found === undefined) return detail(404, 'Not found.')
  return { status: 200, json: providerObject(call.state, found) }
}

/** A provider as `/providers/proxy/` gives it: without secrets. */
function providerObject(state: State, provider: Provider): Record<string, unknown> {
  return {
    ...providerSummary(provider),
    client_id: provider.client_id,
    internal_host: provider.internal_host,
    external_host: provider.external_host,
    internal_host_ssl_validation: provider.internal_host_ssl_validation,
    certificate: certificatePk(state, provider),
    skip_path_regex: provider.skip_path_regex,
    basic_auth_enabled: provider.basic_auth_enabled,
    basic_auth_password_attribute: provider.basic_auth_password_attribute,
    basic_auth_user_attribute: provider.basic_auth_user_attribute,
    mode: provider.mode,
    intercept_header_auth: provider.intercept_header_auth,
    redirect_uris: redirectUris(provider).map((url) => ({ matching_mode: 'strict', url })),
    cookie_domain: provider.cookie_domain,
    jwt_federation_sources: [],
    jwt_federation_providers: state.providers
      .filter(({ name }) => provider.jwt_federation_providers.includes(name))
      .map(({ pk }) => pk),
    access_token_validity: provider.access_token_validity,
    refresh_token_validity: 'days=30',
    outpost_set: [state.outpost, ...state.managed.outposts]
      .filter(({ providers }) => providers.includes(provider.name))
      .map(({ name }) => name),
  }
}

interface Assigned {
  readonly application: Application
  readonly provider: Provider
}

function assigned(state: State): Assigned[] {
  return state.providers.flatMap((provider) =>
    provider.application === null ? [] : [{ application: provider.application, provider }],
  )
}

function applications(state: State): Record<string, unknown>[] {
  return [...assigned(state).map(applicationObject), ...state.managed.applications.map(otherObject)]
}

/** An application that has a provider of another protocol, of which only this much is known. */
function otherObject({ name, pk, slug }: OtherApplication): Record<string, unknown> {
  const oauth = { component: 'ak-provider-oauth2-form', name: `${name} OAuth`, pk: 9000 }
  const shown = { ...{ pk, name, slug, group: '', provider: oauth.pk }, provider_obj: oauth }
  return { ...shown, policy_engine_mode: 'any', meta_launch_url: '', open_in_new_tab: false }
}

function applicationObject({ application, provider }: Assigned): Record<string, unknown> {
  return {
    pk: application.pk,
    name: application.name,
    slug: application.slug,
    provider: provider.pk,
    provider_obj: providerSummary(provider),
    backchannel_providers: [],
    backchannel_providers_obj: [],
    launch_url: provider.external_host,
    open_in_new_tab: false,
    meta_launch_url: '',
    meta_icon: null,
    meta_description: '',
    meta_publisher: '',
    policy_engine_mode: application.policy_engine_mode,
    group: application.group,
  }
}

function bindings(state: State): { target: string }[] {
  return assigned(state).flatMap(({ application }) =>
    application.bindings.map((binding, order) => ({
      pk: `${application.pk.slice(0, -2)}${String(order).padStart(2, '0')}`,
      policy: policyNamed(state, binding.policy)?.pk ?? null,
      group: binding.group === undefined ? null : groupPk(state, binding.group),
      group_obj: binding.group === undefined ? null : { name: binding.group },
      user: state.people.find(({ username }) => username === binding.user)?.pk ?? null,
      user_obj: binding.user === undefined ? null : { username: binding.user },
      policy_obj: binding.policy === undefined ? null : { name: binding.policy },
      target: application.pk,
      negate: binding.negate ?? false,
      enabled: binding.enabled ?? true,
      order,
      timeout: 30,
      failure_result: false,
    })),
  )
}

function policyNamed(state: State, name: string | undefined): Policy | undefined {
  return state.managed.policies.find((policy) => policy.name === name)
}

function groups(state: State): Record<string, unknown>[] {
  const names = [
    ...state.managed.groups.keys(),
    ...[...state.managed.groups.values()].flatMap(({ parents }) => parents),
    ...state.people.flatMap((person) => person.groups),
    ...assigned(state).flatMap(({ application }) =>
      application.bindings.flatMap(({ group }) => group ?? []),
    ),
  ]
  return [...new Set(names)].toSorted().map((name) => ({
    pk: groupPk(state, name),
    name,
    is_superuser: groupFacts(state, name).is_superuser,
    parents: groupFacts(state, name).parents.map((parent) => groupPk(state, parent)),
    users: state.people.filter((person) => person.groups.includes(name)).map(({ pk }) => pk),
    attributes: groupFacts(state, name).attributes,
  }))
}

function certificates(state: State): Record<string, unknown>[] {
  return [...state.certificates.values()].map((certificate) => ({
    pk: certificate.pk,
    name: certificate.name,
    fingerprint_sha256: certificate.fingerprintSha256,
    fingerprint_sha1: certificate.fingerprintSha1,
    cert_expiry: certificate.expires,
    cert_subject: certificate.subject,
    private_key_available: true,
    key_type: 'ec',
    managed: null,
  }))
}
