// What a provider says of itself (OpenID Connect Discovery 1.0): asked at most once a minute, by one
// request at a time, and remembered so that a sign-in under way survives a short outage.
import {
  type AuthorizationServer,
  discoveryRequest,
  JSON_ATTRIBUTE_COMPARISON,
  type JWKSCacheInput,
  OperationProcessingError,
  processDiscoveryResponse,
} from 'oauth4webapi'
import type { OidcProviderConfig } from '../config.ts'
import type { Clock } from '../../world/clock.ts'
import type { HttpClient } from '../../world/http-client.ts'
import { BoundedMap } from '../../std/bounded-map.ts'
import { type Result, err, ok } from '../../std/result.ts'
import { faultOf, type OidcFault, oidcFault, tameText } from './oidc-fault.ts'
import { providerRequestOptions } from './oidc-http.ts'

/** A provider as it described itself. */
export interface ProviderMetadata {
  readonly server: AuthorizationServer
  /** Key set, filled by the library; lives as long as the metadata. */
  readonly keys: JWKSCacheInput
}

/** Asks providers for their metadata. */
export interface Discovery {
  /**
   * Metadata no older than a minute. For the start of a sign-in: a provider that is down is noticed
   * here, where we can still say so, instead of by the browser.
   */
  fresh(provider: OidcProviderConfig): Promise<Result<ProviderMetadata, OidcFault>>
  /** Metadata no older than a day, asked for only if there is none. For the way back. */
  known(provider: OidcProviderConfig): Promise<Result<ProviderMetadata, OidcFault>>
  /** Forgets the key set and says whether it may be asked for again. */
  forgetKeys(provider: OidcProviderConfig): ProviderMetadata | null
}

/** Metadata is asked for again after this time. */
export const freshMs = 60_000
/** Metadata is good for the way back for this long. */
export const knownMs = 86_400_000
/** After a failure the provider is left alone for this long, however many people try. */
export const failureMs = 2000
/** A key set is asked for again because of an unknown key at most this often. */
export const keysMinIntervalMs = 5000
/** Providers remembered; configurations hold a handful. */
const providersMax = 64

interface Entry {
  metadata: ProviderMetadata | null
  readAt: number
  failure: { readonly fault: OidcFault; readonly at: number } | null
  underWay: Promise<Result<ProviderMetadata, OidcFault>> | null
  keysForgottenAt: number
}

/** Algorithms that an ID token may be signed with: asymmetric ones only (RFC 8725 section 3.1). */
function pinnedAlgorithms(server: AuthorizationServer): string[] {
  // OpenID Connect Core 1.0 section 3.1.3.7: RS256 where the metadata says nothing.
  const named: unknown = server.id_token_signing_alg_values_supported ?? ['RS256']
  if (!Array.isArray(named)) return []
  return named.filter((name) => typeof name === 'string' && /^(?:RS|PS|ES)\d{3}$|^Ed/.test(name))
}

/** Discovery over `http`, with times by `clock`. */
export function createDiscovery(http: HttpClient, clock: Clock): Discovery {
  const entries = new BoundedMap<string, Entry>(providersMax)
  const entryOf = (provider: OidcProviderConfig): Entry => {
    const key = `${provider.id} ${provider.issuer}`
    const found = entries.get(key)
    if (found !== undefined) return found
    const entry: Entry = {
      metadata: null,
      readAt: 0,
      failure: null,
      underWay: null,
      keysForgottenAt: Number.NEGATIVE_INFINITY,
    }
    entries.set(key, entry)
    return entry
  }
  const within = async (
    provider: OidcProviderConfig,
    ageMaxMs: number,
  ): Promise<Result<ProviderMetadata, OidcFault>> => {
    const entry = entryOf(provider)
    const now = clock.monotonic()
    if (entry.metadata !== null && now - entry.readAt < ageMaxMs) return ok(entry.metadata)
    if (entry.failure !== null && now - entry.failure.at < failureMs)
      return err(entry.failure.fault)
    entry.underWay ??= ask(provider, http).then((result) => {
      entry.underWay = null
      remember(entry, result, clock.monotonic())
      return result
    })
    return entry.underWay
  }
  return {
    fresh: (provider) => within(provider, freshMs),
    known: (provider) => within(provider, knownMs),
    forgetKeys: (provider) => {
      const entry = entryOf(provider)
      const now = clock.monotonic()
      if (entry.metadata === null || now - entry.keysForgottenAt < keysMinIntervalMs) return null
      entry.keysForgottenAt = now
      // A copy: the library keeps keys beside the object itself as well.
      entry.metadata = { server: { ...entry.metadata.server }, keys: {} }
      return entry.metadata
    },
  }
}

function remember(entry: Entry, result: Result<ProviderMetadata, OidcFault>, now: number): void {
  if (!result.ok) {
    entry.failure = { fault: result.error, at: now }
    return
  }
  entry.failure = null
  entry.metadata = result.value
  entry.readAt = now
}

async function ask(
  provider: OidcProviderConfig,
  http: HttpClient,
): Promise<Result<ProviderMetadata, OidcFault>> {
  try {
    const issuer = new URL(provider.issuer)
    const response = await discoveryRequest(issuer, providerRequestOptions(http, provider))
    const server = await processDiscoveryResponse(issuer, response)
    return judge(provider, server)
  } catch (cause) {
    const differs = issuerDiffers(cause)
    if (differs === null) return err(faultOf(cause, 'provider-answer'))
    return err(
      oidcFault(
        'provider-answer',
        `The provider calls itself "${differs}", not "${provider.issuer}"`,
      ),
    )
  }
}

/** The issuer that a provider names where it is not the configured one: often only a slash differs. */
function issuerDiffers(cause: unknown): string | null {
  if (!(cause instanceof OperationProcessingError) || cause.code !== JSON_ATTRIBUTE_COMPARISON)
    return null
  const about = cause.cause
  if (typeof about !== 'object' || about === null || !('body' in about)) return null
  const { body } = about
  const isNamed = typeof body === 'object' && body !== null && 'issuer' in body
  return isNamed && typeof body.issuer === 'string' ? tameText(body.issuer) : null
}

function judge(
  provider: OidcProviderConfig,
  server: AuthorizationServer,
): Result<ProviderMetadata, OidcFault> {
  const algorithms = pinnedAlgorithms(server)
  if (algorithms.length === 0)
    return err(
      oidcFault('provider-answer', 'The provider offers no asymmetric algorithm for ID tokens'),
    )
  for (const name of ['authorization_endpoint', 'token_endpoint', 'jwks_uri'] as const)
    if (!isEndpoint(server[name], provider.allowInsecureIssuer))
      return err(oidcFault('provider-answer', `The provider names no usable "${name}"`))
  return ok({
    server: { ...server, id_token_signing_alg_values_supported: algorithms },
    keys: {},
  })
}

/** True for an absolute https URL, or http where the configuration permits it. */
export function isEndpoint(value: unknown, allowInsecure: boolean): value is string {
  if (typeof value !== 'string' || !URL.canParse(value)) return false
  const { protocol } = new URL(value)
  return protocol === 'https:' || (allowInsecure && protocol === 'http:')
}
