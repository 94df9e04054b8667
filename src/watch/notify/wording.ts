// One incident event in words: what fails, for whom, since when, how sure, why, and what to do. Pure.
import { type ElementId, type Layer, aspects, layerOf, layerTitles } from '../../model/layer.ts'
import { formatDuration } from '../../std/units.ts'
import {
  type ChangeJudgement,
  type Incident,
  type IncidentEvent,
  isOfLayer,
  sinceOf,
} from '../incident/incident.ts'
import type { Candidate, Reason, Verdict } from '../locate/verdict.ts'
import { type Notice, type NoticeFacts, subjectLengthMax, textLengthMax } from './notice.ts'
import { cut, oneLine } from './plain-text.ts'

/** Most sentences of each kind; the incident itself has them all. */
const sentencesMax = 5
const sentenceLengthMax = 300
const labelLengthMax = 200

/** The notice for an event. Equal events give equal notices. */
export function wordNotice({ kind, incident, sequence, wakes }: IncidentEvent): Notice {
  const layer = layerToBlame(incident)
  const facts = factsOf(incident)
  const subject = oneLine(subjectOf(kind, incident, layer), subjectLengthMax)
  return {
    key: `${incident.id}#${sequence}`,
    incident: incident.id,
    sequence,
    kind,
    cause: incident.cause,
    layer,
    urgency: incident.urgency,
    wakes,
    sinceAt: sinceOf(incident),
    closedAt: kind === 'closed' ? (incident.closedAt ?? incident.openedAt) : null,
    subject,
    text: cut(paragraphs(kind, incident, facts), textLengthMax),
    labels: labelsOf(incident, layer),
    facts,
  }
}

function layerToBlame(incident: Incident): Layer | null {
  const { cause } = incident
  if (cause === 'blind') return 'prober'
  const [first] = blamedOf(incident)
  if (isOfLayer(incident) || cause.startsWith('service:'))
    return first === undefined ? null : layerOf(first)
  return null
}

/** The incident's own part of a verdict: of two layers that fail at once each has an incident of its own. */
function blamedOf({
  elements,
  verdict,
}: Pick<Incident, 'elements' | 'verdict'>): readonly ElementId[] {
  return elements.length === 0 ? (verdict?.leader.elements ?? []) : elements
}

/** Names of alerts by the kind of cause; those of `generate prometheus` where one means the same. */
const alertNames: Readonly<Record<string, string>> = {
  layer: 'GatehouseLayerDown',
  service: 'GatehouseDoorBroken',
  store: 'GatehouseStoreFilling',
  witness: 'GatehouseWitnessBlind',
  certificate: 'GatehouseCertificateExpires',
  peer: 'GatehouseWatchPeerDown',
  blind: 'GatehouseWatchBlind',
}

/**
 * What identifies an alert: nothing in it changes while the incident is open, but layer and severity. A
 * store has the label of the layer that it backs from the beginning, so that it is still the same alert
 * when that layer fails for it.
 */
function labelsOf(incident: Incident, down: Layer | null): Notice['labels'] {
  const { cause, elements, urgency } = incident
  const kind = kindOf(incident)
  const [backed = null] = kind === 'store' ? elements.map(layerOf) : []
  const layer = down ?? backed
  const part = cause.split('/', 2)[1]
  const isOne = kind === 'layer' && part !== undefined && !aspects.some((one) => one === part)
  return {
    alertname: isOne ? 'GatehouseReplicaDown' : (alertNames[kind] ?? 'GatehouseIncident'),
    ...(layer === null ? {} : { layer }),
    cause_id: oneLine(cause, labelLengthMax),
    severity: urgency === 'page' ? 'critical' : 'warning',
    // Inhibited while a shared layer is down (docs/guide/notifications.md).
    ...(kind === 'service' ? { depends_on_gate: 'true' } : {}),
  }
}

/** Kind of its cause; what is left of a layer's incident when the layer works again is its store. */
function kindOf({ cause, phase }: Incident): string {
  return phase === 'recovered' ? 'store' : (cause.split(':', 1)[0] ?? '')
}

/** Who notices that a layer is down. */
const concerned: Readonly<Record<Layer, string>> = {
  prober: 'nobody but the watch',
  dns: 'everyone who has to look the names up',
  edge: 'everyone who comes from outside',
  ingress: 'everyone',
  gate_new: 'everyone without a session',
  gate_check: 'everyone who is signed in',
  idp: 'everyone who has to sign in',
  upstream: 'everyone who uses the service',
}

function subjectOf(kind: IncidentEvent['kind'], incident: Incident, layer: Layer | null): string {
  const { closedAt, openedAt, phase, title, verdict } = incident
  const since = sinceOf(incident)
  const blamed = verdict === null || phase !== 'failing' ? [] : blamedOf(incident)
  const what = blamed.length === 0 ? title : elementsText(blamed)
  if (kind === 'closed')
    return `Over after ${formatDuration((closedAt ?? openedAt) - since)}: ${what}`
  const lead = kind === 'changed' ? 'Changed: ' : ''
  if (phase === 'recovered') return `${lead}${title}`
  if (verdict === null || layer === null || blamed.length === 0)
    return `${lead}${title}, since ${utc(since)}`
  const whom = partly(blamed) ? 'a part of the requests' : concerned[layer]
  const sure = `${percent(verdict.leader.probability)} sure`
  return `${lead}${what} ${stateText(verdict, blamed.length)} for ${whom} since ${utc(since)} (${sure})`
}

/** One replica or one of several: not everybody comes by it. */
function partly(elements: readonly ElementId[]): boolean {
  const [first] = elements
  return first !== undefined && first.includes('/') && layerOf(first) !== 'upstream'
}

function stateText({ kind }: Verdict, count: number): string {
  if (kind !== 'fault') return 'may be down'
  return count === 1 ? 'is down' : 'are down'
}

function paragraphs(
  kind: IncidentEvent['kind'],
  incident: Incident,
  { because, runnerUp, masking, changes, advice }: NoticeFacts,
): string {
  const { closedAt, id, openedAt } = incident
  const since = sinceOf(incident)
  const opening = [
    `${oneLine(incident.title, sentenceLengthMax)}.`,
    ...elementSentences(incident),
    kind === 'closed'
      ? `It lasted from ${utc(since)} to ${utc(closedAt ?? openedAt)}, ${formatDuration((closedAt ?? openedAt) - since)}.`
      : `First symptom: ${utc(since)}. Opened: ${utc(openedAt)}.`,
  ].join(' ')
  // Whether it was verified, or only lost from sight.
  const why = incident.timeline.findLast((entry) => entry.kind === 'closed')?.text ?? ''
  const last = `Incident ${id}. More: gatehouse incident show ${id}`
  if (kind === 'closed')
    return [opening, ...(why === '' ? [] : [`${oneLine(why, sentenceLengthMax)}.`]), last].join(
      '\n\n',
    )
  return [
    opening,
    recoveryText(incident),
    listed('Because', because),
    runnerUp === null ? '' : `Runner-up: ${runnerUp}`,
    listed('Who notices', masking),
    listed('Changes before it', changes),
    listed('Next', advice),
    last,
  ]
    .filter((paragraph) => paragraph !== '')
    .join('\n\n')
}

/** For what works again while the reason that it failed is there. */
function recoveryText({ phase, timeline }: Incident): string {
  const works = timeline.findLast((entry) => entry.kind === 'recovered')
  if (phase !== 'recovered' || works === undefined) return ''
  const shown = oneLine(works.text, sentenceLengthMax)
  return `What failed works again since ${utc(works.at)}. ${shown}. What made it fail is still there.`
}

function elementSentences(incident: Incident): string[] {
  const isDown = incident.verdict !== null && incident.phase === 'failing'
  return (isDown ? blamedOf(incident) : []).map(
    (element) => `${oneLine(element, labelLengthMax)} is ${layerTitles[layerOf(element)]}.`,
  )
}

function listed(title: string, sentences: readonly string[]): string {
  return sentences.length === 0
    ? ''
    : [`${title}:`, ...sentences.map((each) => `- ${each}`)].join('\n')
}

function factsOf(incident: Incident): NoticeFacts {
  const { advice, changes, phase } = incident
  // What works again is not explained as if it failed.
  const verdict = phase === 'failing' ? incident.verdict : null
  const masking = phase === 'failing' ? incident.masking : []
  const lines = (texts: readonly string[]): string[] =>
    texts.slice(0, sentencesMax).map((text) => oneLine(text, sentenceLengthMax))
  return {
    confidence: verdict === null ? null : verdict.leader.probability,
    because: lines((verdict?.because ?? []).map(reasonText)),
    runnerUp: verdict?.runnerUp === null || verdict === null ? null : rivalText(verdict),
    masking: lines(masking),
    masked: lines(verdict?.masked ?? []),
    changes: lines(changes.toSorted(byWeight).map(changeText)),
    advice: lines(advice),
  }
}

function reasonText({ failed, passed, probe }: Reason): string {
  const tries = failed + passed
  return failed === 0
    ? `${probe} held ${passed} of ${tries} times`
    : `${probe} failed ${failed} of ${tries} times`
}

function rivalText({ discriminating, runnerUp }: Verdict): string {
  const rival: Candidate = runnerUp ?? { elements: [], probability: 0 }
  const text = `${elementsText(rival.elements)} (${percent(rival.probability)})`
  const told = discriminating === null ? text : `${text}, told apart by ${discriminating}`
  return oneLine(told, sentenceLengthMax)
}

function elementsText(elements: readonly ElementId[]): string {
  return elements.length === 0 ? 'nothing broken' : elements.join(' and ')
}

/** What may be the cause is worth more than what is cleared, and that more than what nobody knows. */
const weights = { consistent: 0, exonerated: 1, unknown: 2 } as const

function byWeight(a: ChangeJudgement, b: ChangeJudgement): number {
  return weights[a.judgement] - weights[b.judgement] || b.change.at - a.change.at
}

function changeText({ change, judgement, why }: ChangeJudgement): string {
  return `${judgement}: ${change.title} (${utc(change.at)}): ${why}`
}

/** `2026-04-16 16:57 UTC`. */
function utc(ms: number): string {
  const text = new Date(Math.min(Math.max(ms, -timeMsMax), timeMsMax)).toISOString()
  return `${text.slice(0, 10)} ${text.slice(11, 16)} UTC`
}

/** The last time that a Date can hold (ECMA-262, 21.4.1.1). */
const timeMsMax = 8.64e15

/** Never more certain than it is: 0.9999 is 99.9 %, not 100 %. */
function percent(probability: number): string {
  return `${(Math.floor(probability * 1000) / 10).toFixed(1)} %`
}
