// What an incident's record comes to, worked out once for all sections of a post-mortem.
import { type Layer, layerOf } from '../../../model/layer.ts'
import type { IncidentRecord } from '../../core.ts'
import type { MatrixCell, Moment, ProbeSeen, StoreRow } from '../evidence.ts'
import type { ChangeJudgement, TimelineEntry } from '../incident.ts'

/** A rule, ours or another's, held against the recorded series. */
export interface CaughtRow {
  readonly rule: string
  /** Epoch ms at which it would have fired; null: never. */
  readonly at: number | null
  readonly why: string
}

/** What a post-mortem needs beside the record. */
export interface PostMortemExtra {
  /** `gatehouse 0.1.0`. */
  readonly generator: string
  /** Epoch ms of the writing. */
  readonly at: number
  /** Incidents that belong to it: the store behind the layer, services taken in. */
  readonly linked: readonly IncidentRecord[]
  /** Users' names and whatever else is to be taken out. */
  readonly names: readonly string[]
  /** What nobody could observe, in sentences, beside what the record itself shows to be missing. */
  readonly notObservable: readonly string[]
  /** Rules held against the same series; empty: none were. */
  readonly caught: readonly CaughtRow[]
}

/** Everything that sections share. */
export interface Facts {
  readonly record: IncidentRecord
  readonly extra: PostMortemExtra
  readonly layer: Layer
  /** Epoch ms; ends at the writing where it is not over. */
  readonly endsAt: number
  readonly isOver: boolean
  readonly severity: 'SEV1' | 'SEV2' | 'SEV3'
  readonly firstReport: TimelineEntry | null
  readonly mitigation: TimelineEntry | null
  /** The earliest that the watch said something that led here, and what. */
  readonly warning: IncidentRecord | null
  readonly before: Moment | null
  readonly atVerdict: Moment | null
  readonly recovered: Moment | null
  readonly stores: readonly StoreRow[]
  readonly consistent: readonly ChangeJudgement[]
  /** Canaries that failed at the verdict through what is blamed: noise beside it is none of them. */
  readonly failing: readonly ProbeSeen[]
  /** Tiers with failing doors when the verdict was reached, each once with its worst vantage. */
  readonly affected: readonly MatrixCell[]
}

/** Works them out. */
export function factsOf(record: IncidentRecord, extra: PostMortemExtra): Facts {
  const { evidence, incident } = record
  const layer = layerOf(incident.elements[0] ?? 'prober')
  const moment = (name: Moment['name']): Moment | null =>
    evidence.moments.findLast((each) => each.name === name) ?? null
  const first = (kind: TimelineEntry['kind']): TimelineEntry | null =>
    incident.timeline.find((entry) => entry.kind === kind) ?? null
  const warnings = extra.linked.filter(
    (linked) =>
      linked.incident.cause.startsWith('store:') && linked.incident.openedAt < incident.openedAt,
  )
  const atVerdict = moment('verdict')
  return {
    record,
    extra,
    layer,
    endsAt: incident.closedAt ?? extra.at,
    isOver: incident.closedAt !== null,
    severity: severityOf(record, layer),
    firstReport: first('report'),
    mitigation: first('mitigation'),
    warning: warnings.toSorted((a, b) => a.incident.openedAt - b.incident.openedAt)[0] ?? null,
    before: moment('before'),
    atVerdict,
    recovered: moment('recovered'),
    stores: (evidence.stores.length > 0
      ? evidence.stores
      : (warnings[0]?.evidence.stores ?? [])
    ).filter(({ ratePerMs, usedBlocks }) => ratePerMs > 0 || usedBlocks > 0),
    consistent: incident.changes.filter(({ judgement }) => judgement === 'consistent'),
    failing: (atVerdict?.probes ?? []).filter(
      ({ crosses, ok }) => !ok && crosses.some((each) => incident.elements.includes(each)),
    ),
    affected: affectedIn(atVerdict?.doors ?? []),
  }
}

/** A shared layer as a whole is the worst; one replica or half of the gate is not all of it. */
function severityOf({ incident }: IncidentRecord, layer: Layer): Facts['severity'] {
  if (incident.urgency === 'notice' || layer === 'upstream') return 'SEV3'
  const isPart = incident.elements.every((element) => element.includes('/'))
  return isPart ? 'SEV2' : 'SEV1'
}

function affectedIn(cells: readonly MatrixCell[]): readonly MatrixCell[] {
  const worst = new Map<string, MatrixCell>()
  for (const cell of cells) {
    const known = worst.get(cell.tier)
    if (cell.failing > 0 && (known === undefined || cell.failing > known.failing))
      worst.set(cell.tier, cell)
  }
  return [...worst.values()].toSorted((a, b) => b.failing - a.failing)
}
