// What `gatehouse why` prints: the verdict in one sentence, what was tried, what to do next.
import { textTable } from '../std/text-table.ts'
import { type WhyAnswer, titleOf } from '../watch-why.ts'
import type { Paint } from './context.ts'
import type { PersonalCause } from './personal-causes.ts'

/** A person who was named, and what the gate knows. */
export interface Person {
  readonly user: string
  readonly causes: readonly PersonalCause[]
  /** Why the gate could not be asked; null where it could. */
  readonly trouble: string | null
}

/** What there is to show. */
export interface ShownWhy {
  readonly answer: WhyAnswer
  readonly person: Person | null
}

/** For people. */
export function renderWhy({ answer, person }: ShownWhy, paint: Paint): string {
  const colour =
    answer.kind === 'fine' ? paint.green : answer.kind === 'blind' ? paint.yellow : paint.red
  const sure =
    answer.confidence === null
      ? ''
      : ` (${(Math.floor(answer.confidence * 1000) / 10).toFixed(1)} %)`
  const sections = [
    `${colour(`${answer.sentence}${sure}.`)}\n`,
    textTable([['', 'WHAT', 'FROM', 'CAME'], ...rowsOf(answer)]),
    ...(person === null ? [] : [personText(person)]),
    ...listText('What one person alone can have:', person === null ? answer.personal : []),
    ...listText('Next:', answer.next),
  ]
  return sections.join('\n').trimEnd()
}

/** Probes that knock at no door. */
const sharedNames: Readonly<Record<string, string>> = {
  control_inet: 'somebody else, as a control',
  dns: 'the name',
  idp: 'the identity provider',
  idp_jwks: 'its keys',
}

function rowsOf({ tried }: WhyAnswer): readonly (readonly string[])[] {
  return tried.map(({ failed, observation, passed, role }) => {
    const { door, detail, replica, vantage } = observation
    const what =
      door === null
        ? (sharedNames[observation.probe] ?? observation.probe)
        : `${door.host}${door.path}`
    const from = vantage === null ? '' : replica === null ? vantage : `${vantage} ${replica}`
    const times = failed > 0 && passed > 0 ? `${failed} of ${failed + passed}: ` : ''
    const beside = role === 'reference' ? ' (beside it)' : ''
    return [failed === 0 ? '✓' : '✗', `${what}${beside}`, from, `${times}${detail}`]
  })
}

function personText({ causes, trouble, user }: Person): string {
  if (trouble !== null) return `${user}: ${trouble}\n`
  if (causes.length === 0)
    return `${user}: the gate has refused them nothing here in the last day that it remembers\n`
  const lines = causes.map(({ count, help, isKnown, reason, requestId, title }) => {
    const who = isKnown ? `${user}` : 'Somebody, perhaps the same person'
    return `  ${who}, ${count} ×: ${title} (${reason}; request ${requestId})\n    ${help}\n`
  })
  return `What the gate refused:\n${lines.join('')}`
}

function listText(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : [`${title}\n${lines.map((line) => `  - ${line}\n`).join('')}`]
}

/** For scripts. */
export function whyData({ answer, person }: ShownWhy): object {
  const { confidence, door, elements, kind, next, personal, sentence, tried, verdict } = answer
  return {
    sentence,
    kind,
    host: door.host,
    path: door.path,
    tier: door.tier,
    elements,
    titles: elements.map((element) => titleOf(element)),
    confidence,
    because: verdict.because,
    discriminating: verdict.discriminating,
    masked: verdict.masked,
    tried: tried.map(({ failed, observation, passed, role }) => ({
      probe: observation.probe,
      role,
      host: observation.door?.host ?? null,
      vantage: observation.vantage,
      replica: observation.replica,
      passed,
      failed,
      class: observation.class,
      status: observation.status,
      ms: Math.round(observation.ms),
      detail: observation.detail,
    })),
    user: person,
    personal,
    next,
  }
}
