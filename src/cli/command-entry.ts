// What is known of a command before it is loaded: its line of the help, and how to load it.
import { type Command, Option } from 'commander'
import { assert } from '../std/assert.ts'
import type { CliContext } from './context.ts'

/** Adds one command to the program. One file per command exports one of these. */
export type RegisterCommand = (program: Command, context: CliContext) => void

/** A command that need not be loaded to be listed. */
export interface CommandEntry {
  /** As in the list of `gatehouse --help`: `drill [options] [name]`. */
  readonly usage: string
  readonly description: string
  load(): Promise<RegisterCommand>
}

/** The same commands, every one of them loaded. */
export async function loadAll(
  entries: readonly CommandEntry[],
): Promise<readonly RegisterCommand[]> {
  return Promise.all(entries.map((entry) => entry.load()))
}

/** The same commands: the one that `args` name is loaded, the others are there to be listed. */
export async function loadNamed(
  entries: readonly CommandEntry[],
  args: readonly string[],
): Promise<readonly RegisterCommand[]> {
  const named = commandNamed(args)
  return Promise.all(
    entries.map(async (entry) => (nameOf(entry) === named ? entry.load() : listOnly(entry))),
  )
}

function nameOf({ usage }: CommandEntry): string {
  return usage.split(' ')[0] ?? ''
}

/** The first word, since no option of the program itself takes a value; after `help`, the next one. */
function commandNamed(args: readonly string[]): string | undefined {
  const [first, second] = args.filter((arg) => !arg.startsWith('-'))
  return first === 'help' ? second : first
}

/** A command that stands in the help and in suggestions, and nothing more. */
function listOnly({ usage, description }: CommandEntry): RegisterCommand {
  return (program) => {
    const command = program
      .command(usage.replace(' [options]', ''))
      .description(description)
      .action(() => assert(false, 'A command is loaded before it runs'))
    if (usage.includes(' [options]')) command.addOption(new Option('--some').hideHelp())
  }
}
