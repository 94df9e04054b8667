// What an expression needs to be there before it can give anything: its selectors, and how they go together.
import { type Result, err, ok } from '../../../std/result.ts'
import {
  type SyntaxNode,
  childOf,
  operands,
  parsePromql,
  stringValue,
} from '../../../std/promql/syntax.ts'

/** One condition on one label; regular expressions are RE2 and match the whole value. */
export interface Matcher {
  readonly label: string
  readonly op: '=' | '!=' | '=~' | '!~'
  readonly value: string
}

/** One vector selector: a metric (null when only a pattern names it) and its matchers. */
export interface Selector {
  readonly metric: string | null
  /** Without the one that names the metric. */
  readonly matchers: readonly Matcher[]
  /** As it stands in the expression. */
  readonly text: string
}

/**
 * `selector` series must be there · `absent` they must not · `all` each of them · `any` one of them ·
 * `nothing` a constant.
 */
export type Need =
  | { readonly kind: 'selector' | 'absent'; readonly selector: Selector }
  | { readonly kind: 'all' | 'any'; readonly needs: readonly Need[] }
  | { readonly kind: 'nothing' }

/** An expression that was read. */
export interface Expression {
  readonly text: string
  readonly syntax: SyntaxNode
  readonly need: Need
}

/** Reads `text`; the error is the end of a sentence about it. */
export function readExpression(text: string): Result<Expression, string> {
  const parsed = parsePromql(text)
  if (!parsed.ok) return parsed
  const [syntax] = operands(parsed.value)
  return syntax === undefined ? err('is empty') : ok({ text, syntax, need: needOf(syntax, text) })
}

/** Every selector of a need, those of `absent` too. */
export function selectorsOf(need: Need): readonly Selector[] {
  switch (need.kind) {
    case 'selector':
    case 'absent':
      return [need.selector]
    case 'all':
    case 'any':
      return need.needs.flatMap(selectorsOf)
    case 'nothing':
      return []
  }
}

const nothing: Need = { kind: 'nothing' }

function needOf(node: SyntaxNode, text: string): Need {
  switch (node.name) {
    case 'VectorSelector':
      return { kind: 'selector', selector: selectorOf(node, text) }
    case 'FunctionCall':
      return callNeed(node, text)
    case 'BinaryExpr':
      return binaryNeed(node, text)
    default:
      return together('all', operands(node), text)
  }
}

function together(kind: 'all' | 'any', nodes: readonly SyntaxNode[], text: string): Need {
  const needs = nodes.map((node) => needOf(node, text))
  // A constant is always there: it fulfils an `any`, and adds nothing to an `all`.
  if (kind === 'any' && needs.some((need) => need.kind === 'nothing')) return nothing
  const real = needs.filter((need) => need.kind !== 'nothing')
  const [first] = real
  if (first === undefined) return nothing
  return real.length === 1 ? first : { kind, needs: real }
}

function callNeed(node: SyntaxNode, text: string): Need {
  const inner = together('all', operands(node), text)
  const name = childOf(node, 'FunctionIdentifier')?.children[0]?.name
  const isAbsence = name === 'Absent' || name === 'AbsentOverTime'
  if (!isAbsence) return inner
  return inner.kind === 'selector' ? { kind: 'absent', selector: inner.selector } : nothing
}

function binaryNeed(node: SyntaxNode, text: string): Need {
  const sides = operands(node)
  if (childOf(node, 'Or') !== null) return together('any', sides, text)
  // What must not be there need not be there.
  if (childOf(node, 'Unless') !== null) return together('all', sides.slice(0, 1), text)
  return together('all', sides, text)
}

function selectorOf(node: SyntaxNode, text: string): Selector {
  const textOf = (part: SyntaxNode | null): string =>
    part === null ? '' : text.slice(part.from, part.to)
  const identifier = childOf(node, 'Identifier')
  const inBraces = childOf(node, 'LabelMatchers')?.children ?? []
  const matchers = inBraces.flatMap((part): Matcher[] => {
    if (part.name === 'QuotedLabelName')
      return [{ label: '__name__', op: '=', value: stringValue(textOf(part)) }]
    const op = operatorOf(textOf(childOf(part, 'MatchOp')))
    const quoted = childOf(part, 'QuotedLabelName')
    const label = quoted === null ? textOf(childOf(part, 'LabelName')) : stringValue(textOf(quoted))
    const value = stringValue(textOf(childOf(part, 'StringLiteral')))
    return op === null ? [] : [{ label, op, value }]
  })
  const named = matchers.find(({ label, op }) => label === '__name__' && op === '=')
  const metric = identifier === null ? (named?.value ?? null) : textOf(identifier)
  return {
    metric,
    matchers: matchers.filter((matcher) => matcher !== named),
    text: textOf(node),
  }
}

function operatorOf(text: string): Matcher['op'] | null {
  return text === '=' || text === '!=' || text === '=~' || text === '!~' ? text : null
}
