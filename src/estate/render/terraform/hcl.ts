// HCL, the language of Terraform, out of values: blocks, attributes, texts escaped so that nothing in them is
// read as a template. Laid out as `terraform fmt` does, which a test holds.
import { isFields } from '../../../std/fields.ts'

/** An expression that is written as it is: a reference, a call. Never made from text of others. */
export class Expression {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

/** What an attribute may hold. Undefined attributes are left out. */
export type HclValue =
  | string
  | number
  | boolean
  | null
  | undefined
  | Expression
  | readonly HclValue[]
  | { readonly [key: string]: HclValue }

/** One block: `resource "authentik_group" "staff" { … }`. */
export interface Block {
  readonly type: string
  readonly labels?: readonly string[]
  readonly attributes: Readonly<Record<string, HclValue>>
  readonly blocks?: readonly Block[]
}

/** Lists of this many characters at most stand on one line. */
const inlineMax = 80

/** A file: a comment, then its blocks with an empty line between them. */
export function hclFile(comment: string, blocks: readonly Block[]): string {
  const head = comment
    .split('\n')
    .map((line) => (line === '' ? '#' : `# ${line}`))
    .join('\n')
  return `${[head, ...blocks.map((block) => blockText(block, ''))].join('\n\n')}\n`
}

function blockText({ attributes, blocks = [], labels = [], type }: Block, indent: string): string {
  const head = [type, ...labels.map(quoted)].join(' ')
  const inner = `${indent}  `
  const body = [
    attributeLines(Object.entries(attributes), inner, ' = '),
    ...blocks.map((block) => blockText(block, inner)),
  ].filter((text) => text !== '')
  return body.length === 0
    ? `${indent}${head} {}`
    : `${indent}${head} {\n${body.join('\n\n')}\n${indent}}`
}

/** Attributes, their values in one column as long as each takes one line. */
function attributeLines(
  entries: readonly (readonly [string, HclValue])[],
  indent: string,
  sign: string,
): string {
  const given = entries.filter(([, value]) => value !== undefined)
  const written = given.map(([key, value]) => ({ key, text: valueText(value, indent) }))
  const lines: string[] = []
  let run: typeof written = []
  const flush = (): void => {
    const width = Math.max(0, ...run.map(({ key }) => key.length))
    lines.push(...run.map(({ key, text }) => `${indent}${key.padEnd(width)}${sign}${text}`))
    run = []
  }
  for (const one of written) {
    run.push(one)
    // A value of several lines ends the column that it stands in the way of; a heredoc does not, since
    // its lines belong to no column.
    if (one.text.includes('\n') && !one.text.startsWith('<<')) {
      const last = run.pop()
      flush()
      if (last !== undefined) lines.push(`${indent}${last.key}${sign}${last.text}`)
    }
  }
  flush()
  return lines.join('\n')
}

function valueText(value: HclValue, indent: string): string {
  if (value instanceof Expression) return value.text
  if (value === null || value === undefined) return 'null'
  if (typeof value === 'string') return textValue(value, indent)
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  return isList(value) ? listText(value, indent) : objectText(value, indent)
}

function isList(value: HclValue): value is readonly HclValue[] {
  return Array.isArray(value)
}

function listText(values: readonly HclValue[], indent: string): string {
  const inner = `${indent}  `
  // The end of a heredoc stands alone on its line, so no comma can follow it.
  const written = values.map((value) =>
    typeof value === 'string' && value.endsWith('\n') ? quoted(value) : valueText(value, inner),
  )
  const inline = `[${written.join(', ')}]`
  if (inline.length <= inlineMax && !inline.includes('\n')) return inline
  return `[\n${written.map((text) => `${inner}${text},\n`).join('')}${indent}]`
}

function objectText(object: { readonly [key: string]: HclValue }, indent: string): string {
  const entries = Object.entries(object).map(
    ([key, value]) => [/^[A-Za-z_][\w-]*$/.test(key) ? key : quoted(key), value] as const,
  )
  const body = attributeLines(entries, `${indent}  `, ' = ')
  return body === '' ? '{}' : `{\n${body}\n${indent}}`
}

/** A text: quoted, or where it has several lines as a heredoc, which people can read. */
function textValue(text: string, indent: string): string {
  // A heredoc has no escapes for control characters.
  const isPlain = !/[^\P{Cc}\n]|[\u2028\u2029\ufeff]/u.test(text)
  if (!text.trim().includes('\n') || !isPlain || !text.isWellFormed()) return quoted(text)
  const mark = heredocMark(text)
  const body = templateEscaped(text)
  if (text.endsWith('\n')) return `<<${mark}\n${body}${mark}`
  return `chomp(<<${mark}\n${body}\n${mark}\n${indent})`
}

/** A mark that no line of the text is. */
function heredocMark(text: string): string {
  const lines = new Set(text.split('\n').map((line) => line.trim()))
  let mark = 'EOT'
  while (lines.has(mark)) mark += 'X'
  return mark
}

/** `${` and `%{` begin templates everywhere; doubled signs stand for themselves. */
function templateEscaped(text: string): string {
  return text.replaceAll(/[$%](?=\{)/g, (sign) => sign + sign)
}

const shortEscapes: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '"': '\\"',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
}

/** A text in quotes (HCL native syntax, "Template Expressions"). */
export function quoted(text: string): string {
  const escaped = text.toWellFormed().replaceAll(/[\\"\p{Cc}\u2028\u2029\ufeff]/gu, (character) => {
    const code = character.charCodeAt(0).toString(16).padStart(4, '0')
    return shortEscapes[character] ?? `\\u${code}`
  })
  return `"${templateEscaped(escaped)}"`
}

/** `jsonencode({ … })`: what a provider wants as JSON stays readable. */
export function jsonEncoded(value: unknown, indent = '  '): Expression {
  return new Expression(`jsonencode(${valueText(fromJson(value), indent)})`)
}

/** JSON as it is; anything that JSON does not have is null. */
function fromJson(value: unknown): HclValue {
  if (value instanceof Expression) return value
  if (Array.isArray(value)) return value.map(fromJson)
  if (isFields(value))
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, fromJson(one)]))
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? value
    : null
}
