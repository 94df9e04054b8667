// `gatehouse drift`: what is declared against what runs; who changed it; never "no difference" by mistake.
import { Argument, type Command } from 'commander'
import { createHash } from 'node:crypto'
import { authentikDrift, driftExitCode, driftJson, driftText } from '../estate-authentik.ts'
import { type AuthentikOptions, authentikSource, withAuthentikOptions } from './authentik-source.ts'
import { type CliContext, type ExitCode, withExamples } from './context.ts'
import { type ConfigOptions, loadOrReport, withConfigOption } from './load.ts'
import { revisionOf } from './revision.ts'

interface DriftOptions extends ConfigOptions, AuthentikOptions {
  readonly json?: boolean
}

type Drift = (context: CliContext, options: DriftOptions) => Promise<ExitCode>

/** Every system that is compared: a new one is its function and one line here. */
const systems: Readonly<Record<string, Drift>> = { authentik: driftAuthentik }

/** Bytes of the key of hashes that stand for secrets; a fresh one for each run. */
const secretKeyBytes = 32

/** Adds `gatehouse drift`. */
export function registerDrift(program: Command, context: CliContext): void {
  const command = program
    .command('drift')
    .description(
      'Compare what is declared with what runs, and say who changed it: exit 0 no difference, 2 some, 1 could not read',
    )
    .addArgument(new Argument('<system>', 'What to compare').choices(Object.keys(systems)))
    .option('--json', 'The same as data')
    .action(
      context.action(async (system: string, options: DriftOptions) =>
        systems[system] === undefined ? 1 : systems[system](context, options),
      ),
    )
  withConfigOption(withAuthentikOptions(command))
  withExamples(command, [
    ['gatehouse drift authentik --token-file token', 'The authentik of the configuration'],
    ['gatehouse drift authentik --file export.json --json', 'From exported files, as data'],
  ])
}

async function driftAuthentik(context: CliContext, options: DriftOptions): Promise<ExitCode> {
  const { clock, files, process, random } = context.world
  const loaded = await loadOrReport(context, options)
  if (loaded === null) return 1
  if (loaded.estate === null) return fail(context, ['Found no estate, wanted a configuration file'])
  const named = authentikSource(context, options, loaded.estate)
  if (!named.ok) return fail(context, named.error)
  const secretKey = random.bytes(secretKeyBytes)
  const found = await authentikDrift(loaded.estate, named.value.source, secretKey)
  if (!found.ok)
    return fail(context, [
      `Cannot read authentik at "${named.value.name}": nothing was compared`,
      ...found.error,
    ])
  const { areas, services } = loaded.estate
  const digest = createHash('sha256').update(JSON.stringify([areas, services]) ?? '')
  const heading = {
    source: named.value.name,
    at: new Date(clock.now()).toISOString(),
    revision: `${revisionOf(files, loaded.file) ?? 'no commit'} (declaration ${digest.digest('hex').slice(0, 12)})`,
  }
  process.out(
    options.json === true
      ? `${JSON.stringify(driftJson(found.value, heading), null, 2)}\n`
      : driftText(found.value, heading),
  )
  return driftExitCode(found.value)
}

function fail(context: CliContext, lines: readonly string[]): ExitCode {
  for (const line of lines) context.world.process.error(`gatehouse: ${line}\n`)
  return 1
}
