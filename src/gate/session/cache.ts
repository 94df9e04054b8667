// Sessions at hand: a cache in front of the store, bounded in entries and in bytes.
import type { Session, SessionKey } from '../../model/session.ts'
import type { SealTimes, SessionSelector } from './store.ts'
import type { CachedSession } from './sessions.ts'
import { matchesSelector } from './revocations.ts'

/** Bytes that all cached sessions together may take, by {@link sessionBytes}. */
export const cacheBytesMax = 64 * 1024 * 1024

/** An entry moves to the young end of the eviction order at most this often: a hit is one look-up. */
const promoteEveryMs = 30_000

/** What an entry takes beside its texts: objects, map slots, numbers. */
const entryOverheadBytes = 400

/** Bytes of memory that a session takes, estimated; what the answer path prepares is not counted. */
export function sessionBytes(session: Session): number {
  const { identity } = session
  let characters =
    identity.user.length +
    identity.name.length +
    identity.email.length +
    session.providerSid.length +
    session.providerSub.length +
    session.userAgent.length +
    session.idTokenHint.length
  for (const group of identity.groups) characters += group.length + 16
  return entryOverheadBytes + characters
}

/**
 * A cached session with what the look-up keeps about it. Stays the same object for one version, and is
 * itself the answer to a look-up: with many sessions each further object is one more wait for memory.
 */
export class CacheEntry implements CachedSession {
  readonly kind = 'found'
  readonly session: Session
  readAt: number
  prepared: unknown = null
  /** What a hit is judged by, at hand: reading the session object would be one more cache miss. */
  readonly expiresAt: number
  readonly idleMs: number
  readonly domain: string
  /** Session time of the last use known to this process. */
  seenAt: number
  /** Session time that the store was last told of. */
  touchedAt: number
  /** Not null while the session lives in its cookie alone. */
  seal: SealTimes | null
  /** True while it is being moved into the store. */
  moving = false
  /** Monotonic ms of the last attempt to do so. */
  moveTriedAt = Number.NEGATIVE_INFINITY
  /** Monotonic ms of the last change of place in the eviction order. */
  promotedAt: number
  readonly bytes: number

  constructor(session: Session, readAt: number, seal: SealTimes | null) {
    this.session = session
    this.readAt = readAt
    this.promotedAt = readAt
    this.expiresAt = session.expiresAt
    this.idleMs = session.idleMs
    this.domain = sameDomain(session.domain)
    this.seenAt = session.seenAt
    this.touchedAt = session.seenAt
    this.seal = seal
    this.bytes = sessionBytes(session)
  }

  get cached(): CachedSession {
    return this
  }
}

let lastDomain = ''

/** One text for all sessions of a domain: equal texts are then compared without being looked at. */
function sameDomain(domain: string): string {
  if (domain !== lastDomain) lastDomain = domain
  return lastDomain
}

/** Least recently used leave first (to within 30 s). Not a store: losing an entry loses nothing. */
export class SessionCache {
  readonly #entries = new Map<SessionKey, CacheEntry>()
  readonly #entriesMax: () => number
  readonly #bytesMax: number
  #bytes = 0
  #validFrom = Number.NEGATIVE_INFINITY

  constructor(entriesMax: () => number, bytesMax = cacheBytesMax) {
    this.#entriesMax = entriesMax
    this.#bytesMax = bytesMax
  }

  get size(): number {
    return this.#entries.size
  }

  get bytes(): number {
    return this.#bytes
  }

  /** The entry of `key`, however old; `monotonic` is the present. */
  get(key: SessionKey, monotonic: number): CacheEntry | undefined {
    const entry = this.#entries.get(key)
    if (entry !== undefined && monotonic - entry.promotedAt >= promoteEveryMs) {
      entry.promotedAt = monotonic
      this.#entries.delete(key)
      this.#entries.set(key, entry)
    }
    return entry
  }

  /** True when `entry` was read at most `ttlMs` ago and not before the last {@link invalidate}. */
  isFresh(entry: CacheEntry, monotonic: number, ttlMs: number): boolean {
    return monotonic - entry.readAt < ttlMs && entry.readAt > this.#validFrom
  }

  /**
   * Puts what the store (or a seal) says into the cache. An entry of the same version stays the same
   * object, so that what was prepared for it stays.
   */
  put(session: Session, monotonic: number, seal: SealTimes | null): CacheEntry {
    const known = this.#entries.get(session.key)
    if (known !== undefined && known.session.version === session.version) {
      known.readAt = monotonic
      known.seal = seal
      known.seenAt = Math.max(known.seenAt, session.seenAt)
      return known
    }
    this.delete(session.key)
    const entry = new CacheEntry(session, monotonic, seal)
    this.#entries.set(session.key, entry)
    this.#bytes += entry.bytes
    this.#makeRoom()
    return entry
  }

  delete(key: SessionKey): void {
    const entry = this.#entries.get(key)
    if (entry === undefined) return
    this.#entries.delete(key)
    this.#bytes -= entry.bytes
  }

  /** Drops every session that `selector` matches. Walks the whole cache. */
  deleteMatching(selector: SessionSelector): void {
    if (selector.key !== undefined) return this.delete(selector.key)
    for (const [key, entry] of this.#entries)
      if (matchesSelector(entry.session, selector)) this.delete(key)
  }

  /**
   * Every entry has to be read again before it counts as fresh. None is dropped: while the store does
   * not answer they are all there is.
   */
  invalidate(monotonic: number): void {
    this.#validFrom = monotonic
  }

  #makeRoom(): void {
    const entriesMax = Math.max(1, this.#entriesMax())
    for (const key of this.#entries.keys()) {
      if (this.#entries.size <= entriesMax && this.#bytes <= this.#bytesMax) return
      if (this.#entries.size === 1) return
      this.delete(key)
    }
  }
}
