// What commands that read the configuration share: the option, the loading, the report of mistakes.
import type { Command } from 'commander'
import {
  type ConfigMistake,
  type LoadOptions,
  type LoadedConfig,
  configFile,
  environmentName,
  formatMistake,
  isOutpostEnvironment,
  isWithoutFile,
  loadConfig,
  loadOutpostEnvironment,
} from '../config.ts'
import type { CliContext } from './context.ts'
import { version } from './version.ts'

/** Options of a command that reads the configuration. */
export interface ConfigOptions {
  readonly config?: string
}

/** Adds `--config FILE`. */
export function withConfigOption(command: Command): Command {
  return command.option(
    '-c, --config <file>',
    'Configuration file (also: GATEHOUSE_CONFIG; else gatehouse.yaml here, then /etc/gatehouse)',
  )
}

/**
 * Loads the configuration: the file, or the environment of an outpost where there is none. Or says every
 * mistake on standard error and gives null: the command then ends with exit code 2. `withSecrets: false` for commands that never talk to a provider, so that they
 * run where its secrets are not.
 */
export async function loadOrReport(
  context: CliContext,
  options: ConfigOptions,
  {
    withSecrets = false,
    withWatch = false,
    withEstate = true,
  }: Partial<Pick<LoadOptions, 'withSecrets' | 'withWatch' | 'withEstate'>> = {},
): Promise<LoadedConfig | null> {
  const { files, process } = context.world
  const { env } = context.world.process
  if (isWithoutFile(options.config, env, files) && isOutpostEnvironment(env)) {
    const outpost = loadOutpostEnvironment({
      env,
      files,
      version,
      hasIpv6: process.hasIpv6(),
    })
    if (outpost.ok) return outpost.value
    process.error(`${report(environmentName, outpost.error)}\n`)
    return null
  }
  const file = configFile(options.config, env, files)
  const loaded = await loadConfig({ files, file, withSecrets, withWatch, withEstate })
  if (loaded.ok) return loaded.value
  process.error(`${report(file, loaded.error)}\n`)
  return null
}

/** All of `mistakes` as text for people, with a sum at the end. */
export function report(file: string, mistakes: readonly ConfigMistake[]): string {
  const lines = mistakes.map((mistake) => formatMistake(file, mistake))
  return [...lines, sum(mistakes)].join('\n')
}

/** `2 mistakes, 1 warning`. */
export function sum(mistakes: readonly ConfigMistake[]): string {
  const errors = mistakes.filter(({ severity }) => severity === 'error').length
  const warnings = mistakes.length - errors
  const parts = [
    ...(errors > 0 || warnings === 0 ? [counted(errors, 'mistake')] : []),
    ...(warnings > 0 ? [counted(warnings, 'warning')] : []),
  ]
  return parts.join(', ')
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
