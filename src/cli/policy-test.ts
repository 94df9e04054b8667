// `gatehouse policy test`: a table of requests, each with what it should get, run in CI.
import { type Command, Option } from 'commander'
import { loadPolicyCases } from '../config.ts'
import {
  type Answering,
  type PolicyCaseResult,
  runPolicyTests,
  toTap,
  untestedRules,
} from '../gate-explain.ts'
import { compilePolicy } from '../gate.ts'
import { type CliContext, type ExitCode, type Paint, withExamples } from './context.ts'
import { type ConfigOptions, loadOrReport, report, withConfigOption } from './load.ts'

interface PolicyTestOptions extends ConfigOptions {
  readonly format?: 'tap' | 'table'
}

/** Rules without a case that are named; a policy without tests would otherwise fill the screen. */
const untestedShownMax = 10

/** Adds `gatehouse policy test`. */
export function registerPolicyTest(program: Command, context: CliContext): void {
  const policy = program.command('policy').description('Test who may go where')
  withExamples(policy, [
    ['gatehouse policy test policy-tests.yaml', 'In a pipeline, on every change'],
  ])
  const command = policy
    .command('test')
    .description('Check a table of requests against the policy: exit 0 all as expected, 1 not')
    .argument('<file>', 'YAML: a list of url, method, from, user, groups, email, expect, ...')
    .addOption(
      new Option('--format <format>', 'Default: a table on a terminal, TAP elsewhere').choices([
        'tap',
        'table',
      ]),
    )
    .action(
      context.action((file: string, options: PolicyTestOptions) =>
        policyTest(context, file, options),
      ),
    )
  withConfigOption(command)
  withExamples(command, [
    [
      'gatehouse policy test policy-tests.yaml',
      'With "- { url: https://a.example.com/, expect: sign-in }" in the file',
    ],
    ['gatehouse policy test policy-tests.yaml --format tap', 'For a program that reads TAP'],
  ])
}

async function policyTest(
  context: CliContext,
  file: string,
  options: PolicyTestOptions,
): Promise<ExitCode> {
  const { files, process } = context.world
  const [cases, loaded] = [
    await loadPolicyCases(files, file),
    await loadOrReport(context, options, { withEstate: false }),
  ]
  if (!cases.ok) process.error(`${report(file, cases.error)}\n`)
  if (!cases.ok || loaded === null) return 2
  const { services, host } = loaded.gate
  const answering: Answering = { policy: compilePolicy(services), gateHost: host }
  const results = runPolicyTests(answering, cases.value)
  const untested = untestedNote(answering, results)
  const format = options.format ?? (process.stdoutIsTerminal ? 'table' : 'tap')
  if (format === 'tap') process.out(`${toTap(results)}${untested === '' ? '' : `# ${untested}\n`}`)
  else process.out(`${table(results, context.paint())}${untested === '' ? '' : `${untested}\n`}`)
  return results.every(({ passed }) => passed) ? 0 : 1
}

function untestedNote(answering: Answering, results: readonly PolicyCaseResult[]): string {
  const rules = untestedRules(answering, results)
  if (rules.length === 0) return ''
  const shown = rules.slice(0, untestedShownMax).map(({ id }) => JSON.stringify(id))
  const more = rules.length > shown.length ? ` and ${rules.length - shown.length} more` : ''
  return `Rules that no case reaches: ${shown.join(', ')}${more}`
}

function table(results: readonly PolicyCaseResult[], paint: Paint): string {
  const lines = results.flatMap(({ name, passed, differences, explanation }) => {
    const verdict = passed ? paint.green('ok    ') : paint.red('FAILED')
    const line = `${verdict}  ${explanation.decision.padEnd(11)}  ${name}`
    return [line, ...differences.map((difference) => `        ${difference}`)]
  })
  const failed = results.filter(({ passed }) => !passed).length
  const sum = `${results.length} ${results.length === 1 ? 'case' : 'cases'}, ${failed} failed`
  return `${[...lines, failed === 0 ? paint.green(sum) : paint.red(sum)].join('\n')}\n`
}
