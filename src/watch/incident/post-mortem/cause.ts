// Why: the verdict with its numbers, the chain of causes, and one request that fails beside one that does not.
import { layerTitles } from '../../../model/layer.ts'
import { markdownTable, mermaid, mermaidLabel } from '../../../std/markdown.ts'
import type { PosteriorRow } from '../evidence.ts'
import type { Facts } from './facts.ts'
import { sequenceOf } from './sequence.ts'
import {
  blocks,
  clockTime,
  code,
  elementsText,
  minute,
  oneLine,
  percent,
  plain,
  span,
} from './words.ts'

/** Rows of the posterior that are shown: before the first doubt, and from then on. */
const rowsBefore = 3
const rowsMax = 14
const labelLengthMax = 140

/** The section on the root cause, without changes and capacity, which follow it. */
export function causeOf(facts: Facts): string {
  return blocks(
    '## Root Cause',
    verdictOf(facts),
    '### Posterior by minute',
    posteriorOf(facts.record.evidence.posterior),
    '### Chain',
    chainOf(facts),
    ...(hasRequest(facts) ? ['### A failing request beside a healthy one', sequenceOf(facts)] : []),
  )
}

/** Where a layer or a service failed there is a request that shows it; elsewhere it would be made up. */
function hasRequest({ isWarning, record }: Facts): boolean {
  const { elements, verdict } = record.incident
  return !isWarning && (verdict !== null || elements.length > 0)
}

function verdictOf({ record }: Facts): string {
  const { verdict } = record.incident
  if (verdict === null)
    return 'No location stands behind this incident; what failed is read from the timeline.'
  const { because, leader, masked, runnerUp } = verdict
  const rival =
    runnerUp === null
      ? 'There was no runner-up.'
      : `Runner-up: ${elementsText(runnerUp.elements)} at ${percent(runnerUp.probability)}.`
  const hidden =
    masked.length === 0
      ? ''
      : `Hidden behind it, so not judged: ${masked.slice(0, 10).map(code).join(', ')}.`
  return blocks(
    `**Verdict**: ${elementsText(leader.elements)}, ${percent(leader.probability)} sure. ${rival}`,
    markdownTable(
      ['Deciding probe', 'Failed', 'Passed', 'Speaks for the verdict by (nats)'],
      because.map(({ failed, nats, passed, probe }) => [
        code(probe),
        String(failed),
        String(passed),
        nats.toFixed(1),
      ]),
    ),
    hidden,
  )
}

function posteriorOf(rows: readonly PosteriorRow[]): string {
  if (rows.length === 0) return 'Not on record.'
  const doubt = rows.findIndex(({ leader }) => leader.length > 0)
  const from = Math.max(0, doubt - rowsBefore)
  const shown = rows.slice(from, from + rowsMax)
  const left = rows.length - shown.length
  const cut = left > 0 ? `${left} more rows are on record, before and after.` : ''
  return blocks(
    markdownTable(
      ['Minute', 'Leader', 'Probability', 'Runner-up', 'Probability'],
      shown.map(({ at, leader, probability, runnerUp, runnerUpProbability }) => [
        minute(at),
        elementsText(leader),
        percent(probability),
        runnerUp === null ? '·' : elementsText(runnerUp),
        runnerUpProbability === null ? '·' : percent(runnerUpProbability),
      ]),
    ),
    cut,
  )
}

/** Trigger, mechanism, symptom, and the branch that hid it. Dotted: a hypothesis. */
function chainOf(facts: Facts): string {
  const lines = ['flowchart TD', ...triggerLines(facts)]
  return mermaid([...lines, ...(facts.isWarning ? warningLines(facts) : failureLines(facts))])
}

function node(id: string, text: string): string {
  return `  ${id}[${mermaidLabel(oneLine(text).slice(0, labelLengthMax))}]`
}

function triggerLines(facts: Facts): readonly string[] {
  const mechanism = facts.stores.length === 0 ? 'blamed' : 'store'
  const changes = facts.consistent
    .slice(0, 4)
    .map(({ change }) => `${minute(change.at)} ${change.title}`)
  const triggers = changes.length === 0 ? ['Trigger: not known'] : changes
  return [
    ...triggers.flatMap((text, i) => [
      node(`trigger${i}`, text),
      `  trigger${i} -. "hypothesis" .-> ${mechanism}`,
    ]),
    ...(facts.stores.length === 0 ? [] : [node('store', storeText(facts))]),
  ]
}

/** What would come of it, and has not. */
function warningLines({ layer, record, stores }: Facts): readonly string[] {
  const would = `${record.incident.elements.join(' and ')} would fail: ${layerTitles[layer]}`
  return [
    node('blamed', would),
    ...(stores.length === 0 ? [] : ['  store -. "hypothesis" .-> blamed']),
  ]
}

function failureLines(facts: Facts): readonly string[] {
  const { extra, failing, layer, record, stores } = facts
  const { elements, firstSymptomAt, masking, title } = record.incident
  const silent = extra.caught.filter(({ at }) => at === null).length
  const since = `from ${clockTime(firstSymptomAt)} UTC`
  const blamed =
    elements.length === 0
      ? `${title}, ${since}`
      : `${elements.join(' and ')} fails ${since}: ${layerTitles[layer]}`
  return [
    ...(stores.length === 0 ? [] : ['  store --> blamed']),
    node('blamed', blamed),
    node('symptom', symptomText(failing)),
    '  blamed --> symptom',
    ...(silent === 0
      ? []
      : [
          node('silent', `${silent} of ${extra.caught.length} other rules stay silent`),
          '  symptom --> silent',
        ]),
    ...masking
      .slice(0, 3)
      .flatMap((sentence, i) => [node(`masked${i}`, sentence), `  blamed --> masked${i}`]),
  ]
}

function symptomText([first, ...more]: Facts['failing']): string {
  if (first === undefined) return 'What visitors get: not on record'
  const answer = first.class ?? 'no answer that was promised'
  const status = first.status === null ? '' : ` ${first.status}`
  const count = more.length === 0 ? '1 canary' : `${more.length + 1} canaries`
  return `Visitors get ${answer}${status} (${count})`
}

function storeText({ record, stores, warning }: Facts): string {
  const last = stores.findLast(({ at }) => at <= record.incident.firstSymptomAt) ?? stores.at(-1)
  if (last === undefined) return ''
  const full = `${last.usedBlocks} of ${last.totalBlocks} blocks`
  const ratio = `${(last.ratePerMs * 60_000).toFixed(2)} entries a minute come to ${last.ratio.toFixed(1)} times what it holds`
  const early =
    warning === null ? '' : `, said ${span(record.incident.firstSymptomAt - warning.at)} before`
  return `Store ${last.store}: ${full} at ${clockTime(last.at)} UTC. ${ratio}${early}`
}

/** The factors that the record shows, each with what shows it. */
export function factorsOf(facts: Facts): string {
  const { consistent, detectedAt, firstReport, record, stores, warning } = facts
  const { masking } = record.incident
  const last = stores.at(-1)
  const rows: (readonly [string, string])[] = [
    ...consistent.map(
      ({ change, why }) => [`*Hypothesis*: ${plain(change.title)}`, plain(why)] as const,
    ),
    ...(last === undefined || last.attribution === ''
      ? []
      : [
          [
            `Who fills the store: ${plain(last.attribution)}`,
            `readings of store ${plain(last.store)}`,
          ] as const,
        ]),
    ...masking.map((sentence) => [`It was hidden: ${plain(sentence)}`, 'symptom matrix'] as const),
    ...(warning === null
      ? []
      : [
          [
            `The warning of ${minute(warning.at)} UTC was not acted on`,
            `incident ${warning.id}`,
          ] as const,
        ]),
    ...(firstReport !== null && firstReport.at < detectedAt
      ? [
          [
            'A person knew before the watch did',
            `entered at ${minute(firstReport.at)} UTC`,
          ] as const,
        ]
      : []),
  ]
  return blocks(
    '## Contributing Factors',
    rows.length === 0 ? 'The record shows none.' : markdownTable(['Factor', 'Evidence'], rows),
  )
}
