// The compatible side of an outpost, put together.
import type { Cancel, Clock } from '../../../world/clock.ts'
import type { Log } from '../../../world/log.ts'
import type { Random } from '../../../world/random.ts'
import type { EndpointState } from '../../auth-endpoint.ts'
import type { Meter } from '../../meter.ts'
import type { Observer } from '../../observer.ts'
import type { Sessions } from '../../session/sessions.ts'
import type { SignInMeter } from '../../sign-in/sign-in.ts'
import type { ControlPlane, OutpostConfig } from '../outpost.ts'
import { Compat } from './compat.ts'
import { Desks } from './desk.ts'
import { EventReporter } from './events.ts'
import { HeaderAuth } from './header-auth.ts'
import type { OutpostAnswerMeter } from './metrics.ts'
import { SessionEnds } from './session-ends.ts'
import { OutpostSignIn } from './sign-in.ts'
import { TokenClient } from './tokens.ts'

/** What an outpost is built on. The functions follow a reload. */
export interface CompatOptions {
  readonly control: ControlPlane
  readonly sessions: Sessions
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly meter: Meter
  readonly signInMeter: SignInMeter
  readonly observer: Observer
  state(): EndpointState
  nextRequestId(): string
  /** Told of each answer below the outpost's prefix. */
  readonly onAnswer?: OutpostAnswerMeter
}

/** A running compatible side. `stop` ends what it listens to; sessions and control plane stay. */
export interface RunningCompat {
  readonly compat: Compat
  readonly stop: Cancel
}

/** Builds it and begins to listen for sessions that end at authentik. */
export function createCompat(options: CompatOptions): RunningCompat {
  const { control, sessions, clock, random, log, nextRequestId } = options
  const tokens = new TokenClient(control.http, clock)
  const headerAuth = new HeaderAuth(tokens, clock)
  const desks = new Desks(sessions, random)
  const signIn = new OutpostSignIn({
    ...{ sessions, tokens, clock, random, log, nextRequestId },
    meter: options.signInMeter,
  })
  const settings = (): EndpointState['config']['outpost'] => options.state().config.outpost
  const compat = new Compat({
    ...{ control, sessions, clock, desks, headerAuth, signIn, nextRequestId },
    events: new EventReporter({ http: control.http, clock, log, settings }),
    observer: options.observer,
    meter: options.meter,
    state: () => options.state(),
    refusesFetches: () => settings()?.refuseFetches ?? false,
    onAnswer: (answer) => options.onAnswer?.(answer),
  })
  const ends = new SessionEnds(sessions, clock)
  const cancels = [
    control.onSessionEnd((sid) => {
      headerAuth.forgetSession(sid)
      void ends.end(sid)
    }),
    control.onChange((config) => keep(config, desks, tokens)),
  ]
  return {
    compat,
    stop: () => {
      for (const cancel of cancels) cancel()
    },
  }
}

/** What belongs to providers that are gone is forgotten; their sessions end by themselves. */
function keep(config: OutpostConfig, desks: Desks, tokens: TokenClient): void {
  desks.keep(new Set(config.providers.map(({ clientId }) => clientId)))
  tokens.keep(new Set(config.providers.map(({ endpoints }) => endpoints.jwksUri)))
}
