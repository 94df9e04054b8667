// Guards against old things, `time() - X < N`: how long a rule can hold after X was set.
import { parsePrometheusMs } from '../../../std/prometheus-duration.ts'
import type { Expression } from './need.ts'
import { type SyntaxNode, childOf, operands } from '../../../std/promql/syntax.ts'

/** One guard: the expression holds for at most this long after the time that `metric` tells. */
export interface AgeGuard {
  readonly metric: string
  readonly seconds: number
}

/**
 * Guards that every result must pass: those on the way from the root through `and`, the left side of
 * `unless`, parentheses and comparisons, and none below an `or`, an aggregation or a function.
 */
export function ageGuards({ syntax, text }: Expression): readonly AgeGuard[] {
  return guardsOf(syntax, text)
}

function guardsOf(node: SyntaxNode, text: string): readonly AgeGuard[] {
  if (node.name === 'ParenExpr') return operands(node).flatMap((inner) => guardsOf(inner, text))
  if (node.name !== 'BinaryExpr' || childOf(node, 'Or') !== null) return []
  const [left, right] = operands(node)
  if (left === undefined || right === undefined) return []
  if (childOf(node, 'Unless') !== null) return guardsOf(left, text)
  if (childOf(node, 'And') !== null) return [...guardsOf(left, text), ...guardsOf(right, text)]
  // `bool` keeps what does not hold too, as 0.
  if (childOf(node, 'BoolModifier') !== null) return []
  return comparison(node, { left, right, text })
}

interface Sides {
  readonly left: SyntaxNode
  readonly right: SyntaxNode
  readonly text: string
}

function comparison(node: SyntaxNode, { left, right, text }: Sides): readonly AgeGuard[] {
  const isBelow = node.children.some(({ name }) => name === 'Lss' || name === 'Lte')
  const isAbove = node.children.some(({ name }) => name === 'Gtr' || name === 'Gte')
  if (!isBelow && !isAbove) return [left, right].flatMap((side) => guardsOf(side, text))
  const [small, large] = isBelow ? [left, right] : [right, left]
  // time() - X < N
  const age = ageOf(small, text)
  const limit = constantOf(large, text)
  if (age !== null && limit !== null) return [{ metric: age, seconds: limit }]
  // time() - N < X
  const since = sinceOf(small, text)
  const metric = metricOf(large, text)
  return since !== null && metric !== null ? [{ metric, seconds: since }] : []
}

function minus(node: SyntaxNode): readonly [SyntaxNode, SyntaxNode] | null {
  if (node.name === 'ParenExpr') {
    const [inner] = operands(node)
    return inner === undefined ? null : minus(inner)
  }
  const [left, right] = operands(node)
  const isMinus = node.name === 'BinaryExpr' && childOf(node, 'Sub') !== null
  return isMinus && left !== undefined && right !== undefined ? [left, right] : null
}

function ageOf(node: SyntaxNode, text: string): string | null {
  const sides = minus(node)
  return sides !== null && isTime(sides[0], text) ? metricOf(sides[1], text) : null
}

function sinceOf(node: SyntaxNode, text: string): number | null {
  const sides = minus(node)
  return sides !== null && isTime(sides[0], text) ? constantOf(sides[1], text) : null
}

function isTime(node: SyntaxNode, text: string): boolean {
  return /^time\s*\(\s*\)$/.test(text.slice(node.from, node.to))
}

/** The metric of a plain selector, whatever parentheses, aggregations and modifiers are around it. */
function metricOf(node: SyntaxNode, text: string): string | null {
  if (node.name === 'VectorSelector') {
    const identifier = childOf(node, 'Identifier')
    return identifier === null ? null : text.slice(identifier.from, identifier.to)
  }
  const isWrapper = ['ParenExpr', 'AggregateExpr', 'OffsetExpr', 'StepInvariantExpr'].includes(
    node.name,
  )
  const [inner] = isWrapper ? operands(node) : []
  return inner === undefined ? null : metricOf(inner, text)
}

/** Value of a constant: numbers, durations (`1h` is 3600), and products, quotients, sums of them. */
function constantOf(node: SyntaxNode, text: string): number | null {
  if (node.name === 'NumberDurationLiteral') return numberOf(text.slice(node.from, node.to))
  if (node.name !== 'ParenExpr' && node.name !== 'BinaryExpr') return null
  const [left = null, right = null] = operands(node).map((operand) => constantOf(operand, text))
  if (left === null || node.name === 'ParenExpr') return left
  return right === null ? null : calculated(node, left, right)
}

function calculated(node: SyntaxNode, left: number, right: number): number | null {
  const operator = node.children.find(({ name }) => name in arithmetic)
  return arithmetic[operator?.name ?? '']?.(left, right) ?? null
}

function numberOf(text: string): number | null {
  const durationMs = /[a-z]$/.test(text) ? parsePrometheusMs(text) : null
  const value = durationMs === null ? Number(text) : durationMs / 1000
  return Number.isFinite(value) ? value : null
}

const arithmetic: Readonly<Record<string, (left: number, right: number) => number>> = {
  Mul: (left, right) => left * right,
  Div: (left, right) => left / right,
  Add: (left, right) => left + right,
  Sub: (left, right) => left - right,
}
