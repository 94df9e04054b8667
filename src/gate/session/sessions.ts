// Sessions as the rest of the gate uses them: find one by cookie, open one, end one.
import type { Identity } from '../../model/identity.ts'
import type { Session } from '../../model/session.ts'
import type { SessionsSettings } from './finder.ts'
import type { SessionSelector, StoreFault } from './store.ts'
import type { Result } from '../../std/result.ts'

/**
 * A session in the cache. The fields below `session` belong to the answer path, which keeps there what
 * it derived from this version of the session; they are dropped with the entry.
 */
export interface CachedSession {
  readonly session: Session
  /** Monotonic ms of the last reading from the store. */
  readonly readAt: number
  /** Pre-rendered answers by policy and reason; owned by the answer path. */
  prepared: unknown
}

/** What differs in a {@link SessionView}. */
export type SessionScope = Required<Pick<SessionsSettings, 'name' | 'realm' | 'idTokenLengthMax'>> &
  Pick<SessionsSettings, 'domain' | 'secure' | 'lifetimeMs' | 'idleMs'>

/** What a cookie header says about who is there. */
export type SessionLookup =
  | { readonly kind: 'found'; readonly cached: CachedSession }
  /** No session cookie at all, or none that could be ours. */
  | { readonly kind: 'none' }
  /** A well-formed session cookie that stands for nothing: ended, revoked, forged or of another domain. */
  | { readonly kind: 'ended' }
  | { readonly kind: 'unavailable' }

/** What is known of a verified sign-in. */
export interface SignInFacts {
  readonly identity: Identity
  readonly providerSid: string
  readonly providerSub: string
  readonly userAgent: string
  readonly address: string
  /** Raw ID token for RP-initiated sign-out; empty if none. Sealed before it is kept. */
  readonly idToken: string
  /** Life of this one session where the provider says it; else that of the configuration. */
  readonly lifetimeMs?: number
}

/** An opened session: the cookies to set. */
export interface OpenedSession {
  /** Values for Set-Cookie: the session cookie and, where needed, the removal of an older one. */
  readonly setCookies: readonly string[]
  /** True when the store had no room and the record travels sealed in the cookie. */
  readonly sealed: boolean
  /** How many of the person's older sessions had to end for this one. */
  readonly endedOthers: number
}

/**
 * Sessions with a cookie of their own, in the same cache and store: one for each authentik provider.
 * At most one Set-Cookie comes out of each call.
 */
export type SessionView = Pick<Sessions, 'find' | 'open' | 'end'>

/** All that is done with sessions. One object for one process. */
export interface Sessions {
  /** Who a Cookie header stands for. Answers at once where the cache or SQLite can. Changes nothing. */
  find(cookieHeader: string | null): SessionLookup | Promise<SessionLookup>
  /** Opens a session for a verified sign-in; ends the one in `cookieHeader`. Never fails: seals if it must. */
  open(facts: SignInFacts, cookieHeader: string | null): Promise<OpenedSession>
  /** Ends the session in `cookieHeader`; gives the Set-Cookie values that clear it and the ended session. */
  end(
    cookieHeader: string | null,
  ): Promise<{ readonly setCookies: readonly string[]; readonly ended: Session | null }>
  /** Sessions under the cookie of `scope`, which is asked at each use; the rest is as configured. */
  within(scope: () => SessionScope): SessionView
  /** Ends every session that matches. */
  revoke(selector: SessionSelector): Promise<Result<number, StoreFault>>
  list(selector: SessionSelector, limit: number): Promise<Result<readonly Session[], StoreFault>>
  /** The ID token of a session, opened; empty if none. */
  idTokenOf(session: Session): string
  /** Counters and gauges for metrics. */
  stats(): SessionStats
  close(): Promise<void>
}

/** Numbers about sessions, all since start but the gauges. */
export interface SessionStats {
  readonly cacheEntries: number
  readonly cacheEntriesMax: number
  readonly cacheHits: number
  readonly cacheMisses: number
  readonly storeSessions: number
  readonly storeBytes: number
  readonly storeFaults: number
  /** False from the first failed operation until one succeeds. */
  readonly storeWorks: boolean
  readonly opened: number
  readonly openedSealed: number
  readonly movedIntoStore: number
  readonly ended: number
}
