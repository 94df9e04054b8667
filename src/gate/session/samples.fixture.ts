// Sessions for tests: one good one, changed where a test says so.
import type { Identity } from '../../model/identity.ts'
import type { Session, SessionKey } from '../../model/session.ts'
import type { SessionsSettings } from './finder.ts'
import type { SignInFacts } from './sessions.ts'

/** Where fake clocks start: 2026-11-24 00:00 UTC, epoch ms. */
export const sampleStart = Date.UTC(2026, 10, 24)

/** Alice, of group staff. */
export const alice: Identity = {
  user: 'alice',
  name: 'Alice Ångström',
  email: 'alice@example.com',
  groups: ['staff'],
  provider: 'id',
}

/** A session under `key`, created at {@link sampleStart}. */
export function sampleSession(key: string, changes: Partial<Session> = {}): Session {
  return {
    key: key as SessionKey,
    identity: alice,
    domain: 'example.com',
    providerSid: `sid-${key}`,
    providerSub: 'sub-alice',
    createdAt: sampleStart,
    seenAt: sampleStart,
    expiresAt: sampleStart + 7 * 86_400_000,
    idleMs: 86_400_000,
    version: 1,
    userAgent: 'Firefox on Linux',
    address: '192.0.2.7',
    idTokenHint: '',
    ...changes,
  }
}

/** Facts of a sign-in of `user`. */
export function sampleFacts(user: string, changes: Partial<SignInFacts> = {}): SignInFacts {
  return {
    identity: { ...alice, user },
    providerSid: `sid-${user}`,
    providerSub: `sub-${user}`,
    userAgent: 'Firefox on Linux',
    address: '192.0.2.7',
    idToken: '',
    ...changes,
  }
}

/** Settings as they come with a configuration that says nothing of sessions. */
export function sampleSettings(changes: Partial<SessionsSettings> = {}): SessionsSettings {
  return {
    store: 'memory',
    lifetimeMs: 7 * 86_400_000,
    idleMs: 86_400_000,
    perUserMax: 50,
    sessionsMax: 100_000,
    staleMs: 300_000,
    cacheTtlMs: 5000,
    cacheEntriesMax: 1000,
    sealedMs: 3_600_000,
    domain: 'example.com',
    secure: true,
    ...changes,
  }
}
