// One canonical AccessRequest out of one dialect's headers, or a refusal. Nothing is ever defaulted.
import type { ReasonOf } from '../model/decision.ts'
import type { Hostname } from '../model/host.ts'
import type { Address } from '../model/network.ts'
import type { Result } from '../std/result.ts'

/** Header names that some dialect reads; the transport keeps only these, by slot number. */
export const headerSlots = {
  host: 0,
  cookie: 1,
  accept: 2,
  authorization: 3,
  upgrade: 4,
  'sec-fetch-mode': 5,
  'sec-fetch-dest': 6,
  'x-requested-with': 7,
  'x-forwarded-method': 8,
  'x-forwarded-proto': 9,
  'x-forwarded-host': 10,
  'x-forwarded-uri': 11,
  'x-forwarded-for': 12,
  'x-original-url': 13,
  'x-original-method': 14,
  'user-agent': 15,
  'content-length': 16,
  'transfer-encoding': 17,
  connection: 18,
  expect: 19,
  'x-gatehouse-probe': 20,
} as const

/** A header that the gate reads, lower case. */
export type HeaderName = keyof typeof headerSlots

/** How many slots there are. */
export const headerSlotCount = 21

/**
 * A request as it came over the wire, before anyone has interpreted it. Values are Latin-1 texts,
 * trimmed of optional white space, free of control characters.
 */
export interface RawRequest {
  readonly method: string
  /** Request target as sent (RFC 9112 section 3.2), not decoded, not normalised. */
  readonly target: string
  /** Address of the connection's other end. */
  readonly peer: Address
  /** True when `peer` is in `trusted_proxies`. */
  readonly peerTrusted: boolean
  /** First value of a header, null when absent. */
  first(slot: number): string | null
  /** How many times the header came. */
  count(slot: number): number
}

/** What can be asked of the policy: one form, whoever asked. */
export interface AccessRequest {
  readonly scheme: 'http' | 'https'
  readonly host: Hostname
  /** Port that is not the scheme's own; null otherwise. */
  readonly port: number | null
  /** Decoded once, canonical; the form that rules are matched against. */
  readonly path: string
  /** Path and query as the client sent them, for the way back after sign-in. */
  readonly target: string
  readonly method: string
  /** Right-most address that is not a trusted proxy; null when it is not known. */
  readonly clientAddress: Address | null
  /** All Cookie headers, joined with `; `; null when there is none. */
  readonly cookie: string | null
  /** A navigation may be sent to sign in; anything else is told 401. */
  readonly navigation: boolean
}

/** Why a request was refused before any decision: a reason code and what was seen, for the log. */
export interface Refusal {
  readonly reason: ReasonOf<'refuse'>
  /** Which header or part, in our own words. Never a value from outside. */
  readonly detail: string
}

/** What a dialect makes of a raw request. */
export type ReadResult = Result<AccessRequest, Refusal>
