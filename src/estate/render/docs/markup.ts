// What a declaration says, as Markdown: names stay the text that they are, sentences keep to their line.
import { markdownTable } from '../../../std/markdown.ts'

/** Text that is Markdown already. Made here alone, out of what has been escaped. */
export class Markup {
  readonly markdown: string

  constructor(markdown: string) {
    this.markdown = markdown
  }
}

/** A cell: a text that is shown letter by letter, or Markdown. */
export type Cell = string | Markup

/** A table whose cells are shown as they are; without rows an empty text. */
export function docsTable(head: readonly string[], rows: readonly (readonly Cell[])[]): string {
  return markdownTable(
    head,
    rows.map((cells) => cells.map(markdownOf)),
  )
}

/** The Markdown of a cell. */
function markdownOf(cell: Cell): string {
  return cell instanceof Markup ? cell.markdown : plain(cell)
}

/**
 * A text that Markdown shows letter by letter (GitHub Flavored Markdown): what could be markup, an entity,
 * a comment or the border of a cell is escaped; underscores inside of words are none.
 */
export function plain(text: string): string {
  return text
    .replaceAll(/[\\`*[\]|~]/g, '\\$&')
    .replaceAll(/(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, '\\_')
    .replaceAll(/&(?=#?\w+;)/g, '&amp;')
    .replaceAll('<', '&lt;')
}

/** A name as code; as plain text where code cannot say it. Empty stays empty. */
export function code(text: string): Markup {
  // A bar behind a backslash is read in two ways inside of a table; a comment would be one of our markers.
  const isCode = text.trim() === text && !/`|\\\||\\$|<!--/.test(text)
  if (text === '') return new Markup('')
  return new Markup(isCode ? `\`${text}\`` : plain(text))
}

/** Names as code, separated by commas. */
export function codes(names: readonly string[]): Markup {
  return joined(names.map(code), ', ')
}

/** Markup in a row. */
export function joined(parts: readonly Markup[], separator: string): Markup {
  return new Markup(parts.map(({ markdown }) => markdown).join(separator))
}

/** A link within the documentation. Both are ours. */
export function link(title: string, target: string): Markup {
  return new Markup(`[${title}](${target})`)
}

/**
 * A sentence that a person wrote in Markdown: emphasis, code and links are theirs; no HTML, no comment,
 * and nothing that would begin a heading, a list or a fence at the start of its line.
 */
export function sentence(text: string): Markup {
  const open = text.trim().replaceAll('<', '&lt;')
  return new Markup(
    open.replace(/^(?:[#>+*=|-]|`{3}|~{3}|\d+(?=[.)]))/, (start) =>
      /^\d/.test(start) ? `${start}\\` : `\\${start}`,
    ),
  )
}

/** A block of what a person wrote, or an empty text. */
export function prose(text: string | undefined): string {
  return text === undefined ? '' : sentence(text).markdown
}
