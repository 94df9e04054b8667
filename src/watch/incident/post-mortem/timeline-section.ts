// The timeline of a post-mortem, and the moments that its figures are reckoned from.
import { markdownTable } from '../../../std/markdown.ts'
import type { TimelineEntry } from '../incident.ts'
import type { Facts } from './facts.ts'
import { blocks, clockTime, minute, plain, span } from './words.ts'

const kindTexts: Readonly<Record<TimelineEntry['kind'], string>> = {
  'first-symptom': 'First symptom',
  report: 'Report',
  verdict: 'Verdict',
  observation: 'Observation',
  alarm: 'Alarm',
  change: 'Change',
  notification: 'Notification',
  mitigation: 'Mitigation',
  recovered: 'Recovery',
  closed: 'Closed',
}

/** The table of events, and the one of moments. */
export function timelineOf(facts: Facts): string {
  const { incident } = facts.record
  return blocks(
    '## Timeline (UTC)',
    markdownTable(
      ['Time', 'What', 'Event', 'Evidence'],
      incident.timeline.map(({ at, evidence, kind, text }) => [
        minute(at),
        kindTexts[kind],
        plain(text),
        evidenceText(kind, evidence),
      ]),
    ),
    '### Moments',
    momentsOf(facts),
  )
}

/** Only what people enter may stand without evidence. */
function evidenceText(kind: TimelineEntry['kind'], evidence: string): string {
  if (evidence !== '') return plain(evidence)
  return ['report', 'mitigation', 'notification'].includes(kind) ? 'entered by a person' : '·'
}

function momentsOf(facts: Facts): string {
  const { detectedAt, endsAt, firstReport, isOver, mitigation, record, warning } = facts
  const { firstSymptomAt } = record.incident
  const { symptom } = record.evidence
  const interval =
    symptom === null
      ? 'seen as it happened'
      : `change point, 95 %: ${minute(symptom.from)} to ${clockTime(symptom.to)}`
  const rows: (readonly [string, string, string])[] = [
    ...(warning === null
      ? []
      : [['First warning', minute(warning.at), `incident ${warning.id}`] as const]),
    facts.isWarning
      ? ['First alarm', minute(firstSymptomAt), 'readings of the store']
      : ['First symptom', minute(firstSymptomAt), interval],
    [
      'First report by a person',
      firstReport === null ? 'not entered' : minute(firstReport.at),
      firstReport === null ? '`gatehouse incident note`' : 'entered by a person',
    ],
    ['First detection', minute(detectedAt), 'the first that the watch told of the failure'],
    [
      'Mitigation',
      mitigation === null ? 'not entered' : minute(mitigation.at),
      mitigation === null ? '`gatehouse incident note`' : 'entered by a person',
    ],
    ['Verified recovery', isOver ? minute(endsAt) : 'not yet', 'clean rounds in a row'],
    [
      'Told',
      `${record.sequence} ${record.sequence === 1 ? 'message' : 'messages'}`,
      'events of the incident: opened, changed, closed',
    ],
    ['**Time to detect**', span(detectedAt - firstSymptomAt), 'first symptom to first detection'],
    timeToMitigate(facts),
    [
      '**Time to recover**',
      isOver ? span(facts.endsAt - firstSymptomAt) : 'still going on',
      'first symptom to verified recovery',
    ],
  ]
  return markdownTable(['Moment', 'When', 'Evidence'], rows)
}

function timeToMitigate({
  endsAt,
  isOver,
  mitigation,
  record,
}: Facts): readonly [string, string, string] {
  const since = record.incident.firstSymptomAt
  if (mitigation !== null)
    return [
      '**Time to mitigate**',
      span(mitigation.at - since),
      'first symptom to what was entered',
    ]
  return isOver
    ? [
        '**Time to mitigate**',
        `at most ${span(endsAt - since)}`,
        'bounded by the verified recovery',
      ]
    : ['**Time to mitigate**', 'still going on', '']
}
