// Basic and Bearer: asked once, remembered for a minute, good or bad; what is wrong again and
// again stops being asked about, so that nobody can make us knock at authentik as often as they like.
import { BoundedMap } from '../../../std/bounded-map.ts'
import { fromUtf8 } from '../../../std/bytes.ts'
import type { Result } from '../../../std/result.ts'
import type { Clock } from '../../../world/clock.ts'
import { sha256 } from '../../sign-in/digest.ts'
import type { OutpostProvider } from '../outpost.ts'
import type { OutpostClaims } from './claims.ts'
import type { TokenClient, TokenFault } from './tokens.ts'

/** How long an answer of authentik's holds. */
export const rememberedMs = 60_000
/** Good and bad credentials are kept apart: no number of bad ones pushes out a good one. */
const goodMax = 10_000
const badMax = 10_000
/** Refusals within a minute after which nothing more from an address is asked about. */
export const refusalsPerAddressMax = 10
/** The same for all addresses of one provider. */
export const refusalsPerProviderMax = 100
const windowMs = 60_000
const addressesMax = 10_000
/** Questions to authentik at one time, all providers together. */
const askingMax = 16
/** A credential that was good within this time may always be asked about. */
const provenMs = 3_600_000
/** Longest `Authorization` value that is looked at. */
const credentialLengthMax = 16_384

interface Remembered {
  readonly claims: OutpostClaims | null
  /** Monotonic ms. */
  readonly until: number
}

interface Window {
  /** Monotonic ms. */
  startedAt: number
  refusals: number
}

/** A credential in an `Authorization` header. */
export type Credential =
  | { readonly kind: 'bearer'; readonly token: string }
  | { readonly kind: 'basic'; readonly username: string; readonly password: string }

/** The reserved user name of a Basic credential whose password is a token. */
const tokenUser = 'goauthentik.io/token'

/** Reads `Authorization` (RFC 9110 section 11.4); null for another scheme or a malformed value. */
export function parseCredential(authorization: string): Credential | null {
  if (authorization.length > credentialLengthMax) return null
  const [, scheme = '', rest = ''] = /^([A-Za-z]+) +(\S+)$/.exec(authorization) ?? []
  if (scheme.toLowerCase() === 'bearer') return { kind: 'bearer', token: rest }
  if (scheme.toLowerCase() !== 'basic' || !/^[A-Za-z0-9+/]+={0,2}$/.test(rest)) return null
  const text = fromUtf8(Buffer.from(rest, 'base64'))
  const colon = text === null ? -1 : text.indexOf(':')
  if (text === null || colon === -1) return null
  const username = text.slice(0, colon)
  const password = text.slice(colon + 1)
  if (username === tokenUser) return { kind: 'bearer', token: password }
  return { kind: 'basic', username, password }
}

/** Who an `Authorization` header stands for. */
export class HeaderAuth {
  readonly #tokens: TokenClient
  readonly #clock: Clock
  readonly #good = new BoundedMap<string, Remembered>(goodMax)
  readonly #bad = new BoundedMap<string, Remembered>(badMax)
  readonly #proven = new BoundedMap<string, number>(goodMax)
  readonly #byAddress = new BoundedMap<string, Window>(addressesMax)
  readonly #byProvider = new BoundedMap<string, Window>(addressesMax)
  readonly #asking = new Map<string, Promise<OutpostClaims | null>>()
  /** Questions that were not asked because too many had been refused. */
  limited = 0

  constructor(tokens: TokenClient, clock: Clock) {
    this.#tokens = tokens
    this.#clock = clock
  }

  /** Claims, or null: not good, not readable, or not to be asked about now. Never rejects. */
  async claims(
    provider: OutpostProvider,
    authorization: string,
    client: string,
  ): Promise<OutpostClaims | null> {
    const credential = parseCredential(authorization)
    if (credential === null) return null
    // A digest: the maps hold nothing that anyone could sign in with.
    const key = sha256(`${provider.clientId} ${provider.clientSecret} ${authorization}`)
    const now = this.#clock.monotonic()
    const known = this.#good.get(key) ?? this.#bad.get(key)
    if (known !== undefined && now < known.until) {
      const { claims } = known
      if (claims === null || claims.expiresAt > this.#clock.now()) return claims
    }
    const running = this.#asking.get(key)
    if (running !== undefined) return running
    if (!this.#mayAsk(key, provider, client)) {
      this.limited++
      return null
    }
    const asking = this.#ask({ provider, credential, key, client }).finally(() =>
      this.#asking.delete(key),
    )
    this.#asking.set(key, asking)
    return asking
  }

  /** Forgets credentials of sessions that authentik ended: they are asked about again. */
  forgetSession(sid: string): void {
    for (const [key, { claims }] of [...this.#good.entries()])
      if (claims?.sid === sid) this.#good.delete(key)
  }

  #mayAsk(key: string, provider: OutpostProvider, client: string): boolean {
    if (this.#asking.size >= askingMax) return false
    const provenAt = this.#proven.peek(key)
    if (provenAt !== undefined && this.#clock.monotonic() - provenAt < provenMs) return true
    return (
      this.#refusals(this.#byAddress, client) < refusalsPerAddressMax &&
      this.#refusals(this.#byProvider, provider.clientId) < refusalsPerProviderMax
    )
  }

  #refusals(windows: BoundedMap<string, Window>, key: string): number {
    const window = windows.peek(key)
    const isOver = window === undefined || this.#clock.monotonic() - window.startedAt >= windowMs
    return isOver ? 0 : window.refusals
  }

  #refused(windows: BoundedMap<string, Window>, key: string): void {
    const refusals = this.#refusals(windows, key)
    const startedAt = refusals === 0 ? this.#clock.monotonic() : (windows.peek(key)?.startedAt ?? 0)
    windows.set(key, { startedAt, refusals: refusals + 1 })
  }

  async #ask(question: {
    readonly provider: OutpostProvider
    readonly credential: Credential
    readonly key: string
    readonly client: string
  }): Promise<OutpostClaims | null> {
    const { provider, credential, key, client } = question
    // Counted before the answer: questions under way count, however slow authentik is.
    this.#refused(this.#byAddress, client)
    this.#refused(this.#byProvider, provider.clientId)
    const answer = await this.#askTokens(provider, credential)
    const until = this.#clock.monotonic() + rememberedMs
    if (answer.ok) {
      this.#good.set(key, { claims: answer.value, until })
      this.#proven.set(key, this.#clock.monotonic())
      this.#forgive(this.#byAddress, client)
      this.#forgive(this.#byProvider, provider.clientId)
      return answer.value
    }
    // Trouble of authentik's own is no verdict: not remembered, but counted like a refusal.
    if (answer.error.kind !== 'trouble') this.#bad.set(key, { claims: null, until })
    return null
  }

  #forgive(windows: BoundedMap<string, Window>, key: string): void {
    const window = windows.peek(key)
    if (window !== undefined && window.refusals > 0) window.refusals--
  }

  #askTokens(
    provider: OutpostProvider,
    credential: Credential,
  ): Promise<Result<OutpostClaims, TokenFault>> {
    return credential.kind === 'bearer'
      ? this.#tokens.introspect(provider, credential.token)
      : this.#tokens.withPassword(provider, credential.username, credential.password)
  }
}
