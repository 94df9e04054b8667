// Markdown and mermaid out of values: what comes from outside stays text.

/** A table (GitHub Flavored Markdown); without rows an empty text. */
export function markdownTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  if (rows.length === 0) return ''
  const line = (cells: readonly string[]): string => `| ${cells.map(tableCell).join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}

/** A cell is one line, and a bar in it is no border. */
function tableCell(text: string): string {
  return text.replaceAll(/[\r\n]/g, ' ').replaceAll(/(?<!\\)\|/g, '\\|')
}

/** `text` as code; empty stays empty. */
export function markdownCode(text: string): string {
  return text === '' ? '' : `\`${text.replaceAll('`', "'")}\``
}

/** A fenced mermaid diagram of `lines`, the first of which names its kind. */
export function mermaid(lines: readonly string[]): string {
  return ['```mermaid', ...lines, '```'].join('\n')
}

/** A quoted mermaid label: quotes and what could end it or begin markup become entities. */
export function mermaidLabel(text: string): string {
  const entities: Readonly<Record<string, string>> = {
    '&': '#amp;',
    '"': '#quot;',
    '<': '#lt;',
    '>': '#gt;',
    ';': '#59;',
    '`': '#96;',
    '%': '#37;',
    '#': '#35;',
    '\\': '#92;',
  }
  const safe = text
    .replaceAll(/[\r\n]/g, ' ')
    .replaceAll(/[&"<>;`%#\\]/g, (sign) => entities[sign] ?? '')
  return `"${safe}"`
}

/** A node id out of any name: a letter, then letters, digits and underscores; never a keyword. */
export function mermaidId(name: string): string {
  return `n_${name.replaceAll(/[^A-Za-z0-9]/g, (sign) => `_${sign.codePointAt(0)?.toString(16) ?? ''}`)}`
}
