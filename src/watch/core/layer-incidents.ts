// From verdicts to incidents: opened at the call, refined, kept open while it flaps, closed when surely over.
import type { ElementId } from '../../model/layer.ts'
import type { IncidentRecord } from '../core.ts'
import type { Moment, ProbeSeen } from '../incident/evidence.ts'
import type { TimelineEntry } from '../incident/incident.ts'
import type { Round } from '../locate/matrix.ts'
import type { Verdict } from '../locate/verdict.ts'
import { formatDuration } from '../../std/units.ts'
import { begin } from './begin.ts'
import { cleanRounds, correctionRounds } from './book.ts'
import { type Desk, familiesOf, isLayer } from './desk.ts'
import { adviceOf, byFamily, causeOf, failureOf, recoveryOf, urgencyOf } from './families.ts'
import { maskingOf } from './masking.ts'
import { rankOf, standingStores, warningOf, wordsOf } from './stores-behind.ts'

/** Rounds for which another verdict must stand before it is told. */
const changeRounds = 2
/** A refusal in the gate's own log keeps its incident open for this long. */
const reasonsMs = 10 * 60_000
/** Rows of the posterior that an incident holds. */
const rowsMax = 40
/** Probes named as the first that failed. */
const probesNamedMax = 4

/** Takes the verdict after a round into the book. The desk holds that verdict already. */
export function takeVerdict(desk: Desk, round: Round): void {
  const { verdict } = desk
  const isFull = desk.history.isFull(round)
  if (verdict.kind === 'blind') return
  const groups = verdict.kind === 'fault' ? byFamily(verdict.leader.elements) : new Map()
  for (const record of roundRecords(desk)) {
    const own = familiesOf(record).find((family) => groups.has(family))
    if (own === undefined && isFull) withoutBlame(desk, record, { round, groups })
  }
  const blamed: ReadonlyMap<string, readonly ElementId[]> = groups
  for (const [family, elements] of blamed) {
    if (family === 'prober') continue
    const known = roundRecords(desk).find((record) => familiesOf(record).includes(family))
    if (known === undefined) openOrCorrect(desk, elements, round.at)
    else stillBlamed(desk, known, { elements, at: round.at, isFull })
  }
}

function roundRecords(desk: Desk): readonly IncidentRecord[] {
  return desk.book.open().filter(({ progress }) => progress.by === 'rounds')
}

interface Unblamed {
  readonly round: Round
  readonly groups: ReadonlyMap<string, readonly ElementId[]>
}

/** An open incident that this verdict does not name: perhaps over, perhaps only hidden. */
function withoutBlame(desk: Desk, record: IncidentRecord, { groups, round }: Unblamed): void {
  const { cause } = record.incident
  const progress = { rounds: record.progress.rounds + 1 }
  if (!isClean(desk, record, { groups, round })) {
    const failed = hasFailed(desk, record, round)
    desk.book.progress(cause, failed ? { ...progress, clean: 0 } : progress)
    return
  }
  const clean = record.progress.clean + 1
  desk.book.progress(cause, { ...progress, clean })
  if (clean >= record.progress.cleanNeeded) close(desk, record, round.at)
}

/** Every probe through the blamed elements passed, and the verdict is sure that they are whole. */
function isClean(desk: Desk, record: IncidentRecord, { groups, round }: Unblamed): boolean {
  const { kind, masked } = desk.verdict
  const { elements } = record.incident
  if (kind === 'suspect') return false
  if (kind === 'fault' && elements.some((element) => masked.includes(element))) return false
  const at = record.progress.reasonsAt
  if (at !== null && round.at - at < reasonsMs) return false
  // Nobody is signed in here as a probe: the gate's own log opened it, and ends it by its silence.
  if (at !== null && !desk.history.isProbed(elements)) return true
  const others = [...groups.values()].flat()
  const own = outcomes(desk, record, { round, without: others })
  return own.length > 0 && own.every(Boolean)
}

function hasFailed(desk: Desk, record: IncidentRecord, round: Round): boolean {
  return outcomes(desk, record, { round, without: [] }).includes(false)
}

/** Outcomes of the probes through the elements of an incident, but through none of `without`. */
function outcomes(
  desk: Desk,
  { incident }: IncidentRecord,
  { round, without }: { readonly round: Round; readonly without: readonly ElementId[] },
): readonly boolean[] {
  return [...round.results].flatMap(([probe, ok]) => {
    const crosses = desk.history.crosses(probe)
    const isOwn = crosses.some((element) => incident.elements.includes(element))
    return isOwn && !crosses.some((element) => without.includes(element)) ? [ok] : []
  })
}

function close(desk: Desk, record: IncidentRecord, at: number): void {
  const { cause, id } = record.incident
  desk.book.amend(id, (now) => ({
    ...now,
    evidence: {
      ...now.evidence,
      // One for each name: what comes back again and again must not grow.
      moments: [
        ...now.evidence.moments.filter(({ name }) => name !== 'recovered'),
        desk.picture('recovered', at),
      ],
      posterior: [...now.evidence.posterior, ...desk.history.posterior().slice(-cleanRounds - 1)]
        .filter((row, i, rows) => rows.findIndex(({ at: other }) => other === row.at) === i)
        .slice(-rowsMax),
    },
  }))
  const words = closingWords(desk, record)
  if (!recover(desk, record, { at, kind: 'recovered', ...words }))
    desk.book.close(cause, { at, kind: 'closed', ...words })
  desk.judge(id)
}

/** What failed works again, and the store that made it fail is still too small: a warning again. */
function recover(desk: Desk, record: IncidentRecord, entry: TimelineEntry): boolean {
  const standing = standingStores(desk, record)
  if (standing.length === 0) return false
  const { cause, elements, urgency } = record.incident
  const states = standing.flatMap((store) => desk.stores.get(store)?.now ?? [])
  const [worst] = states
    .flatMap((now) => now.alarms.slice(0, 1).map((alarm) => ({ now, alarm })))
    .toSorted((one, other) => rankOf(one.alarm) - rankOf(other.alarm))
  const works = recoveryOf(elements)
  const warning =
    worst === undefined
      ? { title: works, urgency }
      : {
          ...warningOf(worst.now, worst.alarm),
          title: `${works}; store ${worst.now.store}: ${worst.alarm.text}`,
        }
  desk.book.progress(cause, {
    by: 'store',
    clean: 0,
    stores: record.progress.stores.map((each) => ({
      ...each,
      told: desk.stores.get(each.store)?.now?.alarms[0]?.kind ?? each.told,
    })),
  })
  desk.book.change(cause, { ...warning, phase: 'recovered' }, entry)
  return true
}

function closingWords(
  desk: Desk,
  { incident: { elements }, progress }: IncidentRecord,
): Pick<TimelineEntry, 'text' | 'evidence'> {
  if (!desk.history.isProbed(elements))
    return {
      text: `The gate has refused nobody for it for ${formatDuration(reasonsMs)}`,
      evidence: `log of the gate; no probe goes through ${elements.join(', ')}`,
    }
  return {
    text: `Verified: ${progress.cleanNeeded} clean rounds in a row`,
    evidence: `posterior of "nothing broken here" at or above 0.99, all probes through ${elements.join(', ')} passed`,
  }
}

/** A family that has no incident: a second fault, or what a young incident should have been about. */
function openOrCorrect(desk: Desk, elements: readonly ElementId[], at: number): void {
  const same = desk.book.openOf(causeOf(elements))
  if (same !== null && same.progress.by !== 'store') return
  const families = byFamily(desk.verdict.leader.elements)
  const isLayerNow = causeOf(elements).startsWith('layer:')
  // A service is no layer that was mistaken for another: it becomes part of it (`absorb.ts`).
  const young = roundRecords(desk).find(
    (record) =>
      isLayerNow &&
      isLayer(record) &&
      record.progress.rounds <= correctionRounds &&
      record.incident.verdict !== null &&
      record.progress.stores.length === 0 &&
      !familiesOf(record).some((family) => families.has(family)),
  )
  if (young === undefined) {
    open(desk, elements, at)
    return
  }
  turn(desk, young, { elements, at })
}

/** An incident that the verdict names: refined, widened, or as it was. */
function stillBlamed(
  desk: Desk,
  record: IncidentRecord,
  now: { readonly elements: readonly ElementId[]; readonly at: number; readonly isFull: boolean },
): void {
  const { cause, elements } = record.incident
  if (record.incident.verdict === null) adopt(desk, record, now.at)
  const rounds = record.progress.rounds + (now.isFull ? 1 : 0)
  desk.book.progress(cause, { clean: 0, rounds })
  if (now.isFull && rounds <= correctionRounds) extend(desk, record, { rounds, at: now.at })
  if (keyOf(elements) === keyOf(now.elements)) {
    desk.book.progress(cause, { pending: '', pendingRounds: 0 })
    settle(desk, record)
    return
  }
  turn(desk, record, now)
}

/** An incident that the gate's own log opened gets what the probes say of it, and judges changes by that. */
function adopt(desk: Desk, { incident }: IncidentRecord, at: number): void {
  const { history, verdict } = desk
  desk.book.amend(incident.id, (now) => ({
    ...now,
    incident: { ...now.incident, verdict, masking: maskingOf(incident.elements, history.probes()) },
    evidence: {
      ...now.evidence,
      moments: [
        ...desk.picturesBefore(incident.firstSymptomAt),
        ...now.evidence.moments.filter(({ name }) => name !== 'before'),
        desk.picture('verdict', at),
      ],
    },
  }))
  desk.judge(incident.id)
}

/** The verdict in force goes with the incident; that it grew surer is no news. */
function settle(desk: Desk, { incident }: IncidentRecord): void {
  const { verdict } = desk
  const before = incident.verdict
  if (before === null || verdict.leader.probability > before.leader.probability)
    desk.book.amend(incident.id, (now) => ({ ...now, incident: { ...now.incident, verdict } }))
}

/** The first rounds after the call, and the picture at the height of it. */
function extend(
  desk: Desk,
  { incident }: IncidentRecord,
  { at, rounds }: { readonly rounds: number; readonly at: number },
): void {
  const row = desk.history.posterior().at(-1)
  desk.book.amend(incident.id, (now) => ({
    ...now,
    evidence: {
      ...now.evidence,
      posterior: row === undefined ? now.evidence.posterior : [...now.evidence.posterior, row],
      moments:
        rounds < correctionRounds
          ? now.evidence.moments
          : now.evidence.moments.map((moment) =>
              moment.name === 'verdict' ? worse(moment, desk.picture('verdict', at)) : moment,
            ),
    },
  }))
}

/** Of what flaps, the later picture may show nothing: the one in which more fails is kept. */
function worse(before: Moment, now: Moment): Moment {
  const failing = ({ probes }: Moment): number => probes.filter(({ ok }) => !ok).length
  return failing(now) >= failing(before) ? now : before
}

function turn(
  desk: Desk,
  record: IncidentRecord,
  { at, elements }: { readonly elements: readonly ElementId[]; readonly at: number },
): void {
  const { cause } = record.incident
  const pending = keyOf(elements)
  const pendingRounds = record.progress.pending === pending ? record.progress.pendingRounds + 1 : 1
  desk.book.progress(cause, { pending, pendingRounds })
  if (pendingRounds < changeRounds) return
  desk.book.progress(cause, { pending: '', pendingRounds: 0 })
  const { verdict } = desk
  desk.book.change(
    cause,
    {
      elements,
      verdict,
      ...wordsOf(desk, elements, record.progress.stores),
      urgency: urgencyOf(elements),
      masking: maskingOf(elements, desk.history.probes()),
    },
    verdictLine(verdict, at),
  )
  desk.judge(record.incident.id)
}

function open(desk: Desk, elements: readonly ElementId[], at: number): void {
  const { history, verdict } = desk
  const symptom = history.firstSymptom(elements)
  const probes = history.probes()
  const firstSymptomAt = symptom?.at ?? at
  begin(desk, {
    at,
    cause: causeOf(elements),
    elements,
    title: failureOf(elements),
    urgency: urgencyOf(elements),
    verdict,
    advice: adviceOf(elements),
    firstSymptomAt,
    by: 'rounds',
    masking: maskingOf(elements, probes),
    timeline: [
      {
        at: firstSymptomAt,
        kind: 'first-symptom',
        text: symptom === null ? 'First failure' : `First failure, ${betweenText(symptom)}`,
        evidence: failingText(probes, elements),
      },
      verdictLine(verdict, at),
    ],
    evidence: {
      symptom: symptom === null ? null : { from: symptom.from, to: symptom.to },
      posterior: history.posterior().slice(-10),
      moments: [...desk.picturesBefore(firstSymptomAt), desk.picture('verdict', at)],
    },
  })
}

function betweenText({ from, to }: { readonly from: number; readonly to: number }): string {
  const text = (at: number): string => new Date(at).toISOString().slice(11, 16)
  return `between ${text(from)} and ${text(to)} UTC with 95 % probability`
}

function failingText(probes: readonly ProbeSeen[], elements: readonly ElementId[]): string {
  const failing = probes.filter(
    ({ crosses, ok }) => !ok && crosses.some((element) => elements.includes(element)),
  )
  const named = failing
    .slice(0, probesNamedMax)
    .map(({ class: name, probe, status }) =>
      [probe, ...(name === null ? [] : [name]), ...(status === null ? [] : [status])].join(' '),
    )
  return named.length === 0 ? 'change point over the rounds' : `probes ${named.join(', ')}`
}

function verdictLine(verdict: Verdict, at: number): TimelineEntry {
  const { because, leader, runnerUp } = verdict
  const rival =
    runnerUp === null
      ? ''
      : `; runner-up ${runnerUp.elements.join(' and ') || 'nothing broken'} at ${share(runnerUp.probability)}`
  return {
    at,
    kind: 'verdict',
    text: `Verdict: ${leader.elements.join(' and ')}, ${share(leader.probability)} sure${rival}`,
    evidence: because
      .map(({ failed, passed, probe }) => `${probe} failed ${failed} of ${failed + passed}`)
      .join(', '),
  }
}

/** Never surer than it is. */
function share(probability: number): string {
  return `${(Math.floor(probability * 1000) / 10).toFixed(1)} %`
}

function keyOf(elements: readonly ElementId[]): string {
  return elements.toSorted().join(' ')
}
