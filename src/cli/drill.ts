// `gatehouse drill`: outages as data, held against the real code of the watch, beside simpler monitors.
import { type Command, InvalidArgumentError } from 'commander'
import { textTable } from '../std/text-table.ts'
import {
  type DrillResult,
  type NamedScenario,
  type Replay,
  allScenarios,
  drillJson,
  drillText,
  findScenario,
  healthyYears,
  readScenario,
  replay,
  replayJson,
  replayName,
  replayText,
  runDrill,
  summaryOf,
  summaryText,
} from '../watch-drill.ts'
import { type CliContext, type ExitCode, withExamples } from './context.ts'
import { runLiveLab } from './drill/live/run-live-lab.ts'

interface DrillOptions {
  readonly all?: boolean
  readonly list?: boolean
  readonly live?: boolean
  readonly withGate?: boolean
  readonly file?: string
  readonly seed: number
  readonly port: number
  readonly json?: boolean
}

/** The seed that the library is held to. */
const usualSeed = 1

/** Adds `gatehouse drill`. */
export function registerDrill(program: Command, context: CliContext): void {
  const command = program
    .command('drill')
    .description('Replay an outage against the watch: exit 0 it finds the truth, 1 it does not')
    .argument('[name]', 'A drill of the library, such as 2026-04-18')
    .option('--all', 'All of the library, summed up, and a year in which nothing is broken')
    .option('--list', 'Names and titles of the library')
    .option('--file <file>', 'A drill of your own, in YAML')
    .option('--seed <number>', 'Same seed, same output', wholeNumber, usualSeed)
    .option('--live', 'For real on this machine: a small memory disk, a proxy, services, at speed')
    .option('--with-gate', 'With --live: the same load on the gate afterwards')
    .option('--port <port>', 'With --live: where the proxy listens; 0: any', wholeNumber, 0)
    .option('--json', 'The same as data')
    .action(
      context.action((name: string | undefined, options: DrillOptions) =>
        drill(context, name, options),
      ),
    )
  withExamples(command, [
    [
      'gatehouse drill 2026-04-18',
      'The outage that this began with, and when each alarm would come',
    ],
    ['gatehouse drill --all --seed 7', 'The whole library with other dice'],
    ['gatehouse drill --file my-outage.yaml --json', 'A drill of your own, for a program'],
  ])
}

function wholeNumber(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text)
  throw new InvalidArgumentError(`Found "${text}", wanted a whole number`)
}

async function drill(
  context: CliContext,
  name: string | undefined,
  options: DrillOptions,
): Promise<ExitCode> {
  const ways = [
    name !== undefined,
    options.all === true,
    options.list === true,
    options.file !== undefined,
    options.live === true,
  ]
  if (ways.filter(Boolean).length !== 1)
    return refused(context, 'Wanted one of: a name, "--all", "--list", "--file FILE", "--live"')
  if (options.live === true) {
    const { json = false, withGate = false, port } = options
    return runLiveLab(context, { port, withGate, json })
  }
  if (options.list === true) return list(context, options)
  if (options.all === true) return all(context, options)
  if (name === replayName) return replayed(context, await replay(name, options.seed), options)
  const found = options.file === undefined ? named(name ?? '') : own(context, options.file)
  if (!found.ok) return refused(context, found.error)
  return one(context, found.value, options)
}

function refused({ world }: CliContext, text: string): ExitCode {
  world.process.error(`gatehouse: ${text}\n`)
  return 2
}

function named(name: string): ReturnType<typeof findScenario> {
  const found = findScenario(name)
  return found.ok ? found : { ok: false, error: `${found.error}. See "gatehouse drill --list"` }
}

function own({ world }: CliContext, file: string): ReturnType<typeof findScenario> {
  const text = world.files.readText(file)
  if (!text.ok) return { ok: false, error: `Cannot read the drill "${file}": "${text.error.code}"` }
  const read = readScenario(text.value)
  if (read.ok) return { ok: true, value: { name: file, scenario: read.value } }
  return { ok: false, error: read.error.map((mistake) => `${file}:${mistake}`).join('\n') }
}

function list({ world }: CliContext, { json }: DrillOptions): ExitCode {
  const rows = allScenarios().map(({ name, scenario: { source, title } }) => ({
    ...{ name, title, source },
  }))
  world.process.out(
    json === true
      ? `${JSON.stringify(rows, null, 2)}\n`
      : textTable(rows.map(({ name, source, title }) => [name, title, source])),
  )
  return 0
}

async function one(
  { world }: CliContext,
  { name, scenario }: NamedScenario,
  { json, seed }: DrillOptions,
): Promise<ExitCode> {
  const result = await runDrill({ name, scenario, seed })
  world.process.out(
    json === true ? `${JSON.stringify(drillJson(result), null, 2)}\n` : drillText(scenario, result),
  )
  return codeOf([result])
}

function replayed({ world }: CliContext, told: Replay, { json }: DrillOptions): ExitCode {
  world.process.out(
    json === true ? `${JSON.stringify(replayJson(told), null, 2)}\n` : replayText(told),
  )
  return told.targets.every(({ reached }) => reached) ? codeOf([told.result]) : 1
}

async function all({ world }: CliContext, { json, seed }: DrillOptions): Promise<ExitCode> {
  const scenarios = allScenarios()
  const results = await Array.fromAsync(scenarios, ({ name, scenario }) =>
    runDrill({ name, scenario, seed }),
  )
  const decoysOf = (name: string): readonly string[] =>
    scenarios
      .filter((one) => one.name === name)
      .flatMap(({ scenario }) => scenario.changes)
      .flatMap(({ expect, title }) => (expect === 'exonerated' ? [title] : []))
  const summary = summaryOf(seed, results, decoysOf)
  const healthy = healthyYears({ hosts: 163, years: 1, seed, noise: 'independent' })
  world.process.out(
    json === true
      ? `${JSON.stringify({ ...summary, healthy }, null, 2)}\n`
      : `${summaryText(summary)}\nA year of ${healthy.hosts} hosts with nothing broken: ${healthy.pages} false alarms that wake somebody, ${healthy.notices} others\n`,
  )
  return healthy.pages > 0 ? 1 : codeOf(results)
}

function codeOf(results: readonly DrillResult[]): ExitCode {
  return results.every(({ misses }) => misses.length === 0) ? 0 : 1
}
