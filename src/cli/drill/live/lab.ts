// One estate of the lab, really running: Caddy, twenty services, a gate of either kind, a watch, Alertmanager.
import { loadConfig, gateSecret } from '../../../config.ts'
import { startGate } from '../../../gate-run.ts'
import { type Result, err, ok } from '../../../std/result.ts'
import { type HeldAlert, heldAlerts } from '../../../watch-alerts.ts'
import { type RunningWatch, openWatch } from '../../../watch-run.ts'
import { freeLoopbackPorts, serveLoopback } from '../../../world/loopback.ts'
import { findProgram, startProgram, temporaryDirectory } from '../../../world/program.ts'
import { type SmallDisk, mountSmallDisk } from '../../../world/small-disk.ts'
import type { World } from '../../../world/world.ts'
import { report } from '../../load.ts'
import { version } from '../../version.ts'
import { type FastWorld, fastWorld } from './fast-world.ts'
import {
  type LabKind,
  type LabPlace,
  type LabPorts,
  alertmanagerFile,
  caddyfile,
  diskBytes,
  labConfig,
  openHost,
  serviceMarker,
  signInMarker,
} from './lab-files.ts'
import { legacyAuthPath, legacyFiles, startLegacyOutpost } from './legacy-outpost.ts'

const gateAuthPath = '/_gatehouse/auth/caddy'
const readyTimeoutMs = 15_000
const lookEveryMs = 50
const alertsTimeoutMs = 3000
const alertsBytesMax = 1024 * 1024
/** People who are signed in before anything happens. */
const people = ['ada', 'ben', 'cleo', 'dan', 'eva'] as const

/** What the lab needs of a machine. */
export interface LabPrograms {
  readonly caddy: string
  readonly alertmanager: string
}

/** The programs, or which are missing. */
export function findLabPrograms(world: Pick<World, 'process'>): Result<LabPrograms, string> {
  const { env } = world.process
  const caddy = findProgram('caddy', env)
  const alertmanager =
    findProgram('prometheus-alertmanager', env) ?? findProgram('alertmanager', env)
  if (caddy !== null && alertmanager !== null) return ok({ caddy, alertmanager })
  const missing = [
    ...(caddy === null ? ['"caddy" (Debian: caddy)'] : []),
    ...(alertmanager === null ? ['"alertmanager" (Debian: prometheus-alertmanager)'] : []),
  ]
  return err(`Cannot find ${missing.join(' and ')} on PATH`)
}

/** How a lab is started. */
export interface LabOptions {
  readonly kind: LabKind
  readonly world: World
  readonly programs: LabPrograms
  /** Where Caddy listens; 0: any free port. */
  readonly port: number
  /** The clock of the watch runs this many times as fast. */
  readonly speed: number
}

/** A running lab. */
export interface Lab {
  readonly ports: LabPorts
  readonly disk: SmallDisk
  readonly watch: RunningWatch
  readonly fast: FastWorld
  /** Bodies that Alertmanager sent to its receiver, oldest first. */
  readonly arrived: readonly string[]
  /** What Alertmanager holds as firing now. */
  alerts(): Promise<readonly HeldAlert[]>
  /** Cookie headers of people who are signed in. */
  readonly holders: readonly string[]
  /** Rows of the session store; null where the gate is not ours. */
  rows(): number | null
  /** Ends all that was started, by its own id, and unmounts. Twice is the same as once. */
  close(): Promise<void>
}

/** Starts everything. The error is for the operator; what was started by then has ended. */
export async function startLab(options: LabOptions): Promise<Result<Lab, string>> {
  const disk = mountSmallDisk(diskBytes)
  if (!disk.ok) return disk
  const cleaning = new Cleaning()
  cleaning.add(() => disk.value.remove())
  try {
    const lab = await build(options, disk.value, cleaning)
    if (!lab.ok) await cleaning.run()
    return lab
  } catch (cause) {
    await cleaning.run()
    return err(`Cannot start the lab: ${cause instanceof Error ? cause.message : String(cause)}`)
  }
}

/** What is to be undone, last first. */
class Cleaning {
  readonly #steps: (() => void | Promise<void>)[] = []
  #done: Promise<void> | null = null

  add(step: () => void | Promise<void>): void {
    this.#steps.push(step)
  }

  async run(): Promise<void> {
    return (this.#done ??= this.#undo())
  }

  async #undo(): Promise<void> {
    // In the order in which they depend on one another.
    await Array.fromAsync(this.#steps.toReversed(), async (step) => {
      try {
        await step()
      } catch {
        // What cannot be ended must not keep the rest from being ended.
      }
    })
  }
}

async function build(
  options: LabOptions,
  disk: SmallDisk,
  cleaning: Cleaning,
): Promise<Result<Lab, string>> {
  const { kind, world } = options
  const arrived: string[] = []
  const ports = await openServers(options, arrived, cleaning)
  const legacy = kind === 'legacy'
  const place: LabPlace = {
    ...{ kind, ports, disk: disk.path },
    authPath: legacy ? legacyAuthPath : gateAuthPath,
    files: legacy ? legacyFiles : '*',
  }
  const scratch = temporaryDirectory('lab')
  cleaning.add(() => scratch.remove())
  scratch.write('gatehouse.yaml', labConfig(place))
  scratch.write('Caddyfile', caddyfile(ports, place.authPath))
  scratch.write('alertmanager.yml', alertmanagerFile(ports))
  const file = `${scratch.path}/gatehouse.yaml`
  const loaded = await loadConfig({ files: world.files, file, withSecrets: true })
  if (!loaded.ok) return err(report(file, loaded.error))
  const { gate: config, watch: watchConfig } = loaded.value
  if (watchConfig === null) return err('There is no watch in the configuration of the lab')
  const door = legacy
    ? openLegacy(place, world, cleaning)
    : await openGate({ config, file }, world, cleaning)
  if (!door.ok) return door
  const started = await startPrograms(options, { ports, directory: scratch.path }, cleaning)
  if (!started.ok) return started
  const fast = fastWorld(world, options.speed)
  // Not on the small disk: what the watch notes is not the gate's.
  const dataDir = `${scratch.path}/watch`
  const opened = openWatch({ config: { ...watchConfig, dataDir }, world: fast, version })
  if (!opened.ok) return opened
  const watch = opened.value
  cleaning.add(() => watch.close())
  return ok({
    ...{ ports, disk, watch, fast, arrived, ...door.value },
    alerts: () => alertsAt(world, ports),
    close: () => cleaning.run(),
  })
}

async function alertsAt(
  { http }: World,
  { alertmanager }: LabPorts,
): Promise<readonly HeldAlert[]> {
  const answer = await http.send({
    url: `http://127.0.0.1:${alertmanager}/api/v2/alerts`,
    timeoutMs: alertsTimeoutMs,
    bytesMax: alertsBytesMax,
  })
  return answer.ok ? heldAlerts(new TextDecoder().decode(answer.value.body)) : []
}

/** Services, identity provider, control and receiver, each on a port of its own. */
async function openServers(
  { port }: LabOptions,
  arrived: string[],
  cleaning: Cleaning,
): Promise<LabPorts> {
  const [proxy = 0, gate = 0, alertmanager = 0] = await freeLoopbackPorts(3)
  const page = (body: string) => ({ status: 200, contentType: 'text/html', body })
  const servers = {
    services: serveLoopback(() => page(serviceMarker)),
    identity: serveLoopback(() => page(signInMarker)),
    control: serveLoopback(() => page('Somebody else')),
    receiver: serveLoopback(({ body }) => {
      arrived.push(body)
      return page('')
    }),
  }
  for (const server of Object.values(servers)) cleaning.add(() => server.close())
  return {
    proxy: port === 0 ? proxy : port,
    ...{ gate, alertmanager },
    services: servers.services.port,
    identity: servers.identity.port,
    control: servers.control.port,
    receiver: servers.receiver.port,
  }
}

type Door = Pick<Lab, 'holders' | 'rows'>

function openLegacy(
  { disk, ports }: LabPlace,
  world: World,
  cleaning: Cleaning,
): Result<Door, string> {
  const outpost = startLegacyOutpost({
    ...{ files: world.files, random: world.random, directory: disk, port: ports.gate },
    signIn: `http://127.0.0.1:${ports.identity}/authorize`,
  })
  cleaning.add(() => outpost.close())
  return ok({ holders: people.flatMap((user) => outpost.signIn(user) ?? []), rows: () => null })
}

async function openGate(
  {
    config,
    file,
  }: { readonly config: Parameters<typeof startGate>[0]['config']; readonly file: string },
  real: World,
  cleaning: Cleaning,
): Promise<Result<Door, string>> {
  const world = { ...real, log: { write: () => {} } }
  const secret = gateSecret(world.files, world.random, { gate: config, file })
  if (!secret.ok) return err(secret.error.message)
  const gate = startGate({ config, world, secret: secret.value, version })
  if (!gate.ok) return err(gate.error.join('; '))
  cleaning.add(() => gate.value.close())
  const { sessions } = gate.value
  const holders = await Promise.all(
    people.map(async (user) => {
      const identity = { user, name: user, email: '', groups: ['staff'], provider: 'accounts' }
      const facts = { identity, providerSid: '', providerSub: '', userAgent: 'Lab', idToken: '' }
      const { setCookies } = await sessions.open({ ...facts, address: '127.0.0.1' }, null)
      return setCookies.at(-1)?.split(';', 1)[0] ?? ''
    }),
  )
  return ok({ holders, rows: () => sessions.stats().storeSessions })
}

async function startPrograms(
  { programs, world }: LabOptions,
  { directory, ports }: { readonly directory: string; readonly ports: LabPorts },
  cleaning: Cleaning,
): Promise<Result<void, string>> {
  const start = (path: string, args: readonly string[], log: string) => {
    // Caddy keeps its state below the home directory.
    const env = { HOME: directory, XDG_CONFIG_HOME: directory, XDG_DATA_HOME: directory }
    const program = startProgram(path, args, { directory, log, env })
    cleaning.add(() => program.stop())
    return program
  }
  const caddy = start(
    programs.caddy,
    ['run', '--config', 'Caddyfile', '--adapter', 'caddyfile'],
    'caddy.log',
  )
  const alertmanager = start(
    programs.alertmanager,
    [
      '--config.file=alertmanager.yml',
      '--storage.path=alertmanager',
      `--web.listen-address=127.0.0.1:${ports.alertmanager}`,
      '--cluster.listen-address=',
    ],
    'alertmanager.log',
  )
  const proxied = { host: `${openHost}:${ports.proxy}` }
  const waits = [
    [caddy, `http://127.0.0.1:${ports.proxy}/`, 'Caddy'],
    [alertmanager, `http://127.0.0.1:${ports.alertmanager}/-/ready`, 'Alertmanager'],
  ] as const
  for (const [program, url, name] of waits) {
    const deadline = world.clock.monotonic() + readyTimeoutMs
    const request = { url, headers: url.endsWith('ready') ? {} : proxied, timeoutMs: 1000 }
    for (;;) {
      // oxlint-disable-next-line no-await-in-loop -- asked again until it answers
      const answer = await world.http.send({ ...request, bytesMax: 64 * 1024 })
      if (answer.ok && answer.value.status === 200) break
      if (program.exitCode() !== null || world.clock.monotonic() > deadline)
        return err(`${name} does not start: "${program.output().trim().split('\n').at(-1) ?? ''}"`)
      // oxlint-disable-next-line no-await-in-loop -- the pause between two looks
      await pause(world, lookEveryMs)
    }
  }
  return ok(undefined)
}

/** Waits so many ms of the machine's clock. */
export async function pause({ clock }: Pick<World, 'clock'>, ms: number): Promise<void> {
  return new Promise((resume) => {
    clock.after(ms, resume)
  })
}
