// A session: the memory of one sign-in. Made only after a sign-in has been verified.
import type { Brand } from '../std/brand.ts'
import type { Identity } from './identity.ts'

/** Base64url SHA-256 of the secret part of a session cookie. The secret itself is never stored. */
export type SessionKey = Brand<string, 'SessionKey'>

/** A key that is known to be one: out of a store or a hash. */
export function knownSessionKey(text: string): SessionKey {
  return text as SessionKey
}

/** A key as a person gives it: 43 base64url characters; null for anything else. */
export function parseSessionKey(text: string): SessionKey | null {
  return /^[A-Za-z0-9_-]{43}$/.test(text) ? (text as SessionKey) : null
}

/** One sign-in. All times are epoch milliseconds. */
export interface Session {
  readonly key: SessionKey
  readonly identity: Identity
  /** Cookie domain that this session is good for; never honoured outside it. */
  readonly domain: string
  /** Provider's session id (`sid`) and subject (`sub`), for sign-out by the provider; empty if none. */
  readonly providerSid: string
  readonly providerSub: string
  readonly createdAt: number
  /** Last use, written at most once a minute, off the response path. */
  readonly seenAt: number
  /** Absolute end. */
  readonly expiresAt: number
  /** Ends after this long without use. */
  readonly idleMs: number
  /** Raised when the record changes, so that what was derived from it can be thrown away. */
  readonly version: number
  /** Browser and network of the sign-in, for the person's own list. Shortened. */
  readonly userAgent: string
  readonly address: string
  /** ID token sealed for RP-initiated sign-out (id_token_hint); empty if none. */
  readonly idTokenHint: string
}

/** True while `session` is good at `now`: not past its end, not idle too long. */
export function isLive(session: Session, now: number): boolean {
  return now < session.expiresAt && now < session.seenAt + session.idleMs
}
