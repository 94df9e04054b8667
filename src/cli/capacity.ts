// `gatehouse capacity`: the question that nobody asked before 2026-04-18, and its what-ifs, in one table.
import { type Command, InvalidArgumentError } from 'commander'
import { textTable } from '../std/text-table.ts'
import {
  formatBytes,
  formatDuration,
  parseDurationMs,
  parseRatePerMs,
  parseSizeBytes,
} from '../std/units.ts'
import {
  type Forecast,
  type ForecastVerdict,
  type StoreShape,
  blocksPerEntry,
  forecast,
  targetRatio,
  verdictOf,
} from '../model/forecast.ts'
import { knownInflow } from '../model/inflow.ts'
import { type CliContext, type ExitCode, withExamples } from './context.ts'

interface CapacityOptions {
  readonly size: number
  readonly retention?: number
  readonly rate: number
  readonly entry: number
  readonly block: number
  readonly restart?: number
  readonly used: number
  readonly json?: boolean
}

const minuteMs = 60_000

/** Adds `gatehouse capacity`. */
export function registerCapacity(program: Command, context: CliContext): void {
  const command = program
    .command('capacity')
    .description(
      'Say what a store of expiring entries comes to: plateau, ratio, time to full, levers',
    )
    .requiredOption('--size <size>', 'Size of the store, such as 64MiB', size)
    .requiredOption('--rate <rate>', 'Entries that arrive, such as 18/min', rate)
    .option(
      '--retention <time>',
      'How long an entry is kept, such as 7d; without it, for ever',
      duration,
    )
    .option('--entry <size>', 'Size of one entry', size, 1)
    .option('--block <size>', 'Block size: what the smallest entry takes', size, 4096)
    .option('--restart <time>', 'Everything is thrown away this often, such as 4h', duration)
    .option('--used <count>', 'Entries that are there already', count, 0)
    .option('--json', 'The same as data')
    .action(context.action((options: CapacityOptions) => capacity(context, options)))
  withExamples(command, [
    [
      'gatehouse capacity --size 64MiB --rate 18/min --retention 7d',
      'The memory disk of 2026-04-18',
    ],
    [
      'gatehouse capacity --size 64MiB --rate 8.63/min --retention 7d --restart 4h --json',
      'What restarts hide',
    ],
  ])
}

function parsed<T>(parse: (text: string) => T | null, wanted: string): (text: string) => T {
  return (text) => {
    const value = parse(text)
    if (value === null) throw new InvalidArgumentError(`Found "${text}", wanted ${wanted}`)
    return value
  }
}

const positive = (value: number | null): number | null =>
  value !== null && value > 0 ? value : null
const size = parsed(
  (text) => positive(parseSizeBytes(/^\d+$/.test(text) ? `${text}B` : text)),
  'a size such as "64MiB"',
)
const duration = parsed((text) => positive(parseDurationMs(text)), 'a duration such as "7d"')
const rate = parsed(parseRatePerMs, 'a rate such as "18/min"')
const count = parsed((text) => (/^\d{1,15}$/.test(text) ? Number(text) : null), 'a whole number')

function capacity(context: CliContext, options: CapacityOptions): ExitCode {
  const shape: StoreShape = {
    sizeBytes: options.size,
    blockBytes: options.block,
    entryBytes: options.entry,
    retentionMs: options.retention ?? null,
    restartMs: options.restart ?? null,
    inodes: null,
  }
  const forecasted = forecast(shape, knownInflow(options.rate), options.used)
  const verdict = verdictOf(forecasted, options.used)
  const { process } = context.world
  if (options.json === true)
    process.out(`${JSON.stringify(asJson(shape, forecasted, verdict), null, 2)}\n`)
  else process.out(asText(shape, forecasted, verdict))
  return verdict === 'fine' ? 0 : 1
}

/** Numbers that JSON has no word for (an endless plateau) are null. */
function finite(value: number | null): number | null {
  return value !== null && Number.isFinite(value) ? value : null
}

function asJson(shape: StoreShape, forecasted: Forecast, verdict: ForecastVerdict): object {
  const {
    capacity: entries,
    levers,
    plateau,
    ratio,
    ratioWithoutRestart,
    timeToFullMs,
  } = forecasted
  const entryBytes = blocksPerEntry(shape) * shape.blockBytes
  const rateMax = levers.ratePerMs
  return {
    capacity_entries: entries,
    bytes_per_entry: entryBytes,
    plateau_entries: finite(plateau.mid),
    plateau_bytes: finite(plateau.mid * entryBytes),
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

const sentences: Readonly<Record<ForecastVerdict, string>> = {
  fine: 'It never fills at this rate',
  structural: 'It is too small for this rate',
  soon: 'It fills within a day',
  critical: 'It fills within two hours, or is nearly full',
}

function asText(shape: StoreShape, forecasted: Forecast, verdict: ForecastVerdict): string {
  const {
    capacity: entries,
    levers,
    plateau,
    ratio,
    ratioWithoutRestart,
    timeToFullMs,
  } = forecasted
  const entryBytes = blocksPerEntry(shape) * shape.blockBytes
  const hidden =
    shape.restartMs === null ? [] : [['without restarts', ratioText(ratioWithoutRestart.mid)]]
  const full = timeToFullMs.mid === null ? 'never' : formatDuration(timeToFullMs.mid)
  const rows = [
    ['capacity', `${number(entries)} entries of ${formatBytes(entryBytes)}`],
    [
      'plateau',
      Number.isFinite(plateau.mid)
        ? `${number(plateau.mid)} entries, ${formatBytes(plateau.mid * entryBytes)}`
        : 'none: entries never end',
    ],
    ['ratio', ratioText(ratio.mid)],
    ...hidden,
    ['time to full', full],
  ]
  const levered = [
    [
      'rate',
      levers.ratePerMs === null
        ? 'none: entries never end'
        : `${(levers.ratePerMs * minuteMs).toPrecision(3)}/min`,
    ],
    ['retention', Number.isFinite(levers.retentionMs) ? formatDuration(levers.retentionMs) : 'any'],
    ['size', levers.sizeBytes === null ? 'none: entries never end' : formatBytes(levers.sizeBytes)],
  ]
  return `${sentences[verdict]}.\n\n${textTable(rows)}\nOne of these brings the ratio to ${targetRatio}:\n${textTable(levered)}`
}

function ratioText(ratio: number): string {
  return Number.isFinite(ratio) ? ratio.toFixed(2) : 'endless'
}

function number(value: number): string {
  return Math.round(value).toLocaleString('en-US')
}
