// `gatehouse watch`: the outside vantage, a process of its own, which needs no gate on its machine.
import { type Command, InvalidArgumentError } from 'commander'
import { type LoadedConfig, logWarnings, readGateSecret } from '../config.ts'
import { type ListenAddress, listenAddressText } from '../model/listen-address.ts'
import { listenText } from '../model/setting-text.ts'
import { probeKeyOf } from '../model/probe-mark.ts'
import { type Result, ok } from '../std/result.ts'
import { check } from '../std/schema/check.ts'
import * as watchRun from '../watch-run.ts'
import type { WatchConfig } from '../watch.ts'
import type { World } from '../world/world.ts'
import { type CliContext, type ExitCode, withExamples } from './context.ts'
import { LiveServices } from './live-services.ts'
import { type ConfigOptions, loadOrReport, withConfigOption } from './load.ts'
import { untilToldToStop } from './stopping.ts'
import { version } from './version.ts'
import { announceWatch, takeServices } from './watch-host.ts'

interface WatchOptions extends ConfigOptions {
  readonly listen?: ListenAddress
}

/** Adds `gatehouse watch`. */
export function registerWatch(program: Command, context: CliContext): void {
  const command = program
    .command('watch')
    .description('Watch the estate from here until SIGINT or SIGTERM, without running the gate')
    .option(
      '--listen <address>',
      'Private listener in place of "listen.metrics": metrics, health, verdict, incidents',
      address,
    )
    .action(context.action((options: WatchOptions) => watch(context, options)))
  withConfigOption(command)
  withExamples(command, [
    ['gatehouse watch --config outside.yaml', 'On a machine elsewhere, with "peers" on both sides'],
    ['gatehouse watch --listen 127.0.0.1:9301', 'Beside a gate that has the port of the file'],
  ])
}

function address(text: string): ListenAddress {
  const read = check(listenText('127.0.0.1:9301'), text)
  if (read.ok) return read.value
  throw new InvalidArgumentError(`Found "${text}", wanted an address such as "127.0.0.1:9301"`)
}

async function watch(context: CliContext, options: WatchOptions): Promise<ExitCode> {
  const { world } = context
  const loaded = await loadOrReport(context, options, { withSecrets: true, withEstate: false })
  if (loaded === null) return 2
  const config = watchOf(loaded, world)
  if (config === null) {
    world.process.error(`gatehouse: There is no section "watch" in "${loaded.file}"\n`)
    return 2
  }
  logWarnings(world.log, loaded)
  const at = options.listen ?? loaded.gate.listen.metrics
  const running = open({ at, config, loaded }, world)
  if (!running.ok) {
    world.process.error(`gatehouse: ${running.error}\n`)
    return 1
  }
  const stopped = untilToldToStop(world)
  const signal = await stopped.first
  world.log.write('info', 'stopping', { signal })
  const exitCode = await Promise.race([running.value.close(), stopped.second])
  world.log.write('info', 'stopped', {})
  return exitCode
}

/** The watch of a file; its probes carry the key of the gate where that is on this machine. */
export function watchOf(
  { gate, watch: config }: LoadedConfig,
  { files }: World,
): WatchConfig | null {
  if (config === null || config.probeKey !== '') return config
  const secret = readGateSecret(files, gate.dataDir)
  return secret === null ? config : { ...config, probeKey: probeKeyOf(secret) }
}

interface Running {
  close(): Promise<ExitCode>
}

interface Opening {
  readonly at: ListenAddress | null
  readonly config: WatchConfig
  readonly loaded: LoadedConfig
}

function open({ at, config, loaded }: Opening, world: World): Result<Running, string> {
  const opened = watchRun.openWatch({ config, world, version })
  if (!opened.ok) return opened
  const running = opened.value
  const services = clusterOf(running, config, { loaded, world })
  const own = watchRun.watchAnswers(running)
  const answers = {
    ...own,
    isReady: () => running.isReady(),
    scrape: async () => {
      const { contentType, text } = await own.scrape()
      return { contentType, text: text + services.scrape() }
    },
  }
  const listener = at === null ? null : watchRun.listenForWatch(at, answers)
  if (listener !== null && !listener.ok) {
    void running.close()
    return listener
  }
  announceWatch(world, config, running)
  services.start(loaded)
  const port = listener?.value.port ?? 0
  const place = at === null ? null : listenAddressText({ ...at, port })
  world.log.write('info', 'started', { version, private: place })
  return ok({
    close: async () => {
      services.close()
      await running.close()
      await listener?.value.close()
      return 0
    },
  })
}

/** Services of a cluster, where the file names one: there is no gate to give them to, but they have doors. */
function clusterOf(
  watch: watchRun.RunningWatch,
  config: WatchConfig,
  { loaded, world }: { readonly loaded: LoadedConfig; readonly world: World },
): LiveServices {
  const { gate: file } = loaded
  return new LiveServices({
    gate: { reload: () => {}, replaceServices: () => {} },
    file,
    world,
    onServices: (services) =>
      takeServices(world, { code: watchRun, config, watch }, { services, gate: file }),
  })
}
