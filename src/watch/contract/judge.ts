// Whether an answer keeps what the door's auth tier promises. Pure.
import type { Result } from '../../std/result.ts'
import type { AnswerClass } from '../door.ts'
import type { ProbeAnswer, ProbeFault } from '../probe/prober.ts'
import { type AnswerContext, recognise } from './classify.ts'
import { describeAnswer, describePromise } from './describe.ts'
import { placeOf, redirectOf } from './sign-in-places.ts'

/** Whether the contract was kept, and what to tell people. */
export interface Judgement {
  readonly ok: boolean
  /** At most 300 characters, nothing secret in them. */
  readonly detail: string
}

/** What a door promises whom, from where: a redirect to sign in, the gate's consent, or the service. */
export type Promised = 'sign-in' | 'consent' | 'service' | 'own-answer'

const detailMax = 300

/** Judges an outcome of class `answerClass`. Never throws. */
export function judge(
  answerClass: AnswerClass,
  outcome: Result<ProbeAnswer, ProbeFault>,
  context: AnswerContext,
): Judgement {
  const promised = promisedBy(context)
  if (!outcome.ok) {
    const detail = `No answer, promised ${describePromise(promised, context)}: ${outcome.error.detail}`
    return { ok: false, detail: cut(detail) }
  }
  const answer = outcome.value
  const said = describeAnswer(answerClass, answer, context)
  const fault = faultOf(promised, { answerClass, answer, context })
  if (fault === null) return { ok: true, detail: cut(said) }
  return { ok: false, detail: cut(`${said}, ${fault}`) }
}

function cut(text: string): string {
  return text.length > detailMax ? `${text.slice(0, detailMax - 1)}…` : text
}

function promisedBy({ door, signedIn, vantage }: AnswerContext): Promised {
  if (vantage === 'upstream') return 'own-answer'
  if (door.tier === 'required' && !signedIn) return 'sign-in'
  return vantage === 'gate' ? 'consent' : 'service'
}

interface Given {
  readonly answerClass: AnswerClass
  readonly answer: ProbeAnswer
  readonly context: AnswerContext
}

/** What is wrong, null when nothing is. */
function faultOf(promised: Promised, given: Given): string | null {
  const isKept = rules[promised](given)
  if (isKept === true) return null
  const promise = `promised ${describePromise(promised, given.context)}`
  return isKept === false ? promise : `${isKept}, ${promise}`
}

/** True: kept. False: not. A text: not, and why. */
type Rule = (given: Given) => boolean | string

const rules: Readonly<Record<Promised, Rule>> = {
  'sign-in': ({ answerClass, answer, context }) => {
    if (answerClass === 'REDIRECT_IDP') return true
    return (
      context.vantage === 'gate' && answerClass === 'SIGN_IN_401' && asksToSignIn(answer, context)
    )
  },
  consent: ({ answerClass }) => answerClass === 'CONTENT',
  service: keepsService,
  'own-answer': ({ answerClass, answer, context }) => {
    const { statuses } = context.door
    if (statuses.length > 0 && !statuses.includes(answer.status)) return false
    if (answerClass === 'CONTENT') return holdsMarker(answer, context)
    return statuses.length > 0 || isAlive(answer.status)
  },
}

/** A service that is asked past its gate knows nobody: that it says so shows that it is there. */
function isAlive(status: number): boolean {
  return [401, 403, 404, 405].includes(status) || (status >= 300 && status < 400)
}

/** 401 is for proxies that redirect by themselves; the address that comes along has to be the right one. */
function asksToSignIn(answer: ProbeAnswer, context: AnswerContext): boolean {
  const address = answer.headers.get('x-gatehouse-sign-in')
  return address === undefined || placeOf(address, context).leadsToSignIn
}

/** Classes that are the service's own, where the number counts. */
const ownClasses: readonly AnswerClass[] = [
  'CONTENT',
  'REDIRECT_OTHER',
  'SIGN_IN_401',
  'DENIED_403',
  'UPSTREAM_5XX',
  'RATE_LIMITED',
  'OTHER',
  // Programs in Go say it in the same words as Traefik.
  'INGRESS_404',
]

function keepsService({ answerClass, answer, context }: Given): boolean | string {
  const { door, signedIn } = context
  const isDeclared = door.statuses.includes(answer.status)
  // The walling-off guard: what is meant to be open must not ask for a sign-in.
  if (answerClass === 'REDIRECT_IDP') return (isDeclared && !signedIn) || 'walled off by a sign-in'
  if (!ownClasses.includes(answerClass)) return false
  const { by } = recognise(answer, context)
  if (by === 'the gate') return 'walled off by the gate'
  if (by === 'Sablier') return door.marker === null
  if (isDeclared || (door.statuses.length === 0 && isUsual(answerClass, answer, context)))
    return answerClass === 'CONTENT' ? holdsMarker(answer, context) : true
  return false
}

/** What is right where no status is declared. */
function isUsual(answerClass: AnswerClass, answer: ProbeAnswer, context: AnswerContext): boolean {
  if (answerClass === 'CONTENT') return true
  // Who declared a text or came with a session is to see the service, not its doorstep.
  if (context.door.marker !== null || context.signedIn) return false
  if (answerClass === 'SIGN_IN_401') return true
  if (answerClass !== 'REDIRECT_OTHER') return false
  // A service with a sign-in of its own may send people elsewhere for it, an open one has no reason to.
  return context.door.tier === 'app' || redirectOf(answer, context)?.isOwnHost === true
}

function holdsMarker({ body }: ProbeAnswer, { door }: AnswerContext): boolean | string {
  if (door.marker === null || body.includes(door.marker)) return true
  return `without the text "${door.marker.slice(0, 40)}"`
}
