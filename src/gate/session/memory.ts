// Sessions in memory: for tests and demos. Gone with the process.
import { type Session, type SessionKey, isLive } from '../../model/session.ts'
import { type Result, ok } from '../../std/result.ts'
import type { Clock } from '../../world/clock.ts'
import { RevocationList, isKeyOnly, matchesSelector } from './revocations.ts'
import { sessionBytes } from './cache.ts'
import {
  type Departed,
  type Lookup,
  type SealTimes,
  type SessionBounds,
  type SessionChanged,
  type SessionSelector,
  type SessionStore,
  type StoreFault,
  type StoreUsage,
  revocationKeptMs,
  revocationsMax,
} from './store.ts'

interface Row {
  /** Replaced by a copy when its last use is noted. */
  session: Session
  /** Epoch ms; 0 for a session that never was sealed. */
  readonly sealedUntil: number
}

/** What the memory store needs. `bounds` is asked at each use, so that a reload counts at once. */
export interface MemoryStoreDeps {
  readonly bounds: () => SessionBounds
  readonly clock: Clock
}

/** A store that lives and dies with the process. */
export function createMemoryStore(deps: MemoryStoreDeps): SessionStore {
  return new MemoryStore(deps)
}

const absent: Lookup = { kind: 'absent' }

class MemoryStore implements SessionStore {
  readonly kind = 'memory'
  readonly #deps: MemoryStoreDeps
  /** Oldest first: sessions are added in the order of their creation. */
  readonly #rows = new Map<SessionKey, Row>()
  /** Keys by provider and user, oldest first. Holds nobody who has no session. */
  readonly #byPerson = new Map<string, Set<SessionKey>>()
  readonly #revocations = new RevocationList(revocationsMax)
  #listener: SessionChanged = () => {}
  /** Sum of {@link sessionBytes} over all rows. */
  #bytes = 0

  constructor(deps: MemoryStoreDeps) {
    this.#deps = deps
  }

  async create(session: Session, seal?: SealTimes): Promise<Result<Departed, StoreFault>> {
    if (seal !== undefined && this.#revocations.means(session, seal.at))
      return ok({ own: [session.key], others: [] })
    // A sealed session may be moved here twice; it stays one.
    this.#remove(session.key)
    this.#rows.set(session.key, { session, sealedUntil: seal?.until ?? 0 })
    this.#bytes += sessionBytes(session)
    const person = personOf(session)
    const keys = this.#byPerson.get(person) ?? new Set()
    this.#byPerson.set(person, keys.add(session.key))
    const { perUserMax, sessionsMax } = this.#deps.bounds()
    const own = this.#evict(keys, keys.size - perUserMax)
    const others = this.#evict(this.#rows.keys(), this.#rows.size - sessionsMax)
    const live = own.filter((row) => isLive(row.session, session.createdAt))
    return ok({ own: live.map(keyOf), others: others.map(keyOf) })
  }

  find(key: SessionKey): Lookup {
    const row = this.#rows.get(key)
    return row === undefined ? absent : { kind: 'found', session: row.session }
  }

  touch(key: SessionKey, seenAt: number): void {
    const row = this.#rows.get(key)
    if (row !== undefined && row.session.seenAt < seenAt) row.session = { ...row.session, seenAt }
  }

  async revoke(selector: SessionSelector, at: number): Promise<Result<number, StoreFault>> {
    const matching = this.#matching(selector)
    const sealed = matching.some((row) => row.sealedUntil > 0)
    if (!isKeyOnly(selector) || matching.length === 0 || sealed)
      this.#revocations.add({ selector, at })
    const keys = matching.map((row) => row.session.key)
    for (const key of keys) this.#remove(key)
    if (keys.length > 0) this.#listener(keys)
    return ok(keys.length)
  }

  revocations(): ReturnType<SessionStore['revocations']> {
    return ok([...this.#revocations])
  }

  async list(
    selector: SessionSelector,
    limit: number,
  ): Promise<Result<readonly Session[], StoreFault>> {
    const sessions = this.#matching(selector).map((row) => row.session)
    return ok(sessions.toSorted((a, b) => b.createdAt - a.createdAt).slice(0, limit))
  }

  async sweep(now: number, limit: number): Promise<Result<number, StoreFault>> {
    this.#revocations.prune(this.#deps.clock.now() - revocationKeptMs)
    const ended: SessionKey[] = []
    for (const [key, { session, sealedUntil }] of this.#rows) {
      const endsAt = Math.max(
        sealedUntil,
        Math.min(session.expiresAt, session.seenAt + session.idleMs),
      )
      if (endsAt <= now && ended.push(key) >= limit) break
    }
    for (const key of ended) this.#remove(key)
    return ok(ended.length)
  }

  usage(): Result<StoreUsage, StoreFault> {
    return ok({ sessions: this.#rows.size, bytes: this.#bytes, backgroundFaults: 0 })
  }

  async probe(): Promise<Result<void, StoreFault>> {
    return ok(undefined)
  }

  onChange(listener: SessionChanged): void {
    this.#listener = listener
  }

  async close(): Promise<void> {}

  /** All rows that match, oldest first. */
  #matching(selector: SessionSelector): Row[] {
    if (selector.key !== undefined) {
      const row = this.#rows.get(selector.key)
      return row !== undefined && matchesSelector(row.session, selector) ? [row] : []
    }
    return [...this.#rows.values()].filter((row) => matchesSelector(row.session, selector))
  }

  /** Removes the first `count` of `keys`; a seal that is still good must not bring one back. */
  #evict(keys: Iterable<SessionKey>, count: number): Row[] {
    const leaving: Row[] = []
    for (const key of keys) {
      const row = this.#rows.get(key)
      if (leaving.length >= count || row === undefined) break
      leaving.push(row)
    }
    for (const row of leaving) {
      const { key } = row.session
      if (row.sealedUntil > 0)
        this.#revocations.add({ selector: { key }, at: this.#deps.clock.now() })
      this.#remove(key)
    }
    return leaving
  }

  /** Removes one row from every index. */
  #remove(key: SessionKey): void {
    const row = this.#rows.get(key)
    if (row === undefined) return
    this.#rows.delete(key)
    this.#bytes -= sessionBytes(row.session)
    const person = personOf(row.session)
    const keys = this.#byPerson.get(person)
    keys?.delete(key)
    if (keys?.size === 0) this.#byPerson.delete(person)
  }
}

function keyOf(row: Row): SessionKey {
  return row.session.key
}

/** One key for a person: no name holds a line feed. */
function personOf(session: Session): string {
  return `${session.identity.provider}\n${session.identity.user}`
}
