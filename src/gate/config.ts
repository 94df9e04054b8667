// What the gate needs to be told: the typed, checked, frozen form. src/config/ makes it from a file.
import type { Hostname } from '../model/host.ts'
import type { ListenAddress } from '../model/listen-address.ts'
import type { NetworkSet } from '../model/network.ts'
import type { Service } from '../model/service.ts'
import type { OutpostSettings } from './authentik/settings.ts'

/** One OpenID Connect provider as configured (OpenID Connect Core 1.0, RFC 6749). */
export interface OidcProviderConfig {
  /** Name in URLs, policy and logs: `[a-z0-9-]{1,32}`. */
  readonly id: string
  /** Name on the chooser. */
  readonly title: string
  readonly issuer: string
  readonly clientId: string
  readonly clientSecret: string
  readonly scopes: readonly string[]
  /** Claim names that user, groups, e-mail and name are read from. */
  readonly claims: {
    readonly user: string
    readonly groups: string
    readonly email: string
    readonly name: string
  }
  /** Permits an `http:` issuer; for a provider on this machine only. */
  readonly allowInsecureIssuer: boolean
}

/** The built-in accounts. */
export interface AccountsConfig {
  /** YAML file of people, null when only `gatehouse users add` is used. */
  readonly file: string | null
  /** How many password hashes may run at once; further ones wait in a queue of `hashQueueMax`. */
  readonly hashesMax: number
  readonly hashQueueMax: number
  /** Failed attempts per (account, network) in `attemptWindowMs` before the door stays shut for it. */
  readonly attemptsMax: number
  readonly attemptWindowMs: number
}

/** Who signs people in. At least one of the two is there. */
export interface IdentityConfig {
  readonly oidc: readonly OidcProviderConfig[]
  readonly accounts: AccountsConfig | null
}

/** Bounds of sessions; every one is reported by metrics. Times in milliseconds. */
export interface SessionsConfig {
  readonly store: 'sqlite' | 'memory'
  readonly lifetimeMs: number
  readonly idleMs: number
  readonly perUserMax: number
  readonly sessionsMax: number
  /** How long a known session is served while the store does not answer. */
  readonly staleMs: number
  /** Age after which a cached session is read again. */
  readonly cacheTtlMs: number
  readonly cacheEntriesMax: number
  /** Life of a sealed session that could not be stored. */
  readonly sealedMs: number
}

/** Names of the identity headers that a service receives. */
export interface IdentityHeaderNames {
  readonly user: string
  readonly groups: string
  readonly email: string
  readonly name: string
}

/** Everything that the gate needs to be told. */
export interface GateConfig {
  /** Origin of the sign-in host, without a trailing slash: `https://auth.example.com`. */
  readonly origin: string
  readonly host: Hostname
  /** True when the origin is https: cookies are then `Secure` and carry their name prefixes. */
  readonly secure: boolean
  /** Cookie domain; the sign-in host is inside it. */
  readonly domain: string
  readonly trustedProxies: NetworkSet
  readonly listen: { readonly http: ListenAddress; readonly metrics: ListenAddress | null }
  readonly dataDir: string
  readonly identity: IdentityConfig
  readonly sessions: SessionsConfig
  readonly identityHeaders: IdentityHeaderNames
  readonly groupsBytesMax: number
  /** What a person who is not allowed in can do about it, for the 403 page; empty: nothing is said. */
  readonly support: string
  readonly services: readonly Service[]
  /** Set when authentik drives this gate as its outpost; else null. */
  readonly outpost: OutpostSettings | null
  /**
   * Key by which probes of a watch are told (`watch.probe_key`); absent: the one derived from the secret,
   * see `probeKeyOf` in `src/model/probe-mark.ts`.
   */
  readonly probeKey?: string
}
