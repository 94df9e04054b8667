// Finding a session by its cookie: cache first, then seal and store. The hot path of the gate.
import type { Session, SessionKey } from '../../model/session.ts'
import type { Clock } from '../../world/clock.ts'
import type { Log } from '../../world/log.ts'
import type { SessionsConfig } from '../config.ts'
import type { Sealer } from '../seal.ts'
import { type CacheEntry, SessionCache } from './cache.ts'
import { type CookieScope, candidatesMax, cookieNameOf, realmOf } from './cookie.ts'
import { readSessionCookie, sealedPart, sessionKey } from './cookie.ts'
import { StoreHealth } from './health.ts'
import { RevocationList } from './revocations.ts'
import { type SealedSession, openSealedSession } from './sealed.ts'
import type { SessionClock } from './session-clock.ts'
import type { SessionLookup } from './sessions.ts'
import {
  type Lookup,
  type SessionSelector,
  type SessionStore,
  type StoreFault,
  revocationsMax,
} from './store.ts'

/** The settings that sessions go by: asked for at each use, so that a reload counts at once. */
export type SessionsSettings = SessionsConfig &
  CookieScope & {
    /** Longest ID token that is kept, in characters; unset: {@link idTokenLengthUsual}. */
    readonly idTokenLengthMax?: number
  }

/** Longest ID token that is kept for RP-initiated sign-out; a longer one is left out. */
export const idTokenLengthUsual = 5000

/** What a finder works on. */
export interface FinderDeps {
  readonly config: () => SessionsSettings
  readonly store: SessionStore
  readonly sealer: Sealer
  readonly clock: Clock
  readonly sessionClock: SessionClock
  readonly log: Log
}

/** The store hears of a session's use at most this often. */
export const touchEveryMs = 60_000
/** An attempt to move one sealed session into the store is repeated at most this often. */
const moveEveryMs = 10_000
/** How many sealed sessions are moved into the store at the same time. */
const movesMax = 20
/** After a failed move none is tried for this long. */
const movesPauseMs = 1000
/** How many different sessions may be waited for at the same time, where the store is remote. */
const readsMax = 10_000

const none: SessionLookup = { kind: 'none' }
const ended: SessionLookup = { kind: 'ended' }
const unavailable: SessionLookup = { kind: 'unavailable' }
const lookupUnavailable: Lookup = { kind: 'unavailable' }
const readFault: StoreFault = { code: 'failed', detail: 'The session store cannot be read' }

/** A cookie value on its way to an answer. */
interface Candidate {
  readonly value: string
  readonly scope: CookieScope
  readonly key: SessionKey
  readonly entry: CacheEntry | undefined
  /** What the value's seal holds; null for a plain value and for one that the store has by now. */
  readonly sealed: SealedSession | null
  readonly monotonic: number
}

/** Finds sessions. Changes nothing but its own cache; moves sealed sessions into the store on use. */
export class SessionFinder {
  readonly cache: SessionCache
  readonly health: StoreHealth
  /** Revocations that sealed sessions are held against: the store's and those of this process. */
  readonly revocations = new RevocationList(revocationsMax)
  /** Revocations that the store could not take yet: they hold for every session. */
  readonly unwritten = new RevocationList(revocationsMax)
  /** Answers from the cache, and answers that took a seal or the store. */
  hits = 0
  misses = 0
  /** Sealed sessions that the store has by now. */
  moved = 0
  readonly #deps: FinderDeps
  /** Reads under way, where the store is remote. */
  readonly #reads = new Map<SessionKey, Promise<Lookup>>()
  /** Raised whenever sessions end, so that a read that was under way is known to be old. */
  #generation = 0
  /** Moves under way. */
  #moves = 0
  #movesPausedUntil = Number.NEGATIVE_INFINITY

  constructor(deps: FinderDeps) {
    this.#deps = deps
    this.cache = new SessionCache(() => deps.config().cacheEntriesMax)
    this.health = new StoreHealth(deps.log)
  }

  /** Forgets what `selector` matches, cached or being read. */
  forget(selector: SessionSelector): void {
    this.#generation++
    this.cache.deleteMatching(selector)
  }

  /** Everything has to be read again before it is answered from the cache. */
  invalidate(): void {
    this.#generation++
    this.cache.invalidate(this.#deps.clock.monotonic())
  }

  /** See the contract of `Sessions.find`. Tries each well-formed cookie; a good one wins. */
  find(
    header: string | null,
    scope: CookieScope = this.#deps.config(),
  ): SessionLookup | Promise<SessionLookup> {
    return header === null ? none : this.#findFrom({ header, scope }, 0, none)
  }

  #findFrom(
    where: { readonly header: string; readonly scope: CookieScope },
    first: number,
    soFar: SessionLookup,
  ): SessionLookup | Promise<SessionLookup> {
    const { header, scope } = where
    const name = cookieNameOf(scope)
    let worst = soFar
    for (let turn = first; turn < candidatesMax; turn++) {
      const value = readSessionCookie(header, name, turn)
      if (value === null) break
      const lookup = this.findValue(value, scope)
      if (lookup instanceof Promise)
        return lookup.then((answer) =>
          answer.kind === 'found' ? answer : this.#findFrom(where, turn + 1, join(worst, answer)),
        )
      if (lookup.kind === 'found') return lookup
      worst = join(worst, lookup)
    }
    return worst
  }

  /** Who one cookie value stands for. */
  findValue(
    value: string,
    scope: CookieScope = this.#deps.config(),
  ): SessionLookup | Promise<SessionLookup> {
    const key = sessionKey(value)
    const monotonic = this.#deps.clock.monotonic()
    const entry = this.cache.get(key, monotonic)
    if (entry !== undefined && this.#isFresh(entry, monotonic)) {
      this.hits++
      return this.#judge(entry, monotonic, scope)
    }
    this.misses++
    let sealed = entry === undefined ? null : sealedSessionOf(entry)
    if (entry === undefined && sealedPart(value) !== null) {
      // The seal is checked before the store is asked: a forged one costs nobody else anything.
      sealed = openSealedSession(this.#deps.sealer, value)
      if (sealed === null) return ended
    }
    const candidate: Candidate = { value, scope, key, entry, sealed, monotonic }
    const lookup = this.#read(key)
    if (!(lookup instanceof Promise)) return this.#take(candidate, lookup)
    const generation = this.#generation
    // What was read while something was being ended may be from before that.
    return lookup.then((answer) =>
      generation === this.#generation
        ? this.#take(candidate, answer)
        : this.findValue(value, scope),
    )
  }

  /** True when the cache may answer alone. */
  #isFresh(entry: CacheEntry, monotonic: number): boolean {
    if (!this.cache.isFresh(entry, monotonic, this.#deps.config().cacheTtlMs)) return false
    // Past its seal a session may have been moved by another process: the store has to say.
    return entry.seal === null || this.#deps.sessionClock.at(monotonic) < entry.seal.until
  }

  /** One read for all who ask for the same key at the same time, where the store is asynchronous. */
  #read(key: SessionKey): Lookup | Promise<Lookup> {
    const running = this.#reads.get(key)
    if (running !== undefined) return running
    const lookup = this.#deps.store.find(key)
    if (!(lookup instanceof Promise)) return lookup
    if (this.#reads.size >= readsMax) return lookupUnavailable
    const read = lookup.catch(() => lookupUnavailable).finally(() => this.#reads.delete(key))
    this.#reads.set(key, read)
    return read
  }

  /** Makes an answer of what the store says. */
  #take(candidate: Candidate, lookup: Lookup): SessionLookup {
    const { key, monotonic, scope } = candidate
    if (lookup.kind === 'unavailable') this.health.failed('read', readFault)
    else this.health.succeeded('read')
    if (lookup.kind === 'found') {
      // The store has it, sealed or not: from now on the store alone says whether it is good.
      if (this.#isUnwrittenRevoked(lookup.session)) return this.#drop(key)
      return this.#judge(this.cache.put(lookup.session, monotonic, null), monotonic, scope)
    }
    if (candidate.sealed !== null) return this.#takeSealed(candidate.sealed, candidate, lookup)
    if (lookup.kind === 'absent') return this.#drop(key)
    return this.#takeStale(candidate)
  }

  /** The store does not answer: a session that was read lately is still good for a while. */
  #takeStale({ entry, monotonic, scope }: Candidate): SessionLookup {
    if (entry === undefined || this.#isUnwrittenRevoked(entry.session)) return unavailable
    if (monotonic - entry.readAt >= this.#deps.config().staleMs) return unavailable
    return this.#judge(entry, monotonic, scope)
  }

  /** A session with a good seal that the store does not know, or cannot tell about. */
  #takeSealed(
    { session, seal }: SealedSession,
    candidate: Candidate,
    lookup: Lookup,
  ): SessionLookup {
    const { key, entry, monotonic, scope } = candidate
    const now = this.#deps.sessionClock.at(monotonic)
    if (this.revocations.means(session, seal.at) || this.#isUnwrittenRevoked(session))
      return this.#drop(key)
    // Past the seal only the store could know the session, since it may have been moved there.
    if (now >= seal.until) return lookup.kind === 'absent' ? this.#drop(key) : unavailable
    // Its last use is written nowhere: unknown to this process, it counts as used now. The seal's
    // short life bounds what that can lengthen.
    const seenAt = entry === undefined ? now : entry.seenAt
    return this.#judge(this.cache.put({ ...session, seenAt }, monotonic, seal), monotonic, scope)
  }

  /** True for a session whose end could not be written yet. */
  #isUnwrittenRevoked(session: Session): boolean {
    return this.unwritten.size > 0 && this.unwritten.means(session, Number.NEGATIVE_INFINITY)
  }

  /** It has ended: forget it. */
  #drop(key: SessionKey): SessionLookup {
    this.cache.delete(key)
    return ended
  }

  /** Is a session that we know good now? Notes its use. */
  #judge(entry: CacheEntry, monotonic: number, scope: CookieScope): SessionLookup {
    const now = this.#deps.sessionClock.at(monotonic)
    if (now >= entry.expiresAt || now >= entry.seenAt + entry.idleMs) return ended
    if (entry.domain !== realmOf(scope)) return ended
    if (entry.seal !== null) {
      this.#move(entry, monotonic)
    } else if (now - entry.touchedAt >= touchEveryMs) {
      entry.touchedAt = now
      this.#deps.store.touch(entry.session.key, Math.round(now))
    }
    entry.seenAt = now
    return entry
  }

  /** Moves a sealed session into the store, off the response path. */
  #move(entry: CacheEntry, monotonic: number): void {
    const { seal, session } = entry
    if (seal === null || this.#moves >= movesMax || monotonic < this.#movesPausedUntil) return
    if (entry.moving || monotonic - entry.moveTriedAt < moveEveryMs) return
    entry.moving = true
    entry.moveTriedAt = monotonic
    this.#moves++
    const seenAt = Math.round(this.#deps.sessionClock.at(monotonic))
    const settled = this.#deps.store.create({ ...session, seenAt }, seal).then((created) => {
      if (!created.ok) {
        this.#movesPausedUntil = monotonic + movesPauseMs
        return this.health.failed('write', created.error)
      }
      this.health.succeeded('write')
      const left = [...created.value.own, ...created.value.others]
      for (const key of left) this.cache.delete(key)
      if (left.includes(session.key)) {
        // Revoked by another process of which this one has not heard yet: its seal is void.
        return this.revocations.add({
          selector: { key: session.key },
          at: this.#deps.clock.now(),
        })
      }
      entry.seal = null
      entry.touchedAt = seenAt
      this.moved++
      this.#deps.log.write('info', 'session-moved-into-store', { user: session.identity.user })
    })
    void settled.finally(() => {
      entry.moving = false
      this.#moves--
    })
  }
}

/** The seal of an entry that lives in its cookie alone. */
function sealedSessionOf({ session, seal }: CacheEntry): SealedSession | null {
  return seal === null ? null : { session, seal }
}

/** The answer for two cookies of which none is good: what cannot be known outweighs what is over. */
function join(a: SessionLookup, b: SessionLookup): SessionLookup {
  return a.kind === 'unavailable' ? a : b
}
