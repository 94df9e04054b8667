// Tests of a policy as a table: what each request should get, checked against what it gets.
import type { DecisionKind, Reason } from '../../model/decision.ts'
import type { Rule } from '../../model/service.ts'
import { type Answering, type AskedRequest, type Explanation, explainRequest } from '../explain.ts'

/** One line of the table. */
export interface PolicyCase extends AskedRequest {
  /** What it shows; null: made of the request. */
  readonly name: string | null
  readonly expect: DecisionKind
  /** Left out: any reason, any rule. */
  readonly reason?: Reason | undefined
  readonly rule?: string | undefined
}

/** What became of a line. */
export interface PolicyCaseResult {
  readonly name: string
  readonly passed: boolean
  /** What differs, one sentence each; empty when it passed. */
  readonly differences: readonly string[]
  readonly explanation: Explanation
}

/** Runs every case. Pure: nothing is sent anywhere. */
export function runPolicyTests(
  answering: Answering,
  cases: readonly PolicyCase[],
): readonly PolicyCaseResult[] {
  return cases.map((each) => {
    const explanation = explainRequest(answering, each)
    const differences = differencesOf(each, explanation)
    const passed = differences.length === 0
    return { name: each.name ?? caseName(each), passed, differences, explanation }
  })
}

function differencesOf(wanted: PolicyCase, got: Explanation): readonly string[] {
  const differences: string[] = []
  const compare = (what: string, expected: string | undefined, found: string) => {
    if (expected !== undefined && expected !== found)
      differences.push(`Wanted the ${what} "${expected}", got "${found}"`)
  }
  compare('decision', wanted.expect, got.decision)
  compare('reason', wanted.reason, got.reason)
  compare('rule', wanted.rule, got.rule?.id ?? 'none')
  return differences
}

/** `POST https://app.example.com/x as alice (staff) from 10.0.0.1`. */
function caseName({ url, method, from, person, session }: PolicyCase): string {
  const parts = [(method ?? 'GET').toUpperCase(), url]
  if (session !== undefined) parts.push(`with the session ${session}`)
  else if (person === null || person === undefined) parts.push('as nobody')
  else {
    const groups = (person.groups ?? []).join(', ')
    parts.push('as', person.user ?? person.email ?? 'somebody')
    if (groups !== '') parts.push(`(${groups})`)
  }
  if (from !== null && from !== undefined) parts.push('from', from)
  return parts.join(' ')
}

/** Rules that decided none of the cases: nobody would notice if they changed. */
export function untestedRules(
  { policy }: Answering,
  results: readonly PolicyCaseResult[],
): readonly Rule[] {
  const decided = new Set(results.map(({ explanation }) => explanation.rule))
  return policy.rules.map(({ rule }) => rule).filter((rule) => !decided.has(rule))
}

/** Test Anything Protocol, version 14 (https://testanything.org), differences as YAML blocks. */
export function toTap(results: readonly PolicyCaseResult[]): string {
  const lines = ['TAP version 14', `1..${results.length}`]
  for (const [i, { name, passed, differences, explanation }] of results.entries()) {
    // A "#" would begin a directive.
    const title = name.replace(/[\\#]/g, '\\$&').replace(/\s+/g, ' ')
    lines.push(`${passed ? 'ok' : 'not ok'} ${i + 1} - ${title}`)
    if (passed) continue
    lines.push('  ---', '  differences:')
    for (const difference of differences) lines.push(`    - ${JSON.stringify(difference)}`)
    const decided = explanation.considered.find(({ applies }) => applies)
    if (decided !== undefined) lines.push(`  because: ${JSON.stringify(decided.why)}`)
    lines.push('  ...')
  }
  return `${lines.join('\n')}\n`
}
