// `gatehouse serve`: configuration, secret, gate; runs until it is told to stop.
import type { Command } from 'commander'
import {
  type LoadedConfig,
  environmentName,
  gateSecret,
  logWarnings,
  watchConfig,
} from '../config.ts'
import { type Gate, startGate } from '../gate-run.ts'
import type { GateConfig } from '../gate.ts'
import { listenAddressText } from '../model/listen-address.ts'
import { probeKeyOf } from '../model/probe-mark.ts'
import { type Result, err, ok } from '../std/result.ts'
import type { WatchConfig } from '../watch.ts'
import type { World } from '../world/world.ts'
import { type CliContext, type ExitCode, withExamples } from './context.ts'
import { LiveServices } from './live-services.ts'
import { type ConfigOptions, loadOrReport, withConfigOption } from './load.ts'
import { untilToldToStop } from './stopping.ts'
import { version } from './version.ts'
import { createWatchHost, loadWatch } from './watch-host.ts'

/** Adds `gatehouse serve`. */
export function registerServe(program: Command, context: CliContext): void {
  const command = program
    .command('serve')
    .description('Run the gate until SIGINT or SIGTERM; SIGHUP reads the configuration again')
    .action(context.action((options: ConfigOptions) => serve(context, options)))
  withConfigOption(command)
  withExamples(command, [['gatehouse serve --config gatehouse.yaml', 'JSON log lines on stdout']])
}

async function serve(context: CliContext, options: ConfigOptions): Promise<ExitCode> {
  const { world } = context
  const loaded = await loadOrReport(context, options, { withSecrets: true, withEstate: false })
  if (loaded === null) return 2
  logWarnings(world.log, loaded)
  // Before the gate is ready, so that no request waits while it is loaded.
  if (loaded.watch !== null) await loadWatch()
  // What reading the configuration took is a tenth of the memory, and nobody waits yet.
  world.process.releaseMemory()
  const running = open(loaded, world)
  if (!running.ok) {
    for (const line of running.error) world.process.error(`gatehouse: ${line}\n`)
    return 1
  }
  const stopped = untilToldToStop(world)
  const signal = await stopped.first
  world.log.write('info', 'stopping', { signal })
  const exitCode = await Promise.race([running.value.close(), stopped.second])
  world.log.write('info', 'stopped', {})
  return exitCode
}

interface Running {
  /** Stops watching, lets answers under way leave, closes; gives the exit code. */
  close(): Promise<ExitCode>
}

/** Opens everything that a configuration asks for. The errors are lines for the operator. */
function open(loaded: LoadedConfig, world: World): Result<Running, readonly string[]> {
  const config = loaded.gate
  const secret = gateSecret(world.files, world.random, loaded)
  if (!secret.ok) return err([secret.error.message, secret.error.fix])
  const host = createWatchHost(world)
  // The gate is there before what it is told from outside, which its metrics tell.
  let scrapeServices = (): string => ''
  const gate = startGate({
    config,
    world,
    secret: secret.value,
    version,
    beside: {
      answer: host.answer,
      scrape: async () => `${await host.scrape()}${scrapeServices()}`,
    },
    publicVerdict: host.publicVerdict,
  })
  if (!gate.ok) return gate
  let current = loaded
  const startWatch = (newest: LoadedConfig): void =>
    void host.apply(newest.watch === null ? null : withProbeKey(newest.watch, secret.value))
  const services = new LiveServices({
    gate: gate.value,
    file: config,
    world,
    onServices: (found) => {
      if (current.watch !== null) host.replaceServices(found, current.gate)
    },
  })
  scrapeServices = () => services.scrape()
  const reload = (changed: GateConfig, newest: LoadedConfig): void => {
    current = { ...newest, gate: changed }
    services.reload(changed, newest)
    startWatch(newest)
    host.reloaded()
  }
  const parts = { gate: gate.value, reload }
  const unwatch = watch(loaded, parts, world)
  announce(loaded, gate.value, world)
  startWatch(loaded)
  services.start(loaded)
  return ok({
    close: async () => {
      unwatch()
      services.close()
      await host.close()
      await gate.value.close()
      return 0
    },
  })
}

/** A declared key is shared with a watch elsewhere; otherwise only this process needs it. */
function withProbeKey(config: WatchConfig, secret: Uint8Array): WatchConfig {
  return config.probeKey === '' ? { ...config, probeKey: probeKeyOf(secret) } : config
}

/** What a new configuration reaches. */
interface Parts {
  readonly gate: Gate
  reload(changed: GateConfig, newest: LoadedConfig): void
}

/** What is read again while the gate runs: its file, and of an outpost what authentik says. */
function watch(loaded: LoadedConfig, parts: Parts, world: World): () => void {
  const { gate, reload } = parts
  const { outpost } = gate
  const cancels = (['SIGHUP', 'SIGUSR1'] as const).map((signal) =>
    world.process.onSignal(signal, () => outpost?.refresh()),
  )
  if (loaded.file !== environmentName)
    cancels.push(
      watchConfig({
        ...world,
        loaded,
        onConfig: reload,
        onRefused: () => gate.reloadRefused(),
      }),
    )
  return () => {
    for (const cancel of cancels) cancel()
  }
}

function announce(loaded: LoadedConfig, gate: Gate, { log }: World): void {
  const { listen, origin, outpost, services, sessions } = loaded.gate
  const { metricsPort } = gate
  log.write('info', 'started', {
    version,
    file: loaded.file,
    url: origin,
    http: listenAddressText({ ...listen.http, port: gate.httpPort }),
    metrics:
      listen.metrics === null || metricsPort === null
        ? null
        : listenAddressText({ ...listen.metrics, port: metricsPort }),
    services: services.length,
    ...outpostFields(outpost, gate),
    store: sessions.store,
  })
  if (sessions.store === 'memory')
    log.write('warn', 'sessions-in-memory', {
      message: 'Everyone is signed out when this process ends',
    })
}

/** What an outpost says beside: whom it asks, as what, and where HTTPS is. */
function outpostFields(
  outpost: LoadedConfig['gate']['outpost'],
  { httpsPort }: Gate,
): Readonly<Record<string, string>> {
  if (outpost === null) return {}
  const { address, listenHttps, version: reported } = outpost
  const fields = { authentik: address.baseUrl, outpost: reported }
  return listenHttps === null || httpsPort === null
    ? fields
    : { ...fields, https: listenAddressText({ ...listenHttps, port: httpsPort }) }
}
