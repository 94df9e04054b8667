// Who answered: the class of an answer or of the lack of one. Pure.
import type { Result } from '../../std/result.ts'
import type { AnswerClass, Door, Vantage } from '../door.ts'
import type { ProbeAnswer, ProbeFault } from '../probe/prober.ts'
import {
  type Fingerprint,
  firstFingerprints,
  gateFingerprints,
  matches,
  otherFingerprints,
} from './fingerprints.ts'
import { redirectOf } from './sign-in-places.ts'

/** Where an answer came from, as far as its class depends on it. */
export interface AnswerContext {
  readonly door: Door
  readonly vantage: Vantage
  /** Of the door's public name. */
  readonly scheme: 'http' | 'https'
  readonly port: number
  /** See `WatchConfig.signInOrigins`. */
  readonly signInOrigins: readonly string[]
  /** True: the robot asked, with its session. */
  readonly signedIn: boolean
}

/** Who answered and how; `by` is for people, null where nothing tells. */
export interface Recognised {
  readonly class: AnswerClass
  readonly by: string | null
}

/** The class of an outcome. Takes any bytes and never throws. */
export function classify(
  outcome: Result<ProbeAnswer, ProbeFault>,
  context: AnswerContext,
): AnswerClass {
  return outcome.ok ? recognise(outcome.value, context).class : outcome.error.class
}

/** Who gave an answer: our own gate by its header, others by their marks, the rest by place and status. */
export function recognise(answer: ProbeAnswer, context: AnswerContext): Recognised {
  return (
    byGate(answer, context) ??
    byMark(firstFingerprints, answer, context) ??
    byRedirect(answer, context) ??
    byLimit(answer) ??
    byMark(otherFingerprints, answer, context) ??
    byForeignGate(answer, context) ??
    byStatus(answer, context)
  )
}

/** The gate writes what it decided into each of its answers (`src/gate/answer.ts`). */
function byGate(answer: ProbeAnswer, context: AnswerContext): Recognised | null {
  const said = answer.headers.get('x-gatehouse-decision')?.split(';', 1)[0]?.trim()
  const by = 'the gate'
  switch (said) {
    case 'sign-in':
      // Where it leads to counts more than what it calls itself.
      return byRedirect(answer, context) ?? { class: 'SIGN_IN_401', by }
    case 'forbid':
      return { class: 'DENIED_403', by }
    case 'refuse':
      return { class: 'GATE_4XX', by }
    case 'unavailable':
      return { class: 'GATE_5XX', by }
    default:
      return null
  }
}

function byMark(
  marks: readonly Fingerprint[],
  answer: ProbeAnswer,
  { vantage }: AnswerContext,
): Recognised | null {
  const mark = marks.find((candidate) => matches(candidate, answer, vantage))
  return mark === undefined ? null : { class: mark.class, by: mark.by }
}

function byRedirect(answer: ProbeAnswer, context: AnswerContext): Recognised | null {
  const redirect = redirectOf(answer, context)
  if (redirect === null) return null
  return { class: redirect.leadsToSignIn ? 'REDIRECT_IDP' : 'REDIRECT_OTHER', by: null }
}

function byLimit({ status }: ProbeAnswer): Recognised | null {
  return status === 429 ? { class: 'RATE_LIMITED', by: null } : null
}

function byForeignGate(answer: ProbeAnswer, context: AnswerContext): Recognised | null {
  if (!isGuarded(context)) return null
  const mark = byMark(gateFingerprints, answer, context)
  if (mark === null || answer.status === 401 || answer.status === 403) return null
  return { class: answer.status < 500 ? 'GATE_4XX' : 'GATE_5XX', by: mark.by }
}

/** True where a stranger is answered by nobody behind the gate. */
function isGuarded({ door, signedIn, vantage }: AnswerContext): boolean {
  if (vantage === 'gate') return true
  return vantage !== 'upstream' && door.tier === 'required' && !signedIn
}

function byStatus({ status }: ProbeAnswer, context: AnswerContext): Recognised {
  if (status >= 200 && status < 300) return { class: 'CONTENT', by: null }
  if (status === 401) return { class: 'SIGN_IN_401', by: null }
  if (status === 403) return { class: 'DENIED_403', by: null }
  if (status >= 400 && isGuarded(context)) return guardFault(status, context)
  return { class: status >= 500 ? 'UPSTREAM_5XX' : 'OTHER', by: null }
}

/** Without a mark, a fault in front of a guarded service is the gate's, or of the proxy that asks it. */
function guardFault(status: number, { vantage }: AnswerContext): Recognised {
  // No gate says of an address that it is not there: that is the reverse proxy, with a page of its own.
  if (status === 404 && vantage !== 'gate') return { class: 'INGRESS_404', by: 'the reverse proxy' }
  return { class: status >= 500 ? 'GATE_5XX' : 'GATE_4XX', by: 'the gate, or who asks it' }
}
