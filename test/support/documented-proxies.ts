// Every proxy configuration that authentik documents, started around an outpost of a test authentik. What
// is replaced in it is listed here: names of hosts and ports, and where a file lies.
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { must } from '../../src/std/assert.ts'
import { type Authentik, startAuthentik } from '../peers/authentik/authentik.ts'
import { type Backend, startBackend } from '../peers/backend.ts'
import { type PeerProcess, peerDirectory } from '../peers/peer-process.ts'
import { freePorts } from '../peers/ports.ts'
import { Browser, type Seen } from './browser.ts'
import { type OutpostProcess, startOutpostProcess } from './outpost-process.ts'
import type { ProxyName } from './proxy-estate.ts'
import { proxyStarts } from './proxy-setup.ts'

/** Folder of a configuration below test/peers/authentik-configs/. */
export type DocumentedName =
  | 'nginx'
  | 'nginx-proxy-manager'
  | 'ingress-nginx'
  | 'caddy'
  | 'haproxy'
  | 'envoy'
  | 'envoy-istio'
  | 'traefik'

/** Ports that a configuration needs. */
interface Ports {
  readonly proxy: number
  readonly outpost: number
  readonly backend: number
}

/** One documented configuration. */
export interface Documented {
  readonly proxy: ProxyName
  /** Scheme that browsers use; TLS ends in front of the proxy. */
  readonly scheme: 'http' | 'https'
  /** What a stranger is answered: a redirect to authentik, or to the start of the outpost. */
  readonly stranger: 'authorize' | 'start'
  /** Suffixes of the identity headers that it hands to the service. */
  readonly headers: readonly string[]
  /** True where it also keeps names with underscores from the service. */
  readonly dropsUnderscores: boolean
  /** From the file of ours to the file that the peer reads. */
  readonly files: Readonly<Record<string, string>>
  /** What stands in the documentation, and what stands there in the test. */
  replace(ports: Ports, directory: string): readonly (readonly [found: string, wanted: string])[]
}

const six = ['username', 'groups', 'entitlements', 'email', 'name', 'uid']
const meta = ['jwks', 'outpost', 'provider', 'app', 'version'].map((name) => `meta-${name}`)
const twelve = [...six, 'jwt', ...meta]

const nginxFiles = { 'app.conf': 'conf.d/app.conf' }

function envoyHosts({ proxy, outpost, backend }: Ports): readonly (readonly [string, string])[] {
  return [
    ['port_value: 10000', `port_value: ${proxy}`],
    ['port_value: 9000', `port_value: ${outpost}`],
    ['port_value: 80\n', `port_value: ${backend}\n`],
    ['address: ak-test-outpost', 'address: 127.0.0.1'],
    ['address: ak-whoami', 'address: 127.0.0.1'],
    ['app.company', appHost],
  ]
}

/** Host of the protected application. */
export const appHost = 'app.home.localhost'

/** The documented configurations. */
export const documented: Readonly<Record<DocumentedName, Documented>> = {
  nginx: {
    proxy: 'nginx',
    scheme: 'http',
    stranger: 'start',
    headers: six,
    dropsUnderscores: true,
    files: nginxFiles,
    replace: ({ proxy, outpost, backend }) => [
      ['listen                  443', `listen 127.0.0.1:${proxy}`],
      ['localhost:5000', `127.0.0.1:${backend}`],
      ['outpost.company:9000', `127.0.0.1:${outpost}`],
    ],
  },
  'nginx-proxy-manager': {
    proxy: 'nginx',
    scheme: 'http',
    stranger: 'start',
    headers: six,
    dropsUnderscores: true,
    files: nginxFiles,
    replace: ({ proxy, outpost, backend }) => [
      ['listen 80', `listen 127.0.0.1:${proxy}`],
      ['app.company', appHost],
      ['app.internal', '127.0.0.1'],
      ['5000', String(backend)],
      ['authentik.company:9000', `127.0.0.1:${outpost}`],
    ],
  },
  'ingress-nginx': {
    proxy: 'nginx',
    scheme: 'http',
    stranger: 'start',
    headers: six,
    dropsUnderscores: true,
    files: nginxFiles,
    replace: ({ proxy, outpost, backend }, directory) => [
      ['listen 80', `listen 127.0.0.1:${proxy}`],
      ['include escaped.map', `include ${join(directory, 'escaped.map')}`],
      ['app.company', appHost],
      ['app.internal:5000', `127.0.0.1:${backend}`],
      ['ak-outpost-example:9000', `127.0.0.1:${outpost}`],
    ],
  },
  caddy: {
    proxy: 'caddy',
    scheme: 'http',
    stranger: 'authorize',
    headers: twelve,
    dropsUnderscores: false,
    files: { 'gatehouse.caddy': 'gatehouse.caddy' },
    replace: ({ proxy, outpost, backend }) => [
      ['http://app.company', `http://${appHost}:${proxy}`],
      ['outpost.company:9000', `127.0.0.1:${outpost}`],
      ['localhost:1234', `127.0.0.1:${backend}`],
    ],
  },
  haproxy: {
    proxy: 'haproxy',
    scheme: 'https',
    stranger: 'start',
    headers: six,
    dropsUnderscores: true,
    files: { 'gatehouse.cfg': 'gatehouse.cfg', 'auth-request.lua': 'auth-request.lua' },
    replace: ({ proxy, outpost, backend }, directory) => [
      ['bind :443', `bind 127.0.0.1:${proxy}`],
      ['/usr/share/haproxy', directory],
      ['outpost.company:9000', `127.0.0.1:${outpost}`],
      ['app.company:8080', `127.0.0.1:${backend}`],
      ['app.company', appHost],
    ],
  },
  envoy: {
    proxy: 'envoy',
    scheme: 'http',
    stranger: 'authorize',
    headers: twelve,
    dropsUnderscores: false,
    files: { 'gatehouse.yaml': 'gatehouse.yaml' },
    replace: envoyHosts,
  },
  'envoy-istio': {
    proxy: 'envoy',
    scheme: 'http',
    stranger: 'authorize',
    headers: twelve,
    dropsUnderscores: false,
    files: { 'gatehouse.yaml': 'gatehouse.yaml' },
    replace: envoyHosts,
  },
  traefik: {
    proxy: 'traefik',
    scheme: 'http',
    stranger: 'authorize',
    headers: twelve,
    dropsUnderscores: false,
    files: { 'dynamic.yaml': 'dynamic/gatehouse.yaml' },
    replace: ({ outpost, backend }) => [
      ['outpost.company:9000', `127.0.0.1:${outpost}`],
      ['ip.internal', `127.0.0.1:${backend}`],
      ['app.company', appHost],
    ],
  },
}

/** One documented configuration, running. */
export interface DocumentedEstate {
  readonly name: DocumentedName
  readonly config: Documented
  /** `scheme://app.home.localhost`, without a port, as a person types it. */
  readonly origin: string
  /** Where the proxy listens. */
  readonly port: number
  readonly authentik: Authentik
  readonly outpost: OutpostProcess
  readonly backend: Backend
  readonly process: PeerProcess
}

/** An address that must come back whole. ingress-nginx escapes it, which nginx alone cannot. */
export const deepTarget = '/reports/2026?a=1&b=x%26y&c=%2F&d=%C3%BC'

/** Starts authentik, outpost, service and the proxy around its documented lines. */
export async function startDocumented(name: DocumentedName): Promise<DocumentedEstate> {
  const config = documented[name]
  const origin = `${config.scheme}://${appHost}`
  const authentik = await startAuthentik({
    people: [
      { username: 'jürgen', password: 'j', name: 'Jürgen Młynarski', groups: ['staff', 'ops'] },
      { username: 'ada', password: 'a', name: 'Ada', groups: ['staff'], entitlements: ['editor'] },
      { username: 'guest', password: 'g', name: 'A Guest', groups: ['guests'] },
    ],
    providers: [
      {
        name: 'app',
        external_host: origin,
        mode: 'forward_single',
        skip_path_regex: '^/public/',
        application: { name: 'App', slug: 'app', bindings: [{ group: 'staff' }] },
      },
      // A second one: nothing may rest on there being only one.
      {
        name: 'open',
        external_host: `${config.scheme}://open.home.localhost`,
        mode: 'forward_single',
        skip_path_regex: '.*',
      },
    ],
  })
  const [port = 0, https = 0] = await freePorts(2)
  const backend = await startBackend()
  const outpost = await startOutpostProcess(authentik, {
    env: { AUTHENTIK_LISTEN__HTTPS: `127.0.0.1:${https}` },
  })
  const directory = peerDirectory(name)
  writeFiles(name, directory, { proxy: port, outpost: outpost.httpPort, backend: backend.port })
  const start = must(
    proxyStarts.find(({ proxy }) => proxy === config.proxy),
    'A proxy',
  ).start
  const process = await start(directory, port)
  return { name, config, origin, port, authentik, outpost, backend, process }
}

/** The documented files with hosts and ports of this run; every replacement must have something to do. */
function writeFiles(name: DocumentedName, directory: string, ports: Ports): void {
  const { files, replace } = documented[name]
  const folder = join(import.meta.dir, '../peers/authentik-configs', name)
  for (const [from, to] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, to)), { recursive: true })
    copyFileSync(join(folder, from), join(directory, to))
  }
  const [main = ''] = Object.values(files)
  let text = readFileSync(join(directory, main), 'utf8')
  for (const [found, wanted] of replace(ports, directory)) {
    if (!text.includes(found))
      throw new Error(`"${found}" is not in the configuration of "${name}"`)
    text = text.replaceAll(found, wanted)
  }
  writeFileSync(join(directory, main), text)
  writeFileSync(
    join(directory, 'escaped.map'),
    `"${deepTarget}" "${encodeURIComponent(deepTarget)}";\n`,
  )
}

/** Stops all of it. */
export async function stopDocumented(estate: DocumentedEstate): Promise<void> {
  await estate.process.stop()
  await estate.outpost.stop()
  estate.outpost.remove()
  await estate.backend.stop()
  await estate.authentik.close()
}

/** A browser whose router leads every host of the estate to the proxy, whatever port is asked for. */
export function browserFor({ port }: Pick<DocumentedEstate, 'port'>): Browser {
  return new Browser((url) =>
    url.hostname.endsWith('.home.localhost') ? `http://127.0.0.1:${port}` : null,
  )
}

/** Opens `target` as a stranger and signs in at authentik; gives what the browser shows at the end. */
export async function signInAt(
  estate: DocumentedEstate,
  browser: Browser,
  { username, password, target = '/' }: { username: string; password: string; target?: string },
): Promise<Seen> {
  const page = await browser.open(estate.origin + target)
  if (!page.url.startsWith(estate.authentik.url))
    throw new Error(`No sign-in page: ${page.status} at ${page.url}\n${page.text}`)
  return browser.submit(page, { username, password })
}
