// What the estate declares of authentik, as objects in normal form: what is written, and what follows from it.
import type { HostPattern, Hostname } from '../../model/host.ts'
import type { Areas, Estate, EstateService } from '../estate.ts'
import { frontRule, isOpen } from '../tiers.ts'
import { hostnameOf } from './hosts.ts'
import { normalised, validityText } from './normal.ts'
import { type Attributes, type KindName, type ManagedObject, bindingKey } from './objects.ts'

type Authentication = Areas['authentication']
type Authentik = NonNullable<Authentication['authentik']>
type Outpost = Authentication['outposts'][number]
type Application = Authentik['applications'][number]
type Provider = Authentik['providers'][number]

/** Everything declared, complete. `secretKey` keys the hashes that stand for secrets. Pure. */
export function declaredObjects(estate: Estate, secretKey: Uint8Array): readonly ManagedObject[] {
  const { authentication } = estate.areas
  const providers = declaredProviders(estate)
  const applications = [...(authentication.authentik?.applications ?? []), ...derivedOf(estate)]
  const object = (kind: KindName, key: string, given: Attributes): ManagedObject => ({
    ...{ kind, key, pk: null },
    attributes: normalised(kind, given, secretKey),
  })
  return [
    ...authentication.groups.map(({ name, superuser, parents, attributes = {} }) =>
      object('group', name, { is_superuser: superuser, parents, attributes }),
    ),
    ...(authentication.authentik?.policies ?? []).map(({ name, ...policy }) =>
      object('policy', name, policy),
    ),
    ...providers.map(({ name, ...provider }) => object('provider', name, provider)),
    ...applications.map(({ slug, ...application }) => object('application', slug, application)),
    ...bindingsOf(estate, { applications, providers }).map(([key, binding]) =>
      object('binding', key, binding),
    ),
    ...authentication.outposts.map((outpost) =>
      object('outpost', outpostName(outpost), outpostAttributes(outpost, providers)),
    ),
  ]
}

/** What authentik calls an outpost. */
export function outpostName({ authentik_name, name }: Outpost): string {
  return authentik_name ?? name
}

/** Services that have a provider of their own because `per_service` says so. */
function servicesOfTheirOwn(estate: Estate): readonly EstateService[] {
  const { authentik } = estate.areas.authentication
  if (authentik?.per_service !== true) return []
  const taken = new Set(authentik.providers.map(({ external_host }) => hostnameOf(external_host)))
  return estate.services.filter((service) => {
    const { host, rules } = service
    const asks = rules.some(({ auth }) => !isOpen(auth))
    return asks && !host.startsWith('*.') && !taken.has(host)
  })
}

/** A provider as declared, with its validity: that of the first outpost that has it, else authentik's own. */
function declaredProviders({ areas, services, ...rest }: Estate): readonly Provider[] {
  const { authentik, outposts } = areas.authentication
  const own = servicesOfTheirOwn({ areas, services, ...rest }).map((service): Provider => {
    const tier = frontRule(service)?.auth ?? 'required'
    return {
      name: service.host,
      mode: 'forward_single',
      external_host: `https://${service.host}`,
      internal_host_ssl_validation: true,
      intercept_header_auth: true,
      basic_auth_enabled: false,
      refresh_token_validity: 'days=30',
      authorization_flow: 'default-provider-authorization-implicit-consent',
      invalidation_flow: 'default-provider-invalidation-flow',
      outposts: outposts.filter((outpost) => outpost.tier === tier).map(({ name }) => name),
      ...openPathsOf(service),
    }
  })
  return [...(authentik?.providers ?? []), ...own].map((provider) => {
    const [first] = outposts.filter(({ name }) => provider.outposts.includes(name))
    const validity = first === undefined ? undefined : validityText(first.validity)
    const access = provider.access_token_validity ?? validity
    return access === undefined ? provider : { ...provider, access_token_validity: access }
  })
}

/**
 * Patterns of the paths that are open to everybody from anywhere. Each is anchored at both ends and knows
 * no query: in mode "forward_single" authentik compares them with the path alone.
 */
function openPathsOf({ rules }: EstateService): { readonly skip_path_regex?: string } {
  const open = rules.filter(
    ({ auth, methods, networks, path }) =>
      isOpen(auth) && methods.length === 0 && networks.length === 0 && path !== '/**',
  )
  const patterns = open.map(({ path }) => pathPattern(path))
  return patterns.length === 0 ? {} : { skip_path_regex: patterns.join('\n') }
}

/** `/public/**` as `^/public(/.*)?$`, `/a/*\/b` as `^/a/[^/]+/b$`. */
function pathPattern(path: string): string {
  const isDeep = path.endsWith('/**')
  const segments = (isDeep ? path.slice(0, -3) : path).split('/').slice(1)
  const written = segments.map((segment) =>
    segment === '*' ? '/[^/]+' : `/${segment.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&')}`,
  )
  return `^${written.join('')}${isDeep ? '(/.*)?' : ''}$`
}

function derivedOf(estate: Estate): readonly Application[] {
  return servicesOfTheirOwn(estate).map(({ host, name }) => ({
    slug: slugOf(host),
    name,
    provider: host,
    policy_engine_mode: 'any',
    open_in_new_tab: false,
    meta_hide: false,
  }))
}

/** `grafana.example.com` as `grafana-example-com`. */
function slugOf(host: string): string {
  return host.replaceAll(/[^a-z0-9]+/g, '-')
}

/** Bindings that are written, and those that follow from the groups of a service. */
function bindingsOf(
  estate: Estate,
  declared: {
    readonly applications: readonly Application[]
    readonly providers: readonly Provider[]
  },
): readonly (readonly [key: string, attributes: Attributes])[] {
  const taken = new Set<string>()
  return declared.applications.flatMap((application) => {
    const provider = declared.providers.find(({ name }) => name === application.provider)
    const bindings = application.bindings ?? bindingsOfService(estate, provider)
    return bindings.map((binding) => {
      const { group = null, user = null, policy = null } = binding
      const attributes = { ...binding, group, user, policy, application: application.slug }
      const key = bindingKey(attributes, taken)
      taken.add(key)
      return [key, attributes] as const
    })
  })
}

type Binding = NonNullable<Application['bindings']>[number]

function bindingsOfService(estate: Estate, provider: Provider | undefined): readonly Binding[] {
  const host = provider === undefined ? null : hostnameOf(provider.external_host)
  const service = estate.services.find((one) => one.host === host)
  if (service === undefined || provider?.mode === 'forward_domain') return []
  const usual = { enabled: true, negate: false, timeout: 30, failure_result: false }
  const { groups, users } = admitted(estate, service)
  return [...groups.map((group) => ({ group })), ...users.map((user) => ({ user }))].map(
    (subject, order) => ({ ...subject, order, ...usual }),
  )
}

/** Who may enter a service: its groups and who gets in everywhere. Nobody named: everybody who signs in. */
export function admitted(
  { areas }: Estate,
  service: EstateService,
): { readonly groups: readonly string[]; readonly users: readonly string[] } {
  const { break_glass, default_groups } = areas.authentication
  const asked = service.rules.filter(({ auth }) => !isOpen(auth))
  const named = [...new Set(asked.flatMap(({ groups }) => groups))]
  const users = [...new Set(asked.flatMap((rule) => rule.users))]
  const groups = named.length + users.length === 0 ? default_groups : named
  return groups.length + users.length === 0
    ? { groups, users }
    : { groups: [...new Set([...groups, ...break_glass])], users }
}

function outpostAttributes(outpost: Outpost, providers: readonly Provider[]): Attributes {
  const { config = {}, managed, name, replicas, service_connection = null } = outpost
  return {
    managed,
    service_connection,
    providers: providers.filter(({ outposts }) => outposts.includes(name)).map((one) => one.name),
    config: { kubernetes_replicas: replicas, ...config },
  }
}

/** Hosts at which the gate asks for a sign-in, at the front page or below. */
export function askedHosts(estate: Estate): readonly (Hostname | HostPattern)[] {
  return estate.services
    .filter(({ rules }) => rules.some(({ auth }) => !isOpen(auth)))
    .map(({ host }) => host)
}
