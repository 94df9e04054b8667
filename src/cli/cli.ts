// The command line: one program, one registry of commands, exit codes of the contract.
import { Command, CommanderError } from 'commander'
import type { World } from '../world/world.ts'
import { type CommandEntry, type RegisterCommand, loadNamed } from './command-entry.ts'
import { commands } from './registry.ts'
import {
  type CliContext,
  type ExitCode,
  colorWanted,
  createPaint,
  withExamples,
} from './context.ts'
import { version } from './version.ts'

/** Exit code for a command line that cannot be understood. */
const usageExitCode = 2

/**
 * Runs the command line in `world.process.args` and gives the exit code. Never throws: what a command
 * throws, or cannot be loaded, is a defect, said on standard error.
 */
export async function runCli(
  world: World,
  entries: readonly CommandEntry[] = commands,
): Promise<number> {
  let exitCode: ExitCode = 0
  const { args } = world.process
  try {
    const registry = await loadNamed(entries, args)
    const program = createProgram(world, registry, (code) => {
      exitCode = code
    })
    if (args.length === 0) {
      program.outputHelp({ error: true })
      return usageExitCode
    }
    await program.parseAsync([...args], { from: 'user' })
    return exitCode
  } catch (cause) {
    if (cause instanceof CommanderError) return cause.exitCode === 0 ? 0 : usageExitCode
    const text = cause instanceof Error ? (cause.stack ?? cause.message) : String(cause)
    world.process.error(`gatehouse: The command failed by a defect of its own: ${text}\n`)
    return 1
  }
}

/** The whole program with every command of `registry`; `finished` gets a command's exit code. */
export function createProgram(
  world: World,
  registry: readonly RegisterCommand[],
  finished: (code: ExitCode) => void,
): Command {
  const program = new Command('gatehouse')
  program
    .description(
      'The access layer of a self-hosted estate: forward auth that leaves nothing behind',
    )
    .version(version, '--version', 'Print the version')
    .option('--no-color', 'Plain text (also: NO_COLOR=1)')
    .helpOption('-h, --help', 'Print this help')
    .helpCommand('help [command]', 'Print help for a command')
  withExamples(program, [
    ['gatehouse check --config gatehouse.yaml', 'See whether the configuration is right'],
    ['gatehouse serve --config gatehouse.yaml', 'Run the gate'],
  ])
  const context: CliContext = {
    world,
    action:
      (body) =>
      async (...args) => {
        finished(await body(...args))
      },
    paint: () =>
      createPaint(
        colorWanted(
          program.opts<{ color: boolean }>().color === false,
          world.process.env,
          world.process.stdoutIsTerminal,
        ),
      ),
  }
  for (const register of registry) register(program, context)
  settle(program, world)
  return program
}

/** Output, help and errors of `command` and all below it go through `world`, none ends the process. */
function settle(command: Command, world: World): void {
  command
    .exitOverride()
    .configureHelp({ showGlobalOptions: true, sortSubcommands: false })
    .configureOutput({
      writeOut: (text) => world.process.out(text),
      writeErr: (text) => world.process.error(text),
      outputError: (text, write) => write(usageMessage(text)),
    })
  for (const child of command.commands) settle(child, world)
}

/** Commander's `error: unknown option '--x'` in the form of our own messages. */
function usageMessage(text: string): string {
  const message = text
    .replace(/^error: /, '')
    .replace(/\.$/m, '')
    .replaceAll("'", '"')
  return `gatehouse: ${message.charAt(0).toUpperCase()}${message.slice(1)}`
}
