// Every proxy configuration that authentik documents, started around an outpost of a test authentik. What
// is replaced in it is listed here: names of hosts and ports, and where a file lies.
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { must } from '../../src/std/assert.ts'
import { type Authentik, startAuthentik } from '../peers/authentik/authentik.ts'
import type { PersonOptions, ProviderOptions } from '../peers/authentik/model.ts'
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
  /** Of the outpost. */
  readonly https: number
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
  /** True where credentials that a client sends in `Authorization` reach the outpost. */
  readonly passesAuthorization: boolean
  /** From the file of ours to the file that the peer reads. */
  readonly files: Readonly<Record<string, string>>
  /** What stands in the documentation, and what stands there in the test. */
  replace(ports: Ports, directory: string): readonly Replacement[]
  /** What the documentation has otherwise for a provider of a whole domain; null where it has nothing. */
  readonly domain: DocumentedChange | null
}

/** What stands otherwise in one form of a configuration. */
export interface DocumentedChange {
  readonly replace: readonly Replacement[]
  /** The host that people sign in at, where the configuration serves no other host by itself. */
  append(ports: Ports): string
}

type Replacement = readonly [found: string, wanted: string]

const six = ['username', 'groups', 'entitlements', 'email', 'name', 'uid']
const meta = ['jwks', 'outpost', 'provider', 'app', 'version'].map((name) => `meta-${name}`)
const twelve = [...six, 'jwt', ...meta]

const nginxFiles = { 'app.conf': 'conf.d/app.conf' }

function envoyHosts({ proxy, outpost, backend }: Ports): readonly Replacement[] {
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
/** Host of the provider in domain mode: where authentik would be. */
export const authHost = 'auth.home.localhost'

const start = '/outpost.goauthentik.io/start?rd='
const wholeAddress = '$scheme://$http_host$request_uri'

function nginxAuthHost({ proxy, outpost }: Ports): string {
  return `
server {
    listen 127.0.0.1:${proxy};
    server_name ${authHost};
    location /outpost.goauthentik.io {
        proxy_pass http://127.0.0.1:${outpost};
        proxy_set_header Host $host;
    }
}
`
}

/** The documented configurations. */
export const documented: Readonly<Record<DocumentedName, Documented>> = {
  nginx: {
    proxy: 'nginx',
    scheme: 'http',
    stranger: 'start',
    headers: six,
    dropsUnderscores: true,
    passesAuthorization: true,
    files: nginxFiles,
    replace: ({ proxy, outpost, backend }) => [
      ['listen                  443', `listen 127.0.0.1:${proxy}`],
      ['localhost:5000', `127.0.0.1:${backend}`],
      ['outpost.company:9000', `127.0.0.1:${outpost}`],
    ],
    domain: {
      replace: [[`return 302 ${start}`, `return 302 http://${authHost}${start}`]],
      append: () => '',
    },
  },
  'nginx-proxy-manager': {
    proxy: 'nginx',
    scheme: 'http',
    stranger: 'start',
    headers: six,
    dropsUnderscores: true,
    passesAuthorization: true,
    files: nginxFiles,
    replace: ({ proxy, outpost, backend }) => [
      ['listen 80', `listen 127.0.0.1:${proxy}`],
      ['app.company', appHost],
      ['app.internal', '127.0.0.1'],
      ['5000', String(backend)],
      ['authentik.company:9000', `127.0.0.1:${outpost}`],
    ],
    domain: {
      replace: [
        [`return 302 ${start}$request_uri`, `return 302 http://${authHost}${start}${wholeAddress}`],
      ],
      append: nginxAuthHost,
    },
  },
  'ingress-nginx': {
    proxy: 'nginx',
    scheme: 'http',
    stranger: 'start',
    headers: six,
    dropsUnderscores: true,
    passesAuthorization: true,
    files: nginxFiles,
    replace: ({ proxy, outpost, backend }, directory) => [
      ['listen 80', `listen 127.0.0.1:${proxy}`],
      ['include escaped.map', `include ${join(directory, 'escaped.map')}`],
      ['app.company', appHost],
      ['app.internal:5000', `127.0.0.1:${backend}`],
      ['ak-outpost-example:9000', `127.0.0.1:${outpost}`],
    ],
    domain: {
      replace: [[`http://app.company${start}`, `http://${authHost}${start}`]],
      append: nginxAuthHost,
    },
  },
  caddy: {
    proxy: 'caddy',
    scheme: 'http',
    stranger: 'authorize',
    headers: twelve,
    dropsUnderscores: false,
    passesAuthorization: true,
    files: { 'gatehouse.caddy': 'gatehouse.caddy' },
    replace: ({ proxy, outpost, backend }) => [
      ['http://app.company', `http://${appHost}:${proxy}`],
      ['outpost.company:9000', `127.0.0.1:${outpost}`],
      ['localhost:1234', `127.0.0.1:${backend}`],
    ],
    domain: {
      replace: [],
      append: ({ proxy, outpost }) =>
        `\nhttp://${authHost}:${proxy} {\n\treverse_proxy /outpost.goauthentik.io/* http://127.0.0.1:${outpost}\n}\n`,
    },
  },
  haproxy: {
    proxy: 'haproxy',
    scheme: 'https',
    stranger: 'start',
    headers: six,
    dropsUnderscores: true,
    passesAuthorization: false,
    files: { 'gatehouse.cfg': 'gatehouse.cfg', 'auth-request.lua': 'auth-request.lua' },
    replace: ({ proxy, outpost, backend }, directory) => [
      ['bind :443', `bind 127.0.0.1:${proxy}`],
      ['/usr/share/haproxy', directory],
      ['outpost.company:9000', `127.0.0.1:${outpost}`],
      ['app.company:8080', `127.0.0.1:${backend}`],
      ['app.company', appHost],
    ],
    domain: null,
  },
  envoy: {
    proxy: 'envoy',
    scheme: 'http',
    stranger: 'authorize',
    headers: twelve,
    dropsUnderscores: false,
    passesAuthorization: true,
    files: { 'gatehouse.yaml': 'gatehouse.yaml' },
    // The quarter of a second is too short for a machine that runs every test at once.
    replace: (ports) => [...envoyHosts(ports), ['timeout: 0.25s', 'timeout: 5s']],
    // Every other host goes to the outpost already.
    domain: { replace: [], append: () => '' },
  },
  'envoy-istio': {
    proxy: 'envoy',
    scheme: 'http',
    stranger: 'authorize',
    headers: twelve,
    dropsUnderscores: false,
    passesAuthorization: true,
    files: { 'gatehouse.yaml': 'gatehouse.yaml' },
    replace: envoyHosts,
    // Every other host goes to the outpost already.
    domain: { replace: [], append: () => '' },
  },
  traefik: {
    proxy: 'traefik',
    scheme: 'http',
    stranger: 'authorize',
    headers: twelve,
    dropsUnderscores: false,
    passesAuthorization: true,
    files: { 'dynamic.yaml': 'dynamic/gatehouse.yaml' },
    replace: ({ outpost, backend }) => [
      ['outpost.company:9000', `127.0.0.1:${outpost}`],
      ['ip.internal', `127.0.0.1:${backend}`],
      ['app.company', appHost],
    ],
    domain: {
      replace: [['(`app.company`) &&', `(\`${authHost}\`) &&`]],
      append: () => '',
    },
  },
}

/** One provider for one application, or one for all hosts of a domain. */
export type DocumentedMode = 'single' | 'domain'

/** What an estate may have otherwise than the configuration for one application. */
export interface DocumentedForm {
  readonly mode?: DocumentedMode
  readonly change?: (ports: Ports) => readonly Replacement[]
  /** The address of the application says the port of the proxy. */
  readonly withPort?: boolean
}

/** One documented configuration, running. */
export interface DocumentedEstate {
  readonly name: DocumentedName
  readonly mode: DocumentedMode
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

const people: readonly PersonOptions[] = [
  {
    ...{ username: 'jürgen', password: 'j', name: 'Jürgen Młynarski', groups: ['staff', 'ops'] },
    attributes: { app_username: 'jay', app_password: 'ön:e' },
  },
  {
    ...{ username: 'ada', password: 'a', name: 'Ada', groups: ['staff'], entitlements: ['editor'] },
    app_passwords: ['key of ada'],
  },
  { username: 'guest', password: 'g', name: 'A Guest', groups: ['guests'] },
]

function providers(origin: string, mode: DocumentedMode): readonly ProviderOptions[] {
  const { protocol } = new URL(origin)
  const hosts: Pick<ProviderOptions, 'external_host' | 'mode' | 'cookie_domain'> =
    mode === 'single'
      ? { mode: 'forward_single', external_host: origin }
      : {
          ...{ mode: 'forward_domain', external_host: `${protocol}//${authHost}` },
          cookie_domain: 'home.localhost',
        }
  return [
    {
      ...{ name: 'app', ...hosts },
      ...{ basic_auth_enabled: true, basic_auth_user_attribute: 'app_username' },
      basic_auth_password_attribute: 'app_password',
      skip_path_regex: mode === 'single' ? '^/public/' : '^https?://[^/]+/public/',
      application: { name: 'App', slug: 'app', bindings: [{ group: 'staff' }] },
    },
    // A second one: nothing may rest on there being only one.
    {
      ...{ name: 'open', mode: 'forward_single', skip_path_regex: '.*' },
      external_host: `${protocol}//open.home.localhost`,
    },
  ]
}

/** Starts authentik, outpost, service and the proxy around its documented lines. */
export async function startDocumented(
  name: DocumentedName,
  form: DocumentedForm = {},
): Promise<DocumentedEstate> {
  const config = documented[name]
  const { mode = 'single' } = form
  const [port = 0, https = 0] = await freePorts(2)
  const origin = `${config.scheme}://${appHost}${form.withPort === true ? `:${port}` : ''}`
  const authentik = await startAuthentik({ people, providers: providers(origin, mode) })
  const backend = await startBackend()
  const outpost = await startOutpostProcess(authentik, {
    env: { AUTHENTIK_LISTEN__HTTPS: `127.0.0.1:${https}` },
  })
  const directory = peerDirectory(name)
  const ports = { proxy: port, outpost: outpost.httpPort, https, backend: backend.port }
  writeFiles({ name, directory, ports, form })
  const starter = must(
    proxyStarts.find(({ proxy }) => proxy === config.proxy),
    'A proxy',
  ).start
  const process = await starter(directory, port)
  return { name, mode, config, origin, port, authentik, outpost, backend, process }
}

/** The documented files with hosts and ports of this run; in the form of the pages every replacement has something to do. */
function writeFiles({
  name,
  directory,
  ports,
  form,
}: {
  readonly name: DocumentedName
  readonly directory: string
  readonly ports: Ports
  readonly form: DocumentedForm
}): void {
  const { files, replace, domain } = documented[name]
  const forDomain = form.mode === 'domain' ? domain : null
  const change = [...(forDomain?.replace ?? []), ...(form.change?.(ports) ?? [])]
  const folder = join(import.meta.dir, '../peers/authentik-configs', name)
  for (const [from, to] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, to)), { recursive: true })
    copyFileSync(join(folder, from), join(directory, to))
  }
  const [main = ''] = Object.values(files)
  let text = readFileSync(join(directory, main), 'utf8')
  for (const [found, wanted] of [...change, ...replace(ports, directory)]) {
    if (!text.includes(found) && form.change === undefined)
      throw new Error(`"${found}" is not in the configuration of "${name}"`)
    text = text.replaceAll(found, wanted)
  }
  writeFileSync(join(directory, main), text + (forDomain?.append(ports) ?? ''))
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
