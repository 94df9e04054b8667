// What can go wrong between us and an OpenID Connect provider, as values.
import {
  AuthorizationResponseError,
  OperationProcessingError,
  PARSE_ERROR,
  RESPONSE_IS_NOT_CONFORM,
  RESPONSE_IS_NOT_JSON,
  ResponseBodyError,
  UnsupportedOperationError,
  WWWAuthenticateChallengeError,
} from 'oauth4webapi'
import { ProviderUnreachable } from './oidc-http.ts'

/**
 * How it failed. `provider-down`: not reached, or 5xx. `provider-slow`: no whole answer in time.
 * `provider-answer`: an answer that is too large, a redirect, or not what the protocol says.
 * `bad-token`: an ID token that does not verify. `code-refused`: the authorization code is used or
 * too old. `denied`: the provider sent the browser back with an error. `missing-claim`,
 * `unusable-claim`: verified, but without a usable name.
 */
export type OidcFaultCode =
  | 'provider-down'
  | 'provider-slow'
  | 'provider-answer'
  | 'bad-token'
  | 'code-refused'
  | 'denied'
  | 'missing-claim'
  | 'unusable-claim'

/** A failure. `detail` is for the log; `description` may be shown, as text, to the person. */
export interface OidcFault {
  readonly code: OidcFaultCode
  readonly detail: string
  /** OAuth error code that the provider sent (RFC 6749 section 4.1.2.1); empty if none. */
  readonly error: string
  /** The provider's own words; empty if none. */
  readonly description: string
}

/** The library's codes for an answer that is not of the kind asked for, whatever was asked for. */
const unreadable: ReadonlySet<string> = new Set([
  PARSE_ERROR,
  RESPONSE_IS_NOT_CONFORM,
  RESPONSE_IS_NOT_JSON,
])

/** Longest text of a provider that is logged or shown. */
const textLengthMax = 200

/** A fault with our own words only. */
export function oidcFault(code: OidcFaultCode, detail: string): OidcFault {
  return { code, detail, error: '', description: '' }
}

/** Text from outside, short and without control characters. */
export function tameText(text: string | undefined): string {
  return (text ?? '')
    .toWellFormed()
    .replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, ' ')
    .slice(0, textLengthMax)
    .toWellFormed()
    .trim()
}

/**
 * What an exception of the library means. `otherwise` is the code where the library judged an answer
 * unfit: it depends on what was being read. Anything unknown is an answer that made the library fail.
 */
export function faultOf(cause: unknown, otherwise: 'provider-answer' | 'bad-token'): OidcFault {
  if (cause instanceof ProviderUnreachable) return oidcFault(transportCode(cause), cause.message)
  if (cause instanceof AuthorizationResponseError)
    return {
      code: 'denied',
      detail: 'The provider answered with an error',
      error: tameText(cause.error),
      description: tameText(cause.error_description),
    }
  if (cause instanceof ResponseBodyError)
    return {
      code: cause.error === 'invalid_grant' ? 'code-refused' : 'provider-answer',
      detail: `The token endpoint answered ${cause.status}`,
      error: tameText(cause.error),
      description: tameText(cause.error_description),
    }
  if (cause instanceof WWWAuthenticateChallengeError)
    return oidcFault('provider-answer', `The provider refused our credentials (${cause.status})`)
  if (cause instanceof OperationProcessingError || cause instanceof UnsupportedOperationError)
    return oidcFault(
      unreadable.has(cause.code ?? '') ? 'provider-answer' : otherwise,
      `${cause.code ?? cause.name}: ${tameText(cause.message)}`,
    )
  const seen = cause instanceof Error ? `${cause.name}: ${tameText(cause.message)}` : typeof cause
  return oidcFault(otherwise, `Cannot read the answer (${seen})`)
}

function transportCode(cause: ProviderUnreachable): OidcFaultCode {
  switch (cause.code) {
    case 'timeout':
      return 'provider-slow'
    case 'too-large':
    case 'redirect':
      return 'provider-answer'
    case 'unreachable':
    case 'status':
      return 'provider-down'
  }
}
