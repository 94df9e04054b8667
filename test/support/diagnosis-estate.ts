// An estate to diagnose: gate, nginx and three services, each of which can be taken away.
import { type Backend, startBackend } from '../peers/backend.ts'
import { type CommandResult, type GatePeer, runGatehouse, startGate } from '../peers/gate.ts'
import { startNginx } from '../peers/nginx.ts'
import type { PeerProcess } from '../peers/peer-process.ts'
import { freePorts } from '../peers/ports.ts'
import { makeCertificate, people, printedFiles } from './proxy-setup.ts'

/** Everything that a story may take away. */
export interface DiagnosisEstate {
  readonly gate: GatePeer
  readonly nginx: PeerProcess
  readonly metricsPort: number
  readonly gatePort: number
  /** Where nginx listens. */
  readonly port: number
  /** Guarded: app and wiki. Open: open. */
  readonly backends: Readonly<Record<'app' | 'wiki' | 'open', Backend>>
  /** Runs a command with the configuration of the gate. */
  run(...args: readonly string[]): Promise<CommandResult>
  stop(): Promise<void>
}

/** What an estate may have otherwise than usual. */
export interface DiagnosisChange {
  readonly scheme?: 'http' | 'https'
  /** False: no section `watch`. */
  readonly watch?: boolean
  /** Time between rounds of the watch of the gate itself; a minute if left out. */
  readonly everyMs?: number
}

/** Starts it. The names do not resolve here, so the only ways are the address of nginx and the gate's own. */
export async function startDiagnosisEstate({
  scheme = 'http',
  watch = true,
  everyMs = 60_000,
}: DiagnosisChange = {}): Promise<DiagnosisEstate> {
  const [gatePort = 0, metricsPort = 0, port = 0] = await freePorts(3)
  const app = await startBackend()
  const wiki = await startBackend()
  const open = await startBackend()
  const elsewhere = await startBackend()
  const section = `watch:
  edge: false
  timeout: 10s
  interval: ${everyMs / 1000}s
  door_interval: ${everyMs / 1000}s
  control: [http://127.0.0.1:${elsewhere.port}/]
  ingress: ['127.0.0.1:${port}']
  gates: ['http://127.0.0.1:${gatePort}']
`
  const config = `url: ${scheme}://auth.home.localhost:${port}
domains: [home.localhost]
trusted_proxies: [127.0.0.1/32]
listen: { http: '127.0.0.1:${gatePort}', metrics: '127.0.0.1:${metricsPort}' }
data_dir: data
identity:
  accounts: { file: people.yaml }
services:
  - host: app.home.localhost
    upstream: http://127.0.0.1:${app.port}
    groups: [staff]
    paths: [{ path: /api/**, groups: [admins] }]
  - { host: wiki.home.localhost, upstream: 'http://127.0.0.1:${wiki.port}', groups: [staff] }
  - { host: open.home.localhost, upstream: 'http://127.0.0.1:${open.port}', auth: none }
${watch ? section : ''}`
  const gate = await startGate({
    config,
    files: { 'people.yaml': await people() },
    httpPort: gatePort,
    metricsPort,
  })
  const directory = await printedFiles('nginx', gate, gatePort)
  if (scheme === 'https') makeCertificate(directory)
  const nginx = await startNginx(directory, port)
  const backends = { app, wiki, open }
  return {
    gate,
    nginx,
    metricsPort,
    gatePort,
    port,
    backends,
    run: (...args) => runGatehouse([...args, '--config', gate.configFile]),
    stop: async () => {
      for (const peer of [nginx, gate, app, wiki, open, elsewhere]) await peer.stop()
    },
  }
}
