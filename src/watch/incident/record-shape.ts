// The form of what the incident book keeps, for reading it back from disk.
import { type ElementId, layers } from '../../model/layer.ts'
import {
  type Shape,
  aFlag,
  aNumber,
  aText,
  aTextThat,
  listOf,
  objectOf,
  oneOf,
  orNull,
  tupleOf,
} from '../../std/shape.ts'
import type { CoreSnapshot, IncidentRecord, Progress, StoreBehind } from '../core.ts'
import { isTime } from '../core/times.ts'
import { answerClasses } from '../door.ts'
import type { Candidate, Reason, Verdict } from '../locate/verdict.ts'
import type { Evidence, MatrixCell, Moment, PosteriorRow, ProbeSeen, StoreRow } from './evidence.ts'
import {
  type CauseId,
  type Change,
  type ChangeJudgement,
  type Incident,
  type TimelineEntry,
  phases,
} from './incident.ts'

const causeKinds = ['layer', 'service', 'store', 'witness', 'certificate', 'peer'] as const

const element = aTextThat((text): text is ElementId =>
  layers.some((layer) => text === layer || text.startsWith(`${layer}/`)),
)
const elements = listOf(element)
const cause = aTextThat(
  (text): text is CauseId =>
    text === 'blind' || causeKinds.some((kind) => text.startsWith(`${kind}:`)),
)

const candidate = objectOf<Candidate>({ elements, probability: aNumber })

const reason = objectOf<Reason>({ probe: aText, passed: aNumber, failed: aNumber, nats: aNumber })

const verdict = objectOf<Verdict>({
  kind: oneOf(['healthy', 'blind', 'suspect', 'fault']),
  leader: candidate,
  runnerUp: orNull(candidate),
  because: listOf(reason),
  discriminating: orNull(aText),
  masked: elements,
})

const aTime: Shape<number> = (value) => {
  const at = aNumber(value)
  return at !== undefined && isTime(at) ? at : undefined
}

const entry = objectOf<TimelineEntry>({
  at: aTime,
  kind: oneOf([
    'first-symptom',
    'report',
    'verdict',
    'observation',
    'alarm',
    'change',
    'notification',
    'mitigation',
    'recovered',
    'closed',
  ]),
  text: aText,
  evidence: aText,
})

const change = objectOf<Change>({
  id: aText,
  at: aTime,
  source: aText,
  title: aText,
  touches: elements,
  actor: aText,
})

const judgement = objectOf<ChangeJudgement>({
  change,
  judgement: oneOf(['exonerated', 'consistent', 'unknown']),
  why: aText,
})

const incident = objectOf<Incident>({
  id: aText,
  cause,
  phase: oneOf(phases),
  elements,
  title: aText,
  urgency: oneOf(['page', 'notice']),
  openedAt: aTime,
  firstSymptomAt: aTime,
  closedAt: orNull(aTime),
  verdict: orNull(verdict),
  masking: listOf(aText),
  timeline: listOf(entry),
  changes: listOf(judgement),
  advice: listOf(aText),
})

const progress = objectOf<Progress>({
  by: oneOf(['rounds', 'doors', 'store', 'condition']),
  clean: aNumber,
  cleanNeeded: aNumber,
  rounds: aNumber,
  pending: aText,
  pendingRounds: aNumber,
  reasonsAt: orNull(aNumber),
  stores: listOf(objectOf<StoreBehind>({ store: aText, told: aText })),
})

const posteriorRow = objectOf<PosteriorRow>({
  at: aTime,
  leader: elements,
  probability: aNumber,
  runnerUp: orNull(elements),
  runnerUpProbability: orNull(aNumber),
})

const probeSeen = objectOf<ProbeSeen>({
  probe: aText,
  at: aTime,
  ok: aFlag,
  class: orNull(oneOf(answerClasses)),
  status: orNull(aNumber),
  crosses: elements,
})

const cell = objectOf<MatrixCell>({
  tier: aText,
  vantage: aText,
  hosts: aNumber,
  failing: aNumber,
  answer: aText,
})

const moment = objectOf<Moment>({
  name: oneOf(['before', 'verdict', 'recovered']),
  at: aTime,
  probes: listOf(probeSeen),
  doors: listOf(cell),
})

const storeRow = objectOf<StoreRow>({
  store: aText,
  at: aTime,
  usedBlocks: aNumber,
  totalBlocks: aNumber,
  ratePerMs: aNumber,
  ratioLow: aNumber,
  ratio: aNumber,
  timeToFullLowMs: orNull(aNumber),
  timeToFullMs: orNull(aNumber),
  timeToFullHighMs: orNull(aNumber),
  attribution: aText,
})

const evidence = objectOf<Evidence>({
  symptom: orNull(objectOf<{ from: number; to: number }>({ from: aTime, to: aTime })),
  posterior: listOf(posteriorRow),
  moments: listOf(moment),
  stores: listOf(storeRow),
  linked: listOf(aText),
  observedFrom: aTime,
})

const record = objectOf<IncidentRecord>({ incident, sequence: aNumber, progress, evidence })

/** One incident with all that stands behind it, also as it was written before there were phases. */
export const recordShape: Shape<IncidentRecord> = (value) => record(withPhase(value))

const unphased = objectOf<{
  readonly incident: Pick<Incident, 'cause'>
  readonly progress: Pick<Progress, 'by' | 'pending'>
}>({
  incident: objectOf<Pick<Incident, 'cause'>>({ cause }),
  progress: objectOf<Pick<Progress, 'by' | 'pending'>>({
    by: oneOf(['rounds', 'doors', 'store', 'condition']),
    pending: aText,
  }),
})

/**
 * Before a store and its layer were one incident, none had a phase and none named its stores. A store was
 * a warning then, the alarm that was told last stood as what is pending; all else was a failure.
 */
function withPhase(value: unknown): unknown {
  const known = unphased(value)
  if (known === undefined) return value
  const [incidentData, progressData] = [fieldOf(value, 'incident'), fieldOf(value, 'progress')]
  if (Object.hasOwn(incidentData, 'phase') || Object.hasOwn(progressData, 'stores')) return value
  const { by, pending } = known.progress
  const isStore = by === 'store'
  const store = known.incident.cause.slice('store:'.length)
  return {
    ...fieldsOf(value),
    incident: { ...incidentData, phase: isStore ? 'warning' : 'failing' },
    progress: {
      ...progressData,
      stores: isStore ? [{ store, told: pending }] : [],
      pending: isStore ? '' : pending,
    },
  }
}

function fieldOf(value: unknown, name: string): object {
  return fieldsOf(Reflect.get(fieldsOf(value), name))
}

function fieldsOf(value: unknown): object {
  return typeof value === 'object' && value !== null ? value : {}
}

type Condition = CoreSnapshot['conditions'][number]
type KeptRound = CoreSnapshot['rounds'][number]

/** What a snapshot holds beside its incidents. */
export const stateShape: Shape<Omit<CoreSnapshot, 'records' | 'form'>> = objectOf<
  Omit<CoreSnapshot, 'records' | 'form'>
>({
  changes: listOf(change),
  conditions: listOf(tupleOf<Condition>(aText, aNumber, aNumber, aNumber)),
  rounds: listOf(tupleOf<KeptRound>(aNumber, listOf(aText), listOf(aText))),
})
