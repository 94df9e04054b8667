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

/**
 * Which sessions to list or end. Given fields must all match; none given: every session. An empty
 * `providerSid` or `providerSub` matches none, not those that have none.
 */
export interface SessionSelector {
  readonly key?: SessionKey
  readonly user?: string
  readonly provider?: string
  readonly providerSid?: string
  readonly providerSub?: string
  /** Only sessions that were created at or before this time (epoch ms). */
  readonly createdUntil?: number
}

/**
 * A revocation that is remembered for as long as a sealed session may live outside the store
 * ({@link revocationKeptMs}), since deleting rows cannot reach one.
 */
export interface Revocation {
  readonly selector: SessionSelector
  /** Wall time, epoch ms: sealed sessions that were sealed later are not meant. */
  readonly at: number
}

/** When a session was sealed into its cookie, and until when that cookie speaks for itself. */
export interface SealTimes {
  /** Wall time of the sealing, epoch ms. */
  readonly at: number
  /** End of the seal, epoch ms; the session itself may live longer once it is in a store. */
  readonly until: number
}

/** Longest life of a seal, and so how long a {@link Revocation} is remembered. */
export const revocationKeptMs = 24 * 3_600_000

/** How many revocations are remembered; the oldest are forgotten first. */
export const revocationsMax = 10_000

/** Bounds that a store keeps by itself; the oldest leave first. */
export interface SessionBounds {
  /** Per person: the pair of provider and user. */
  readonly perUserMax: number
  readonly sessionsMax: number
}

/**
 * Who had to leave for a new session. The new one's own key is among them when it was revoked while
 * it was sealed, or is itself the oldest.
 */
export interface Departed {
  /** Live sessions of the same person, over the bound per person. */
  readonly own: readonly SessionKey[]
  /** Sessions over the bound in all. */
  readonly others: readonly SessionKey[]
}

/** How full a store is. */
export interface StoreUsage {
  readonly sessions: number
  /** On disk, or in memory for a store that has no disk. */
  readonly bytes: number
  /** What failed without a caller to tell, since start: writing uses. */
  readonly backgroundFaults: number
}

/** Told when sessions end or change, so that caches drop them. */
export type SessionChanged = (keys: readonly SessionKey[] | 'all') => void

/**
 * Where sessions live. Implementations: memory, SQLite. One contract suite (`store.contract.ts`)
 * runs against each. No method throws or rejects: what goes wrong is a {@link StoreFault}.
 */
export interface SessionStore {
  readonly kind: string
  /**
   * Keeps `session`. When the promise resolves with success it is durable. Keeps the bounds: resolves
   * with the keys that had to leave for it. `seal` is given for a session that lived in its cookie so
   * far; it is not kept if a revocation after `seal.at` means it.
   */
  create(session: Session, seal?: SealTimes): Promise<Result<Departed, StoreFault>>
  /** Finds a live or ended session by key; the caller judges time. A revoked one is absent. */
  find(key: SessionKey): Lookup | Promise<Lookup>
  /** Notes use at `seenAt`. Batched, may be lost in a crash, never throws. */
  touch(key: SessionKey, seenAt: number): void
  /**
   * Ends sessions for good; resolves with how many ended. Remembered as a {@link Revocation} of wall
   * time `at`, unless it ended exactly one session by key that never was sealed.
   */
  revoke(selector: SessionSelector, at: number): Promise<Result<number, StoreFault>>
  /** What was revoked lately, by this process or another. */
  revocations(): Result<readonly Revocation[], StoreFault>
  /** Newest first, at most `limit`. */
  list(selector: SessionSelector, limit: number): Promise<Result<readonly Session[], StoreFault>>
  /**
   * Deletes at most `limit` sessions that ended before `now`; resolves with how many. Those whose seal
   * is still good stay, or the cookie would bring them back. Forgets old revocations.
   */
  sweep(now: number, limit: number): Promise<Result<number, StoreFault>>
  usage(): Result<StoreUsage, StoreFault>
  /** Writes something small: can this store take a sign-in? */
  probe(): Promise<Result<void, StoreFault>>
  /** Registers the one listener for ended or changed sessions, of this process or another. */
  onChange(listener: SessionChanged): void
  close(): Promise<void>
}
