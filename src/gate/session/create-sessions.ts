// Sessions, put together: opened by a sign-in, found by cookie, ended, listed, swept.
import type { Session, SessionKey } from '../../model/session.ts'
import { detached } from '../../std/bytes.ts'
import type { Result } from '../../std/result.ts'
import type { Clock } from '../../world/clock.ts'
import type { Log } from '../../world/log.ts'
import type { Random } from '../../world/random.ts'
import type { Sealer } from '../seal.ts'
import {
  candidatesMax,
  clearHostOnlyCookie,
  clearSessionCookie,
  newCookieValue,
  realmOf,
  readSessionCookie,
  cookieNameOf,
  sessionKey,
  setSessionCookie,
} from './cookie.ts'
import { SessionFinder, type SessionsSettings, idTokenLengthUsual, touchEveryMs } from './finder.ts'
import { sealSession } from './sealed.ts'
import { type SessionClock, createSessionClock } from './session-clock.ts'
import type {
  OpenedSession,
  SessionLookup,
  SessionScope,
  SessionStats,
  SessionView,
  Sessions,
  SignInFacts,
} from './sessions.ts'
import {
  type Revocation,
  type SessionSelector,
  type SessionStore,
  type StoreFault,
  type StoreUsage,
  revocationKeptMs,
} from './store.ts'

/** What sessions need. The store is closed with them. */
export interface SessionsDeps {
  readonly config: () => SessionsSettings
  readonly store: SessionStore
  readonly sealer: Sealer
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
}

/** Longest user agent that is kept. */
const userAgentLengthMax = 200
/** How often ended sessions are swept, and how many in one transaction and in one go. */
const sweepEveryMs = 10_000
const sweepBatch = 200
const sweepBatchesMax = 25
/**
 * How long an ended session is left alone: the store may have heard of its last use a minute late, and
 * must not forget what this process knows to be in use.
 */
const sweepGraceMs = touchEveryMs + 10_000
/** How often what the store could not take is tried again. */
const retryEveryMs = 5000

/** Makes the one object that does everything with sessions, and starts its timers. */
export function createSessions(deps: SessionsDeps): Sessions {
  return new StoredSessions(deps)
}

class StoredSessions implements Sessions {
  readonly #deps: SessionsDeps
  readonly #clock: SessionClock
  readonly #finder: SessionFinder
  readonly #timers: (() => void)[]
  /** True while a sweep is under way: a slow one is not overtaken by the next. */
  #sweeping = false
  #usage: StoreUsage = { sessions: 0, bytes: 0, backgroundFaults: 0 }
  readonly #counts = { opened: 0, openedSealed: 0, ended: 0 }

  constructor(deps: SessionsDeps) {
    this.#deps = deps
    this.#clock = createSessionClock(deps.clock, deps.log)
    this.#finder = new SessionFinder({ ...deps, sessionClock: this.#clock })
    deps.store.onChange((keys) => this.#changed(keys))
    this.#readRevocations()
    this.#timers = [
      this.#clock.stop,
      deps.clock.every(sweepEveryMs, () => void this.#sweep()),
      deps.clock.every(retryEveryMs, () => void this.#retry()),
    ]
  }

  find(cookieHeader: string | null): SessionLookup | Promise<SessionLookup> {
    return this.#finder.find(cookieHeader)
  }

  open(facts: SignInFacts, cookieHeader: string | null): Promise<OpenedSession> {
    return this.#open(facts, cookieHeader, this.#deps.config())
  }

  end(cookieHeader: string | null): ReturnType<Sessions['end']> {
    return this.#end(cookieHeader, this.#deps.config())
  }

  within(scope: () => SessionScope): SessionView {
    const config = (): SessionsSettings => ({ ...this.#deps.config(), ...scope() })
    return {
      find: (header) => this.#finder.find(header, scope()),
      open: (facts, header) => this.#open(facts, header, config()),
      end: (header) => this.#end(header, config()),
    }
  }

  async #open(
    facts: SignInFacts,
    cookieHeader: string | null,
    config: SessionsSettings,
  ): Promise<OpenedSession> {
    // Looked at before anything is awaited, ended after the new one is safe: whatever happens between
    // leaves the person with one session or the other.
    const older = this.#candidates(cookieHeader, config)
    const value = newCookieValue(this.#deps.random)
    const session = this.#draft(facts, sessionKey(value), config)
    const created = await this.#deps.store.create(session)
    const opened = created.ok
      ? { value, sealed: false, endedOthers: this.#stored(session, created.value) }
      : { value: this.#seal(session, created.error, config), sealed: true, endedOthers: 0 }
    // Session fixation: whoever knew the browser's earlier session must not share the new one.
    for (const old of older) await this.#endValue(old, config)
    this.#counts.opened++
    const lifetimeMs = facts.lifetimeMs ?? config.lifetimeMs
    const setCookie = setSessionCookie(config, opened.value, lifetimeMs)
    // Two cookies of our name: one of them may be bound to the host, and would go on being sent.
    const both = older.length > 1 && config.name === undefined
    const setCookies = both ? [clearHostOnlyCookie(config), setCookie] : [setCookie]
    return { setCookies, sealed: opened.sealed, endedOthers: opened.endedOthers }
  }

  async #end(cookieHeader: string | null, config: SessionsSettings): ReturnType<Sessions['end']> {
    let ended: Session | null = null
    for (const value of this.#candidates(cookieHeader, config)) {
      const session = await this.#endValue(value, config)
      ended ??= session
    }
    const clear = clearSessionCookie(config)
    const setCookies = config.name === undefined ? [clearHostOnlyCookie(config), clear] : [clear]
    return { setCookies, ended }
  }

  async revoke(selector: SessionSelector): Promise<Result<number, StoreFault>> {
    // Wall time for sealed sessions, session time for stored ones: each is what theirs was taken from.
    const at = this.#deps.clock.now()
    const unwritten = { selector: { createdUntil: Math.ceil(this.#clock.now()), ...selector }, at }
    // First in memory, so that nothing that is asked meanwhile is answered from before.
    this.#finder.revocations.add({ selector, at })
    this.#finder.unwritten.add(unwritten)
    this.#finder.forget(selector)
    const revoked = await this.#deps.store.revoke(selector, at)
    if (revoked.ok) {
      this.#finder.unwritten.remove(unwritten)
      this.#finder.health.succeeded('write')
      this.#counts.ended += revoked.value
    } else {
      this.#finder.health.failed('write', revoked.error)
    }
    return revoked
  }

  async list(
    selector: SessionSelector,
    limit: number,
  ): Promise<Result<readonly Session[], StoreFault>> {
    const listed = await this.#deps.store.list(selector, limit)
    if (listed.ok) this.#finder.health.succeeded('read')
    else this.#finder.health.failed('read', listed.error)
    return listed
  }

  idTokenOf(session: Session): string {
    if (session.idTokenHint === '') return ''
    return this.#deps.sealer.open('id-token', session.idTokenHint) ?? ''
  }

  stats(): SessionStats {
    const { cache, health, hits, misses, moved } = this.#finder
    const usage = this.#deps.store.usage()
    // A store that does not answer keeps the numbers that it had: counters must not go back.
    if (usage.ok) this.#usage = usage.value
    const { sessions, bytes, backgroundFaults } = this.#usage
    return {
      cacheEntries: cache.size,
      cacheEntriesMax: this.#deps.config().cacheEntriesMax,
      cacheHits: hits,
      cacheMisses: misses,
      storeSessions: sessions,
      storeBytes: bytes,
      storeFaults: health.faults + backgroundFaults,
      storeWorks: health.works,
      opened: this.#counts.opened,
      openedSealed: this.#counts.openedSealed,
      movedIntoStore: moved,
      ended: this.#counts.ended,
    }
  }

  async close(): Promise<void> {
    for (const cancel of this.#timers) cancel()
    await this.#deps.store.close()
  }

  /** The well-formed session cookies of a header, in the browser's order. */
  #candidates(cookieHeader: string | null, config: SessionsSettings): readonly string[] {
    if (cookieHeader === null) return []
    const name = cookieNameOf(config)
    const values: string[] = []
    for (let turn = 0; turn < candidatesMax; turn++) {
      const value = readSessionCookie(cookieHeader, name, turn)
      if (value !== null) values.push(value)
    }
    return values
  }

  /** A new session for `facts`, with the settings of this moment. */
  #draft(facts: SignInFacts, key: SessionKey, config: SessionsSettings): Session {
    const { identity, idToken } = facts
    const now = Math.round(this.#clock.now())
    // Sealed with a key of its own: whoever reads the store has no token to use.
    const keepToken =
      idToken !== '' && idToken.length <= (config.idTokenLengthMax ?? idTokenLengthUsual)
    return {
      key,
      identity,
      domain: realmOf(config),
      providerSid: facts.providerSid,
      providerSub: facts.providerSub,
      createdAt: now,
      seenAt: now,
      expiresAt: now + Math.round(facts.lifetimeMs ?? config.lifetimeMs),
      idleMs: config.idleMs,
      version: 1,
      userAgent: detached(facts.userAgent.slice(0, userAgentLengthMax)),
      address: facts.address,
      idTokenHint: keepToken ? this.#deps.sealer.seal('id-token', idToken) : '',
    }
  }

  /** Notes a session that is durable; gives how many of the person's own had to end for it. */
  #stored(
    session: Session,
    departed: { readonly own: readonly SessionKey[]; readonly others: readonly SessionKey[] },
  ): number {
    const { cache, health } = this.#finder
    health.succeeded('write')
    cache.put(session, this.#deps.clock.monotonic(), null)
    for (const key of departed.own) cache.delete(key)
    for (const key of departed.others) cache.delete(key)
    this.#counts.ended += departed.own.length + departed.others.length
    return departed.own.length
  }

  /** Seals a session that the store could not take; gives the cookie's value. */
  #seal(draft: Session, fault: StoreFault, config: SessionsSettings): string {
    this.#finder.health.failed('write', fault)
    const sealedMs = Math.min(config.sealedMs, revocationKeptMs)
    const seal = { at: this.#deps.clock.now(), until: draft.createdAt + sealedMs }
    const sealed = sealSession(this.#deps.sealer, draft, { seal, scope: config })
    this.#finder.cache.put(sealed.session, this.#deps.clock.monotonic(), seal)
    this.#counts.openedSealed++
    this.#deps.log.write('warn', 'session-sealed', {
      user: draft.identity.user,
      groups_left_out: sealed.groupsLeftOut,
      ...fault,
    })
    return sealed.value
  }

  /**
   * Ends the session of one cookie value. A value that stands for nothing leaves nothing; one that
   * cannot be looked up just now is not noted either, or strangers could fill the notes.
   */
  async #endValue(value: string, config: SessionsSettings): Promise<Session | null> {
    const lookup = await this.#finder.findValue(value, config)
    if (lookup.kind !== 'found') return null
    const { session } = lookup.cached
    await this.revoke({ key: session.key })
    return session
  }

  /** The store tells of sessions that ended or changed. */
  #changed(keys: readonly SessionKey[] | 'all'): void {
    if (keys !== 'all') {
      for (const key of keys) this.#finder.forget({ key })
      return
    }
    this.#readRevocations()
    this.#finder.invalidate()
  }

  /** Takes over what other processes revoked. */
  #readRevocations(): void {
    const stored = this.#deps.store.revocations()
    if (!stored.ok) return
    const known = new Set([...this.#finder.revocations].map(revocationId))
    for (const revocation of stored.value)
      if (!known.has(revocationId(revocation))) this.#finder.revocations.add(revocation)
  }

  /** Deletes ended sessions, batch by batch, so that no request waits for more than one batch. */
  async #sweep(): Promise<void> {
    this.#finder.revocations.prune(this.#deps.clock.now() - revocationKeptMs)
    if (this.#sweeping) return
    this.#sweeping = true
    const now = Math.floor(this.#clock.now()) - sweepGraceMs
    for (let batch = 0; batch < sweepBatchesMax; batch++) {
      const swept = await this.#deps.store.sweep(now, sweepBatch)
      if (!swept.ok) this.#finder.health.failed('write', swept.error)
      if (!swept.ok || swept.value < sweepBatch) break
    }
    this.#sweeping = false
  }

  /** Writes what the store could not take, and finds out whether it takes writes again. */
  async #retry(): Promise<void> {
    const { health, unwritten } = this.#finder
    for (const revocation of [...unwritten]) {
      const revoked = await this.#deps.store.revoke(revocation.selector, revocation.at)
      if (!revoked.ok) break
      unwritten.remove(revocation)
    }
    if (health.writes) return
    const probed: Result<void, StoreFault> = await this.#deps.store.probe()
    if (probed.ok) health.succeeded('write')
  }
}

/** Equal for equal revocations, whatever the order of their fields. */
function revocationId({ selector, at }: Revocation): string {
  return JSON.stringify([at, Object.entries(selector).toSorted()])
}
