// Who answered: the class of an answer or of the lack of one. Pure.
import type { Result } from '../../std/result.ts'
import type { AnswerClass, Door, Vantage } from '../door.ts'
import type { ProbeAnswer, ProbeFault } from '../probe/prober.ts'
import { redirectOf } from './sign-in-places.ts'

/** Where an answer came from, as far as its class depends on it. */
export interface AnswerContext {
  readonly door: Door
  readonly vantage: Vantage
  /** Scheme of the door's public name. */
  readonly scheme: 'http' | 'https'
  /** See `WatchConfig.signInOrigins`. */
  readonly signInOrigins: readonly string[]
}

/** The class of an outcome. Takes any bytes and never throws. */
export function classify(
  outcome: Result<ProbeAnswer, ProbeFault>,
  context: AnswerContext,
): AnswerClass {
  if (!outcome.ok) return outcome.error.class
  const { status } = outcome.value
  const redirect = redirectOf(outcome.value, context)
  if (redirect !== null) return redirect.leadsToSignIn ? 'REDIRECT_IDP' : 'REDIRECT_OTHER'
  if (status >= 200 && status < 300) return 'CONTENT'
  if (status === 401) return 'SIGN_IN_401'
  if (status === 403) return 'DENIED_403'
  if (status === 429) return 'RATE_LIMITED'
  if (status >= 500) return context.vantage === 'gate' ? 'GATE_5XX' : 'UPSTREAM_5XX'
  return context.vantage === 'gate' ? 'GATE_4XX' : 'OTHER'
}
