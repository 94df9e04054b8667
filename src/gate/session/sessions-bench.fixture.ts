// Everything that a test of sessions needs, put together over a store that can be made to fail.
import type { Session } from '../../model/session.ts'
import { type FakeClock, fakeClock } from '../../world/clock.ts'
import { type MemoryLog, memoryLog } from '../../world/log.ts'
import { type Random, realRandom } from '../../world/random.ts'
import { type Sealer, createSealer } from '../seal.ts'
import { createSessions } from './create-sessions.ts'
import { type FaultyStore, faultyStore } from './faulty-store.fixture.ts'
import type { SessionsSettings } from './finder.ts'
import { createMemoryStore } from './memory.ts'
import { sampleFacts, sampleSettings, sampleStart } from './samples.fixture.ts'
import type { SessionLookup, Sessions, SignInFacts } from './sessions.ts'

/** Sessions under test and what they stand on. `settings` may be changed at any time. */
export interface SessionsBench {
  readonly sessions: Sessions
  readonly store: FaultyStore
  readonly clock: FakeClock
  readonly log: MemoryLog
  readonly sealer: Sealer
  readonly random: Random
  settings: SessionsSettings
  /** Signs `user` in and gives the Cookie header that the browser sends from then on. */
  signIn(user: string, facts?: Partial<SignInFacts>): Promise<string>
  /** Another process over the same store: nothing cached. */
  restart(): Sessions
}

/** Sessions over memory, at {@link sampleStart}. */
export function sessionsBench(changes: Partial<SessionsSettings> = {}): SessionsBench {
  const clock = fakeClock(sampleStart)
  const random = realRandom()
  const log = memoryLog()
  const sealer = createSealer(random.bytes(32), random)
  const made = { settings: sampleSettings(changes) }
  const config = (): SessionsSettings => made.settings
  const store = faultyStore(createMemoryStore({ bounds: config, clock }))
  const start = (): Sessions => createSessions({ config, store, sealer, clock, random, log })
  const sessions = start()
  const signIn = async (user: string, facts: Partial<SignInFacts> = {}): Promise<string> =>
    cookieHeaderOf((await sessions.open(sampleFacts(user, facts), null)).setCookies)
  return Object.assign(made, {
    sessions,
    store,
    clock,
    log,
    sealer,
    random,
    signIn,
    restart: start,
  })
}

/** The Cookie header of a browser that received `setCookies` last. */
export function cookieHeaderOf(setCookies: readonly string[]): string {
  return setCookies.at(-1)?.split(';')[0] ?? ''
}

/** The session of a lookup that must have found one. */
export function foundSession(lookup: SessionLookup | Promise<SessionLookup>): Session {
  if (lookup instanceof Promise || lookup.kind !== 'found')
    throw new TypeError(`Expected a session, got ${JSON.stringify(lookup)}`)
  return lookup.cached.session
}

/** The kind of a lookup that must have answered at once. */
export function kindOf(lookup: SessionLookup | Promise<SessionLookup>): SessionLookup['kind'] {
  if (lookup instanceof Promise) throw new TypeError('Expected an answer at once')
  return lookup.kind
}

/** Lets promises that are under way settle. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 50; turn++) await Promise.resolve()
}
