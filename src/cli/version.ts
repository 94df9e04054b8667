// `gatehouse version`: what runs here.
import type { Command } from 'commander'
import manifest from '../../package.json' with { type: 'json' }
import { type CliContext, withExamples } from './context.ts'

/** The version of this package (https://semver.org). */
export const version: string = manifest.version

/** Adds `gatehouse version`. */
export function registerVersion(program: Command, context: CliContext): void {
  const command = program
    .command('version')
    .description('Print the version of Gatehouse and of the runtime under it')
    .option('--json', 'Print an object instead of a line')
    .action(
      context.action((options: { json?: boolean }) => {
        const { out } = context.world.process
        const runtime = `bun ${Bun.version}`
        if (options.json === true) out(`${JSON.stringify({ version, runtime })}\n`)
        else out(`gatehouse ${version} (${runtime})\n`)
        return 0
      }),
    )
  withExamples(command, [['gatehouse version --json', 'The version for a script']])
}
