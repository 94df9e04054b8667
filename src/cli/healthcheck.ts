// `gatehouse healthcheck`: asks a running gate whether it is ready, for container health checks.
import type { Command } from 'commander'
import type { ListenAddress } from '../model/listen-address.ts'
import { fromUtf8 } from '../std/bytes.ts'
import { type CliContext, type ExitCode, withExamples } from './context.ts'
import { type ConfigOptions, loadOrReport, withConfigOption } from './load.ts'

interface HealthcheckOptions extends ConfigOptions {
  readonly url?: string
}

const timeoutMs = 5000
const answerBytesMax = 64 * 1024
/** As much of a bad answer as is repeated. */
const shownLengthMax = 500

/** Adds `gatehouse healthcheck`. */
export function registerHealthcheck(program: Command, context: CliContext): void {
  const command = program
    .command('healthcheck')
    .description('Ask the running gate whether it is ready: exit 0 ready, 1 not')
    .option('--url <url>', 'Ask this address instead of the metrics listener of the configuration')
    .action(context.action((options: HealthcheckOptions) => healthcheck(context, options)))
  withConfigOption(command)
  withExamples(command, [
    ['gatehouse healthcheck', 'In a container: HEALTHCHECK CMD ["gatehouse", "healthcheck"]'],
    ['gatehouse healthcheck --url http://127.0.0.1:9300/readyz', 'Without a configuration file'],
  ])
}

async function healthcheck(context: CliContext, options: HealthcheckOptions): Promise<ExitCode> {
  const { http, process } = context.world
  const url = await readyUrl(context, options)
  if (typeof url === 'number') return url
  const answer = await http.send({ url, timeoutMs, bytesMax: answerBytesMax })
  if (!answer.ok) {
    process.error(
      `gatehouse: Cannot reach "${url}": ${answer.error.detail}\n` +
        'gatehouse: Is the gate running, and is this the address of "listen.metrics"?\n',
    )
    return 1
  }
  if (answer.value.status === 200) {
    process.out('ready\n')
    return 0
  }
  const text = (fromUtf8(answer.value.body) ?? '').slice(0, shownLengthMax).trim()
  process.error(`gatehouse: Not ready: "${url}" answered "${answer.value.status}": ${text}\n`)
  return 1
}

async function readyUrl(
  context: CliContext,
  options: HealthcheckOptions,
): Promise<string | ExitCode> {
  if (options.url !== undefined) {
    if (/^https?:\/\//.test(options.url) && URL.canParse(options.url)) return options.url
    context.world.process.error(`gatehouse: Found --url "${options.url}", wanted an http URL\n`)
    return 2
  }
  const loaded = await loadOrReport(context, options, { withEstate: false })
  if (loaded === null) return 2
  const { metrics } = loaded.gate.listen
  if (metrics !== null) return `${originOf(metrics)}/readyz`
  context.world.process.error('gatehouse: Cannot ask: "listen.metrics" is "off"\n')
  return 1
}

/** Where a listener is reached from the same machine. */
export function originOf({ hostname, port }: ListenAddress): string {
  if (hostname === '0.0.0.0') return `http://127.0.0.1:${port}`
  if (hostname === '::') return `http://[::1]:${port}`
  return `http://${hostname.includes(':') ? `[${hostname}]` : hostname}:${port}`
}
