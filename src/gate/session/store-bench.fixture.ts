// What each case of the contract of session stores stands on.
import type { Session, SessionKey } from '../../model/session.ts'
import type { Result } from '../../std/result.ts'
import { type FakeClock } from '../../world/clock.ts'
import { alice, sampleSession, sampleStart } from './samples.fixture.ts'
import { type SessionBounds, type SessionStore } from './store.ts'

/** A store of the kind under test, with all that a case needs around it. */
export interface Bench {
  readonly store: SessionStore
  readonly clock: FakeClock
  readonly changes: (readonly SessionKey[] | 'all')[]
  bounds: SessionBounds
}

/** Makes one, within these bounds. */
export type MakeBench = (bounds?: SessionBounds) => Bench

/** The value of a success; fails the test otherwise. */
export function valueOf<T, E>(result: Result<T, E>): T {
  if (!result.ok) throw new TypeError(`Expected a success, got ${JSON.stringify(result.error)}`)
  return result.value
}

/** Creates them one after the other. */
export async function keep(store: SessionStore, ...sessions: readonly Session[]): Promise<void> {
  for (const session of sessions) valueOf(await store.create(session))
}

/** Keys of all sessions, newest first. */
export async function keysOf(store: SessionStore): Promise<string[]> {
  return valueOf(await store.list({}, 1000)).map((session) => session.key)
}

/** A session of `user` that was created `order` ms after the start. */
export function nth(user: string, order: number, changes: Partial<Session> = {}): Session {
  const createdAt = sampleStart + order
  const identity = { ...alice, user }
  return sampleSession(`${user}-${order}`, { identity, createdAt, seenAt: createdAt, ...changes })
}

/** In ms. */
export const hour = 3_600_000
