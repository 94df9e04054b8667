// The claims of a token that an outpost uses. Whatever has another type than it should is left
// out; without a subject there is nobody.

/** Claim `ak_proxy`. */
export interface ProxyClaims {
  readonly userAttributes: Readonly<Record<string, unknown>>
  /** As it stands there; null when it is no text. */
  readonly backendOverride: string | null
  readonly hostHeader: string | null
  readonly isSuperuser: boolean
}

/** Somebody, as authentik describes them. */
export interface OutpostClaims {
  readonly sub: string
  readonly sid: string
  /** Claim `preferred_username`; empty when it is missing, as the others. */
  readonly username: string
  readonly email: string
  readonly name: string
  readonly groups: readonly string[]
  readonly entitlements: readonly string[]
  /** Epoch ms of claim `exp`. */
  readonly expiresAt: number
  /** Null where the token says nothing of it and nothing is made up (introspection). */
  readonly proxy: ProxyClaims | null
  /** The token itself, for `X-authentik-jwt` and the sign-out. Empty when it is not known any more. */
  readonly rawToken: string
}

/** Longest `sub` or `sid` (OpenID Connect Core 1.0 section 2). */
const subjectLengthMax = 255

/** What {@link readClaims} adds to the claims themselves. */
export interface ClaimsOrigin {
  readonly rawToken: string
  /** True where a missing `ak_proxy` counts as an empty one: in tokens, not in introspection. */
  readonly assumesProxy: boolean
}

/** Claims out of a verified payload; null without a usable `sub` or `exp`. */
export function readClaims(payload: unknown, origin: ClaimsOrigin): OutpostClaims | null {
  if (!isRecord(payload)) return null
  const { sub, exp, sid } = payload
  if (typeof sub !== 'string' || sub === '' || sub.length > subjectLengthMax) return null
  if (typeof exp !== 'number' || !Number.isFinite(exp)) return null
  const proxy = payload['ak_proxy']
  return {
    sub,
    sid: typeof sid === 'string' && sid.length <= subjectLengthMax ? sid : '',
    username: text(payload['preferred_username']),
    email: text(payload['email']),
    name: text(payload['name']),
    groups: texts(payload['groups']),
    entitlements: texts(payload['entitlements']),
    expiresAt: exp * 1000,
    proxy: isRecord(proxy) || origin.assumesProxy ? readProxy(proxy) : null,
    rawToken: origin.rawToken,
  }
}

function readProxy(value: unknown): ProxyClaims {
  const proxy = isRecord(value) ? value : {}
  const attributes = proxy['user_attributes']
  const { backend_override: backend, host_header: host } = proxy
  return {
    userAttributes: isRecord(attributes) ? attributes : {},
    backendOverride: typeof backend === 'string' && backend !== '' ? backend : null,
    hostHeader: typeof host === 'string' && host !== '' ? host : null,
    isSuperuser: proxy['is_superuser'] === true,
  }
}

/** True for an object of JSON. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : []
}
