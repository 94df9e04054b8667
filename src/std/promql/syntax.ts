// PromQL as a tree of our own, read by Prometheus' own grammar (@prometheus-io/lezer-promql inside).
import { parser } from '@prometheus-io/lezer-promql'
import { type Result, err, ok } from '../result.ts'

/** One node: a rule of the grammar, where it stands in the text, and what it is made of. */
export interface SyntaxNode {
  readonly name: string
  readonly from: number
  readonly to: number
  readonly children: readonly SyntaxNode[]
}

/** Longest expression that is read, in characters. */
export const expressionLengthMax = 20_000
/** Deepest nesting: a rule that somebody reads has a tenth of it. */
export const depthMax = 200

/**
 * Reads one expression. The error is the end of a sentence: `cannot be read at character 12, near "}"`.
 */
export function parsePromql(text: string): Result<SyntaxNode, string> {
  if (text.trim() === '') return err('is empty')
  if (text.length > expressionLengthMax)
    return err(`is longer than ${expressionLengthMax} characters`)
  const root: OpenNode = { name: 'PromQL', from: 0, to: text.length, children: [] }
  const open: OpenNode[] = [root]
  let fault: string | null = null
  parser.parse(text).iterate({
    enter: ({ type, from, to }) => {
      if (type.isError) fault ??= `cannot be read at character ${from + 1}${near(text, from)}`
      if (open.length > depthMax) fault ??= `is nested deeper than ${depthMax}`
      if (fault !== null) return false
      const node: OpenNode = { name: type.name, from, to, children: [] }
      if (!type.isTop) open.at(-1)?.children.push(node)
      open.push(type.isTop ? root : node)
      return true
    },
    leave: () => void open.pop(),
  })
  return fault === null ? ok(root) : err(fault)
}

interface OpenNode extends SyntaxNode {
  readonly children: OpenNode[]
}

const nearLength = 20

function near(text: string, from: number): string {
  const found = text.slice(from, from + nearLength).trim()
  return found === '' ? ', where it ends' : `, near "${found}"`
}

/** Kinds of nodes that are expressions, as the group `Expr` of the grammar has them. */
const expressionNames: ReadonlySet<string> = new Set([
  'AggregateExpr',
  'AnchoredExpr',
  'BinaryExpr',
  'FunctionCall',
  'MatrixSelector',
  'NumberDurationLiteral',
  'OffsetExpr',
  'ParenExpr',
  'SmoothedExpr',
  'StepInvariantExpr',
  'StringLiteral',
  'SubqueryExpr',
  'UnaryExpr',
  'VectorSelector',
])

/** The expressions directly inside `node`: operands, and arguments of functions and aggregations. */
export function operands(node: SyntaxNode): readonly SyntaxNode[] {
  return node.children.flatMap((child) =>
    child.name === 'FunctionCallBody'
      ? operands(child)
      : expressionNames.has(child.name)
        ? [child]
        : [],
  )
}

/** First child of that name. */
export function childOf(node: SyntaxNode, name: string): SyntaxNode | null {
  return node.children.find((child) => child.name === name) ?? null
}

/** Value of a string literal in single quotes, double quotes or backquotes (Go's escapes). */
export function stringValue(literal: string): string {
  const inner = literal.slice(1, -1)
  if (literal.startsWith('`')) return inner
  return inner.replace(
    /\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[0-7]{3}|.)/gs,
    (_whole, escape: string) => unescaped(escape),
  )
}

const plainEscapes: Readonly<Record<string, string>> = {
  a: '\u0007',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
}
const codePointMax = 0x10ffff

function unescaped(escape: string): string {
  if (escape.length === 1) return plainEscapes[escape] ?? escape
  const code = /^[xuU]/.test(escape)
    ? Number.parseInt(escape.slice(1), 16)
    : Number.parseInt(escape, 8)
  return code <= codePointMax ? String.fromCodePoint(code) : '\ufffd'
}
