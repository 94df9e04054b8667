// What the ways of signing in share: where to go back to, the browser's binding, pages, the log.
import type { DecisionKind } from '../../model/decision.ts'
import type { GateConfig } from '../config.ts'
import type { Policy } from '../policy/policy.ts'
import type { Sealer } from '../seal.ts'
import type { Sessions } from '../session/sessions.ts'
import type { Clock } from '../../world/clock.ts'
import type { HttpClient } from '../../world/http-client.ts'
import type { Log } from '../../world/log.ts'
import type { Random } from '../../world/random.ts'

/** What every way of signing in is given. `config()` and `policy()` follow a reload. */
export interface SignInContext {
  config(): GateConfig
  policy(): Policy
  readonly sessions: Sessions
  readonly sealer: Sealer
  readonly clock: Clock
  readonly random: Random
  readonly http: HttpClient
  readonly log: Log
  readonly meter: SignInMeter
  /** Told of every page that ends a sign-in badly, so that its request id can be explained. */
  remember(refusal: SignInRefusal): void
}

/** A sign-in, or a sign-out, that ended on a page with a reason and a request id. */
export interface SignInRefusal {
  readonly requestId: string
  /** The decision of the same weight: 400 refuse, 403 forbid, 503 unavailable. */
  readonly decision: DecisionKind
  /** One of the codes of faults.ts. */
  readonly reason: string
  /** What was found, as in the log. */
  readonly detail: string
  /** Null when it is not known. */
  readonly clientAddress: string | null
}

/** Counters of sign-in. `outcome` and `method` come from closed lists of ours, never from a client. */
export interface SignInMeter {
  signIn(method: 'oidc' | 'password' | 'passkey', outcome: SignInOutcome): void
}

/** How an attempt to sign in ended. */
export type SignInOutcome =
  | 'success'
  | 'bad-credentials'
  | 'limited'
  | 'busy'
  | 'bad-state'
  | 'no-binding'
  | 'expired'
  | 'loop'
  | 'denied-by-provider'
  | 'provider-error'
  | 'bad-token'
