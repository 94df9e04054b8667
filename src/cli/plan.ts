// `gatehouse plan`: what a changed declaration would do, before anything is applied.
import { type Command } from 'commander'
import { planBetween, planText } from '../estate-check.ts'
import type { Estate } from '../estate.ts'
import { type CliContext, type ExitCode, withExamples } from './context.ts'
import { loadOrReport } from './load.ts'

interface PlanOptions {
  readonly json?: boolean
  readonly from?: string
  readonly to?: string
}

/** Adds `gatehouse plan`. */
export function registerPlan(program: Command, context: CliContext): void {
  const command = program
    .command('plan')
    .description(
      'Say what the difference between two configurations would do to doors, monitors and stores: exit 0 none, 2 some, 1 could not read',
    )
    .argument('[before]', 'Configuration as it is (the same as --from)')
    .argument('[after]', 'Configuration as it would be (the same as --to)')
    .option('--from <file>', 'Configuration as it is')
    .option('--to <file>', 'Configuration as it would be')
    .option('--json', 'The same as data')
    .action(
      context.action(
        (before: string | undefined, after: string | undefined, options: PlanOptions) =>
          planNamed(context, [before, after], options),
      ),
    )
  withExamples(command, [
    ['gatehouse plan main.yaml branch.yaml', 'In a pipeline, before a merge'],
    ['gatehouse plan --from main.yaml --to branch.yaml --json', 'For a script'],
  ])
}

/** Two files, told by their places or by their options; neither one twice. */
function planNamed(
  context: CliContext,
  [before, after]: readonly [string | undefined, string | undefined],
  options: PlanOptions,
): ExitCode | Promise<ExitCode> {
  const { from, to } = options
  const files = [before, after, from, to].filter((file) => file !== undefined)
  const [first, second] = [from ?? before, to ?? (from === undefined ? after : before)]
  if (first !== undefined && second !== undefined && files.length === 2)
    return plan(context, [first, second], options)
  context.world.process.error(
    `gatehouse: Found ${files.length === 1 ? 'one file' : `${files.length} files`}, wanted the configuration as it is and as it would be: "--from FILE --to FILE"\n`,
  )
  return 2
}

async function plan(
  context: CliContext,
  files: readonly [before: string, after: string],
  options: PlanOptions,
): Promise<ExitCode> {
  const [before, after] = [await estateOf(context, files[0]), await estateOf(context, files[1])]
  if (before === null || after === null) return 1
  const planned = planBetween(before, after)
  const { process } = context.world
  process.out(options.json === true ? `${JSON.stringify(planned, null, 2)}\n` : planText(planned))
  return planned.differences.length === 0 ? 0 : 2
}

async function estateOf(context: CliContext, config: string): Promise<Estate | null> {
  return (await loadOrReport(context, { config }))?.estate ?? null
}
