// `gatehouse check`: is the configuration right? Every mistake at once, for people or as data.
import type { Command } from 'commander'
import { estateRules } from '../estate-check.ts'
import {
  type ConfigMistake,
  configFile,
  formatMistake,
  loadConfig,
  noSecretFile,
} from '../config.ts'
import { type CliContext, type ExitCode, type Paint, withExamples } from './context.ts'
import { type ConfigOptions, sum, withConfigOption } from './load.ts'

interface CheckOptions extends ConfigOptions {
  readonly json?: boolean
  readonly detailed?: boolean
}

/** Ids of findings that mean the check could not run at all: exit code 1, not 2. */
const couldNotRun = new Set(['no-file', 'module', 'no-export'])

/** Adds `gatehouse check`. */
export function registerCheck(program: Command, context: CliContext): void {
  const command = program
    .command('check')
    .description('Check the configuration: exit 0 nothing wrong, 2 mistakes, 1 could not run')
    .option('--json', 'Print an array of findings: id, severity, path, message, fix, position')
    .option('--detailed', 'Exit 2 with warnings as well')
    .action(context.action((options: CheckOptions) => check(context, options)))
  withConfigOption(command)
  withExamples(command, [
    [
      'gatehouse check --config gatehouse.yaml',
      'Every mistake at once, with its place and its fix',
    ],
    [
      'gatehouse check --config gatehouse.yaml --json --detailed',
      'In a pipeline: fail on warnings too',
    ],
  ])
}

async function check(context: CliContext, options: CheckOptions): Promise<ExitCode> {
  const { files, process } = context.world
  const file = configFile(options.config, context.world.process.env, files)
  const loaded = await loadConfig({
    ...{ files, file, withSecrets: true },
    rules: estateRules,
    refusesWeakWatch: true,
  })
  const findings = loaded.ok ? loaded.value.warnings : loaded.error.map(softened)
  if (options.json === true) process.out(`${JSON.stringify(findings, null, 2)}\n`)
  else process.out(`${render(file, findings, context.paint())}\n`)
  if (findings.some(({ id }) => couldNotRun.has(id))) return 1
  if (findings.some(({ severity }) => severity === 'error')) return 2
  return options.detailed === true && findings.length > 0 ? 2 : 0
}

/** Configurations are checked in pipelines, where their secrets are not and should not be. */
function softened(finding: ConfigMistake): ConfigMistake {
  return finding.id === noSecretFile
    ? { ...finding, severity: 'warning', fix: 'The gate does not start without it' }
    : finding
}

function render(file: string, findings: readonly ConfigMistake[], paint: Paint): string {
  if (findings.length === 0) return paint.green(`${file}: nothing wrong`)
  const lines = findings.map((finding) => {
    const label = finding.severity === 'error' ? paint.red('mistake') : paint.yellow('warning')
    return `${label} ${formatMistake(file, finding)}`
  })
  return [...lines, paint.bold(`${file}: ${sum(findings)}`)].join('\n')
}
