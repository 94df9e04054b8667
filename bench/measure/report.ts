// Results as rows of a table for people and as JSON for programs.
import { type Series, ratio, summarise } from './series.ts'

/** One line of a table: medians, and ratios to the first line of its group. */
export interface Row {
  readonly name: string
  readonly perSecond: number
  readonly spread: number
  readonly ratio: number
  readonly perProcessorSecond: number
  readonly processorSpread: number
  readonly processorRatio: number
  /** Share of the time in which the server was at work. */
  readonly busy: number
  readonly p99: number
}

/** Lines that belong together; all ratios are to the first one. */
export interface GroupResult {
  readonly title: string
  readonly rows: readonly Row[]
}

/** Rows of a group of series; the first one is what the others are compared with. */
export function rowsOf(series: readonly Series[]): Row[] {
  const [base] = series
  if (base === undefined) return []
  return series.map((each): Row => {
    const rate = summarise(each.rounds.map((round) => round.perSecond))
    const cost = summarise(each.rounds.map((round) => round.perProcessorSecond))
    return {
      name: each.name,
      perSecond: Math.round(rate.median),
      spread: twoDigits(rate.spread),
      ratio: twoDigits(ratio(each, base, (round) => round.perSecond)),
      perProcessorSecond: Math.round(cost.median),
      processorSpread: twoDigits(cost.spread),
      processorRatio: twoDigits(ratio(each, base, (round) => round.perProcessorSecond)),
      busy: twoDigits(summarise(each.rounds.map((round) => round.busy)).median),
      p99: twoDigits(summarise(each.rounds.map((round) => round.p99)).median),
    }
  })
}

function twoDigits(value: number): number {
  return Math.round(value * 100) / 100
}

/** Columns padded to their widest cell; the first one left, numbers right. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, i) =>
    Math.max(title.length, ...rows.map((row) => (row[i] ?? '').length)),
  )
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)))
      .join('  ')
      .trimEnd()
  return [line(head), ...rows.map(line)].join('\n')
}

/** A group as text. */
export function groupTable({ title, rows }: GroupResult): string {
  const head = ['', '1/s', '±', 'ratio', '1/cpu s', '±', 'ratio', 'busy', 'p99 ms']
  const cells = rows.map((row) => [
    row.name,
    String(row.perSecond),
    percent(row.spread),
    row.ratio.toFixed(2),
    String(row.perProcessorSecond),
    percent(row.processorSpread),
    row.processorRatio.toFixed(2),
    percent(row.busy),
    row.p99.toFixed(2),
  ])
  return `${title}\n${table(head, cells)}\n`
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`
}
