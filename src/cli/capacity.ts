// `gatehouse capacity`: the question that nobody asked before 2026-04-18, and its what-ifs.
import { type Command, InvalidArgumentError } from 'commander'
import { type StoreShape, forecast, verdictOf } from '../model/forecast.ts'
import { knownInflow } from '../model/inflow.ts'
import { suggest } from '../std/suggest.ts'
import { parseDurationMs, parseRatePerMs, parseSizeBytes } from '../std/units.ts'
import { type CapacityStore, capacityStores } from './capacity-stores.ts'
import { type CapacityCase, caseAsData, caseAsText, casesAsText } from './capacity-text.ts'
import { type CliContext, type ExitCode, withExamples } from './context.ts'
import { type ConfigOptions, loadOrReport } from './load.ts'

interface CapacityOptions extends ConfigOptions {
  readonly store?: string
  readonly size?: readonly number[]
  readonly retention?: readonly number[]
  readonly rate?: readonly number[]
  readonly restart?: readonly number[]
  readonly probes?: readonly number[]
  readonly probeInterval?: readonly number[]
  readonly entry?: number
  readonly block?: number
  readonly used: number
  readonly json?: boolean
}

/** Values of one what-if, and cases of one table. */
const valuesMax = 20
const casesMax = 500
/** How often a probe knocks where nothing says so. */
const probeIntervalMs = 300_000
const defaultEntryBytes = 1
const defaultBlockBytes = 4096

/** Adds `gatehouse capacity`. */
export function registerCapacity(program: Command, context: CliContext): void {
  const command = program
    .command('capacity')
    .description(
      'Say what stores of expiring entries come to: plateau, ratio, time to full, levers. ' +
        'Several values separated by commas make a table',
    )
    .option('-c, --config <file>', 'Take the stores that this configuration file declares')
    .option('--store <name>', 'Of these, only the one called so')
    .option('--size <sizes>', 'Size of the store, such as 64MiB', sizes)
    .option('--rate <rates>', 'Entries that arrive beside those of probes, such as 18/min', rates)
    .option('--retention <times>', 'How long an entry is kept; without it, for ever', durations)
    .option('--restart <times>', 'Everything is thrown away this often, such as 4h', durations)
    .option('--probes <counts>', 'Probes, each of which leaves an entry every time', counts)
    .option('--probe-interval <times>', 'How often each of them does, such as 5m', durations)
    .option('--entry <size>', 'Size of one entry', size)
    .option('--block <size>', 'Block size: what the smallest entry takes (4KiB)', size)
    .option('--used <count>', 'Entries that are there already', count, 0)
    .option('--json', 'The same as data')
    .action(context.action((options: CapacityOptions) => capacity(context, options)))
  withExamples(command, [
    [
      'gatehouse capacity --size 64MiB --rate 18/min --retention 7d',
      'The memory disk of 2026-04-18',
    ],
    [
      'gatehouse capacity --size 64MiB --probes 44 --probe-interval 5m,1m --retention 7d --restart 4h',
      'What monitors cost, and what restarts hide',
    ],
    [
      'gatehouse capacity --config gatehouse.yaml --store sessions --rate 2/min --json',
      'A declared store in other circumstances',
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

/** Values separated by commas, each of which must be one. */
function listed<T>(parse: (text: string) => T): (text: string) => readonly T[] {
  return (text) => {
    const parts = text.split(',')
    if (parts.length > valuesMax)
      throw new InvalidArgumentError(`Found ${parts.length} values, wanted at most ${valuesMax}`)
    return parts.map((part) => parse(part.trim()))
  }
}

/** More than that is no amount that anybody has; counting with it would lose the smaller ones. */
const positive = (value: number | null): number | null =>
  value !== null && value > 0 && value <= Number.MAX_SAFE_INTEGER ? value : null
const size = parsed(
  (text) => positive(parseSizeBytes(/^\d+$/.test(text) ? `${text}B` : text)),
  'a size such as "64MiB"',
)
const count = parsed((text) => (/^\d{1,15}$/.test(text) ? Number(text) : null), 'a whole number')
const sizes = listed(size)
const counts = listed(count)
const durations = listed(
  parsed((text) => positive(parseDurationMs(text)), 'a duration such as "7d"'),
)
const rates = listed(
  parsed((text) => {
    const perMs = parseRatePerMs(text)
    return perMs !== null && perMs <= Number.MAX_SAFE_INTEGER ? perMs : null
  }, 'a rate such as "18/min"'),
)

async function capacity(context: CliContext, options: CapacityOptions): Promise<ExitCode> {
  const { process } = context.world
  const stores = await storesOf(context, options)
  if (stores === null) return 2
  const cases = stores.flatMap((store) => casesOf(store, options))
  if (cases.length > casesMax) {
    process.error(`gatehouse: Found ${cases.length} cases, wanted at most ${casesMax}\n`)
    return 2
  }
  process.out(rendered(cases, options.json === true))
  return cases.every(({ outlook }) => outlook === null || outlook.verdict === 'fine') ? 0 : 1
}

/** One case is one object and one text, as it has always been; several are a list and a table. */
function rendered(cases: readonly CapacityCase[], isJson: boolean): string {
  const [first, second] = cases
  const isOne = first !== undefined && second === undefined
  if (isJson)
    return `${JSON.stringify(isOne ? caseAsData(first) : cases.map(caseAsData), null, 2)}\n`
  return isOne ? caseAsText(first) : casesAsText(cases)
}

/** Null stands for the store that only the options describe; no list: what is wrong has been said. */
async function storesOf(
  context: CliContext,
  options: CapacityOptions,
): Promise<readonly (CapacityStore | null)[] | null> {
  const { process } = context.world
  if (options.config === undefined) {
    if (options.size !== undefined && options.store === undefined) return [null]
    process.error(
      options.store === undefined
        ? 'gatehouse: Missing "--size", wanted a size such as "64MiB", or "--config" with declared stores\n'
        : 'gatehouse: Found "--store" without "--config", which would declare it\n',
    )
    return null
  }
  const config = await loadOrReport(context, options)
  if (config === null) return null
  const stores = capacityStores(config)
  const { store: wanted } = options
  if (wanted === undefined) return stores
  const found = stores.filter(({ name }) => name === wanted)
  if (found.length > 0) return found
  const names = stores.map(({ name }) => name)
  const meant = suggest(wanted, names)
  process.error(
    `gatehouse: Found the store "${wanted}", wanted one of ${names.map((name) => `"${name}"`).join(', ')}` +
      `${meant === null ? '' : `; perhaps "${meant}"`}\n`,
  )
  return null
}

/** Every combination of the what-ifs; what is not asked stays as it is declared. */
function casesOf(store: CapacityStore | null, options: CapacityOptions): readonly CapacityCase[] {
  const { blockBytes, entryBytes, inodes, restartMs, retentionMs, sizeBytes } =
    store?.shape ?? undeclared
  const { rate = [store?.ratePerMs ?? null], restart = [restartMs], used } = options
  const { retention = [retentionMs], size: wanted = [sizeBytes] } = options
  const fixed = {
    inodes: options.size === undefined ? inodes : null,
    entryBytes: options.entry ?? entryBytes,
    blockBytes: options.block ?? blockBytes,
  }
  const shapes = wanted.flatMap((bytes) =>
    retention.flatMap((keptMs) =>
      restart.map((everyMs): StoreShape => ({
        ...fixed,
        sizeBytes: bytes,
        retentionMs: keptMs,
        restartMs: everyMs,
      })),
    ),
  )
  const probes = probeRates(store, options)
  return shapes.flatMap((shape) =>
    rate.flatMap((ratePerMs) =>
      probes.map((probesPerMs): CapacityCase => {
        const about = { store, shape, ratePerMs, probesPerMs }
        return { ...about, outlook: outlookOf(about, used) }
      }),
    ),
  )
}

const undeclared: StoreShape = {
  sizeBytes: 0,
  blockBytes: defaultBlockBytes,
  entryBytes: defaultEntryBytes,
  retentionMs: null,
  restartMs: null,
  inodes: null,
}

/** What probes cause: as many as asked for, else those that are declared, at each interval. */
function probeRates(store: CapacityStore | null, options: CapacityOptions): readonly number[] {
  const { probeInterval, probes } = options
  if (probes !== undefined)
    return probes.flatMap((number) =>
      (probeInterval ?? [probeIntervalMs]).map((everyMs) => number / everyMs),
    )
  if (store === null) return [0]
  return probeInterval === undefined
    ? [store.probesPerMs()]
    : probeInterval.map((everyMs) => store.probesPerMs(everyMs))
}

function outlookOf(
  { probesPerMs, ratePerMs, shape }: Omit<CapacityCase, 'outlook'>,
  used: number,
): CapacityCase['outlook'] {
  if ((ratePerMs === null && probesPerMs === 0) || shape.sizeBytes === 0) return null
  const forecasted = forecast(shape, knownInflow((ratePerMs ?? 0) + probesPerMs), used)
  return { forecast: forecasted, verdict: verdictOf(forecasted, used) }
}
