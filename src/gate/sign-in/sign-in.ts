// What the ways of signing in share: where to go back to, the browser's binding, pages, the log.
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
