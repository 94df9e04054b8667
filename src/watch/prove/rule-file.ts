// Prometheus' rules from a file: plain, a PrometheusRule, or inside of Helm values and ConfigMaps.
import { type Result, err, ok } from '../../std/result.ts'
import { parsePrometheusMs } from '../../std/prometheus-duration.ts'
import { type Expression, readExpression } from './promql/need.ts'
import { type Yaml, entryOf, everyValue, itemsOf, readYaml, textOf } from './yaml-tree.ts'

/** One rule as it stands in a file. */
export interface ProvedRule {
  readonly kind: 'alert' | 'record'
  readonly name: string
  readonly file: string
  /** Line of the rule, from 1. */
  readonly line: number
  readonly forMs: number
  /** The expression, or why it cannot be read: the end of a sentence about it. */
  readonly expression: Result<Expression, string>
}

/** Most rules of one run. */
export const rulesMax = 10_000

/** Reads all rules in `text`. The error is a sentence for the operator; a file without a rule is one. */
export function readRules(file: string, text: string): Result<readonly ProvedRule[], string> {
  const documents = readYaml(text)
  if (!documents.ok) return err(`Cannot read the rules of "${file}": ${documents.error}`)
  const rules: ProvedRule[] = []
  for (const { value } of everyValue(documents.value, ['groups:'])) {
    for (const group of itemsOf(entryOf(value, 'groups'))) {
      for (const item of itemsOf(entryOf(group, 'rules'))) {
        const rule = ruleOf(file, item)
        if (!rule.ok) return rule
        rules.push(rule.value)
        if (rules.length > rulesMax)
          return err(`Cannot read the rules of "${file}": Found more than ${rulesMax}`)
      }
    }
  }
  return rules.length === 0
    ? err(`Cannot read the rules of "${file}": Found no group with rules, wanted "groups"`)
    : ok(rules)
}

function ruleOf(file: string, item: Yaml): Result<ProvedRule, string> {
  const place = `Cannot read the rule at "${file}:${item.line}"`
  const alert = textOf(item, 'alert')
  const name = alert ?? textOf(item, 'record')
  const expr = textOf(item, 'expr')
  if (name === null) return err(`${place}: Found neither "alert" nor "record"`)
  if (expr === null) return err(`${place}: Found no "expr"`)
  const waits = textOf(item, 'for') ?? '0s'
  const forMs = parsePrometheusMs(waits)
  if (forMs === null) return err(`${place}: Found "for: ${waits}", wanted a duration such as "5m"`)
  return ok({
    kind: alert === null ? 'record' : 'alert',
    name,
    file,
    line: item.line,
    forMs,
    expression: readExpression(expr),
  })
}
