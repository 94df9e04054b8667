// Who sends a request: somebody with a session of the provider, somebody with a credential in a header,
// nobody, or not to be known just now.
import { fromBase64Url, fromUtf8 } from '../../../std/bytes.ts'
import type { CachedSession, SessionLookup, Sessions } from '../../session/sessions.ts'
import type { OutpostIdentity, OutpostProvider } from '../outpost.ts'
import type { Asked } from './asked.ts'
import { type OutpostClaims, readClaims } from './claims.ts'
import type { Desk } from './desk.ts'
import type { HeaderAuth } from './header-auth.ts'
import { type HeaderField, identityHeaders } from './identity.ts'

/** Somebody, with the headers that tell a service so. */
export interface Person {
  readonly kind: 'person'
  readonly claims: OutpostClaims
  readonly headers: readonly HeaderField[]
  /** True when the `Authorization` of the request was meant for us. */
  readonly byHeader: boolean
}

/** What is known of who sends a request. */
export type Visitor = Person | { readonly kind: 'nobody' | 'ended' | 'unavailable' }

/** What {@link visitorOf} asks. */
export interface VisitorTools {
  readonly sessions: Sessions
  readonly headerAuth: HeaderAuth
}

/** What was made of a session once; kept with it for as long as provider and outpost are the same. */
class Prepared {
  readonly provider: OutpostProvider
  readonly outpost: OutpostIdentity
  readonly person: Person

  constructor(provider: OutpostProvider, outpost: OutpostIdentity, claims: OutpostClaims) {
    this.provider = provider
    this.outpost = outpost
    const headers = identityHeaders(claims, provider, outpost)
    this.person = Object.freeze({ kind: 'person', claims, headers, byHeader: false })
  }
}

/**
 * The session first, then the credential. A session that cannot be looked up is not held against a good
 * credential, and a good session needs none.
 */
export async function visitorOf(
  tools: VisitorTools,
  about: { readonly asked: Asked; readonly desk: Desk; readonly outpost: OutpostIdentity },
): Promise<Visitor> {
  const { asked, desk, outpost } = about
  const lookup = await desk.sessions.find(asked.cookie)
  if (lookup.kind === 'found')
    return personOf(tools.sessions, lookup.cached, { provider: desk.provider, outpost })
  if (asked.authorization !== null) {
    const { provider } = desk
    const claims = await tools.headerAuth.claims(provider, asked.authorization, asked.client)
    if (claims !== null) {
      const headers = identityHeaders(claims, provider, outpost)
      return { kind: 'person', claims, headers, byHeader: true }
    }
  }
  return nobody(lookup.kind)
}

function nobody(kind: Exclude<SessionLookup['kind'], 'found'>): Visitor {
  return { kind: kind === 'none' ? 'nobody' : kind }
}

function personOf(
  sessions: Sessions,
  cached: CachedSession,
  at: { readonly provider: OutpostProvider; readonly outpost: OutpostIdentity },
): Person {
  const { prepared } = cached
  if (
    prepared instanceof Prepared &&
    prepared.provider === at.provider &&
    prepared.outpost === at.outpost
  )
    return prepared.person
  const fresh = new Prepared(at.provider, at.outpost, sessionClaims(sessions, cached))
  cached.prepared = fresh
  return fresh.person
}

/**
 * The token of the sign-in is kept sealed with the session and holds all claims. Where it was too long, or
 * the session travels in its cookie, what the session itself knows is left: fewer claims, never others.
 */
function sessionClaims(sessions: Sessions, { session }: CachedSession): OutpostClaims {
  const token = sessions.idTokenOf(session)
  const claims =
    token === '' ? null : readClaims(payloadOf(token), { rawToken: token, assumesProxy: true })
  if (claims !== null && claims.sub === session.providerSub) return claims
  const { identity } = session
  return {
    sub: session.providerSub,
    sid: session.providerSid,
    username: identity.user,
    email: identity.email,
    name: identity.name,
    groups: identity.groups,
    entitlements: [],
    expiresAt: session.expiresAt,
    proxy: null,
    rawToken: '',
  }
}

/** The payload of a token that was verified when the session was opened. */
function payloadOf(token: string): unknown {
  const bytes = fromBase64Url(token.split('.')[1] ?? '')
  const text = bytes === null ? null : fromUtf8(bytes)
  if (text === null) return null
  const payload: unknown = JSON.parse(text)
  return payload
}
