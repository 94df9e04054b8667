// The demo's parts put together: samples, proxy, gate, and authentik's stand-in where it is asked for.
import { join } from 'node:path'
import { gateSecret, loadConfig, type LoadedConfig } from '../../config.ts'
import { type Gate, startGate } from '../../gate-run.ts'
import type { GateConfig } from '../../gate.ts'
import { type Result, err, ok } from '../../std/result.ts'
import { realForwarder } from '../../world/forwarder.ts'
import type { LogFields, LogLevel } from '../../world/log.ts'
import type { World } from '../../world/world.ts'
import { report } from '../load.ts'
import { version } from '../version.ts'
import { type StandIn, outpostPath, startStandIn } from './authentik.ts'
import { type DemoProxy, type ProxyRoutes, startProxy } from './proxy.ts'
import { type RunningSamples, type Sample, startSamples } from './samples.tsx'

/** Options of the command. */
export interface DemoOptions {
  readonly port: number
  readonly dataDir?: string
  readonly authentik?: boolean
}

/** The people of examples/demo/people.yaml, with what only the demo may know: their passwords. */
export const people = [
  { user: 'alice', password: 'gatehouse-alice', about: 'an operator: may open everything' },
  { user: 'rosa', password: 'gatehouse-rosa', about: 'family: Wiki and Blog, but not Grafana' },
] as const

/** The sample services of a gate with a file. */
const gateSamples: readonly Sample[] = [
  { host: 'grafana.home.localhost', title: 'Grafana', door: 'Only the group operators may enter.' },
  { host: 'wiki.home.localhost', title: 'Wiki', door: 'Anyone who is signed in may enter.' },
  {
    host: 'blog.home.localhost',
    title: 'Blog',
    door: 'Open to all; /admin is for the group writers.',
  },
  { host: 'status.home.localhost', title: 'Status', door: 'Deliberately open.' },
]

/** The same where authentik says who may enter: one provider of each mode. */
const outpostSamples: readonly Sample[] = [
  {
    host: 'grafana.home.localhost',
    title: 'Grafana',
    door: 'Forward auth, single application: only the group operators may enter.',
  },
  {
    host: 'blog.home.localhost',
    title: 'Blog',
    door: 'Forward auth, whole domain: anyone who is signed in may enter.',
  },
  {
    host: 'wiki.home.localhost',
    title: 'Wiki',
    door: 'Proxy: anyone who is signed in, and every byte goes through the outpost.',
  },
]

/** A running demo. */
export interface Demo {
  readonly port: number
  readonly samples: readonly Sample[]
  /** Page of the stand-in of authentik; null without one. */
  readonly controlUrl: string | null
  close(): Promise<void>
}

interface Parts {
  gate?: Gate
  samples?: RunningSamples
}

/** Starts everything; the errors are lines for the operator. */
export async function startDemo(
  world: World,
  options: DemoOptions,
): Promise<Result<Demo, readonly string[]>> {
  const parts: Parts = {}
  const proxy = openProxy(
    options.port,
    options.authentik === true ? outpostRoutes(parts) : gateRoutes(parts),
  )
  if (!proxy.ok) return proxy
  const samples = options.authentik === true ? outpostSamples : gateSamples
  const running = startSamples(samples, linksAt(options, proxy.value.port))
  parts.samples = running
  const opened = await openGate(world, options, {
    port: proxy.value.port,
    samplesOrigin: running.origin,
  })
  const close = async (): Promise<void> => {
    await proxy.value.close()
    await running.close()
  }
  if (!opened.ok) {
    await close()
    return opened
  }
  const { gate, standIn } = opened.value
  parts.gate = gate
  return ok({
    port: proxy.value.port,
    samples,
    controlUrl: standIn?.controlUrl ?? null,
    close: async () => {
      await close()
      await gate.close()
      await standIn?.close()
    },
  })
}

function linksAt(options: DemoOptions, port: number): Parameters<typeof startSamples>[1] {
  const gate = `http://auth.home.localhost:${port}/_gatehouse/`
  return options.authentik === true
    ? { all: null, signOut: `${outpostPath}sign_out` }
    : { all: gate, signOut: `${gate}sign-out` }
}

interface OpenedGate {
  readonly gate: Gate
  readonly standIn: StandIn | null
}

async function openGate(
  world: World,
  options: DemoOptions,
  place: { readonly port: number; readonly samplesOrigin: string },
): Promise<Result<OpenedGate, readonly string[]>> {
  const file = join(import.meta.dir, '../../../examples/demo/gatehouse.yaml')
  const own = await loadConfig({ files: world.files, file, withSecrets: true })
  if (!own.ok) return err([report(file, own.error)])
  const dataDir = options.dataDir ?? own.value.gate.dataDir
  const made = world.files.ensureDirectory(dataDir, 0o700)
  if (!made.ok) return err([`Making the directory "${dataDir}" failed with "${made.error.code}"`])
  if (options.authentik !== true)
    return start(world, { loaded: own.value, dataDir, port: place.port, standIn: null })
  const optionsFile = join(dataDir, 'authentik.json')
  const standIn = await startStandIn(world, { ...place, people, optionsFile })
  if (!standIn.ok) return standIn
  const { loaded } = standIn.value
  const started = start(world, {
    loaded,
    dataDir: join(dataDir, 'outpost'),
    port: place.port,
    standIn: standIn.value,
  })
  if (!started.ok) await standIn.value.close()
  return started
}

function start(
  world: World,
  about: {
    readonly loaded: LoadedConfig
    readonly dataDir: string
    readonly port: number
    readonly standIn: StandIn | null
  },
): Result<OpenedGate, readonly string[]> {
  const config = demoConfig({ ...about.loaded.gate, dataDir: about.dataDir }, about.port)
  const secret = gateSecret(world.files, world.random, { ...about.loaded, gate: config })
  if (!secret.ok) return err([secret.error.message, secret.error.fix])
  const gate = startGate({
    config,
    world: { ...world, log: quietLog(world) },
    secret: secret.value,
    version,
  })
  return gate.ok ? ok({ gate: gate.value, standIn: about.standIn }) : gate
}

function serviceOrigin(parts: Parts): ProxyRoutes['serviceOrigin'] {
  return (host) =>
    gateSamples.some((sample) => sample.host === host) ? (parts.samples?.origin ?? null) : null
}

function gateOrigin(parts: Parts): ProxyRoutes['gateOrigin'] {
  return () => `http://127.0.0.1:${parts.gate?.httpPort ?? 0}`
}

/** As a gate with a file: its pages are on a host of their own. */
function gateRoutes(parts: Parts): ProxyRoutes {
  return {
    isGates: (host) => host === 'auth.home.localhost',
    authPath: '/_gatehouse/auth/traefik',
    gateOrigin: gateOrigin(parts),
    serviceOrigin: serviceOrigin(parts),
    isIdentity: (name) => name.startsWith('remote-'),
    forwarder: realForwarder(),
  }
}

/** As an outpost of authentik: its pages are below a path of every host, and it proxies one itself. */
function outpostRoutes(parts: Parts): ProxyRoutes {
  return {
    isGates: (host, path) => path.startsWith(outpostPath) || host === 'wiki.home.localhost',
    authPath: `${outpostPath}auth/traefik`,
    gateOrigin: gateOrigin(parts),
    serviceOrigin: serviceOrigin(parts),
    isIdentity: (name) => name.startsWith('x-authentik-'),
    forwarder: realForwarder(),
  }
}

function openProxy(port: number, routes: ProxyRoutes): Result<DemoProxy, readonly string[]> {
  try {
    return ok(startProxy(port, routes))
  } catch {
    return err([
      `Listening on "127.0.0.1:${port}" failed: is the port taken, perhaps by a demo that still runs?`,
      `Take another: "npm start -- --port ${port + 1}" or "gatehouse demo --port ${port + 1}"`,
    ])
  }
}

/** A configuration on free ports, behind the demo proxy's own. */
function demoConfig(config: GateConfig, proxyPort: number): GateConfig {
  const free = { hostname: '127.0.0.1', port: 0 }
  const { outpost } = config
  return {
    ...config,
    origin: outpost === null ? `http://${config.host}:${proxyPort}` : config.origin,
    outpost: outpost === null ? null : { ...outpost, listenHttps: null },
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
