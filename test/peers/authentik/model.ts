// What the stand-in knows: people, providers with their application, the outpost. Fields that travel
// over the wire keep authentik's names, so that a test reads like authentik's API.

/** How a proxy provider is used. */
export type ProxyMode = 'proxy' | 'forward_single' | 'forward_domain'

/** What becomes the `sub` claim. */
export type SubMode =
  | 'hashed_user_id'
  | 'user_id'
  | 'user_uuid'
  | 'user_email'
  | 'user_username'
  | 'user_upn'

/** Who may use an application: one binding names a group or a user. */
export interface Binding {
  readonly group?: string
  readonly user?: string
  /** Name of an expression policy, which passes for nobody here. */
  readonly policy?: string
  /** Passes for everyone but those it names. */
  readonly negate?: boolean
  /** Default true. */
  readonly enabled?: boolean
}

/** An application; its bindings decide at authorize and at client credentials, never later. */
export interface Application {
  readonly pk: string
  slug: string
  name: string
  group: string
  bindings: Binding[]
  policy_engine_mode: 'any' | 'all'
}

/** A proxy provider as authentik stores it. Durations are authentik's (`hours=1;minutes=30`). */
export interface Provider {
  readonly pk: number
  name: string
  mode: ProxyMode
  external_host: string
  internal_host: string
  internal_host_ssl_validation: boolean
  client_id: string
  client_secret: string
  cookie_secret: string
  cookie_domain: string
  /** Name of a certificate of the stand-in, or null. */
  certificate: string | null
  skip_path_regex: string
  basic_auth_enabled: boolean
  basic_auth_password_attribute: string
  basic_auth_user_attribute: string
  intercept_header_auth: boolean
  access_code_validity: string
  access_token_validity: string
  /** Scope mappings: profile, email, entitlements, ak_proxy give claims, all others none. */
  scopes: string[]
  sub_mode: SubMode
  /** HS256 keyed by the client secret (what a proxy provider always has), or an RSA key. */
  signing: 'HS256' | 'RS256'
  /** Null: the provider has no application and is not delivered. */
  application: Application | null
  /** Names of providers whose access tokens introspection accepts too. */
  jwt_federation_providers: string[]
}

/** A person who can sign in. */
export interface Person {
  readonly pk: number
  readonly uuid: string
  username: string
  password: string
  name: string
  email: string
  email_verified: boolean
  groups: string[]
  entitlements: string[]
  is_superuser: boolean
  is_active: boolean
  /** Merged user and group attributes, delivered in `ak_proxy.user_attributes`. */
  attributes: Record<string, unknown>
  /** What a custom scope mapping puts beside `user_attributes` (backend_override, host_header). */
  ak_proxy: Record<string, unknown>
  /** Tokens with the intent "app password". */
  app_passwords: string[]
}

/** The outpost whose token the stand-in hands out. */
export interface Outpost {
  readonly pk: string
  name: string
  managed: string | null
  refresh_interval_s: number
  config: Record<string, unknown>
  /** Names of the assigned providers. */
  providers: string[]
}

/** What a test gives for a person; all but the name may be left out. */
export type PersonOptions = Partial<Omit<Person, 'pk' | 'uuid'>> & { readonly username: string }

/** What a test gives for a provider; `application` is made from the name unless null. */
export type ProviderOptions = Partial<Omit<Provider, 'pk' | 'application'>> & {
  readonly name: string
  readonly external_host: string
  readonly application?: Partial<Omit<Application, 'pk'>> | null
}

/** Changes to a provider. */
export type ProviderChange = Partial<Omit<Provider, 'pk' | 'application'>> & {
  readonly application?: Partial<Omit<Application, 'pk'>> | null
}

/** The five managed scope mappings that a proxy provider gets on each save. */
export const managedScopes = ['openid', 'profile', 'email', 'entitlements', 'ak_proxy'] as const

const validityUnitsS = {
  microseconds: 1e-6,
  milliseconds: 1e-3,
  seconds: 1,
  minutes: 60,
  hours: 3600,
  days: 86_400,
  weeks: 604_800,
} as const

/** `hours=1;minutes=30` to seconds; throws on any other text, since only tests write it. */
export function validitySeconds(text: string): number {
  const units: Readonly<Record<string, number>> = validityUnitsS
  return text.split(';').reduce((total, part) => {
    const [unit = '', amount = ''] = part.split('=')
    const seconds = units[unit]
    if (seconds === undefined || !/^\d+(\.\d+)?$/.test(amount))
      throw new Error(`Validity "${text}" is not like "hours=1;minutes=30"`)
    return total + seconds * Number(amount)
  }, 0)
}

/** A provider's issuer and endpoint slug come from its application. */
export function slugOf(provider: Provider): string {
  return provider.application?.slug ?? `provider-${provider.pk}`
}

/** The two redirect URIs that authentik registers on each save, compared exactly. */
export function redirectUris(provider: Provider): string[] {
  const signature = '?X-authentik-auth-callback=true'
  // The relative reference replaces the last segment of the path, as Python's urljoin does.
  const callback = new URL('outpost.goauthentik.io/callback', provider.external_host).href
  return [`${callback}${signature}`, `${provider.external_host}${signature}`]
}

/** Whether the application's bindings let `person` in; without bindings everyone may. */
export function mayUse(person: Person, application: Application): boolean {
  if (!person.is_active) return false
  const bindings = application.bindings.filter((binding) => binding.enabled !== false)
  if (bindings.length === 0) return true
  const passes = (binding: Binding): boolean => {
    const named =
      (binding.group !== undefined && person.groups.includes(binding.group)) ||
      binding.user === person.username
    return named !== (binding.negate ?? false)
  }
  return application.policy_engine_mode === 'all' ? bindings.every(passes) : bindings.some(passes)
}
