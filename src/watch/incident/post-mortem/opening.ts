// The head of a post-mortem: what it is, the field table, the summary and the impact.
import { layerTitles } from '../../../model/layer.ts'
import { markdownTable } from '../../../std/markdown.ts'
import type { IncidentRecord } from '../../core.ts'
import { failureOf } from '../../core/families.ts'
import type { MatrixCell, Moment, ProbeSeen } from '../evidence.ts'
import type { Facts } from './facts.ts'
import {
  blocks,
  bullets,
  clockTime,
  code,
  day,
  elementsText,
  minute,
  percent,
  plain,
  span,
} from './words.ts'

/** Title, what kind of document it is, and the field table. */
export function headOf(facts: Facts): string {
  const { endsAt, extra, isOver, record, severity } = facts
  const { firstSymptomAt, id } = record.incident
  const dates = day(firstSymptomAt) === day(endsAt) ? [firstSymptomAt] : [firstSymptomAt, endsAt]
  const until = isOver ? '' : ' so far'
  return blocks(
    `# Post-Mortem: ${plain(titleOf(facts))}`,
    `> **DRAFT – generated** by ${plain(extra.generator)} on ${minute(extra.at)} UTC from what was recorded ` +
      `between ${minute(record.evidence.observedFrom)} and ${minute(endsAt)} UTC. ` +
      'Every row names its evidence; what has none is called a *hypothesis*. ' +
      'People stand by their role; names and addresses are taken out.',
    markdownTable(
      ['Field', 'Value'],
      [
        ['**Date**', dates.map(day).join(' to ')],
        ['**Duration**', `${span(endsAt - firstSymptomAt)}${until}`],
        ['**Severity**', severity],
        ['**Affected Services**', affectedText(facts)],
        ['**Issue**', `${code(id)}, cause ${code(record.incident.cause)}`],
        ['**Status**', 'DRAFT – generated'],
      ],
    ),
    notObservable(facts),
  )
}

/** What happened, also after it was over: an incident goes by what it is now. */
function titleOf({ isOver, record }: Facts): string {
  const { elements, phase, title, verdict } = record.incident
  if (!isOver || verdict === null || elements.length === 0 || phase === 'warning') return title
  return failureOf(elements).replace(/ fails$/, ' failed')
}

function affectedText({ affected, isWarning, record }: Facts): string {
  if (isWarning) return `none so far; ${subjectOf(record)} is what would fail`
  if (affected.length === 0) return subjectOf(record)
  return affected
    .map(({ failing, hosts, tier }) => `${failing} of ${hosts} hosts of tier ${code(tier)}`)
    .join(', ')
}

/** The elements that are blamed, or what the incident is called where none are. */
function subjectOf({ incident }: IncidentRecord): string {
  return incident.elements.length === 0 ? plain(incident.title) : elementsText(incident.elements)
}

/** What the reader must not expect to find. */
function notObservable(facts: Facts): string {
  const { extra, record } = facts
  const missing = [
    ...extra.notObservable.map(plain),
    ...notPictured(facts),
    ...(facts.firstReport === null
      ? ['When the first person reported it: nobody entered it (`gatehouse incident note`)']
      : []),
    ...(facts.mitigation === null && facts.isOver
      ? ['What ended it: nobody entered it, only the recovery was seen']
      : []),
    `Anything before ${minute(record.evidence.observedFrom)} UTC, when the record begins`,
  ]
  return blocks('**Not observable:**', bullets(missing))
}

/** Of the estate: what no probe of this watch looks at, as far as a picture shows which there are. */
function notPictured({ atVerdict, before }: Facts): readonly string[] {
  if (atVerdict === null)
    return ['How the estate looked meanwhile: no picture of it belongs to this incident']
  const has = (pattern: RegExp): boolean =>
    atVerdict.probes.some(({ probe }) => pattern.test(probe))
  return [
    ...(has(/^edge_/) ? [] : ['The way through the edge: no probe takes it']),
    ...(has(/_auth/) ? [] : ['What people with a session saw: no robot signs in']),
    ...(before === null ? ['How it looked before: no healthy round is on record'] : []),
  ]
}

/** What happened, in the order in which a reader asks. */
export function summaryOf(facts: Facts): string {
  const { consistent, detectedAt, endsAt, isOver, layer, record, warning } = facts
  const { elements, firstSymptomAt, masking, verdict } = record.incident
  const sure =
    verdict === null
      ? ''
      : ` (${percent(verdict.leader.probability)} sure, reached ${minute(detectedAt)} UTC)`
  if (facts.isWarning) return blocks('## Summary', warningText(facts))
  const sentences = [
    `From ${minute(firstSymptomAt)} UTC ${isOver ? `to ${minute(endsAt)} UTC` : 'on'}, ${span(endsAt - firstSymptomAt)}, ` +
      (elements.length === 0
        ? `this was so: ${subjectOf(record)}.`
        : `${elementsText(elements)} failed: ${layerTitles[layer]}${sure}.`),
    answerSentence(facts),
    ...masking.slice(0, 1).map((sentence) => `${plain(sentence)}.`),
    warning === null
      ? ''
      : `The store behind it had been called too small ${span(firstSymptomAt - warning.at)} before, at ${minute(warning.at)} UTC.`,
    record.incident.phase === 'recovered'
      ? `What made it fail was still there when this was written: ${plain(record.incident.title)}.`
      : '',
    consistent.length === 0
      ? 'No change on record both precedes it and touches what failed; the trigger is not known.'
      : `${consistent.length === 1 ? 'One change on record precedes it and touches' : `${consistent.length} changes on record precede it and touch`} what failed; that it was the cause is a *hypothesis*.`,
  ]
  return blocks('## Summary', sentences.filter((sentence) => sentence !== '').join(' '))
}

/** Nothing is said to have failed where nothing did. */
function warningText({ endsAt, isOver, record }: Facts): string {
  const { openedAt, title } = record.incident
  const until = isOver ? `to ${minute(endsAt)} UTC` : 'on'
  return `From ${minute(openedAt)} UTC ${until}, ${span(endsAt - openedAt)}, this was forecast and had not come: ${plain(title)}. Nothing on record failed for it.`
}

function answerSentence({ affected, failing: [failing] }: Facts): string {
  const [most] = affected
  if (most !== undefined && most.answer !== '')
    return `At the verdict ${most.failing} of ${most.hosts} hosts of tier ${code(most.tier)} answered ${code(most.answer)} to a visitor without a session.`
  if (failing === undefined) return ''
  return `${code(failing.probe)} got ${code(answerOf(failing))}.`
}

function answerOf({ class: name, status }: ProbeSeen): string {
  if (name === null) return 'no answer that was promised'
  return status === null ? name : `${name} ${status}`
}

/** Who felt it, how far it went, and what looked on. */
export function impactOf(facts: Facts): string {
  const { endsAt, record, isOver } = facts
  const { firstSymptomAt, masking } = record.incident
  return blocks(
    '## Impact',
    bullets([
      `**User-facing**: ${userFacing(facts)}`,
      `**Blast radius**: ${affectedText(facts)}${facts.atVerdict === null ? '' : ' (evidence: symptom matrix below)'}`,
      `**Duration**: ${span(endsAt - firstSymptomAt)}${isOver ? '' : ' so far'}, from first symptom to ${isOver ? 'verified recovery' : 'now'}`,
      '**Data loss**: none was observed; no probe of the watch writes data (*hypothesis* until checked)',
      `**Monitoring gap**: ${monitoringGap(facts)}`,
    ]),
    '### Symptom matrix',
    matrixOf(facts),
    '### Who saw nothing',
    masking.length === 0
      ? 'Nothing on record shows that anybody was spared.'
      : bullets(masking.map((sentence) => `${plain(sentence)}.`)),
  )
}

const concerned: Readonly<Record<Facts['layer'], string>> = {
  prober: 'nobody that is known of: the watch itself could not see',
  dns: 'whoever had to look the names up did not reach anything',
  edge: 'whoever came from outside did not get in',
  ingress: 'requests through the reverse proxy failed',
  gate_new: 'whoever had no session was turned away instead of being sent to sign in',
  gate_check: 'whoever was signed in was turned away',
  idp: 'nobody could sign in; who was signed in stayed so',
  upstream: 'the service did not answer',
}

function userFacing({ isWarning, layer, record }: Facts): string {
  if (isWarning) return 'nothing so far'
  const parts = record.incident.elements.filter((element) => element.includes('/'))
  const only =
    parts.length > 0 && layer !== 'upstream' ? ', as far as they came by that replica' : ''
  return `${concerned[layer]}${only}`
}

function monitoringGap({ detectedAt, extra, firstReport, record, warning }: Facts): string {
  const { firstSymptomAt } = record.incident
  const silent = extra.caught.filter(({ at }) => at === null).length
  const texts = [
    firstReport !== null && firstReport.at < detectedAt
      ? `a person reported it ${span(detectedAt - firstReport.at)} before the watch did`
      : `the watch told it ${span(detectedAt - firstSymptomAt)} after the first symptom`,
    ...(warning === null ? [] : ['its warning about the store came before and went unheeded']),
    ...(silent === 0
      ? []
      : [`${silent} of ${extra.caught.length} other rules would never have fired`]),
  ]
  return texts.join('; ')
}

/** Services by vantage and kind of client, at three moments. */
function matrixOf(facts: Facts): string {
  const moments = [facts.before, facts.atVerdict, facts.recovered]
  const heads = ['before', 'at the verdict', 'after recovery'].map((name, i) => {
    const at = moments[i]?.at
    return at === undefined ? `${name} (not on record)` : `${name}, ${minute(at)}`
  })
  const doors = rowsOf(moments, (moment) =>
    moment.doors.map((cell) => [doorKey(cell), doorText(cell)]),
  )
  const probes = rowsOf(moments, (moment) =>
    moment.probes.map((probe) => [probeKey(probe), probeText(probe, moment.at)]),
  )
  const table = markdownTable(['Services', 'Vantage', 'Client', ...heads], [...doors, ...probes])
  return table === '' ? 'No picture of the estate belongs to this incident.' : table
}

type Keyed = readonly (readonly [key: string, text: string])[]

function rowsOf(
  moments: readonly (Moment | null)[],
  read: (moment: Moment) => Keyed,
): readonly (readonly string[])[] {
  const maps = moments.map((moment) => new Map(moment === null ? [] : read(moment)))
  const keys = [...new Set(maps.flatMap((map) => [...map.keys()]))]
  return keys.map((key) => [...key.split('\t'), ...maps.map((map) => map.get(key) ?? '·')])
}

function doorKey({ tier, vantage }: MatrixCell): string {
  return [`all of tier ${code(tier)}`, vantage, 'no session'].join('\t')
}

function doorText({ answer, failing, hosts }: MatrixCell): string {
  return failing === 0 ? `✓ ${hosts}` : `✗ ${failing} of ${hosts}, ${code(answer)}`
}

function probeKey({ crosses, probe }: ProbeSeen): string {
  const client = crosses.includes('gate_check') ? 'signed in' : 'no session'
  return [`canary ${code(probe)}`, vantageOf(probe), client].join('\t')
}

function vantageOf(probe: string): string {
  const [name] = probe.split('_', 1)
  const names: Readonly<Record<string, string>> = {
    edge: 'edge',
    origin: 'ingress',
    gate: 'gate',
    up: 'upstream',
  }
  return names[name ?? ''] ?? 'direct'
}

/** A probe that runs seldom shows what it saw last, and when. */
function probeText(probe: ProbeSeen, at: number): string {
  const age = at - probe.at > newMs ? ` (at ${clockTime(probe.at)})` : ''
  if (probe.ok) return `✓${age}`
  return probe.class === null ? `✗${age}` : `✗ ${code(answerOf(probe))}${age}`
}

/** What was seen this long before a moment is of that moment. */
const newMs = 2 * 60_000
