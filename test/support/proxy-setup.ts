// Brings one estate to life: a gate from a file, the proxy with what `gatehouse snippet` printed, people
// who signed in through both.
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { startBackend } from '../peers/backend.ts'
import { type GatePeer, runGatehouse, startGate } from '../peers/gate.ts'
import { type PeerProcess, peerDirectory } from '../peers/peer-process.ts'
import { freePorts } from '../peers/ports.ts'
import { startRelay } from '../peers/relay.ts'
import { Browser } from './browser.ts'
import type { ProxyEstate, ProxyName } from './proxy-estate.ts'

/** Starts a proxy around the files in `directory`; it listens on `port`. */
export type StartProxy = (directory: string, port: number) => Promise<PeerProcess>

const password = 'correct horse battery staple'

interface Ports {
  readonly gate: number
  readonly metrics: number
  readonly proxy: number
  readonly backend: number
}

function gateConfig(ports: Ports): string {
  return `url: http://auth.home.localhost:${ports.proxy}
domains: [home.localhost]
trusted_proxies: [127.0.0.1/32]
listen: { http: '127.0.0.1:${ports.gate}', metrics: '127.0.0.1:${ports.metrics}' }
data_dir: data
identity:
  accounts: { file: people.yaml }
services:
  - host: app.home.localhost
    upstream: http://127.0.0.1:${ports.backend}
    groups: [staff]
    paths:
      - { path: /public/**, auth: public }
      - { path: /admin/**, groups: [admins] }
      - { path: /lan/**, auth: none, networks: [10.0.0.0/8] }
      - { path: /lan/**, groups: [staff] }
  - { host: open.home.localhost, upstream: 'http://127.0.0.1:${ports.backend}', auth: none }
`
}

/** The cheapest hash that the gate takes: how dear one is has tests of its own. */
async function people(): Promise<string> {
  const hash = await Bun.password.hash(password, {
    algorithm: 'argon2id',
    memoryCost: 7168,
    timeCost: 1,
  })
  const person = (user: string, name: string, group: string): string =>
    `- { user: ${user}, name: ${name}, email: ${user}@example.com, groups: [${group}], password_hash: '${hash}' }\n`
  return `${person('alice', 'Alice Ünï', 'staff')}${person('carol', 'Carol', 'guests')}`
}

/** Starts everything. */
export async function startEstate(proxy: ProxyName, start: StartProxy): Promise<ProxyEstate> {
  const [gatePort = 0, metrics = 0, port = 0] = await freePorts(3)
  const backend = await startBackend()
  const ports = { gate: gatePort, metrics, proxy: port, backend: backend.port }
  const gate = await startGate({
    config: gateConfig(ports),
    files: { 'people.yaml': await people() },
    httpPort: gatePort,
    metricsPort: metrics,
  })
  const relay = await startRelay(gatePort)
  const directory = await printedFiles(proxy, gate, relay.port)
  const process = await start(directory, port)
  return {
    proxy,
    port,
    backend,
    relay,
    gate,
    process,
    alice: await signIn('alice', port),
    carol: await signIn('carol', port),
  }
}

/** What the command prints, in files under the names that it gives them. */
async function printedFiles(proxy: ProxyName, gate: GatePeer, gatePort: number): Promise<string> {
  const directory = peerDirectory(proxy)
  const printed = await runGatehouse([
    'snippet',
    proxy,
    '--config',
    gate.configFile,
    '--gate',
    `127.0.0.1:${gatePort}`,
    '--directory',
    directory,
  ])
  if (printed.exitCode !== 0) throw new Error(printed.error)
  const parts = printed.out.split(/^(?:#|--) ==== (.*) ====\n/m).slice(1)
  for (let i = 0; i < parts.length; i += 2) {
    const path = parts[i] ?? join(directory, 'unnamed')
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, parts[i + 1] ?? '')
  }
  return directory
}

/** Signs in as a person does, through the proxy; gives the Cookie header for the service. */
async function signIn(user: string, port: number): Promise<string> {
  const browser = new Browser()
  const page = await browser.open(`http://app.home.localhost:${port}/`)
  const after = await browser.submit(page, { name: user, password })
  const cookie = browser.cookieHeader('app.home.localhost')
  if (!cookie.startsWith('gatehouse='))
    throw new Error(`No session for "${user}": ${after.status} at ${after.url}\n${after.text}`)
  return cookie
}
