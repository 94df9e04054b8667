// An explanation as text for a person at a terminal.
import {
  type Explanation,
  type SignInFaultEntry,
  describeReason,
  describeRequirement,
  signInFaults,
} from '../gate-explain.ts'
import type { DecisionKind } from '../model/decision.ts'
import { unreachable } from '../std/assert.ts'
import type { Paint } from './context.ts'
import type { RecordedDecision, RecordedSignIn } from './recorded-decision.ts'

/** What is shown: of a request that nobody sent, or of one that a running gate remembers. */
export interface Shown {
  readonly explanation: Explanation
  readonly recorded: RecordedDecision | null
}

/** The answer first, then what led to it, then every rule that was looked at. */
export function renderExplanation({ explanation, recorded }: Shown, paint: Paint): string {
  const { decision, reason, considered } = explanation
  const facts = [
    ...(recorded === null ? [] : recordedFacts(recorded)),
    ...explanationFacts(explanation, recorded),
  ]
  const lines = [
    `${colourOf(decision, paint)(decision)}  ${describeReason(reason).title} (${reason})`,
    ...facts.map(([name, value]) => `  ${name.padEnd(8)}  ${value}`),
  ]
  if (considered.length > 0) lines.push('', 'Rules, in the order in which they are tried:')
  const width = Math.max(...considered.map((each) => each.rule.length))
  for (const { rule, applies, why } of considered) {
    const line = `${applies ? '✓' : '·'} ${rule.padEnd(width)}  ${why}`
    lines.push(applies ? paint.bold(line) : line)
  }
  return lines.join('\n')
}

/** What a page of signing in or out said, and what was found. */
export function renderSignIn(recorded: RecordedSignIn, paint: Paint): string {
  const { decision, reason, detail } = recorded
  const { title, text, helps }: SignInFaultEntry = signInFaults[reason]
  const facts: Fact[] = [...recordedFacts(recorded), ['because', text]]
  if (detail !== '') facts.push(['found', plain(detail)])
  for (const help of helps) facts.push(['to do', help])
  return [
    `${colourOf(decision, paint)(decision)}  ${title} (${reason})`,
    ...facts.map(([name, value]) => `  ${name.padEnd(8)}  ${value}`),
  ].join('\n')
}

type Fact = readonly [name: string, value: string]

function explanationFacts(
  { reason, rule, detail }: Explanation,
  recorded: RecordedDecision | null,
): readonly Fact[] {
  const facts: Fact[] = []
  if (detail !== null) facts.push(['part', detail])
  if (rule !== null) facts.push(['rule', rule.id], ['lets in', describeRequirement(rule)])
  if (recorded !== null && recorded.rule !== (rule?.id ?? ''))
    facts.push([
      'changed',
      `Then it was ${recorded.rule === '' ? 'no rule' : plain(recorded.rule)}`,
    ])
  const { fix } = describeReason(reason)
  if (fix !== '') facts.push(['to do', fix])
  return facts
}

function recordedFacts(recorded: RecordedDecision | RecordedSignIn): readonly Fact[] {
  const { requestId, at, method, host, path, user, clientAddress, dialect } = recorded
  const facts: Fact[] = [
    ['request', `${plain(requestId)} at ${new Date(at).toISOString()} through ${plain(dialect)}`],
  ]
  if (host !== '') facts.push(['asked', plain(`${method} ${host}${path}`)])
  if (user !== '') facts.push(['user', plain(user)])
  if (clientAddress !== '') facts.push(['from', plain(clientAddress)])
  return facts
}

/** Control characters of a stranger stay out of the terminal. */
function plain(text: string): string {
  return JSON.stringify(text).slice(1, -1)
}

function colourOf(decision: DecisionKind, paint: Paint): (text: string) => string {
  switch (decision) {
    case 'allow':
      return paint.green
    case 'sign-in':
    case 'unavailable':
      return paint.yellow
    case 'forbid':
    case 'refuse':
      return paint.red
    default:
      return unreachable(decision)
  }
}
