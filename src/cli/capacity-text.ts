// What `gatehouse capacity` says: one case in full, several as a table, all of them as data.
import {
  type Forecast,
  type ForecastVerdict,
  type StoreShape,
  blocksPerEntry,
  capacityEntries,
  targetRatio,
} from '../model/forecast.ts'
import { textTable } from '../std/text-table.ts'
import { formatBytes, formatDuration } from '../std/units.ts'

/** A store in one set of circumstances. Rates per ms. */
export interface CapacityCase {
  /** Null for a store that only the command line describes. */
  readonly store: { readonly name: string; readonly declared: string; readonly note: string } | null
  readonly shape: StoreShape
  /** What arrives beside the probes; null: not known, and with no probes there is nothing to forecast. */
  readonly ratePerMs: number | null
  readonly probesPerMs: number
  /** Null where nothing is known to arrive. */
  readonly outlook: { readonly forecast: Forecast; readonly verdict: ForecastVerdict } | null
}

const minuteMs = 60_000
const neverEnd = 'none: entries never end'

const sentences: Readonly<Record<ForecastVerdict, string>> = {
  fine: 'It never fills at this rate',
  structural: 'It is too small for this rate',
  soon: 'It fills within a day',
  critical: 'It fills within two hours, or is nearly full',
}

/** Numbers that JSON has no word for (an endless plateau) are null. */
function finite(value: number | null): number | null {
  return value !== null && Number.isFinite(value) ? value : null
}

/** Rate at which the ratio is 1; null where entries never end. */
function sustainedPerMs({ shape }: CapacityCase): number | null {
  return shape.retentionMs === null ? null : capacityEntries(shape) / shape.retentionMs
}

/** One case as data: what comes of it, and what it was made from. */
export function caseAsData(one: CapacityCase): object {
  const { outlook, probesPerMs, ratePerMs, shape, store } = one
  const sustained = sustainedPerMs(one)
  return {
    ...(store === null ? {} : { store: store.name, declared: store.declared }),
    size_bytes: shape.sizeBytes,
    retention_ms: shape.retentionMs,
    restart_ms: shape.restartMs,
    rate_per_minute: outlook === null ? null : ((ratePerMs ?? 0) + probesPerMs) * minuteMs,
    probes_per_minute: probesPerMs * minuteMs,
    capacity_entries: capacityEntries(shape),
    bytes_per_entry: bytesPerEntry(shape),
    sustained_per_minute: sustained === null ? null : sustained * minuteMs,
    ...(outlook === null ? {} : outlookAsData(shape, outlook)),
  }
}

function outlookAsData(
  shape: StoreShape,
  { forecast, verdict }: NonNullable<CapacityCase['outlook']>,
): object {
  const { levers, plateau, ratio, ratioWithoutRestart, timeToFullMs } = forecast
  const rateMax = levers.ratePerMs
  return {
    plateau_entries: finite(plateau.mid),
    plateau_bytes: finite(plateau.mid * bytesPerEntry(shape)),
    ratio: finite(ratio.mid),
    ratio_without_restart: finite(ratioWithoutRestart.mid),
    time_to_full_ms: timeToFullMs.mid,
    verdict,
    levers: {
      target_ratio: targetRatio,
      rate_per_minute: rateMax === null ? null : rateMax * minuteMs,
      retention_ms: finite(levers.retentionMs),
      size_bytes: levers.sizeBytes,
    },
  }
}

function bytesPerEntry(shape: StoreShape): number {
  return blocksPerEntry(shape) * shape.blockBytes
}

/** One case in full: a sentence first, then figures and levers. */
export function caseAsText(one: CapacityCase): string {
  const { outlook, shape, store } = one
  const head = store === null ? '' : `${store.name} (${store.declared})${noteOf(store.note)}\n\n`
  const rows = [
    ['capacity', capacityText(shape)],
    ['sustains', sustainsText(one)],
    ...inflowRows(one),
  ]
  if (outlook === null) return `${head}${textTable(rows)}`
  const { forecast, verdict } = outlook
  const { plateau, ratio, ratioWithoutRestart, timeToFullMs } = forecast
  const figures = [
    ...rows,
    ['plateau', plateauText(shape, plateau.mid)],
    ['ratio', ratioText(ratio.mid)],
    ...(shape.restartMs === null ? [] : [['without restarts', ratioText(ratioWithoutRestart.mid)]]),
    ['time to full', timeText(timeToFullMs.mid)],
  ]
  const levers = `One of these brings the ratio to ${targetRatio}:\n${textTable(leverRows(forecast))}`
  return `${head}${sentences[verdict]}.\n\n${textTable(figures)}\n${levers}`
}

function noteOf(note: string): string {
  return note === '' ? '' : `: ${note}`
}

function inflowRows({ probesPerMs, ratePerMs }: CapacityCase): readonly (readonly string[])[] {
  if (probesPerMs === 0) return []
  const all = probesPerMs + (ratePerMs ?? 0)
  return [['inflow', `${rateText(all)}, ${rateText(probesPerMs)} of it from probes`]]
}

function leverRows({ levers }: Forecast): readonly (readonly string[])[] {
  const { ratePerMs, retentionMs, sizeBytes } = levers
  return [
    ['rate', ratePerMs === null ? neverEnd : rateText(ratePerMs)],
    ['retention', Number.isFinite(retentionMs) ? formatDuration(retentionMs) : 'any'],
    ['size', sizeBytes === null ? neverEnd : formatBytes(sizeBytes)],
  ]
}

/** Several cases: what each sustains where no rate is known, else what comes of each. */
export function casesAsText(cases: readonly CapacityCase[]): string {
  const rows = cases.every(({ outlook }) => outlook === null) ? sustainRows(cases) : caseRows(cases)
  const notes = new Set(
    cases.flatMap(({ store }) =>
      store === null || store.note === '' ? [] : [`${store.name}: ${store.note}`],
    ),
  )
  // A store in several circumstances would have as many answers.
  const alone = cases.filter((one) =>
    cases.every((other) => other === one || other.store !== one.store),
  )
  const advice = alone.flatMap(({ outlook, store }) =>
    outlook === null || outlook.verdict === 'fine' || store === null
      ? []
      : [`${store.name}: ${adviceOf(outlook.forecast)}`],
  )
  const lines = [...notes, ...advice].map((line) => `${line}\n`)
  return `${textTable(rows)}${lines.length === 0 ? '' : `\n${lines.join('')}`}`
}

function adviceOf(forecast: Forecast): string {
  const levers = leverRows(forecast).map((row) => row.join(' '))
  return `a ratio of ${targetRatio} takes one of ${levers.join(', ')}`
}

/** A line for each size, a column for each retention. */
function sustainRows(cases: readonly CapacityCase[]): readonly (readonly string[])[] {
  const retentions = [...new Set(cases.map(({ shape }) => shape.retentionMs))]
  const lines = Map.groupBy(cases, ({ shape, store }) => `${store?.name ?? ''} ${shape.sizeBytes}`)
  const named = cases.some(({ store }) => store !== null)
  return [
    [
      ...(named ? ['store'] : []),
      'capacity',
      'entries',
      ...retentions.map((time) => `at ${retentionText(time)}`),
    ],
    ...[...lines.values()].map((line) => [
      ...(named ? [line[0]?.store?.name ?? ''] : []),
      formatBytes(line[0]?.shape.sizeBytes ?? 0),
      number(line[0] === undefined ? 0 : capacityEntries(line[0].shape)),
      ...retentions.map((time) => {
        const one = line.find(({ shape }) => shape.retentionMs === time)
        return one === undefined ? '' : sustainsText(one)
      }),
    ]),
  ]
}

type Column = readonly [heading: string, cell: (one: CapacityCase) => string]

const columns: readonly Column[] = [
  ['store', ({ store }) => store?.name ?? ''],
  ['capacity', ({ shape }) => capacityCell(shape)],
  ['retention', ({ shape }) => retentionText(shape.retentionMs)],
  ['restart', ({ shape }) => (shape.restartMs === null ? '' : formatDuration(shape.restartMs))],
  [
    'inflow',
    ({ outlook, probesPerMs, ratePerMs }) =>
      outlook === null ? 'not known' : rateText(probesPerMs + (ratePerMs ?? 0)),
  ],
  ['of it probes', ({ probesPerMs }) => (probesPerMs === 0 ? '' : rateText(probesPerMs))],
  ['sustains', sustainsText],
  ['ratio', ({ outlook }) => (outlook === null ? '' : ratioText(outlook.forecast.ratio.mid))],
  [
    'without restarts',
    ({ outlook, shape }) =>
      outlook === null || shape.restartMs === null
        ? ''
        : ratioText(outlook.forecast.ratioWithoutRestart.mid),
  ],
  [
    'time to full',
    ({ outlook }) => (outlook === null ? '' : timeText(outlook.forecast.timeToFullMs.mid)),
  ],
  ['verdict', ({ outlook }) => outlook?.verdict ?? ''],
]

/** A line for each case; columns that are empty throughout are left out. */
function caseRows(cases: readonly CapacityCase[]): readonly (readonly string[])[] {
  const used = columns.filter(([, cell]) => cases.some((one) => cell(one) !== ''))
  return [
    used.map(([heading]) => heading),
    ...cases.map((one) => used.map(([, cell]) => cell(one))),
  ]
}

function capacityText(shape: StoreShape): string {
  if (shape.sizeBytes === 0) return 'not known'
  const entries = `${number(capacityEntries(shape))} entries`
  return isCounted(shape) ? entries : `${entries} of ${formatBytes(bytesPerEntry(shape))}`
}

function plateauText(shape: StoreShape, entries: number): string {
  if (!Number.isFinite(entries)) return neverEnd
  const size = formatBytes(entries * bytesPerEntry(shape))
  return `${number(entries)} entries${isCounted(shape) ? '' : `, ${size}`}`
}

/** A store whose block is an entry: it holds so many, however large they are. */
function isCounted({ blockBytes }: StoreShape): boolean {
  return blockBytes === 1
}

function capacityCell(shape: StoreShape): string {
  if (shape.sizeBytes === 0) return 'not known'
  return isCounted(shape) ? `${number(shape.sizeBytes)} entries` : formatBytes(shape.sizeBytes)
}

function sustainsText(one: CapacityCase): string {
  const sustained = sustainedPerMs(one)
  if (one.shape.sizeBytes === 0) return 'not known'
  return sustained === null ? neverEnd : rateText(sustained)
}

function retentionText(retentionMs: number | null): string {
  return retentionMs === null ? 'for ever' : formatDuration(retentionMs)
}

function timeText(ms: number | null): string {
  return ms === null ? 'never' : formatDuration(ms)
}

function rateText(perMs: number): string {
  return `${Number((perMs * minuteMs).toPrecision(3))}/min`
}

function ratioText(ratio: number): string {
  return Number.isFinite(ratio) ? ratio.toFixed(2) : 'endless'
}

function number(value: number): string {
  return Math.round(value).toLocaleString('en-US')
}
