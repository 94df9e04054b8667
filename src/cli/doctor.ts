// `gatehouse doctor`: the first command of every incident. Looks at everything, says what to do next.
import type { Command } from 'commander'
import { textTable } from '../std/text-table.ts'
import { type CheckStatus, type Diagnosis, examine, titleOf } from '../watch-why.ts'
import { type CliContext, type ExitCode, type Paint, withExamples } from './context.ts'
import { gateChecks } from './gate-checks.ts'
import { originOf } from './healthcheck.ts'
import { type ConfigOptions, loadOrReport, withConfigOption } from './load.ts'
import { version } from './version.ts'
import { watchOf } from './watch.ts'

interface DoctorOptions extends ConfigOptions {
  readonly json?: boolean
}

/** Adds `gatehouse doctor`. */
export function registerDoctor(program: Command, context: CliContext): void {
  const command = program
    .command('doctor')
    .description(
      'Look at gate, doors, provider, names, certificates and replicas: exit 0 all is well, 1 something is wrong',
    )
    .option('--json', 'Print an object: sentence, elements, checks, next')
    .action(context.action((options: DoctorOptions) => doctor(context, options)))
  withConfigOption(command)
  withExamples(command, [
    ['gatehouse doctor', 'Beside the gate: the first command of every incident'],
    ['gatehouse doctor --json', 'As data'],
  ])
}

async function doctor(context: CliContext, options: DoctorOptions): Promise<ExitCode> {
  const { world } = context
  const loaded = await loadOrReport(context, options, { withWatch: true })
  if (loaded === null) return 2
  const config = watchOf(loaded, world)
  if (config === null) {
    world.process.error('gatehouse: There is no configuration file that declares services\n')
    return 2
  }
  if (world.process.stderrIsTerminal) world.process.error('Looking at everything …\n')
  const { metrics } = loaded.gate.listen
  const origin = metrics === null ? null : originOf(metrics)
  const before = gateChecks({ http: world.http, origin, now: world.clock.now() })
  const diagnosis = await examine({ config, world, version, before })
  world.process.out(
    options.json === true
      ? `${JSON.stringify(diagnosisData(diagnosis), null, 2)}\n`
      : `${renderDiagnosis(diagnosis, context.paint())}\n`,
  )
  return diagnosis.isWell ? 0 : 1
}

const marks: Readonly<Record<CheckStatus, string>> = {
  well: '✓',
  doubtful: '!',
  wrong: '✗',
  unknown: '·',
}

/** For people: the checks in order, the verdict, what to do. */
export function renderDiagnosis(diagnosis: Diagnosis, paint: Paint): string {
  const { checks, confidence, isWell, next, sentence } = diagnosis
  const rows = checks.flatMap(({ cases, detail, status, title }) => [
    [marks[status], title, detail],
    ...cases.map((one) => ['', '', `- ${one}`]),
  ])
  const sure = confidence === null ? '' : ` (${(Math.floor(confidence * 1000) / 10).toFixed(1)} %)`
  const colour = isWell ? paint.green : paint.red
  const steps = next.map((step) => `  - ${step}\n`).join('')
  return [
    textTable(rows),
    `${colour(`${sentence}${sure}.`)}\n`,
    ...(steps === '' ? [] : [`Next:\n${steps}`]),
  ]
    .join('\n')
    .trimEnd()
}

function diagnosisData(diagnosis: Diagnosis): object {
  const { checks, confidence, elements, isWell, next, sentence, verdict } = diagnosis
  return {
    sentence,
    well: isWell,
    kind: verdict.kind,
    elements,
    titles: elements.map((element) => titleOf(element)),
    confidence,
    because: verdict.because,
    discriminating: verdict.discriminating,
    masked: verdict.masked,
    checks,
    next,
  }
}
