// The OpenID Connect relying party (OpenID Connect Core 1.0, authorization code flow with PKCE).
// Only this folder's oidc files know the library.
import {
  type AuthorizationServer,
  authorizationCodeGrantRequest,
  calculatePKCECodeChallenge,
  type Client,
  type ClientAuth,
  ClientSecretPost,
  clockSkew,
  clockTolerance,
  getValidatedIdTokenClaims,
  type IDToken,
  jwksCache,
  KEY_SELECTION,
  None,
  OperationProcessingError,
  processAuthorizationCodeResponse,
  processUserInfoResponse,
  userInfoRequest,
  validateApplicationLevelSignature,
  validateAuthResponse,
} from 'oauth4webapi'
import type { OidcProviderConfig } from '../config.ts'
import type { Identity } from '../../model/identity.ts'
import { type Clock, secondsAheadOfMachine } from '../../world/clock.ts'
import type { HttpClient } from '../../world/http-client.ts'
import { fromBase64Url, fromUtf8 } from '../../std/bytes.ts'
import { type Result, err, ok } from '../../std/result.ts'
import { type Claims, identityFromClaims, lacksClaims } from './claims.ts'
import {
  createDiscovery,
  type Discovery,
  isEndpoint,
  type ProviderMetadata,
} from './oidc-discovery.ts'
import { faultOf, type OidcFault, oidcFault } from './oidc-fault.ts'
import { providerRequestOptions } from './oidc-http.ts'

/** How far the provider's clock may differ from ours, either way. */
export const clockToleranceSeconds = 60

/** What a sign-in asks a provider for. */
export interface AuthorizationQuestion {
  readonly state: string
  readonly nonce: string
  readonly verifier: string
  readonly redirectUri: string
  /** Asks the provider to let the person choose another account. */
  readonly switchAccount: boolean
}

/** What the callback must find again in what the provider sent. */
export interface ExpectedAnswer {
  readonly nonce: string
  readonly verifier: string
  readonly redirectUri: string
  /** Groups that some rule names. */
  readonly namedGroups: ReadonlySet<string>
}

/** A sign-in that the provider has vouched for. */
export interface VerifiedSignIn {
  readonly identity: Identity
  /** `sub` and `sid`; the latter empty if the provider sends none. */
  readonly sub: string
  readonly sid: string
  /** The raw ID token, for `id_token_hint`. */
  readonly idToken: string
}

/** Talks to the configured providers. */
export interface OidcClient {
  /** Where to send the browser; a fault when the provider cannot be asked for its addresses. */
  authorizationUrl(
    provider: OidcProviderConfig,
    question: AuthorizationQuestion,
  ): Promise<Result<string, OidcFault>>
  /** Checks the parameters of the callback, redeems the code and verifies the ID token. */
  redeem(
    provider: OidcProviderConfig,
    parameters: URLSearchParams,
    expected: ExpectedAnswer,
  ): Promise<Result<VerifiedSignIn, OidcFault>>
  /** `end_session_endpoint`, or null if the provider has none or cannot be asked. */
  endSessionEndpoint(provider: OidcProviderConfig): Promise<string | null>
}

/** A client over `http`; every check of time goes by `clock`. */
export function createOidcClient(http: HttpClient, clock: Clock): OidcClient {
  const discovery = createDiscovery(http, clock)
  return {
    authorizationUrl: async (provider, question) => {
      const metadata = await discovery.fresh(provider)
      if (!metadata.ok) return metadata
      return ok(await authorizationUrl(metadata.value.server, provider, question))
    },
    redeem: async (provider, parameters, expected) => {
      const metadata = await discovery.known(provider)
      if (!metadata.ok) return metadata
      const redeemer = { provider, discovery, http, clock, metadata: metadata.value }
      try {
        return await redeem(redeemer, parameters, expected)
      } catch (cause) {
        return err(faultOf(cause, 'bad-token'))
      }
    },
    endSessionEndpoint: async (provider) => {
      const metadata = await discovery.known(provider)
      if (!metadata.ok) return null
      const endpoint = metadata.value.server.end_session_endpoint
      return isEndpoint(endpoint, provider.allowInsecureIssuer) ? endpoint : null
    },
  }
}

async function authorizationUrl(
  server: AuthorizationServer,
  provider: OidcProviderConfig,
  question: AuthorizationQuestion,
): Promise<string> {
  const url = new URL(server.authorization_endpoint ?? '')
  const parameters = {
    client_id: provider.clientId,
    redirect_uri: question.redirectUri,
    response_type: 'code',
    scope: [...new Set(['openid', ...provider.scopes])].join(' '),
    state: question.state,
    nonce: question.nonce,
    code_challenge: await calculatePKCECodeChallenge(question.verifier),
    code_challenge_method: 'S256',
    ...(question.switchAccount ? { prompt: switchPrompt(server) } : {}),
  }
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value)
  return url.href
}

/** `select_account` is better where the provider says that it knows it; `login` every one must know. */
function switchPrompt(server: AuthorizationServer): string {
  const known: unknown = server['prompt_values_supported']
  return Array.isArray(known) && known.includes('select_account') ? 'select_account' : 'login'
}

/** All that redeeming one code needs. */
interface Redeemer {
  readonly provider: OidcProviderConfig
  readonly discovery: Discovery
  readonly http: HttpClient
  readonly clock: Clock
  readonly metadata: ProviderMetadata
}

/** Throws what the library throws. */
async function redeem(
  redeemer: Redeemer,
  parameters: URLSearchParams,
  expected: ExpectedAnswer,
): Promise<Result<VerifiedSignIn, OidcFault>> {
  const { provider, http, clock, metadata } = redeemer
  const client: Client = {
    client_id: provider.clientId,
    [clockSkew]: secondsAheadOfMachine(clock),
    [clockTolerance]: clockToleranceSeconds,
  }
  // Our state has been opened by now; what is left to check here is `iss` (RFC 9207) and `error`.
  const state = parameters.get('state') ?? ''
  const answer = validateAuthResponse(metadata.server, client, parameters, state)
  const response = await authorizationCodeGrantRequest(
    metadata.server,
    client,
    clientAuthentication(metadata.server, provider),
    answer,
    expected.redirectUri,
    expected.verifier,
    providerRequestOptions(http, provider),
  )
  const tokens = await processAuthorizationCodeResponse(metadata.server, client, response, {
    expectedNonce: expected.nonce,
    requireIdToken: true,
  })
  const claims = getValidatedIdTokenClaims(tokens)
  const idToken = tokens.id_token ?? ''
  if (claims === undefined) return err(oidcFault('bad-token', 'There is no ID token'))
  const fault =
    claimsFault(claims, provider, clock.now()) ?? headerFault(idToken, metadata.server.jwks_uri)
  if (fault !== null) return err(oidcFault('bad-token', fault))
  await verifySignature(redeemer, response)
  const all = await withUserInfo(redeemer, client, { claims, accessToken: tokens.access_token })
  if (!all.ok) return all
  return signInOf(all.value, claims, { provider, idToken, namedGroups: expected.namedGroups })
}

/** Longest `sub` or `sid` that is kept (OpenID Connect Core 1.0 section 2); a longer one finds nobody. */
const subjectLengthMax = 255

function shortText(value: unknown): string {
  return typeof value === 'string' && value.length <= subjectLengthMax ? value : ''
}

function signInOf(
  all: Claims,
  claims: IDToken,
  about: {
    readonly provider: OidcProviderConfig
    readonly idToken: string
    readonly namedGroups: ReadonlySet<string>
  },
): Result<VerifiedSignIn, OidcFault> {
  const identity = identityFromClaims(all, about.provider, about.namedGroups)
  if (!identity.ok)
    return err(
      oidcFault(identity.error.code, `Claim "${identity.error.claim}" is missing or not usable`),
    )
  return ok({
    identity: identity.value,
    sub: shortText(claims.sub),
    sid: shortText(claims['sid']),
    idToken: about.idToken,
  })
}

/** Checks that the library leaves to its callers. Null when all is well. */
function claimsFault(claims: IDToken, provider: OidcProviderConfig, now: number): string | null {
  if (claims.iat > now / 1000 + clockToleranceSeconds)
    return 'The ID token was issued in the future: the clocks differ by more than a minute'
  // The library compares `azp` only beside several audiences (OpenID Connect Core 1.0 section 3.1.3.7).
  if (claims['azp'] !== undefined && claims['azp'] !== provider.clientId)
    return 'The ID token was issued to another client ("azp")'
  return null
}

/** Keys come from the metadata alone; a token that brings its own is refused (RFC 8725 section 3.10). */
function headerFault(idToken: string, jwksUri: string | undefined): string | null {
  const bytes = fromBase64Url(idToken.split('.', 1)[0] ?? '')
  const text = bytes === null ? null : fromUtf8(bytes)
  const header: unknown = text === null ? null : JSON.parse(text)
  if (typeof header !== 'object' || header === null) return 'The ID token has no readable header'
  if ('x5u' in header || 'jwk' in header) return 'The ID token brings its own key'
  if ('jku' in header && header.jku !== jwksUri) return 'The ID token points to keys elsewhere'
  return null
}

/**
 * Verifies the signature; on a key that the cached set does not hold, asks for the set once more, for
 * providers replace their keys whenever they like.
 */
async function verifySignature(redeemer: Redeemer, response: Response): Promise<void> {
  const { metadata, discovery, http, provider } = redeemer
  const options = providerRequestOptions(http, provider)
  try {
    await validateApplicationLevelSignature(metadata.server, response, {
      ...options,
      [jwksCache]: metadata.keys,
    })
  } catch (cause) {
    if (!(cause instanceof OperationProcessingError) || cause.code !== KEY_SELECTION) throw cause
    const again = discovery.forgetKeys(provider)
    if (again === null) throw cause
    await validateApplicationLevelSignature(again.server, response, {
      ...options,
      [jwksCache]: again.keys,
    })
  }
}

/**
 * Adds the claims of the UserInfo endpoint where the ID token lacks some. A provider that refuses to
 * answer there leaves us with the ID token; one that is in trouble stops the sign-in, since a person
 * without groups would be locked out for as long as the session lasts.
 */
async function withUserInfo(
  redeemer: Redeemer,
  client: Client,
  token: { readonly claims: IDToken; readonly accessToken: string },
): Promise<Result<Claims, OidcFault>> {
  const { provider, http, metadata } = redeemer
  const { claims } = token
  if (!lacksClaims(claims, provider.claims)) return ok(claims)
  if (!isEndpoint(metadata.server.userinfo_endpoint, provider.allowInsecureIssuer))
    return ok(claims)
  try {
    const response = await userInfoRequest(
      metadata.server,
      client,
      token.accessToken,
      providerRequestOptions(http, provider),
    )
    if (response.status === 401 || response.status === 403) return ok(claims)
    const more = await processUserInfoResponse(metadata.server, client, claims.sub, response)
    return ok({ ...more, ...claims })
  } catch (cause) {
    return err(faultOf(cause, 'provider-answer'))
  }
}

/** How we prove who we are: as the metadata asks, HTTP Basic where it says nothing (RFC 8414). */
function clientAuthentication(
  server: AuthorizationServer,
  provider: OidcProviderConfig,
): ClientAuth {
  if (provider.clientSecret === '') return None()
  const methods: unknown = server.token_endpoint_auth_methods_supported
  if (
    Array.isArray(methods) &&
    !methods.includes('client_secret_basic') &&
    methods.includes('client_secret_post')
  )
    return ClientSecretPost(provider.clientSecret)
  return (...[, client, , headers]: Parameters<ClientAuth>) => {
    // RFC 6749 section 2.3.1. The library also escapes `-`, `.` and `_`, which need no escape and which
    // providers that do not decode (authentik) would then read as another name.
    const encode = (text: string): string => new URLSearchParams([['', text]]).toString().slice(1)
    headers.set(
      'authorization',
      `Basic ${btoa(`${encode(client.client_id)}:${encode(provider.clientSecret)}`)}`,
    )
  }
}
