// Services and who may use them: the declared form, before policy compiles it.
import type { HostPattern, Hostname } from './host.ts'

/**
 * How a service is gated: `required` the gate decides, `app` the app has its own sign-in,
 * `public` anonymous allowed with identity passed on if there is one, `none` deliberately open.
 */
export type AuthTier = 'required' | 'app' | 'public' | 'none'

/** Every auth tier, for schemas and messages. */
export const authTiers = [
  'required',
  'app',
  'public',
  'none',
] as const satisfies readonly AuthTier[]

/** Who may pass where the tier is `required`. All lists empty: anyone signed in. Otherwise any match. */
export interface Requirement {
  readonly groups: readonly string[]
  readonly users: readonly string[]
  /** Domains of e-mail addresses, compared whole and lower case. */
  readonly emailDomains: readonly string[]
}

/**
 * One rule: where it applies (path pattern, methods, networks) and what it asks for.
 * Path patterns are `/`-anchored globs by segment: `*` is one segment, a final `**` is the rest,
 * including nothing (`/admin/**` covers `/admin`).
 */
export interface Rule extends Requirement {
  /** Stable name for logs and explain: `grafana.example.com /admin/** GET`. */
  readonly id: string
  readonly path: string
  /** Upper case; empty: all. */
  readonly methods: readonly string[]
  /** CIDR texts; empty: from anywhere. With entries, the rule applies only to addresses in them. */
  readonly networks: readonly string[]
  readonly auth: AuthTier
  /** Providers through which one must have signed in; empty: any. */
  readonly providers: readonly string[]
}

/** A thing with a host that people use, and its rules. */
export interface Service {
  readonly host: Hostname | HostPattern
  /** Name to show in the portal. */
  readonly name: string
  readonly rules: readonly Rule[]
  /** Compare paths without regard to ASCII case, for services that do. */
  readonly caseInsensitivePaths: boolean
  /** Where the demo proxy and the watch reach it; the gate itself never connects to it. */
  readonly upstream: string | null
}
