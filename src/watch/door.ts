// A door: one (host, path, headers) that a stranger can knock at, and what its auth tier promises.
import type { Hostname } from '../model/host.ts'
import type { AuthTier } from '../model/service.ts'

/** What is knocked at. Made from the declared services (`src/watch/plan/`). */
export interface Door {
  /** Stable: `grafana.example.com/api/health`. */
  readonly id: string
  readonly host: Hostname
  /** Begins with `/`; a concrete path that the rule covers, never a pattern. */
  readonly path: string
  /** Request headers that choose this door among others of the same host and path. */
  readonly headers: Readonly<Record<string, string>>
  readonly tier: AuthTier
  /** Statuses that the service may answer with where it answers itself; empty: the default of its tier. */
  readonly statuses: readonly number[]
  /** Text that the body of the service holds, when one is declared; a 200 without it is a failure. */
  readonly marker: string | null
  /** Where the service itself listens, for the vantage `upstream`: `http://10.0.20.7:3000`. */
  readonly upstream: string | null
}

/** From where a door is tried. */
export const vantages = ['edge', 'ingress', 'gate', 'upstream'] as const

/** `edge` by public name · `ingress` address pinned, name and SNI kept · `gate` the auth endpoint itself · `upstream` the service itself. */
export type Vantage = (typeof vantages)[number]

/** Who answered, which matters more than the number (study, section 4.4). */
export const answerClasses = [
  'REDIRECT_IDP',
  'REDIRECT_OTHER',
  'CONTENT',
  'SIGN_IN_401',
  'DENIED_403',
  'CHALLENGE',
  'FALLBACK_BASIC',
  'GATE_4XX',
  'GATE_5XX',
  'EDGE_5XX',
  'WORKER_PAGE',
  'INGRESS_404',
  'INGRESS_5XX',
  'RATE_LIMITED',
  'UPSTREAM_5XX',
  'TLS',
  'DNS',
  'CONNECT',
  'TIMEOUT',
  'TOO_LARGE',
  'MALFORMED',
  'SIGN_IN_REFUSED',
  'SIGN_IN_DENIED',
  'SIGN_IN_MFA',
  'SIGN_IN_CAPTCHA',
  'SIGN_IN_UNKNOWN_STAGE',
  'SIGN_IN_DEACTIVATED',
  'SIGN_IN_ERROR',
  'SIGN_IN_LOOP',
  'SIGN_IN_ELSEWHERE',
  'OTHER',
] as const

/** One of {@link answerClasses}. */
export type AnswerClass = (typeof answerClasses)[number]

/** One knock and what came of it. */
export interface Observation {
  /** Id of the probe: a row of the matrix (`edge_anon_fwd`), or `door:<door id>@<vantage>`. */
  readonly probe: string
  /** Null for probes that knock at no door (`dns`, `control_inet`). */
  readonly door: Door | null
  readonly vantage: Vantage | null
  /** Replica that the address was pinned to, null for none. */
  readonly replica: string | null
  /** Epoch ms of the end. */
  readonly at: number
  readonly ms: number
  readonly class: AnswerClass
  /** HTTP status; null where none came. */
  readonly status: number | null
  /** True: what the contract promises. */
  readonly ok: boolean
  /** For people: what came and what was promised, without anything secret. At most 300 characters. */
  readonly detail: string
  /** Epoch ms at which the leaf certificate ends; absent where there was none. */
  readonly certificateNotAfter?: number
}
