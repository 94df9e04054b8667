// Brings one estate to life: a gate from a file, the proxy with what `gatehouse snippet` printed, people
// who signed in through both.
import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { startBackend } from '../peers/backend.ts'
import { startCaddy } from '../peers/caddy.ts'
import { startEnvoy } from '../peers/envoy.ts'
import { type GatePeer, runGatehouse, startGate } from '../peers/gate.ts'
import { startHaproxy } from '../peers/haproxy.ts'
import { startNginx } from '../peers/nginx.ts'
import { type PeerProcess, peerDirectory } from '../peers/peer-process.ts'
import { freePorts } from '../peers/ports.ts'
import { startRelay } from '../peers/relay.ts'
import { startTraefik } from '../peers/traefik.ts'
import { Browser } from './browser.ts'
import type { ProxyEstate, ProxyName } from './proxy-estate.ts'

/** Starts a proxy around the files in `directory`; it listens on `port`. */
export type StartProxy = (directory: string, port: number) => Promise<PeerProcess>

/** Every proxy that we print a configuration for. */
export const proxyStarts: readonly { readonly proxy: ProxyName; readonly start: StartProxy }[] = [
  { proxy: 'nginx', start: startNginx },
  { proxy: 'caddy', start: startCaddy },
  { proxy: 'haproxy', start: startHaproxy },
  { proxy: 'traefik', start: startTraefik },
  { proxy: 'envoy', start: startEnvoy },
]

/** Everybody's. */
export const password = 'correct horse battery staple'

interface Ports {
  readonly gate: number
  readonly metrics: number
  readonly proxy: number
  readonly backend: number
}

function gateConfig(ports: Ports, scheme: 'http' | 'https'): string {
  return `url: ${scheme}://auth.home.localhost:${ports.proxy}
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
  - { host: '*.home.localhost', upstream: 'http://127.0.0.1:${ports.backend}', groups: [staff] }
`
}

/** The cheapest hash that the gate takes: how dear one is has tests of its own. */
export async function people(): Promise<string> {
  const hash = await Bun.password.hash(password, {
    algorithm: 'argon2id',
    memoryCost: 7168,
    timeCost: 1,
  })
  const person = (user: string, name: string, group: string): string =>
    `- { user: ${user}, name: ${name}, email: ${user}@example.com, groups: [${group}], password_hash: '${hash}' }\n`
  return `${person('alice', 'Alice Ünï', 'staff')}${person('carol', 'Carol', 'guests')}`
}

/** A running estate before anybody has signed in. */
export type EmptyEstate = Omit<ProxyEstate, 'alice' | 'carol'>

/** Starts everything, over plain HTTP, and signs alice and carol in. */
export async function startEstate(proxy: ProxyName, start: StartProxy): Promise<ProxyEstate> {
  const estate = await startEmptyEstate(proxy, start)
  const alice = await signIn('alice', estate.port)
  const carol = await signIn('carol', estate.port)
  return { ...estate, alice, carol }
}

/** What an estate may have otherwise than usual. */
export interface EstateChange {
  /** `https` makes a certificate. */
  readonly scheme?: 'http' | 'https'
  /** Further lines of gatehouse.yaml. */
  readonly config?: string
}

/** Starts gate, service and proxy. */
export async function startEmptyEstate(
  proxy: ProxyName,
  start: StartProxy,
  { scheme = 'http', config = '' }: EstateChange = {},
): Promise<EmptyEstate> {
  const [gatePort = 0, metrics = 0, port = 0] = await freePorts(3)
  const backend = await startBackend()
  const ports = { gate: gatePort, metrics, proxy: port, backend: backend.port }
  const gate = await startGate({
    config: gateConfig(ports, scheme) + config,
    files: { 'people.yaml': await people() },
    httpPort: gatePort,
    metricsPort: metrics,
  })
  const relay = await startRelay(gatePort)
  const directory = await printedFiles(proxy, gate, relay.port)
  if (scheme === 'https') makeCertificate(directory)
  const process = await start(directory, port)
  return { proxy, port, backend, relay, gate, process }
}

/** Stops all of an estate. */
export async function stopEstate(estate: EmptyEstate): Promise<void> {
  for (const peer of [estate.process, estate.relay, estate.gate, estate.backend]) await peer.stop()
}

/** A certificate that nobody trusts, where the printed files look for it once their directory is changed. */
export function makeCertificate(directory: string): void {
  const made = spawnSync(
    'openssl',
    [
      ...'req -x509 -nodes -days 2 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1'.split(' '),
      ...'-subj /CN=home.localhost -addext subjectAltName=DNS:*.home.localhost'.split(' '),
      ...'-keyout privkey.pem -out fullchain.pem'.split(' '),
    ],
    { cwd: directory, encoding: 'utf8' },
  )
  if (made.status !== 0) throw new Error(made.stderr)
  const [key, chain] = ['privkey.pem', 'fullchain.pem'].map((name) =>
    readFileSync(join(directory, name), 'utf8'),
  )
  writeFileSync(join(directory, 'haproxy.pem'), `${chain}${key}`)
}

/** What the command prints, in files under the names that it gives them. */
export async function printedFiles(
  proxy: ProxyName,
  gate: GatePeer,
  gatePort: number,
): Promise<string> {
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
    // The one thing that a person has to change: where certificates are.
    writeFileSync(path, (parts[i + 1] ?? '').replaceAll('/etc/ssl/gatehouse', directory))
  }
  return directory
}

/** Signs in as a person does, through the proxy; gives the Cookie header for the service. */
export async function signIn(user: string, port: number): Promise<string> {
  const browser = new Browser()
  const page = await browser.open(`http://app.home.localhost:${port}/`)
  const after = await browser.submit(page, { name: user, password })
  const cookie = browser.cookieHeader('app.home.localhost')
  if (!cookie.startsWith('gatehouse='))
    throw new Error(`No session for "${user}": ${after.status} at ${after.url}\n${after.text}`)
  return cookie
}
