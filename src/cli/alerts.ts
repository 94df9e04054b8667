// `gatehouse alerts prove`: which alerts can fire at all, and which only look as if they could.
import { type Command, InvalidArgumentError, Option } from 'commander'
import { type Result, err, ok } from '../std/result.ts'
import { textTable } from '../std/text-table.ts'
import { parseDurationMs } from '../std/units.ts'
import {
  type FiredAlert,
  type Judgement,
  type PrometheusAddress,
  type Status,
  fireAlerts,
  fireSpeed,
  proveAlerts,
  statuses,
} from '../watch-alerts.ts'
import type { Files } from '../world/files.ts'
import { type CliContext, type ExitCode, type Paint, withExamples } from './context.ts'

interface ProveOptions {
  readonly rules?: readonly string[]
  readonly scrape?: readonly string[]
  readonly prometheus?: string
  readonly tokenFile?: string
  readonly lookback: number
  readonly fire?: boolean
  readonly all?: boolean
  readonly json?: boolean
}

const lookbackDefaultMs = 6 * 3_600_000

/** Adds `gatehouse alerts prove`. */
export function registerAlerts(program: Command, context: CliContext): void {
  const alerts = program.command('alerts').description('Alerts that can fire')
  withExamples(alerts, [
    ['gatehouse alerts prove --rules rules.yaml --scrape prometheus.yml', 'What the files show'],
  ])
  const command = alerts
    .command('prove')
    .description(
      'Hold alerts against scrape configuration and live series: dead, blind, unproven, alive',
    )
    .option('--rules <file...>', 'Rule files; Helm values and PrometheusRules are read too')
    .option('--scrape <file...>', 'Scrape configuration with its relabelling')
    .option('--prometheus <url>', 'A live Prometheus, for the series that it really has', origin)
    .option('--token-file <file>', 'File with the bearer token for it')
    .addOption(
      new Option('--lookback <time>', 'How long ago a series counts as there')
        .argParser(lookback)
        .default(lookbackDefaultMs, '6h'),
    )
    .option(
      '--fire',
      'Fire each alert of Gatehouse in a real Prometheus and Alertmanager, here and now',
    )
    .option('--all', 'Print what is alive too')
    .option('--json', 'The same as data, always all of it')
    .action(context.action((options: ProveOptions) => prove(context, options)))
  withExamples(command, [
    [
      'gatehouse alerts prove --rules rules.yaml --scrape prometheus.yml --prometheus http://127.0.0.1:9090',
      'Every alert of your own, with the reason',
    ],
    ['gatehouse alerts prove --rules values.yaml --scrape values.yaml --json', 'In a pipeline'],
    [
      'gatehouse alerts prove --fire',
      'The alerts of generate prometheus, each fired and delivered',
    ],
  ])
}

function origin(text: string): string {
  const url = URL.parse(text)
  if (url === null || !/^https?:$/.test(url.protocol) || url.search !== '' || url.hash !== '')
    throw new InvalidArgumentError(`Found "${text}", wanted a URL such as "http://127.0.0.1:9090"`)
  return text.replace(/\/+$/, '')
}

function lookback(text: string): number {
  const ms = parseDurationMs(text)
  if (ms === null || ms <= 0)
    throw new InvalidArgumentError(`Found "${text}", wanted a duration such as "6h"`)
  return ms
}

async function prove(context: CliContext, options: ProveOptions): Promise<ExitCode> {
  const unusable = usageMistake(options)
  if (unusable !== null) {
    context.world.process.error(`gatehouse: ${unusable}\n`)
    return 2
  }
  const held = options.rules === undefined ? 0 : await proveRules(context, options)
  const fired = options.fire === true ? await fire(context, options) : 0
  return held === 0 && fired === 0 ? 0 : 1
}

async function proveRules(context: CliContext, options: ProveOptions): Promise<ExitCode> {
  const { clock, files, http, process } = context.world
  const address = prometheusAddress(files, options)
  const proven = address.ok
    ? await proveAlerts(
        { files, http },
        {
          ruleFiles: options.rules ?? [],
          scrapeFiles: options.scrape ?? [],
          prometheus: address.value,
          since: Math.floor((clock.now() - options.lookback) / 1000),
        },
      )
    : err([address.error])
  if (!proven.ok) {
    for (const line of proven.error) process.error(`gatehouse: ${line}\n`)
    return 1
  }
  const text =
    options.json === true
      ? `${JSON.stringify(proven.value.map(asData), null, 2)}\n`
      : report(proven.value, { all: options.all === true, paint: context.paint() })
  process.out(text)
  return proven.value.some(({ status }) => status === 'dead' || status === 'blind') ? 1 : 0
}

function usageMistake({ fire, json, rules, scrape, prometheus }: ProveOptions): string | null {
  if (rules === undefined)
    return fire === true ? null : 'Found no --rules, wanted the rule files to prove'
  if (fire === true && json === true)
    return 'Found --fire and --rules with --json, wanted one of the two for one document'
  return scrape === undefined && prometheus === undefined
    ? 'Found neither --scrape nor --prometheus, wanted something to hold the rules against'
    : null
}

function prometheusAddress(
  files: Files,
  { prometheus, tokenFile }: ProveOptions,
): Result<PrometheusAddress | null, string> {
  if (prometheus === undefined) return ok(null)
  if (tokenFile === undefined) return ok({ url: prometheus, token: null })
  const token = files.readText(tokenFile)
  return token.ok
    ? ok({ url: prometheus, token: token.value.trim() })
    : err(`Cannot read "${token.error.path}" (${token.error.code})`)
}

function asData({ rule, status, reasons }: Judgement): object {
  const { kind, name, file, line } = rule
  return { status, kind, name, file, line, reasons }
}

/** Worst first, in the order of the files; a line for each reason. */
function report(
  judgements: readonly Judgement[],
  { all, paint }: { readonly all: boolean; readonly paint: Paint },
): string {
  const rows = statuses
    .toReversed()
    .filter((status) => all || status !== 'alive')
    .flatMap((status) => judgements.filter((judgement) => judgement.status === status))
    .flatMap(({ rule, status, reasons }) =>
      reasons.map((reason, i) =>
        i === 0 ? [status, rule.name, `${rule.file}:${rule.line}`, reason] : ['', '', '', reason],
      ),
    )
  const table =
    rows.length === 0 ? '' : `${textTable([['status', 'rule', 'place', 'reason'], ...rows])}\n`
  const sum = statuses
    .toReversed()
    .map((status) => `${judgements.filter((one) => one.status === status).length} ${status}`)
  return `${painted(table, paint)}${sum.join(', ')}\n`
}

const colors: Readonly<Record<Status, (paint: Paint, text: string) => string>> = {
  dead: (paint, text) => paint.red(text),
  blind: (paint, text) => paint.yellow(text),
  unproven: (paint, text) => paint.dim(text),
  alive: (paint, text) => paint.green(text),
}

/** Colours after the columns are laid out, so that escapes do not count as width. */
function painted(table: string, paint: Paint): string {
  return table.replace(/^(dead|blind|unproven|alive)\b/gm, (word) => {
    const status = statuses.find((known) => known === word)
    return status === undefined ? word : colors[status](paint, word)
  })
}

async function fire(context: CliContext, options: ProveOptions): Promise<ExitCode> {
  const { process } = context.world
  let isCancelled = false
  const cancels = (['SIGINT', 'SIGTERM'] as const).map((signal) =>
    process.onSignal(signal, () => {
      isCancelled = true
    }),
  )
  const fired = await fireAlerts(context.world, {
    isCancelled: () => isCancelled,
    progress: (text) => {
      if (process.stderrIsTerminal) process.error(`${text} ...\n`)
    },
  })
  for (const cancel of cancels) cancel()
  if (!fired.ok) {
    process.error(`gatehouse: ${fired.error}\n`)
    return 1
  }
  const json = fired.value.map(({ rule, firedMs, arrivedMs, summary }) => ({
    alert: rule.alert,
    severity: rule.severity,
    fired_ms: firedMs,
    arrived_ms: arrivedMs,
    summary,
  }))
  process.out(
    options.json === true ? `${JSON.stringify(json, null, 2)}\n` : firedReport(fired.value),
  )
  return fired.value.every(({ arrivedMs }) => arrivedMs !== null) ? 0 : 1
}

function firedReport(fired: readonly FiredAlert[]): string {
  const time = (ms: number | null): string =>
    ms === null ? 'never' : `${(ms / 1000).toFixed(1)} s`
  const rows = fired.map(({ rule, firedMs, arrivedMs, summary }) => [
    rule.alert,
    rule.severity,
    rule.for,
    time(firedMs),
    time(arrivedMs),
    summary ?? '',
  ])
  const arrived = fired.filter(({ arrivedMs }) => arrivedMs !== null).length
  return `${textTable([['alert', 'severity', 'for', 'fired', 'arrived', 'as it arrived'], ...rows])}
${arrived} of ${fired.length} alerts fired in Prometheus and arrived through Alertmanager; durations were ${fireSpeed} times shorter
`
}
