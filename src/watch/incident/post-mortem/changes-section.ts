// Changes around an incident with what the evidence says of each, and the store behind it with its forecasts.
import { markdownTable } from '../../../std/markdown.ts'
import type { StoreRow } from '../evidence.ts'
import type { Facts } from './facts.ts'
import { blocks, code, minute, plain, span } from './words.ts'

const dayMs = 24 * 3_600_000
/** Rows of a store that are shown between the first and the last. */
const rowsBetween = 6

/** Changes of the 72 hours before and since, most suspicious first. */
export function changesOf({ record }: Facts): string {
  const { changes, firstSymptomAt } = record.incident
  if (changes.length === 0)
    return blocks('### Changes', 'None is on record for the 72 hours before the first symptom.')
  return blocks(
    '### Changes',
    'Of the 72 hours before the first symptom, and since.',
    markdownTable(
      ['Time (UTC)', 'To first symptom', 'Change', 'By', 'Touches', 'Judgement', 'Evidence'],
      changes.map(({ change, judgement, why }) => [
        minute(change.at),
        change.at <= firstSymptomAt
          ? `${span(firstSymptomAt - change.at)} before`
          : `${span(change.at - firstSymptomAt)} after`,
        `${plain(change.title)} (${plain(change.source)} ${code(change.id)})`,
        plain(change.actor),
        change.touches.length === 0 ? 'not known' : change.touches.map(code).join(', '),
        `**${judgement}**`,
        plain(why),
      ]),
    ),
  )
}

/** The store that backs what failed: how it filled, and what was forecast. Empty where there is none. */
export function capacityOf(facts: Facts): string {
  const { record, stores } = facts
  const [first] = stores
  if (first === undefined) return ''
  const { firstSymptomAt } = record.incident
  const dayBefore = stores.findLast(({ at }) => at <= firstSymptomAt - dayMs) ?? null
  return blocks(
    `### Capacity of ${plain(first.store)}`,
    dayBefore === null
      ? 'No forecast of 24 hours before is on record.'
      : forecastText(dayBefore, firstSymptomAt),
    markdownTable(
      ['Time (UTC)', 'Used', 'Inflow', 'Plateau over capacity', 'Forecast: full'],
      shownRows(stores, dayBefore).map((row) => [
        `${minute(row.at)}${row === dayBefore ? ' **(24 h before)**' : ''}`,
        `${row.usedBlocks} of ${row.totalBlocks} blocks (${Math.floor((100 * row.usedBlocks) / Math.max(1, row.totalBlocks))} %)`,
        `${(row.ratePerMs * 60_000).toFixed(2)}/min`,
        `${row.ratio.toFixed(2)} (at least ${row.ratioLow.toFixed(2)})`,
        fullText(row),
      ]),
    ),
    `Evidence: readings of store ${code(first.store)}, one row an hour.`,
  )
}

function forecastText(row: StoreRow, firstSymptomAt: number): string {
  if (row.timeToFullMs === null)
    return `24 hours before, at ${minute(row.at)} UTC, the forecast was that it never fills.`
  const forecast = row.at + row.timeToFullMs
  const off = (100 * (forecast - firstSymptomAt)) / (firstSymptomAt - row.at)
  return (
    `24 hours before, at ${minute(row.at)} UTC, the forecast was: full at ${minute(forecast)} UTC. ` +
    `The first symptom came at ${minute(firstSymptomAt)} UTC, so the forecast was ${off < 0 ? 'early' : 'late'} by ${Math.abs(off).toFixed(0)} %.`
  )
}

function shownRows(rows: readonly StoreRow[], dayBefore: StoreRow | null): readonly StoreRow[] {
  const step = Math.max(1, Math.ceil((rows.length - 1) / (rowsBetween + 1)))
  return rows.filter((row, i) => i % step === 0 || i === rows.length - 1 || row === dayBefore)
}

function fullText({ at, timeToFullHighMs, timeToFullLowMs, timeToFullMs }: StoreRow): string {
  if (timeToFullMs === null)
    return timeToFullLowMs === null ? 'never' : `at the soonest ${minute(at + timeToFullLowMs)}`
  if (timeToFullMs === 0) return 'is full'
  const soonest = timeToFullLowMs === null ? '·' : minute(at + timeToFullLowMs)
  const latest = timeToFullHighMs === null ? 'never' : minute(at + timeToFullHighMs)
  return `${minute(at + timeToFullMs)} (${soonest} to ${latest})`
}
