// What was missed, what to do about it, and what is learnt: proposals, each from something on record.
import { markdownTable } from '../../../std/markdown.ts'
import type { IncidentRecord } from '../../core.ts'
import { adviceOf } from '../../core/families.ts'
import type { Facts } from './facts.ts'
import { blocks, bullets, code, minute, plain, span } from './words.ts'

/** Detection slower than this is a gap. */
const slowMs = 5 * 60_000

/** The word that pipelines look for. In two parts: it may not stand in code, where it would mean our own. */
const openStatus = ['TO', 'DO'].join('')

type Row = readonly [string, string, string]

/** Gaps, and rules held against the recorded series. */
export function gapsOf(facts: Facts): string {
  const { detectedAt, extra, record } = facts
  const rows = gapRows(facts)
  const caught = [
    ...(facts.warning === null
      ? []
      : facts.warning.alarms.map(({ at, text }) => [
          'Forecast of the store (Gatehouse)',
          minute(at),
          plain(text),
        ])),
    [
      facts.isWarning
        ? 'Forecast of the store (Gatehouse)'
        : record.incident.verdict === null
          ? 'Other checks of the watch (Gatehouse)'
          : 'Verdict over the canaries (Gatehouse)',
      minute(detectedAt),
      `told in ${code(record.incident.id)}`,
    ],
    ...extra.caught.map(({ at, rule, why }) => [
      plain(rule),
      at === null ? 'never' : minute(at),
      plain(why),
    ]),
  ]
  return blocks(
    '## Detection Gaps',
    rows.length === 0
      ? 'The record shows none: it was told within minutes, and before anybody reported it.'
      : markdownTable(['Gap', 'Impact', 'Fix'], rows),
    '### What would have caught it',
    markdownTable(['Rule', 'Would fire (UTC)', 'Why'], caught),
  )
}

function gapRows(facts: Facts): readonly Row[] {
  const { detectedAt, extra, firstReport, record, stores, warning } = facts
  const { firstSymptomAt, masking } = record.incident
  const silent = extra.caught.filter(({ at }) => at === null)
  const rows: Row[] = []
  if (detectedAt - firstSymptomAt > slowMs)
    rows.push([
      `Detection took ${span(detectedAt - firstSymptomAt)}`,
      'It went on untold meanwhile',
      'A probe that crosses what failed and nothing else, every minute',
    ])
  if (firstReport !== null && firstReport.at < detectedAt)
    rows.push([
      'A person noticed first',
      `${span(detectedAt - firstReport.at)} of looking for one person's fault`,
      'Run `gatehouse why` with the host at the first report',
    ])
  if (warning !== null)
    rows.push([
      'The warning about the store did not lead to anything',
      `${span(firstSymptomAt - warning.at)} in which it could have been enlarged`,
      'Route warnings of kind structural to somebody who decides',
    ])
  else if (stores.length > 0)
    rows.push(['Nobody forecast the store', 'It filled unseen', 'Declare it under `watch.stores`'])
  if (masking.length > 0 && firstReport !== null)
    rows.push([
      'Whoever was signed in saw nothing',
      'It looked like one person',
      "Judge by a visitor without a session, never by one's own browser",
    ])
  if (silent.length > 0)
    rows.push([
      `${silent.length} of ${extra.caught.length} other rules could not fire`,
      'What watches and says nothing looks as if all were well',
      'The reason of each stands below',
    ])
  return rows
}

type Priority = 'P0' | 'P1' | 'P2' | 'P3'
type Action = readonly [action: string, type: string, details: string, status?: string]

/** One table for each priority, with what follows from the record. Only mechanical types are marked so. */
export function preventionOf(facts: Facts): string {
  const actions = actionsOf(facts)
  const table = (priority: Priority, title: string): string =>
    actions[priority].length === 0
      ? ''
      : blocks(
          `### ${priority} – ${title}`,
          markdownTable(
            ['Priority', 'Action', 'Type', 'Details', 'Status'],
            actions[priority].map(([action, type, details, status]) => [
              priority,
              action,
              type,
              details,
              status ?? openStatus,
            ]),
          ),
        )
  return blocks(
    '## Prevention Plan',
    'Proposed from the record. Alert, Config and Monitor may be carried out by a machine; other types need a person.',
    table('P0', 'end it'),
    table('P1', 'see it'),
    table('P2', 'write it down'),
    table('P3', 'make it impossible'),
  )
}

function actionsOf(facts: Facts): Readonly<Record<Priority, readonly Action[]>> {
  return { P0: endIt(facts), P1: seeIt(facts), P2: writeItDown(facts), P3: makeItImpossible(facts) }
}

function endIt(facts: Facts): readonly Action[] {
  const { isOver, mitigation, record, stores, warning } = facts
  const [store] = stores
  const seen = isOver ? 'The recovery was seen; what was done is not entered' : undefined
  const details = mitigation?.text ?? seen ?? record.incident.advice[0] ?? ''
  const ended: Action = [
    facts.isWarning ? 'Keep it from failing' : 'End the failure',
    'Config',
    plain(details),
    isOver ? 'DONE' : openStatus,
  ]
  if (store === undefined) return [ended]
  // Of an incident that failed since, what to do about the layer stands before the levers.
  const lever =
    warning?.advice.find((sentence) => sentence.includes('brings the ratio')) ??
    'gatehouse capacity gives the value of each lever'
  return [
    ended,
    [`Bring ${plain(store.store)} under half of what it holds`, 'Config', plain(lever)],
  ]
}

function seeIt({ extra, stores }: Facts): readonly Action[] {
  const silent = extra.caught.filter(({ at }) => at === null)
  const onStore: Action = [
    'Alert on the plateau ratio of the store',
    'Alert',
    '`gatehouse generate prometheus` writes the rule and its test',
  ]
  return [
    ...(stores.length === 0 ? [] : [onStore]),
    ...(silent.length === 0 ? [] : [proveRules(silent.map(({ rule }) => rule))]),
    ...(silent.length === 0 ? [] : [asVisitor]),
  ]
}

/** For monitors beside the watch, which does so itself. */
const asVisitor: Action = [
  'Look at doors as a visitor without a session does',
  'Monitor',
  'A redirect to sign in is the only right answer of a protected host; 200 to 499 is not',
]

function proveRules(rules: readonly string[]): Action {
  return [
    'Make these rules able to fire, or remove them',
    'Alert',
    `${rules.map(plain).join(', ')}; \`gatehouse alerts prove\` says of each what stops it`,
  ]
}

function writeItDown({ record }: Facts): readonly Action[] {
  return [
    ...(record.incident.changes.length > 0 ? [] : [declareChanges]),
    ['Write the runbook for this layer', 'Runbook', plain(runbookOf(record).join('; '))],
  ]
}

const declareChanges: Action = [
  'Declare the changes that reach what failed',
  'Config',
  'None is on record, so none could be judged: name them under `watch.changes`',
]

function runbookOf({ incident: { advice, elements } }: IncidentRecord): readonly string[] {
  return elements.length === 0 ? advice : adviceOf(elements)
}

function makeItImpossible({ layer, record, stores }: Facts): readonly Action[] {
  if (layer === 'gate_new' && stores.length > 0)
    return [
      [
        'Store nothing for a visitor without a session',
        'Architecture',
        'Then a probe costs nothing, and this class of failure is gone',
      ],
    ]
  const { elements, title } = record.incident
  const blamed = elements.length === 0 ? plain(title) : `Blamed: ${elements.map(code).join(', ')}`
  return [['Find out why it could happen at all', 'Investigation', blamed]]
}

/** Sentences that follow from the record, and the place for what was done since. */
export function lessonsOf(facts: Facts): string {
  const { firstReport, layer, record, warning } = facts
  const exonerated = record.incident.changes.filter(({ judgement }) => judgement === 'exonerated')
  const lessons = [
    ...(firstReport === null
      ? []
      : [
          "One request without a session to the reported host tells a person's fault from everybody's, in seconds.",
        ]),
    ...(!facts.isWarning && (layer === 'gate_new' || layer === 'idp')
      ? ["One's own session is no evidence: it goes on while everybody new is turned away."]
      : []),
    ...(warning === null
      ? []
      : [
          `A ratio above 1 is not a warning but a date: it was on record ${span(record.incident.firstSymptomAt - warning.at)} before.`,
        ]),
    ...(exonerated.length === 0
      ? []
      : [
          `${exonerated.length === 1 ? 'One change was' : `${exonerated.length} changes were`} cleared by time or by a probe; what is cleared needs no hunt.`,
        ]),
    ...(record.incident.verdict === null
      ? []
      : ['Look at the log of what the verdict names first, before anything that was changed.']),
  ]
  return blocks(
    '## Lessons Learned',
    lessons.length === 0 ? 'The record shows none; people may.' : bullets(lessons),
    '## Follow-up Implementation',
    markdownTable(
      ['Date', 'Action', 'Change', 'Status'],
      [[minute(facts.extra.at).slice(0, 10), 'Draft written', 'generated', 'DONE']],
    ),
  )
}
