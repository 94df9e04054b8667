// What an incident's record comes to, worked out once for all sections of a post-mortem.
import { type ElementId, type Layer, layerOf } from '../../../model/layer.ts'
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

/** That it would come, as it was told before it came. */
export interface Warning {
  /** Epoch ms of the first telling. */
  readonly at: number
  /** Incident that told it: this one, or one that belongs to it. */
  readonly id: string
  readonly alarms: readonly TimelineEntry[]
  /** What would have kept it from coming, most useful first. */
  readonly advice: readonly string[]
}

/** Everything that sections share. */
export interface Facts {
  readonly record: IncidentRecord
  readonly extra: PostMortemExtra
  readonly layer: Layer
  /** True where nothing has failed: a store that is too small. */
  readonly isWarning: boolean
  /** Epoch ms at which the failure was seen, by whatever opened the incident or made it this failure. */
  readonly detectedAt: number
  /** Epoch ms; ends at the writing where it is not over. */
  readonly endsAt: number
  readonly isOver: boolean
  readonly severity: 'SEV1' | 'SEV2' | 'SEV3'
  readonly firstReport: TimelineEntry | null
  readonly mitigation: TimelineEntry | null
  readonly warning: Warning | null
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
  const atVerdict = moment('verdict')
  return {
    record,
    extra,
    layer,
    detectedAt: detectedAtOf(record),
    ...endOf(record, extra),
    severity: severityOf(record, layer),
    firstReport: first('report'),
    mitigation: first('mitigation'),
    warning: warningOf(record, extra),
    before: moment('before'),
    atVerdict,
    recovered: moment('recovered'),
    stores: (evidence.stores.length > 0
      ? evidence.stores
      : extra.linked.flatMap((linked) => linked.evidence.stores)
    ).filter((row) => isTelling(row, record, extra)),
    consistent: incident.changes.filter(({ judgement }) => judgement === 'consistent'),
    failing: (atVerdict?.probes ?? []).filter(
      ({ crosses, ok }) => !ok && crosses.some((each) => incident.elements.includes(each)),
    ),
    affected: affectedIn(atVerdict?.doors ?? [], incident.elements),
    isWarning: incident.phase === 'warning',
  }
}

/** How a store came to be full: not how it was full, and nothing of after the writing. */
function isTelling(row: StoreRow, { incident }: IncidentRecord, extra: PostMortemExtra): boolean {
  const until = incident.phase === 'warning' ? extra.at : incident.firstSymptomAt + rowEveryMs
  return (row.ratePerMs > 0 || row.usedBlocks > 0) && row.at <= Math.min(until, extra.at)
}

/** Time from one row of a store to the next. */
const rowEveryMs = 3_600_000

/** What warned of it before is part of it, or is linked with it. */
function warningOf({ incident }: IncidentRecord, { linked }: PostMortemExtra): Warning | null {
  const told = [incident, ...linked.map((each) => each.incident)].flatMap((each): Warning[] => {
    const isOwn = each.id === incident.id
    if (!isOwn && !each.cause.startsWith('store:')) return []
    const alarms = each.timeline.filter(
      ({ at, kind }) => kind === 'alarm' && at < incident.firstSymptomAt,
    )
    const [first] = alarms
    if (first === undefined || each.openedAt >= incident.firstSymptomAt) return []
    return [{ at: first.at, id: each.id, alarms, advice: each.advice }]
  })
  return told.toSorted((a, b) => a.at - b.at)[0] ?? null
}

function detectedAtOf({ incident }: IncidentRecord): number {
  const { firstSymptomAt, openedAt, timeline } = incident
  if (openedAt >= firstSymptomAt) return openedAt
  const verdict = timeline.find(({ at, kind }) => kind === 'verdict' && at >= firstSymptomAt)
  return verdict?.at ?? firstSymptomAt
}

/** A failure ends with its recovery, also where what made it fail goes on. */
function endOf(
  { incident }: IncidentRecord,
  { at }: PostMortemExtra,
): Pick<Facts, 'endsAt' | 'isOver'> {
  const recovered = incident.timeline.findLast(({ kind }) => kind === 'recovered')
  if (incident.phase === 'recovered' && recovered !== undefined)
    return { endsAt: recovered.at, isOver: true }
  return { endsAt: incident.closedAt ?? at, isOver: incident.closedAt !== null }
}

/** A shared layer as a whole is the worst; one replica or half of the gate is not all of it. */
function severityOf({ incident }: IncidentRecord, layer: Layer): Facts['severity'] {
  const hasFailed = incident.phase === 'recovered'
  if ((incident.urgency === 'notice' && !hasFailed) || layer === 'upstream') return 'SEV3'
  const isPart = incident.elements.every((element) => element.includes('/'))
  return isPart ? 'SEV2' : 'SEV1'
}

/** Doors that what is blamed explains; one beside it that timed out by chance is none of them. */
function affectedIn(
  cells: readonly MatrixCell[],
  blamed: readonly ElementId[],
): readonly MatrixCell[] {
  const worst = new Map<string, MatrixCell>()
  for (const cell of cells.filter((each) => blamed.some((element) => isBehind(element, each)))) {
    const known = worst.get(cell.tier)
    if (cell.failing > 0 && (known === undefined || cell.failing > known.failing))
      worst.set(cell.tier, cell)
  }
  return [...worst.values()].toSorted((a, b) => b.failing - a.failing)
}

const isGated = ({ tier, vantage }: MatrixCell): boolean =>
  ['required', 'public'].includes(tier) && vantage !== 'upstream'

const behind: Readonly<Record<Layer, (cell: MatrixCell) => boolean>> = {
  prober: () => true,
  dns: ({ vantage }) => vantage === 'edge',
  edge: ({ vantage }) => vantage === 'edge',
  ingress: ({ vantage }) => vantage === 'edge' || vantage === 'ingress',
  gate_new: isGated,
  // Doors are tried without a session.
  gate_check: () => false,
  idp: isGated,
  upstream: () => true,
}

function isBehind(element: ElementId, cell: MatrixCell): boolean {
  return behind[layerOf(element)](cell)
}
