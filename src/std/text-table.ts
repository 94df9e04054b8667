// Tables for a terminal: columns as wide as their widest entry.

/**
 * Lines of `rows`, the first of which is the heading, with two spaces between columns. Control
 * characters and format characters (terminal escapes, bidirectional overrides) are shown as `?`,
 * since cells may come from outside.
 */
export function textTable(rows: readonly (readonly string[])[]): string {
  const shown = rows.map((row) => row.map((cell) => cell.replace(/[\p{Cc}\p{Cf}]/gu, '?')))
  const widths: number[] = []
  for (const row of shown)
    for (const [column, cell] of row.entries())
      widths[column] = Math.max(widths[column] ?? 0, cell.length)
  const lines = shown.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  )
  return lines.map((line) => `${line}\n`).join('')
}
