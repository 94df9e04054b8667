// `gatehouse snippet`: the proxy's configuration for exactly this configuration of the gate.
import { join, resolve } from 'node:path'
import { type Command, Argument } from 'commander'
import {
  type DialectName,
  type SnippetFile,
  dialectNames,
  renderSnippet,
  renderSnippetFiles,
  snippetDirectory,
  snippetInput,
  snippetWarning,
} from '../gate-snippet.ts'
import { type CliContext, type ExitCode, withExamples } from './context.ts'
import { type ConfigOptions, loadOrReport, withConfigOption } from './load.ts'

interface SnippetOptions extends ConfigOptions {
  readonly service?: string
  readonly gate?: string
  readonly directory?: string
  readonly out?: string
}

/** Adds `gatehouse snippet`. */
export function registerSnippet(program: Command, context: CliContext): void {
  const command = program
    .command('snippet')
    .description('Print the configuration of a reverse proxy, ready to paste')
    .addArgument(new Argument('<proxy>', 'The reverse proxy').choices([...dialectNames]))
    .option('--service <host>', 'Only this service')
    .option('--gate <host:port>', 'Where the proxy reaches the gate (default: listen.http)')
    .option(
      '--directory <dir>',
      'Where the files will be, if not where the proxy has them by default',
    )
    .option('--out <dir>', 'Write the files into this directory instead of printing them')
    .action(
      context.action((proxy: DialectName, options: SnippetOptions) =>
        snippet(context, proxy, options),
      ),
    )
  withConfigOption(command)
  withExamples(command, [
    ['gatehouse snippet nginx --config gatehouse.yaml', 'Everything for nginx'],
    ['gatehouse snippet caddy --service grafana.example.com', 'One site more'],
    ['gatehouse snippet haproxy --out /etc/haproxy', 'Put the files where they belong'],
    ['gatehouse snippet traefik --gate gatehouse:9000', 'The gate in a container of its own'],
  ])
}

async function snippet(
  context: CliContext,
  proxy: DialectName,
  options: SnippetOptions,
): Promise<ExitCode> {
  const loaded = await loadOrReport(context, options, { withEstate: false })
  if (loaded === null) return 2
  const input = snippetInput(loaded.gate, {
    service: options.service ?? null,
    gateAddress: options.gate ?? null,
    directory: resolve(options.out ?? options.directory ?? snippetDirectory(proxy)),
  })
  if (!input.ok) {
    context.world.process.error(`gatehouse: ${input.error}\n`)
    return 2
  }
  const warning = snippetWarning(loaded.gate, input.value)
  if (warning !== null) context.world.process.error(`gatehouse: ${warning}\n`)
  if (options.out === undefined) {
    context.world.process.out(renderSnippet(proxy, input.value))
    return 0
  }
  return write(context, input.value.directory, renderSnippetFiles(proxy, input.value))
}

/** Configuration holds no secrets, so everybody may read it, as proxies do under users of their own. */
const fileMode = 0o644
const directoryMode = 0o755

function write(context: CliContext, directory: string, files: readonly SnippetFile[]): ExitCode {
  const { files: disk, process } = context.world
  for (const { path, text } of files) {
    const target = join(directory, path)
    const ensured = disk.ensureDirectory(join(target, '..'), directoryMode)
    const written = ensured.ok ? disk.writeAtomic(target, text, fileMode) : ensured
    if (!written.ok) {
      process.error(`gatehouse: Cannot write "${written.error.path}" (${written.error.code})\n`)
      return 1
    }
    process.out(`${target}\n`)
  }
  return 0
}
