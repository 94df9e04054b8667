// Rules against what is known of their series: dead, blind, unproven or alive, with the reason. Pure.
import { formatDuration } from '../../std/units.ts'
import { ageGuards } from './promql/guard.ts'
import { type Need, type Selector, selectorsOf } from './promql/need.ts'
import { isSetOnce } from './knowledge.ts'
import type { ProvedRule } from './rule-file.ts'
import { type JudgeInput, judgeSelector } from './selector.ts'
import { type Finding, type Status, best, worst } from './status.ts'

/** One rule with what can be said of it. */
export interface Judgement {
  readonly rule: ProvedRule
  readonly status: Status
  /** What decided, most important first. */
  readonly reasons: readonly string[]
}

/** Judges every rule, in their order. */
export function judgeRules(input: JudgeInput): readonly Judgement[] {
  const known = new Map<ProvedRule, readonly Finding[]>()
  const recorders = recordersOf(input.rules)
  return input.rules.map((rule) => {
    const findings = findingsOf(rule, { ...input, known, recorders, path: [] })
    const [first] = findings
    return {
      rule,
      status: first?.status ?? 'unproven',
      reasons: [...new Set(findings.map(({ reason }) => reason))],
    }
  })
}

function recordersOf(rules: readonly ProvedRule[]): ReadonlyMap<string, readonly ProvedRule[]> {
  const recorders = new Map<string, ProvedRule[]>()
  for (const rule of rules) {
    if (rule.kind !== 'record') continue
    const same = recorders.get(rule.name) ?? []
    same.push(rule)
    recorders.set(rule.name, same)
  }
  return recorders
}

/** Longest way from an alert over recording rules to a series; a longer one is left open. */
const pathLengthMax = 50

interface Walk extends JudgeInput {
  /** Recording rules by what they record. */
  readonly recorders: ReadonlyMap<string, readonly ProvedRule[]>
  /** Rules that have been judged. */
  readonly known: Map<ProvedRule, readonly Finding[]>
  /** Recording rules on the way here. */
  readonly path: readonly ProvedRule[]
}

function findingsOf(rule: ProvedRule, walk: Walk): readonly Finding[] {
  const found = walk.known.get(rule)
  if (found !== undefined) return found
  const { expression } = rule
  if (!expression.ok) return [{ status: 'unproven', reason: `The expression ${expression.error}` }]
  if (walk.path.includes(rule))
    return [{ status: 'dead', reason: `The rule "${rule.name}" records what it needs itself` }]
  if (walk.path.length > pathLengthMax)
    return [{ status: 'unproven', reason: `It is recorded over more than ${pathLengthMax} rules` }]
  const within = { ...walk, path: [...walk.path, rule] }
  const findings = worst([...needFindings(expression.value.need, within), ...guardFindings(rule)])
  walk.known.set(rule, findings)
  return findings
}

function needFindings(need: Need, walk: Walk): readonly Finding[] {
  switch (need.kind) {
    case 'nothing':
      return [{ status: 'alive', reason: 'It needs no series' }]
    case 'absent':
      return [{ status: 'alive', reason: `It fires when "${need.selector.text}" is not there` }]
    case 'selector':
      return [selectorFinding(need.selector, walk)]
    case 'all':
      return worst(need.needs.flatMap((each) => needFindings(each, walk)))
    case 'any':
      return best(need.needs.map((each) => needFindings(each, walk)))
  }
}

/** A selector over a recorded series is as good as the best rule that records it, unless it is there. */
function selectorFinding(selector: Selector, walk: Walk): Finding {
  const recorders = walk.recorders.get(selector.metric ?? '') ?? []
  const seen = judgeSelector(selector, walk)
  if (recorders.length === 0 || seen.status === 'alive') return seen
  const [decided] = best(recorders.map((rule) => findingsOf(rule, walk)))
  const [recorder] = recorders
  if (decided === undefined || recorder === undefined) return seen
  const place = `"${selector.metric ?? ''}" is recorded at ${recorder.file}:${recorder.line}`
  return { status: decided.status, reason: `${place}: ${decided.reason}` }
}

/** A rule that has to hold for longer than its own guard lets it. */
function guardFindings(rule: ProvedRule): readonly Finding[] {
  if (!rule.expression.ok) return []
  return ageGuards(rule.expression.value).flatMap(({ metric, seconds }): Finding[] => {
    if (rule.forMs < seconds * 1000) return []
    const holds = `It holds for at most ${formatDuration(seconds * 1000)} after "${metric}" was set, and must hold for ${formatDuration(rule.forMs)}`
    return isSetOnce(metric)
      ? [{ status: 'blind', reason: holds }]
      : [{ status: 'unproven', reason: `${holds}: only where it is set again meanwhile` }]
  })
}

/** Every selector that judging `rules` takes, each text once. */
export function selectorsOfRules(rules: readonly ProvedRule[]): readonly Selector[] {
  const byText = new Map<string, Selector>()
  for (const { expression } of rules)
    if (expression.ok)
      for (const selector of selectorsOf(expression.value.need)) byText.set(selector.text, selector)
  return [...byText.values()]
}
