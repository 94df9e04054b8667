// The page of the command line, from the help of every command.
import type { Command } from 'commander'
import { createProgram } from '../../src/cli/cli.ts'
import { loadAll } from '../../src/cli/command-entry.ts'
import { commands } from '../../src/cli/registry.ts'
import { fakeWorld } from '../../src/world/fake-world.ts'
import { type ReferencePage, referencePage } from './page.ts'

/** Help of every command, in the order of `gatehouse --help`. */
export async function commandsPage(): Promise<ReferencePage> {
  const world = fakeWorld({ args: [] })
  const program = createProgram(world, await loadAll(commands), () => {})
  const sections = withChildren(program).map((command) => {
    const before = world.output().length
    command.outputHelp()
    const level = command === program ? '##' : '###'
    return `${level} ${fullName(command)}\n\n\`\`\`text\n${world.output().slice(before).trimEnd()}\n\`\`\``
  })
  return referencePage('docs/reference/commands.md', [
    '# Command line',
    'Exit codes: 0 good, 1 something is wrong or failed, 2 usage or configuration mistakes, or findings.',
    ...sections,
  ])
}

function withChildren(command: Command): Command[] {
  return [command, ...command.commands.flatMap(withChildren)]
}

function fullName(command: Command): string {
  return command.parent === null ? command.name() : `${fullName(command.parent)} ${command.name()}`
}
