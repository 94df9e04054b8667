// `gatehouse drift`: what is declared against what runs; who changed it; never "no difference" by mistake.
import { Argument, type Command } from 'commander'
import { createHash } from 'node:crypto'
import {
  type DriftExitCode,
  type DriftHeading,
  driftExitCode,
  driftJson,
  driftText,
  hideSecrets,
  addressWithoutSecrets,
  visible,
} from '../estate-drift.ts'
import { must } from '../std/assert.ts'
import { withAuthentikOptions } from './authentik-source.ts'
import { type CliContext, type ExitCode, withExamples } from './context.ts'
import { driftSources } from './drift/registry.ts'
import type { Declared, DriftOptions } from './drift/source.ts'
import { loadOrReport, withConfigOption } from './load.ts'
import { revisionOf } from './revision.ts'
import { version } from './version.ts'

/** Bytes of the key of hashes that stand for secrets; a fresh one for each run. */
const secretKeyBytes = 32

/** Adds `gatehouse drift`. */
export function registerDrift(program: Command, context: CliContext): void {
  const command = program
    .command('drift')
    .description(
      'Compare what is declared with what runs, and say who changed it: exit 0 no difference, 2 some, 1 could not read',
    )
    .addArgument(
      new Argument('[system]', 'What to compare (else: all that is declared)').choices(
        Object.keys(driftSources),
      ),
    )
    .option('--json', 'The same as data')
    .action(
      context.action((system: string | undefined, options: DriftOptions) =>
        drift(context, system, options),
      ),
    )
  withConfigOption(withSourceOptions(withAuthentikOptions(command)))
  withExamples(command, [
    ['gatehouse drift', 'Everything that the configuration declares, one after the other'],
    ['gatehouse drift authentik --token-file token', 'The authentik of the configuration'],
    ['gatehouse drift authentik --from export.json --json', 'From exported files, as data'],
    ['gatehouse drift prometheus --rules rules.yaml', 'Our rules, and those of that file'],
    ['gatehouse drift kubernetes --token-file token --ca-file ca.crt', 'The declared cluster'],
    ['gatehouse drift uptime-kuma --from backup.json', 'Monitors, from an export of Uptime Kuma'],
  ])
}

function withSourceOptions(command: Command): Command {
  return command
    .option('--from <path...>', 'The same as --file')
    .option('--ca-file <file>', 'Certificates (PEM) that the API server is checked by')
    .option('--status-page <slug>', 'Uptime Kuma: read this public page in place of its metrics')
    .option('--job <name>', 'Prometheus: job that scrapes Gatehouse', 'gatehouse')
    .option(
      '--scrape <host:port...>',
      'Prometheus: where it reaches Gatehouse (default: listen.metrics)',
    )
    .option('--rules <file...>', 'Prometheus: further rule files that are declared')
    .option('--image <reference>', 'Kubernetes: image of the gate', `gatehouse:${version}`)
    .option('--namespace <name>', 'Kubernetes: namespace of the gate', 'gatehouse')
}

/** Options that mean one source: beside all of them, nobody knows which. */
const ofOneSource = ['url', 'tokenFile', 'caFile', 'file', 'from'] as const

async function drift(
  context: CliContext,
  system: string | undefined,
  options: DriftOptions,
): Promise<ExitCode> {
  const { process, random } = context.world
  const meant = ofOneSource.find((name) => options[name] !== undefined)
  if (system === undefined && meant !== undefined)
    return fail(context, [`Found "${meant}" without a system, wanted the one that it is for`])
  const loaded = await loadOrReport(context, options)
  if (loaded === null) return 1
  const { estate } = loaded
  if (estate === null) return fail(context, ['Found no estate, wanted a configuration file'])
  const declared = { loaded, estate, secretKey: random.bytes(secretKeyBytes) }
  if (system !== undefined) {
    const one = await outcomeOf(context, { system, options, declared })
    if (one.faults !== null) return fail(context, one.faults)
    process.out(options.json === true ? jsonText(one.data) : one.text)
    return one.code
  }
  const names = Object.entries(driftSources)
    .filter(([, source]) => source.isDeclared(declared))
    .map(([name]) => name)
  if (names.length === 0)
    return fail(context, [
      `Found no source that is declared, wanted one of "${Object.keys(driftSources).join('", "')}"`,
    ])
  const outcomes: Outcome[] = []
  for (const name of names)
    // oxlint-disable-next-line no-await-in-loop -- one after the other: they ask the same machines
    outcomes.push(await outcomeOf(context, { system: name, options, declared }))
  return reportAll(context, options, outcomes)
}

/** What became of one source. */
interface Outcome {
  readonly system: string
  readonly code: DriftExitCode
  readonly text: string
  readonly data: object
  /** Why nothing was compared; null where something was. */
  readonly faults: readonly string[] | null
}

async function outcomeOf(
  context: CliContext,
  given: {
    readonly system: string
    readonly options: DriftOptions
    readonly declared: Declared
  },
): Promise<Outcome> {
  const { declared, options, system } = given
  const source = must(driftSources[system] ?? null, `No source "${system}"`)
  const compared = await source.compare({ context, options, declared })
  const hidden = (text: string): string => addressWithoutSecrets(text, declared.secretKey)
  if (!compared.ok) {
    const faults = compared.error.map(hidden)
    return { system, code: 1, text: '', data: { system, exit_code: 1, faults }, faults }
  }
  const report = hideSecrets(compared.value.report, declared.secretKey)
  const heading = headingOf(context, declared, hidden(compared.value.source))
  return {
    system,
    code: driftExitCode(report),
    text: driftText(report, heading),
    data: driftJson(report, heading),
    faults: null,
  }
}

function headingOf(
  { world: { clock, files } }: CliContext,
  { estate: { areas, services }, loaded }: Declared,
  source: string,
): DriftHeading {
  const digest = createHash('sha256').update(JSON.stringify([areas, services]) ?? '')
  return {
    source,
    at: new Date(clock.now()).toISOString(),
    revision: `${revisionOf(files, loaded.file) ?? 'no commit'} (declaration ${digest.digest('hex').slice(0, 12)})`,
  }
}

/** Every source below a heading of its own, and one exit code: what could not be read weighs most. */
function reportAll(
  context: CliContext,
  options: DriftOptions,
  outcomes: readonly Outcome[],
): ExitCode {
  const { process } = context.world
  const codes = outcomes.map(({ code }) => code)
  const code = codes.includes(1) ? 1 : codes.includes(2) ? 2 : 0
  if (options.json === true)
    process.out(jsonText({ exit_code: code, sources: outcomes.map(({ data }) => data) }))
  else
    process.out(
      [
        ...outcomes.map(
          ({ faults, system, text }) =>
            `=== ${system}\n${faults === null ? text : `${visible(faults.join('\n'))}\n`}\n`,
        ),
        `${sumOf(outcomes)}\n`,
      ].join(''),
    )
  fail(
    context,
    outcomes.flatMap(({ faults }) => faults ?? []),
  )
  return code
}

/** `3 sources: 1 as declared, 1 differs (authentik), 1 could not be read in full (uptime-kuma)`. */
function sumOf(outcomes: readonly Outcome[]): string {
  const part = (code: DriftExitCode, words: string): string[] => {
    const names = outcomes.filter((one) => one.code === code).map(({ system }) => system)
    return names.length === 0 ? [] : [`${names.length} ${words} (${names.join(', ')})`]
  }
  const parts = [
    ...part(0, 'as declared'),
    ...part(2, 'other than declared'),
    ...part(1, 'not read, or not in full'),
  ]
  return `${outcomes.length} sources: ${parts.join(', ')}.`
}

function jsonText(data: object): string {
  return `${visible(JSON.stringify(data, null, 2))}\n`
}

function fail(context: CliContext, lines: readonly string[]): ExitCode {
  for (const line of lines) context.world.process.error(`gatehouse: ${visible(line)}\n`)
  return 1
}
