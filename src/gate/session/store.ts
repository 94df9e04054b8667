// The contract of every session store. Three answers, never mixed: found, absent, unavailable.
import type { Session, SessionKey } from '../../model/session.ts'
import type { Result } from '../../std/result.ts'

/** What looking for a session can say. `unavailable` is never treated as `absent`. */
export type Lookup =
  | { readonly kind: 'found'; readonly session: Session }
  | { readonly kind: 'absent' }
  | { readonly kind: 'unavailable' }

/** Why the store could not do as asked; `full` when there is no room, `failed` for anything else. */
export interface StoreFault {
  readonly code: 'full' | 'failed'
  /** For the log: the system's own words. */
  readonly detail: string
}

/** Which sessions to list or end. Given fields must all match; none given: every session. */
export interface SessionSelector {
  readonly key?: SessionKey
  readonly user?: string
  readonly provider?: string
  readonly providerSid?: string
  readonly providerSub?: string
}

/** Bounds that a store keeps by itself; the oldest leave first. */
export interface SessionBounds {
  readonly perUserMax: number
  readonly sessionsMax: number
}

/** How full a store is. */
export interface StoreUsage {
  readonly sessions: number
  readonly bytes: number
}

/** Told when sessions end or change, so that caches drop them. */
export type SessionChanged = (keys: readonly SessionKey[] | 'all') => void

/**
 * Where sessions live. Implementations: memory, SQLite. One contract suite (`store.contract.ts`)
 * runs against each.
 */
export interface SessionStore {
  readonly kind: string
  /**
   * Keeps `session`. When the promise resolves with success it is durable. Keeps the bounds: resolves
   * with the keys that had to leave for it.
   */
  create(session: Session): Promise<Result<readonly SessionKey[], StoreFault>>
  /** Finds a live or ended session by key; the caller judges time. A revoked one is absent. */
  find(key: SessionKey): Lookup | Promise<Lookup>
  /** Notes use at `seenAt`. Batched, may be lost in a crash, never throws. */
  touch(key: SessionKey, seenAt: number): void
  /** Ends sessions for good; resolves with how many ended. */
  revoke(selector: SessionSelector): Promise<Result<number, StoreFault>>
  /** Newest first, at most `limit`. */
  list(selector: SessionSelector, limit: number): Promise<Result<readonly Session[], StoreFault>>
  /** Deletes at most `limit` sessions that ended before `now`; resolves with how many. */
  sweep(now: number, limit: number): Promise<Result<number, StoreFault>>
  usage(): Result<StoreUsage, StoreFault>
  /** Registers the one listener for ended or changed sessions, of this process or another. */
  onChange(listener: SessionChanged): void
  close(): Promise<void>
}
