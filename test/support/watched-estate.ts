// An estate that watches itself: gate with a section watch, nginx with the printed configuration, two services.
import { startBackend, type Backend } from '../peers/backend.ts'
import { type GatePeer, startGate } from '../peers/gate.ts'
import { startNginx } from '../peers/nginx.ts'
import type { PeerProcess } from '../peers/peer-process.ts'
import { freePorts } from '../peers/ports.ts'
import { type Relay, startRelay } from '../peers/relay.ts'
import { peopleFile, passwords } from './people.ts'
import { printedFiles } from './proxy-setup.ts'
import { until } from './until.ts'

/** The running estate. */
export interface WatchedEstate {
  readonly gate: GatePeer
  readonly proxy: PeerProcess
  /** Between the proxy and the gate. */
  readonly relay: Relay
  /** Behind `app` (protected) and `open` (not). */
  readonly app: Backend
  readonly open: Backend
  /** Somebody else, who is always there. */
  readonly control: Backend
  readonly ports: EstatePorts
  /** The verdict in force, as the private listener has it. */
  verdict(): Promise<SaidVerdict>
  /** Waits until the verdict is of this kind over these elements, whatever their order. */
  untilVerdict(kind: string, elements: readonly string[]): Promise<void>
  stop(): Promise<void>
}

/** What of `/verdict` stories look at. */
export interface SaidVerdict {
  readonly ready: boolean
  readonly defects: number
  readonly verdict: {
    readonly kind: string
    readonly leader: { readonly elements: readonly string[]; readonly probability: number }
  }
}

/** Ports of an estate, by what listens there. */
export interface EstatePorts {
  readonly gate: number
  readonly metrics: number
  readonly proxy: number
}

/** What a story may have otherwise. */
export interface WatchedEstateOptions {
  /** Lines of the section `watch`, indented by two, in place of the robot. */
  readonly watch?: (ports: EstatePorts) => string
  /** Ports to take instead of free ones. */
  readonly ports?: EstatePorts
  /** Line of `identity`; the built-in accounts if left out. */
  readonly identity?: string
  /** Further lines of gatehouse.yaml. */
  readonly more?: string
}

/** Only tells a busy machine from a verdict that never comes. */
const verdictWaitMs = 90_000

/** Starts everything and waits for the first verdict. A round is a second. */
export async function startWatchedEstate(
  options: WatchedEstateOptions = {},
): Promise<WatchedEstate> {
  const ports = options.ports ?? (await estatePorts())
  const { gate: gatePort, metrics, proxy: proxyPort } = ports
  const [app, open, control] = await Promise.all([startBackend(), startBackend(), startBackend()])
  const gate = await startGate({
    config: `url: http://auth.home.localhost:${proxyPort}
domains: [home.localhost]
trusted_proxies: [127.0.0.1/32]
listen: { http: '127.0.0.1:${gatePort}', metrics: '127.0.0.1:${metrics}' }
data_dir: data
identity: ${options.identity ?? '{ accounts: { file: people.yaml } }'}
services:
  - { host: app.home.localhost, upstream: 'http://127.0.0.1:${app.port}', groups: [staff] }
  - { host: open.home.localhost, upstream: 'http://127.0.0.1:${open.port}', auth: none }
watch:
  interval: 1s
  door_interval: 2s
  timeout: 5s
  edge: false
  ingress: ['127.0.0.1:${proxyPort}']
  gates: ['http://127.0.0.1:${gatePort}']
  control: ['http://127.0.0.1:${control.port}/']
${options.watch?.(ports) ?? robotLines}
${options.more ?? ''}`,
    files: { 'people.yaml': await peopleFile() },
    httpPort: gatePort,
    metricsPort: metrics,
  })
  const relay = await startRelay(gatePort)
  const proxy = await startNginx(await printedFiles('nginx', gate, relay.port), proxyPort)
  const verdict = async (): Promise<SaidVerdict> => {
    const answer = await fetch(`http://127.0.0.1:${metrics}/verdict`)
    return (await answer.json()) as SaidVerdict
  }
  return {
    ...{ gate, proxy, relay, app, open, control, ports, verdict },
    untilVerdict: async (kind, elements) => {
      const wanted = elements.toSorted().join(' ')
      const deadline = performance.now() + verdictWaitMs
      let said = await verdict()
      while (
        said.verdict.kind !== kind ||
        said.verdict.leader.elements.toSorted().join(' ') !== wanted
      ) {
        if (performance.now() > deadline)
          throw new Error(`Wanted ${kind} ${wanted}, got ${JSON.stringify(said)}\n${gate.log()}`)
        await Bun.sleep(100)
        said = await verdict()
      }
    },
    stop: async () => {
      for (const peer of [gate, proxy, relay, app, open, control]) await peer.stop()
    },
  }
}

/** Ports that are free. */
export async function estatePorts(): Promise<EstatePorts> {
  const [gate = 0, metrics = 0, proxy = 0] = await freePorts(3)
  return { gate, metrics, proxy }
}

const robotLines = `  robot: { user: rosa, password: ${passwords.rosa}, sign_in_every: 1m }`

/** Waits until the robot has a session: its rows are part of the rounds from then on. */
export async function untilSignedIn({ ports }: Pick<WatchedEstate, 'ports'>): Promise<void> {
  await until(async () => {
    const text = await (await fetch(`http://127.0.0.1:${ports.metrics}/metrics`)).text()
    return text.includes('gatehouse_watch_probe_total{probe="origin_auth",outcome="ok"}')
  })
}
