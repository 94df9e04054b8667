// What belongs to one provider while it is served: its sessions, and the seals of its sign-ins.
import { createHash } from 'node:crypto'
import { toUtf8 } from '../../../std/bytes.ts'
import type { Random } from '../../../world/random.ts'
import { type Sealer, createSealer } from '../../seal.ts'
import type { SessionScope, SessionView, Sessions } from '../../session/sessions.ts'
import type { OutpostProvider } from '../outpost.ts'

/** Longest token that a session keeps, in characters; above it nginx's buffers end, too. */
export const tokenLengthMax = 16_000

/** One provider, as it is now. */
export interface Desk {
  readonly provider: OutpostProvider
  readonly sessions: SessionView
  /** Keyed with the cookie secret: any replica of the outpost opens what another one sealed. */
  readonly sealer: Sealer
}

/** The desks of an outpost, by client id. Sessions outlive changes of a provider that do not concern them. */
export class Desks {
  readonly #sessions: Sessions
  readonly #random: Random
  readonly #desks = new Map<string, Desk>()

  constructor(sessions: Sessions, random: Random) {
    this.#sessions = sessions
    this.#random = random
  }

  /** The desk of `provider`, made at its first request. */
  of(provider: OutpostProvider): Desk {
    const known = this.#desks.get(provider.clientId)
    if (known?.provider === provider) return known
    const scope = scopeOf(provider)
    const sealer =
      known?.provider.cookieSecret === provider.cookieSecret
        ? known.sealer
        : createSealer(toUtf8(`authentik cookie secret ${provider.cookieSecret}`), this.#random)
    const desk = { provider, sealer, sessions: this.#sessions.within(() => scope) }
    this.#desks.set(provider.clientId, desk)
    return desk
  }

  /** Forgets desks of providers that are gone. */
  keep(clientIds: ReadonlySet<string>): void {
    for (const clientId of this.#desks.keys())
      if (!clientIds.has(clientId)) this.#desks.delete(clientId)
  }
}

/**
 * The cookie of a provider. The realm ties sessions to what, when it changes, has to end them:
 * the provider, its domain, and the secret that authentik renews to end them.
 */
export function scopeOf(provider: OutpostProvider): SessionScope {
  const { clientId, cookieDomain, cookieName, cookieSecret, external, lifetimeMs } = provider
  const secret = createHash('sha256').update(cookieSecret).digest('base64url').slice(0, 12)
  return Object.freeze({
    name: cookieName,
    domain: cookieDomain ?? '',
    secure: external.scheme === 'https',
    realm: `${cookieDomain ?? external.hostname} ${clientId} ${secret}`,
    lifetimeMs,
    idleMs: lifetimeMs,
    idTokenLengthMax: tokenLengthMax,
  })
}
