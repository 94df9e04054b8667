// Revocations kept in memory: for sealed sessions, which no deleted row can end, and for a store that
// cannot write just now.
import type { Session, SessionKey } from '../../model/session.ts'
import type { Revocation, SessionSelector } from './store.ts'

/** True when every given field of `selector` matches `session`. */
export function matchesSelector(session: Session, selector: SessionSelector): boolean {
  const { identity } = session
  return (
    (selector.key === undefined || selector.key === session.key) &&
    (selector.user === undefined || selector.user === identity.user) &&
    (selector.provider === undefined || selector.provider === identity.provider) &&
    matchesProviderId(selector.providerSid, session.providerSid) &&
    matchesProviderId(selector.providerSub, session.providerSub) &&
    (selector.createdUntil === undefined || session.createdAt <= selector.createdUntil)
  )
}

/** An empty id is no id: it must not match all those who have none either. */
function matchesProviderId(selected: string | undefined, id: string): boolean {
  return selected === undefined || (selected !== '' && selected === id)
}

/** True for a selector of one session by key and nothing else. */
export function isKeyOnly(selector: SessionSelector): boolean {
  return (
    selector.key !== undefined &&
    selector.user === undefined &&
    selector.provider === undefined &&
    selector.providerSid === undefined &&
    selector.providerSub === undefined
  )
}

/**
 * At most `entriesMax` revocations of single sessions and as many of other kinds, oldest forgotten
 * first. Two bounds, so that many sign-outs cannot push out what an administrator revoked.
 */
export class RevocationList implements Iterable<Revocation> {
  readonly #byKey = new Map<SessionKey, Revocation>()
  #others: Revocation[] = []
  readonly #entriesMax: number

  constructor(entriesMax: number) {
    this.#entriesMax = entriesMax
  }

  get size(): number {
    return this.#byKey.size + this.#others.length
  }

  /**
   * True when a revocation means `session`, which was sealed at `sealedAt` (wall, epoch ms). One by key
   * means it whatever the clocks said: the key is made of the seal, so no later one can have it.
   */
  means(session: Session, sealedAt: number): boolean {
    if (this.#byKey.has(session.key)) return true
    return this.#others.some(
      ({ selector, at }) => sealedAt <= at && matchesSelector(session, selector),
    )
  }

  add(revocation: Revocation): void {
    const { selector } = revocation
    if (selector.key !== undefined && isKeyOnly(selector)) {
      this.#byKey.delete(selector.key)
      this.#byKey.set(selector.key, revocation)
      if (this.#byKey.size <= this.#entriesMax) return
      for (const oldest of this.#byKey.keys()) return void this.#byKey.delete(oldest)
    } else {
      this.#others.push(revocation)
      if (this.#others.length > this.#entriesMax) this.#others.shift()
    }
  }

  /** Forgets those before `time` (wall, epoch ms). */
  prune(time: number): void {
    for (const [key, { at }] of this.#byKey) if (at < time) this.#byKey.delete(key)
    if (this.#others.some(({ at }) => at < time))
      this.#others = this.#others.filter(({ at }) => at >= time)
  }

  remove(revocation: Revocation): void {
    const { key } = revocation.selector
    if (key !== undefined && this.#byKey.get(key) === revocation) this.#byKey.delete(key)
    else this.#others = this.#others.filter((entry) => entry !== revocation)
  }

  *[Symbol.iterator](): Iterator<Revocation> {
    yield* this.#byKey.values()
    yield* this.#others
  }
}
