// An answer, where it was seen, and what it must be taken for.
import { type AnswerClass } from '../door.ts'
import type { ProbeAnswer } from '../probe/prober.ts'
import { type AnswerContext } from './classify.ts'

/** One case. */
export interface Row {
  readonly what: string
  readonly answer: ProbeAnswer
  readonly wanted: AnswerClass
  readonly by?: string
  readonly at?: Partial<AnswerContext>
}
