// `gatehouse demo`: the whole story on one machine, with nothing else installed.
import { type Command, InvalidArgumentError } from 'commander'
import { type CliContext, type ExitCode, withExamples } from './context.ts'
import { type Demo, type DemoOptions, people, startDemo } from './demo/run.ts'

const defaultPort = 8080

/** Adds `gatehouse demo`. */
export function registerDemo(program: Command, context: CliContext): void {
  const command = program
    .command('demo')
    .description('Run a gate, two people and four sample services on this machine, to try it out')
    .option('-p, --port <port>', 'Port of the demo proxy on loopback', parsePort, defaultPort)
    .option(
      '--data-dir <directory>',
      'Where sessions are kept between runs (default: data/demo of the package)',
    )
    .option('--authentik', 'Be the outpost of a stand-in of authentik, one provider of each mode')
    .action(context.action((options: DemoOptions) => demo(context, options)))
  withExamples(command, [['gatehouse demo', 'Then open http://grafana.home.localhost:8080']])
}

function parsePort(text: string): number {
  const port = Number(text)
  if (!/^\d{1,5}$/.test(text) || port > 65_535)
    throw new InvalidArgumentError('A port is a number from 0 to 65535')
  return port
}

async function demo(context: CliContext, options: DemoOptions): Promise<ExitCode> {
  const { process } = context.world
  const started = await startDemo(context.world, options)
  if (!started.ok) {
    for (const line of started.error) process.error(`gatehouse: ${line}\n`)
    return 1
  }
  process.out(welcome(started.value, context))
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.onSignal(signal, resolve)
  })
  await started.value.close()
  process.out('\nStopped. Sessions are kept for the next time.\n')
  return 0
}

function welcome({ controlUrl, port, samples }: Demo, context: CliContext): string {
  const paint = context.paint()
  const address = (host: string): string => `http://${host}:${port}`
  const rows = samples.map(({ door, host }) => `  ${address(host).padEnd(38)} ${paint.dim(door)}`)
  const names = people.map(
    ({ about, password, user }) => `  ${user.padEnd(8)} ${password.padEnd(18)} ${paint.dim(about)}`,
  )
  const row = (url: string, about: string): string => `  ${url.padEnd(38)} ${paint.dim(about)}`
  const portal = row(
    `${address('auth.home.localhost')}/_gatehouse/`,
    'the portal: all of the above',
  )
  const limits = row(controlUrl ?? '', 'the stand-in of authentik: make it slow, broken, different')
  return `
${paint.bold('Gatehouse is running.')} Open ${paint.bold(address('grafana.home.localhost'))} and sign in.

Services
${rows.join('\n')}
${controlUrl === null ? portal : limits}

People   password
${names.join('\n')}

Ctrl-C ends all of it.
`
}
