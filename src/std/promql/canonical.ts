// One form for PromQL that means the same: for comparing what somebody wrote with what Prometheus prints.
import { parsePrometheusMs } from '../prometheus-duration.ts'
import { type Result, err, ok } from '../result.ts'
import { type SyntaxNode, childOf, operands, parsePromql, stringValue } from './syntax.ts'

/**
 * `text` as nested lists, without what says nothing: spaces, comments, parentheses, the place of `by`, the
 * order of matchers and of grouped labels, the kind of quotes, the unit of a duration. Equal forms mean the
 * same; it is for comparing, not for people. The error is the end of a sentence about the expression.
 */
export function canonicalPromql(text: string): Result<string, string> {
  const parsed = parsePromql(text)
  if (!parsed.ok) return parsed
  const [root] = operands(parsed.value)
  return root === undefined ? err('is empty') : ok(JSON.stringify(formOf(root, text)))
}

/** Texts and lists of them; the first text of a list says what it is. */
type Form = string | readonly Form[]

function formOf(node: SyntaxNode, text: string): Form {
  const special = forms[node.name]
  if (special !== undefined) return special(node, text)
  // Names keep their case, words of the language have none.
  if (node.children.length === 0)
    return node.name === 'LabelName' ? textOf(node, text) : textOf(node, text).toLowerCase()
  return [node.name, ...childForms(node, text)]
}

function textOf({ from, to }: SyntaxNode, text: string): string {
  return text.slice(from, to)
}

function childForms(node: SyntaxNode, text: string): readonly Form[] {
  return partsOf(node).map((child) => formOf(child, text))
}

/** Children that say something. */
function partsOf({ children }: SyntaxNode): readonly SyntaxNode[] {
  return children.filter(({ name }) => name !== 'LineComment')
}

/** Forms of nodes that can be written in more than one way. */
const forms: Readonly<Record<string, (node: SyntaxNode, text: string) => Form>> = {
  ParenExpr: (node, text) => {
    const [inner] = operands(node)
    return inner === undefined ? [] : formOf(inner, text)
  },
  StringLiteral: (node, text) => ['text', stringValue(textOf(node, text))],
  NumberDurationLiteral: (node, text) => ['number', numberText(textOf(node, text))],
  NumberDurationLiteralInDurationContext: (node, text) => [
    'number',
    numberText(textOf(node, text)),
  ],
  DurationExpr: (node, text) => ['duration', ...childForms(node, text)],
  OffsetDurationExpr: (node, text) => ['duration', ...childForms(node, text)],
  GroupingLabels: (node, text) => [
    'labels',
    ...partsOf(node)
      .map((label) => labelName(label, text))
      .toSorted(),
  ],
  VectorSelector: selectorForm,
  AggregateExpr: aggregateForm,
  BinaryExpr: binaryForm,
  OffsetExpr: modifiedForm,
  StepInvariantExpr: modifiedForm,
}

/** A number, or a duration in seconds, however it is written. */
function numberText(literal: string): string {
  const word = literal.toLowerCase().replaceAll('_', '')
  const ms =
    /\d(?:ms|[ywdhms])$/.test(word) && !word.startsWith('0x') ? parsePrometheusMs(word) : null
  if (ms !== null) return String(ms / 1000)
  if (/^[+-]?inf$/.test(word)) return word.replace('+', '')
  return String(Number(word))
}

function labelName(node: SyntaxNode, text: string): string {
  const written = textOf(node, text)
  return /^["'`]/.test(written) ? stringValue(written) : written
}

/** The metric is one more matcher: `a{b="c"}` is `{__name__="a", b="c"}`. */
function selectorForm(node: SyntaxNode, text: string): Form {
  const identifier = childOf(node, 'Identifier')
  const named = identifier === null ? [] : [['__name__', '=', textOf(identifier, text)].join('\0')]
  const matchers = partsOf(childOf(node, 'LabelMatchers') ?? { ...node, children: [] }).map(
    (part) => {
      if (part.name === 'QuotedLabelName')
        return ['__name__', '=', labelName(part, text)].join('\0')
      const [label, operator, value] = partsOf(part)
      if (label === undefined || operator === undefined || value === undefined) return ''
      return [labelName(label, text), textOf(operator, text), labelName(value, text)].join('\0')
    },
  )
  return ['selector', ...new Set([...named, ...matchers].toSorted())]
}

/** `sum(a) by (b)` is `sum by (b) (a)`; without labels `by` says nothing. */
function aggregateForm(node: SyntaxNode, text: string): Form {
  const operator = childOf(node, 'AggregateOp')
  const modifier = childOf(node, 'AggregateModifier')
  const labels = modifier === null ? null : childOf(modifier, 'GroupingLabels')
  const saysNothing =
    modifier === null || (childOf(modifier, 'By') !== null && labels?.children.length === 0)
  return [
    operator === null ? '' : textOf(operator, text).toLowerCase(),
    saysNothing ? [] : formOf(modifier, text),
    ...operands(node).map((argument) => formOf(argument, text)),
  ]
}

/** `ignoring ()` says nothing where nothing follows it. */
function binaryForm(node: SyntaxNode, text: string): Form {
  const parts = partsOf(node).flatMap((child): readonly Form[] => {
    if (child.name !== 'MatchingModifierClause') return [formOf(child, text)]
    const [word, labels, ...more] = partsOf(child)
    const saysNothing =
      word?.name === 'Ignoring' && labels?.children.length === 0 && more.length === 0
    return saysNothing ? [] : [formOf(child, text)]
  })
  return ['binary', ...parts]
}

/** `a offset 5m @ 10` is `a @ 10 offset 5m`. */
function modifiedForm(node: SyntaxNode, text: string): Form {
  const modifiers: string[] = []
  let inner: SyntaxNode | undefined = node
  while (
    inner !== undefined &&
    (inner.name === 'OffsetExpr' || inner.name === 'StepInvariantExpr')
  ) {
    const [next, ...own]: readonly SyntaxNode[] = partsOf(inner)
    modifiers.push(JSON.stringify(own.map((child) => formOf(child, text))))
    inner = next
  }
  return ['at', ...modifiers.toSorted(), inner === undefined ? [] : formOf(inner, text)]
}
