// `gatehouse demo`: the whole story on one machine, with nothing else installed.
import { join } from 'node:path'
import { type Command, InvalidArgumentError } from 'commander'
import { type LoadedConfig, loadConfig, loadOrCreateSecret } from '../config.ts'
import { type Gate, type GateConfig, startGate } from '../gate.ts'
import { type Result, err, ok } from '../std/result.ts'
import { realForwarder } from '../world/forwarder.ts'
import type { LogFields, LogLevel } from '../world/log.ts'
import type { World } from '../world/world.ts'
import { type CliContext, type ExitCode, withExamples } from './context.ts'
import { type DemoProxy, startProxy } from './demo/proxy.ts'
import { type RunningSamples, type Sample, startSamples } from './demo/samples.tsx'
import { report } from './load.ts'
import { version } from './version.ts'

interface DemoOptions {
  readonly port: number
  readonly dataDir?: string
}

const defaultPort = 8080

/** The people of examples/demo/people.yaml, with what only the demo may know: their passwords. */
const people = [
  { user: 'alice', password: 'gatehouse-alice', about: 'an operator: may open everything' },
  { user: 'rosa', password: 'gatehouse-rosa', about: 'family: Wiki and Blog, but not Grafana' },
] as const

const samples: readonly Sample[] = [
  { host: 'grafana.home.localhost', title: 'Grafana', door: 'Only the group operators may enter.' },
  { host: 'wiki.home.localhost', title: 'Wiki', door: 'Anyone who is signed in may enter.' },
  {
    host: 'blog.home.localhost',
    title: 'Blog',
    door: 'Open to all; /admin is for the group writers.',
  },
  { host: 'status.home.localhost', title: 'Status', door: 'Deliberately open.' },
]

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
  process.out(welcome(started.value.port, context))
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.onSignal(signal, resolve)
  })
  await started.value.close()
  process.out('\nStopped. Sessions are kept for the next time.\n')
  return 0
}

interface Demo {
  readonly port: number
  close(): Promise<void>
}

/** Starts the proxy, the samples and the gate; the errors are lines for the operator. */
async function startDemo(
  world: World,
  options: DemoOptions,
): Promise<Result<Demo, readonly string[]>> {
  const file = join(import.meta.dir, '../../examples/demo/gatehouse.yaml')
  const loaded = await loadConfig({ files: world.files, file, withSecrets: true })
  if (!loaded.ok) return err([report(file, loaded.error)])
  const dataDir = options.dataDir ?? loaded.value.gate.dataDir
  const secret = loadOrCreateSecret(world.files, world.random, dataDir)
  if (!secret.ok) return err([secret.error.message, secret.error.fix])
  const parts: { gate?: Gate; samples?: RunningSamples } = {}
  const proxy = openProxy(options.port, loaded.value, parts)
  if (!proxy.ok) return proxy
  const config = demoConfig({ ...loaded.value.gate, dataDir }, proxy.value.port)
  const gate = startGate({
    config,
    world: { ...world, log: quietLog(world) },
    secret: secret.value,
    version,
  })
  if (!gate.ok) {
    await proxy.value.close()
    return gate
  }
  parts.gate = gate.value
  const running = startSamples(samples, config.origin)
  parts.samples = running
  return ok({
    port: proxy.value.port,
    close: async () => {
      await proxy.value.close()
      await running.close()
      await gate.value.close()
    },
  })
}

function openProxy(
  port: number,
  { gate: config }: LoadedConfig,
  parts: { readonly gate?: Gate; readonly samples?: RunningSamples },
): Result<DemoProxy, readonly string[]> {
  const names = config.identityHeaders
  try {
    return ok(
      startProxy(port, {
        gateHost: config.host,
        gateOrigin: () => `http://127.0.0.1:${parts.gate?.httpPort ?? 0}`,
        serviceOrigin: (host) =>
          samples.some((sample) => sample.host === host) ? (parts.samples?.origin ?? null) : null,
        identityHeaders: [names.user, names.groups, names.email, names.name].map((name) =>
          name.toLowerCase(),
        ),
        forwarder: realForwarder(),
      }),
    )
  } catch {
    return err([
      `Listening on "127.0.0.1:${port}" failed: is the port taken, perhaps by a demo that still runs?`,
      `Take another: "npm start -- --port ${port + 1}" or "gatehouse demo --port ${port + 1}"`,
    ])
  }
}

/** The example's configuration on free ports, behind the demo proxy's own. */
function demoConfig(config: GateConfig, proxyPort: number): GateConfig {
  const free = { hostname: '127.0.0.1', port: 0 }
  return {
    ...config,
    origin: `http://${config.host}:${proxyPort}`,
    listen: { http: free, metrics: free },
  }
}

/** Errors only, on standard error: the demo's words are for a person. */
function quietLog(world: World): {
  write(level: LogLevel, event: string, fields?: LogFields): void
} {
  return {
    write: (level, event, fields) => {
      if (level === 'error') world.process.error(`${event} ${JSON.stringify(fields ?? {})}\n`)
    },
  }
}

function welcome(port: number, context: CliContext): string {
  const paint = context.paint()
  const address = (host: string): string => `http://${host}:${port}`
  const rows = samples.map(({ door, host }) => `  ${address(host).padEnd(38)} ${paint.dim(door)}`)
  const names = people.map(
    ({ about, password, user }) => `  ${user.padEnd(8)} ${password.padEnd(18)} ${paint.dim(about)}`,
  )
  return `
${paint.bold('Gatehouse is running.')} Open ${paint.bold(address('grafana.home.localhost'))} and sign in.

Services
${rows.join('\n')}
  ${`${address('auth.home.localhost')}/_gatehouse/`.padEnd(38)} ${paint.dim('the portal: all of the above')}

People   password
${names.join('\n')}

Ctrl-C ends all of it.
`
}
