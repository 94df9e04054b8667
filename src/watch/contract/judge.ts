// Whether an answer keeps what the door's auth tier promises. Pure.
import type { Result } from '../../std/result.ts'
import type { AnswerClass } from '../door.ts'
import type { ProbeAnswer, ProbeFault } from '../probe/prober.ts'
import type { AnswerContext } from './classify.ts'

/** Where an answer came from, and whether somebody signed in asked. */
export interface JudgeContext extends AnswerContext {
  readonly signedIn: boolean
}

/** Whether the contract was kept, and what to tell people. */
export interface Judgement {
  readonly ok: boolean
  readonly detail: string
}

/** Judges an outcome of class `answerClass`. */
export function judge(
  answerClass: AnswerClass,
  outcome: Result<ProbeAnswer, ProbeFault>,
  context: JudgeContext,
): Judgement {
  if (!outcome.ok) return { ok: false, detail: outcome.error.detail }
  const wanted = context.door.tier === 'required' && !context.signedIn ? 'REDIRECT_IDP' : 'CONTENT'
  return { ok: answerClass === wanted, detail: `Answered ${outcome.value.status}` }
}
