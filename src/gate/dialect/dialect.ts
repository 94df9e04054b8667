// The contract of a proxy dialect: how a reverse proxy asks, and how it wants to be answered.
import type { Decision } from '../../model/decision.ts'
import type { Address } from '../../model/network.ts'
import type { Result } from '../../std/result.ts'
import type { RawRequest, ReadResult } from '../request.ts'

/** Every dialect's name. */
export const dialectNames = ['traefik', 'nginx', 'caddy', 'envoy', 'haproxy'] as const

/** Name of a dialect. */
export type DialectName = (typeof dialectNames)[number]

/** What a dialect needs to know of the gate to read a request. */
export interface DialectContext {
  /** The client's address out of an X-Forwarded-For value; see `clientAddress` in canonical.ts. */
  clientAddress(
    forwardedFor: string | null,
  ): Result<Address | null, 'malformed-header' | 'too-long'>
}

/** The answer to a proxy, before the identity headers are added. */
export interface AnswerShape {
  readonly status: number
  /**
   * `sign-in` redirects there, `back` redirects to what was asked for, `page` is a person's page,
   * `json` a machine's, `empty` nothing.
   */
  readonly body: 'sign-in' | 'back' | 'page' | 'json' | 'empty'
  /** Send the sign-in address in a header of its own, for proxies that redirect by themselves. */
  readonly signInHeader: boolean
}

/** One proxy's way of asking. Reads only its own headers. */
export interface Dialect {
  readonly name: DialectName
  /** One canonical request or a refusal. */
  read(raw: RawRequest, context: DialectContext): ReadResult
  /**
   * Set where a proxy cannot take one cookie out of a request, but can replace the Cookie header by the
   * answer's: who is let in gets back the cookies that the service may see. Absent: none are sent.
   */
  readonly returnsCookies?: true
  /** Which answer the proxy understands; `navigation` as in AccessRequest. */
  shape(decision: Decision, navigation: boolean): AnswerShape
}
