// The contract of the authentik outpost: what the control plane gives, and everything else builds on.
import type { Hostname } from '../../model/host.ts'
import type { Cancel } from '../../world/clock.ts'
import type { HttpClient } from '../../world/http-client.ts'
import type { Allowlist } from './allowlist.ts'
import type { ExternalHost } from './external-host.ts'

/** How a proxy provider is used. */
export type ProviderMode = 'proxy' | 'forward_single' | 'forward_domain'

/** The service behind a provider in mode `proxy`. */
export interface InternalHost {
  readonly scheme: 'http' | 'https'
  /** `host[:port]`. */
  readonly host: string
  /** Path in front of every request's path, without a trailing slash; empty when there is none. */
  readonly basePath: string
  /** False: the certificate of the service is not verified (`internal_host_ssl_validation`). */
  readonly verifyTls: boolean
}

/**
 * How tokens of a provider are signed. `client-secret`: HS256 keyed with the bytes of the client
 * secret, nothing else is accepted. `jwks`: keys of `jwksUri`, only the algorithms named.
 */
export type TokenSigning =
  | { readonly kind: 'client-secret' }
  | { readonly kind: 'jwks'; readonly algorithms: readonly string[] }

/** Endpoints of a provider, hosts already rewritten for the browser where that applies. */
export interface ProviderEndpoints {
  readonly issuer: string
  readonly authorization: string
  readonly endSession: string
  /** Called by us, with {@link backChannelHeaders}. */
  readonly token: string
  /** Called by us, with {@link backChannelHeaders}. */
  readonly introspection: string
  /** Fetched by us, without a `Host` of our own; also the value of `X-authentik-meta-jwks`. */
  readonly jwksUri: string
  readonly signing: TokenSigning
  /** `User-Agent`, and `Host` and `X-Forwarded-Proto` where authentik has to see its public address. */
  readonly backChannelHeaders: Readonly<Record<string, string>>
}

/** Claim names (in `ak_proxy.user_attributes`) that become `Authorization: Basic` for the service. */
export interface BasicAuthAttributes {
  readonly user: string
  readonly password: string
}

/** A certificate with its key, both PEM, for the HTTPS listener. */
export interface CertificatePair {
  readonly uuid: string
  /** As authentik reports it (`fingerprint_sha256`); tells whether it changed. */
  readonly fingerprint: string
  readonly certificatePem: string
  readonly privateKeyPem: string
}

/** A proxy provider that can be served. Everything in it is checked and frozen. */
export interface OutpostProvider {
  readonly pk: number
  readonly name: string
  readonly mode: ProviderMode
  readonly external: ExternalHost
  /** Null in both forward modes. */
  readonly internal: InternalHost | null
  readonly clientId: string
  readonly clientSecret: string
  /** Shared by all replicas of the outpost, upstream's too. Never empty. */
  readonly cookieSecret: string
  /** `authentik_proxy_` and the first 8 hex digits of the SHA-256 of the client id. */
  readonly cookieName: string
  /** Domain of the session cookie, without a leading dot; null for a host-only cookie. */
  readonly cookieDomain: Hostname | null
  /** Access token validity: how long a session lives, in milliseconds. */
  readonly lifetimeMs: number
  readonly allowlist: Allowlist
  /** In mode `proxy`: a request with `Authorization` and no session gets 401 instead of a redirect. */
  readonly interceptHeaderAuth: boolean
  /** Null when it is switched off. */
  readonly basicAuth: BasicAuthAttributes | null
  readonly certificate: CertificatePair | null
  readonly endpoints: ProviderEndpoints
  readonly scopes: readonly string[]
  readonly application: { readonly slug: string; readonly name: string }
}

/** A provider that authentik delivered and that cannot be served. Its hosts stay shut. */
export interface UnusableProvider {
  readonly pk: number | null
  readonly name: string
  /** What is wrong, one sentence a field; for the log. */
  readonly faults: readonly string[]
  /** `host[:port]` that it would have answered for, as far as known. */
  readonly host: string | null
  /** Cookie domain that it would have answered for; null when it has none. */
  readonly domain: Hostname | null
  /** True when not even that is known: then no provider answers for a host that it does not name. */
  readonly unknownHosts: boolean
}

/** The outpost itself. */
export interface OutpostIdentity {
  readonly pk: string
  readonly name: string
  /** True for authentik's own embedded outpost. */
  readonly embedded: boolean
  readonly refreshIntervalMs: number
  /** `trace`, `debug`, `info`, `warning`, `error` or null when the outpost does not say. */
  readonly logLevel: string | null
  /** Value of `X-authentik-meta-version` and of `User-Agent`: `goauthentik.io/outpost/<version>`. */
  readonly agent: string
}

/**
 * Which provider answers for a host. `host`: its `external_host` names it. `domain`: the host lies in its
 * cookie domain. `only`: it is the only one of the outpost (worth a warning). `unusable`: a
 * provider owns the host but cannot be served, refuse. `none`: 400, "no app for hostname".
 */
export type ProviderMatch =
  | { readonly kind: 'host' | 'domain' | 'only'; readonly provider: OutpostProvider }
  | { readonly kind: 'unusable'; readonly name: string }
  | { readonly kind: 'none' }

/** One configuration, whole: it never changes, the next one replaces it. */
export interface OutpostConfig {
  readonly outpost: OutpostIdentity
  /** In the order of authentik: by name. */
  readonly providers: readonly OutpostProvider[]
  readonly unusable: readonly UnusableProvider[]
  /** When authentik gave it, milliseconds since the epoch. Older than the process when read from disk. */
  readonly fetchedAt: number
  /** The provider for the value of `X-Forwarded-Host` or `Host`, which may carry a port. */
  providerFor(host: string): ProviderMatch
  /** The provider with that client id: sessions and states name it so. Null when it is gone. */
  providerWithClientId(clientId: string): OutpostProvider | null
}

/** How the control plane is doing, for health and metrics. Times in milliseconds since the epoch. */
export interface ControlPlaneState {
  /** `none`: no configuration yet. `disk`: the last good one of an earlier run. `live`: from authentik. */
  readonly source: 'none' | 'disk' | 'live'
  readonly connected: boolean
  /** UUID of this process towards authentik. */
  readonly instance: string
  /** Null before the first success. */
  readonly lastUpdate: number | null
  /** Refreshes that failed since the last good one; 0 when all is well. */
  readonly failuresInRow: number
  readonly refreshes: Readonly<Record<'good' | 'failed', number>>
  /** Why the latest refresh failed, one sentence; null when it did not. */
  readonly lastFault: string | null
  readonly messages: Readonly<Record<MessageKind, number>>
  readonly reconnects: number
}

/** Kinds of WebSocket messages that are counted; `bad` is anything that is no message at all. */
export type MessageKind =
  | 'ack'
  | 'trigger-update'
  | 'session-end'
  | 'provider-specific'
  | 'unknown'
  | 'bad'

/** The connection to authentik, as the rest of the outpost sees it. */
export interface ControlPlane {
  /** The latest good configuration; null before the first: then everything is answered 503. */
  current(): OutpostConfig | null
  /** Called after each change of what {@link current} gives; not for a refresh that changed nothing. */
  onChange(listener: (config: OutpostConfig, previous: OutpostConfig | null) => void): Cancel
  /** Called with the `sid` claim of sessions that ended at authentik, most of which are not ours. */
  onSessionEnd(listener: (sid: string) => void): Cancel
  state(): ControlPlaneState
  /** Asks for a refresh soon, as SIGUSR1 or SIGHUP do. */
  refresh(): void
  /** For all calls to authentik: follows AUTHENTIK_INSECURE and a `unix:` address. */
  readonly http: HttpClient
  close(): Promise<void>
}
