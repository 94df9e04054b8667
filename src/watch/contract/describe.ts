// Answers and promises in words for people, without anything that a target could smuggle in.
import type { AnswerClass } from '../door.ts'
import type { ProbeAnswer } from '../probe/prober.ts'
import { type AnswerContext, recognise } from './classify.ts'
import type { Promised } from './judge.ts'
import { redirectOf } from './sign-in-places.ts'

/** Longest address that is shown, in characters. */
const addressMax = 90

/** What came: `Answered 400 by the gate`. */
export function describeAnswer(
  answerClass: AnswerClass,
  answer: ProbeAnswer,
  context: AnswerContext,
): string {
  const { by } = recognise(answer, context)
  const redirect = redirectOf(answer, context)
  if (redirect !== null) return `Redirected (${answer.status}) to ${shown(redirect.to)}`
  const answered = `Answered ${answer.status}`
  switch (answerClass) {
    case 'CONTENT':
      return `${answered} with content`
    case 'CHALLENGE':
      return `${answered} with a challenge page of ${by ?? 'somebody'}`
    case 'RATE_LIMITED':
      return `${answered}, too many requests`
    case 'OTHER':
      return by === null ? answered : `${answered} with the waiting page of ${by}`
    default:
      return by === null ? answered : `${answered} by ${by}`
  }
}

/** What was promised: `a redirect to https://id.example.com`. */
export function describePromise(
  promised: Promised,
  { door, signInOrigins }: AnswerContext,
): string {
  switch (promised) {
    case 'sign-in':
      return `a redirect to ${signInOrigins.map(shown).join(' or ') || 'a sign-in'}`
    case 'consent':
      return 'that the gate lets this through'
    default: {
      const statuses = door.statuses.length === 0 ? '' : ` with ${door.statuses.join(', ')}`
      const marker = door.marker === null ? '' : `, text "${door.marker.slice(0, 40)}" in it`
      return `an answer of the service${statuses}${marker}`
    }
  }
}

function shown(address: string): string {
  const plain = address.replaceAll(/[^\x21-\x7e ]/g, '?')
  return plain.length > addressMax ? `${plain.slice(0, addressMax - 1)}…` : plain
}
