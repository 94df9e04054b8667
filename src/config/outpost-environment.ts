// An outpost without a configuration file: everything from the variables that authentik's own image reads.
import { resolve } from 'node:path'
import { type GateConfig, type OutpostSettings, authentikVersion, gateFields } from '../gate.ts'
import { type Hostname } from '../model/host.ts'
import type { ListenAddress } from '../model/listen-address.ts'
import { enclosingNetwork, networkSet, parseCidr } from '../model/network.ts'
import { listenText } from '../model/setting-text.ts'
import { must } from '../std/assert.ts'
import { type Result, err, ok } from '../std/result.ts'
import { check, show } from '../std/schema/check.ts'
import { suggest } from '../std/suggest.ts'
import type { Files } from '../world/files.ts'
import type { LogLevel } from '../world/log.ts'
import { parseAuthentikAddress, parseHttpUrl } from './authentik-address.ts'
import { type Environment, resolveValue } from './environment-value.ts'
import type { LoadedConfig } from './load.ts'
import type { ConfigMistake } from './mistake.ts'

/** What stands for the file name in messages. */
export const environmentName = 'environment'

/** Variables that are read. */
const readVariables = [
  'AUTHENTIK_HOST',
  'AUTHENTIK_TOKEN',
  'AUTHENTIK_INSECURE',
  'AUTHENTIK_HOST_BROWSER',
  'AUTHENTIK_LISTEN__HTTP',
  'AUTHENTIK_LISTEN__HTTPS',
  'AUTHENTIK_LISTEN__METRICS',
  'AUTHENTIK_LISTEN__TRUSTED_PROXY_CIDRS',
  'AUTHENTIK_LOG_LEVEL',
  'AUTHENTIK_LOG__HTTP_HEADERS',
  'GATEHOUSE_DATA_DIR',
  'GATEHOUSE_AUTHENTIK_VERSION',
  'GATEHOUSE_REFUSE_FETCHES',
  'GIT_BUILD_HASH',
] as const
type Variable = (typeof readVariables)[number]

const prefix = 'AUTHENTIK_'
const bareNames = readVariables
  .filter((name) => name.startsWith(prefix))
  .map((name) => name.slice(prefix.length))

/** Variables of authentik's image that mean nothing here; they are told once, and are no mistake. */
const withoutEffect =
  /^AUTHENTIK_(DEBUG|PYROSCOPE_HOST|LISTEN__DEBUG(_PY|_TOKIO)?|(WEB|ERROR_REPORTING|POSTGRESQL|REDIS|CACHE|STORAGE)__.+)$/
/** What Kubernetes puts there for a service whose name begins with "authentik". */
const fromKubernetes = /_(SERVICE_HOST|SERVICE_PORT(_.+)?|PORT(_\d+_(TCP|UDP)(_.+)?)?)$/

/** Networks whose word on the client is taken. */
const trustedDefault = '127.0.0.0/8,10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,fe80::/10,::1/128'

const logLevels: ReadonlyMap<string, LogLevel> = new Map([
  ['trace', 'debug'],
  ['debug', 'debug'],
  ['info', 'info'],
  ['warning', 'warn'],
  ['warn', 'warn'],
  ['error', 'error'],
])

/** True when the environment means an outpost. */
export function isOutpostEnvironment(env: Environment): boolean {
  return isSet(env['AUTHENTIK_HOST']) || isSet(env['AUTHENTIK_TOKEN'])
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== ''
}

/** What an outpost's configuration is made from. */
export interface OutpostEnvironmentOptions {
  readonly env: Environment
  readonly files: Files
  /** Of Gatehouse; becomes the build hash that authentik is told. */
  readonly version: string
  /** False: listeners are IPv4 ones unless told otherwise, as `[::]` cannot be had then. */
  readonly hasIpv6: boolean
}

/** Reads the environment: a configuration, or every mistake in it at once. */
export function loadOutpostEnvironment(
  options: OutpostEnvironmentOptions,
): Result<LoadedConfig, readonly ConfigMistake[]> {
  const reader = new EnvironmentReader(options)
  const settings = readSettings(reader, options.version)
  const http = reader.listen('AUTHENTIK_LISTEN__HTTP', 9000)
  const metrics = reader.listen('AUTHENTIK_LISTEN__METRICS', 9300)
  const trustedProxies = readNetworks(reader)
  const dataDir = resolve(reader.value('GATEHOUSE_DATA_DIR') ?? './data')
  if (reader.mistakes.length > 0) return err(reader.mistakes)
  const gate: GateConfig = {
    ...gateDefaults(),
    trustedProxies: networkSet(trustedProxies),
    listen: { http: must(http, 'A default listens'), metrics },
    dataDir,
    outpost: settings,
  }
  return ok({
    file: environmentName,
    estate: null,
    servicesFrom: null,
    watch: null,
    gate: Object.freeze(gate),
    warnings: remarks(options.env),
  })
}

/**
 * Sessions of one person. Upstream has no bound, and accounts that many screens share are usual there:
 * a low one would end one session with each new one.
 */
const perUserMax = 1000

/** The gate around an outpost: no sign-in host, no services of its own. */
function gateDefaults(): Omit<GateConfig, 'trustedProxies' | 'listen' | 'dataDir' | 'outpost'> {
  const sessions = check(gateFields.sessions, undefined)
  const headers = check(gateFields.identity_headers, undefined)
  const defaults = sessions.ok && headers.ok ? { ...sessions.value, headers: headers.value } : null
  const known = must(defaults, 'Settings that have defaults are good without being set')
  const { user, groups, email, name, groups_bytes: groupsBytesMax } = known.headers
  // RFC 2606: a name that nobody has, so that no request is for the pages of the gate itself.
  const host = 'outpost.invalid' as Hostname
  return {
    origin: `https://${host}`,
    host,
    secure: true,
    domain: host,
    identity: { oidc: [], accounts: null },
    sessions: {
      store: known.store,
      lifetimeMs: known.lifetime,
      idleMs: known.idle,
      perUserMax,
      sessionsMax: known.total,
      staleMs: known.stale,
      cacheTtlMs: known.cache_ttl,
      cacheEntriesMax: known.cache_entries,
      sealedMs: known.sealed,
    },
    identityHeaders: { user, groups, email, name },
    groupsBytesMax,
    services: [],
    support: '',
  }
}

function readSettings(reader: EnvironmentReader, version: string): OutpostSettings {
  const address = reader.parsed(
    'AUTHENTIK_HOST',
    'an address such as "https://id.example.com"',
    parseAuthentikAddress,
  )
  if (address === null) reader.missing('AUTHENTIK_HOST', 'the address of authentik')
  const token = reader.value('AUTHENTIK_TOKEN')
  if (token === null) reader.missing('AUTHENTIK_TOKEN', 'the API token of the outpost')
  else if (!/^[\x21-\x7e]+$/.test(token))
    reader.mistake(
      'AUTHENTIK_TOKEN',
      'Found a value that is hidden, wanted a token without white space',
    )
  const headers = reader.value('AUTHENTIK_LOG__HTTP_HEADERS') ?? 'User-Agent'
  return Object.freeze({
    address: address ?? { baseUrl: '', query: '', unixSocket: null },
    token: token ?? '',
    insecure: reader.parsed('AUTHENTIK_INSECURE', '"true" or "false"', parseFlag) ?? false,
    browserOrigin: reader.parsed(
      'AUTHENTIK_HOST_BROWSER',
      'an address such as "https://id.example.com"',
      (text) => parseHttpUrl(text)?.origin ?? null,
    ),
    version:
      reader.parsed(
        'GATEHOUSE_AUTHENTIK_VERSION',
        `a version such as "${authentikVersion}"`,
        (text) => (/^[\w.+-]{1,64}$/.test(text) ? text : null),
      ) ?? authentikVersion,
    buildHash: reader.value('GIT_BUILD_HASH') ?? `gatehouse-${version}`,
    logLevel: reader.parsed(
      'AUTHENTIK_LOG_LEVEL',
      '"trace", "debug", "info", "warning" or "error"',
      (text) => logLevels.get(text.toLowerCase()) ?? null,
    ),
    listenHttps: reader.listen('AUTHENTIK_LISTEN__HTTPS', 9443),
    logHeaders: Object.freeze(splitList(headers)),
    refuseFetches:
      reader.parsed('GATEHOUSE_REFUSE_FETCHES', '"true" or "false"', parseFlag) ?? false,
  })
}

function readNetworks(reader: EnvironmentReader): string[] {
  const text = reader.value('AUTHENTIK_LISTEN__TRUSTED_PROXY_CIDRS') ?? trustedDefault
  return splitList(text).flatMap((network) => {
    const parsed = parseCidr(network)
    const cidr = parsed.ok ? parsed.value : enclosingNetwork(network)
    if (cidr === null)
      reader.mistake(
        'AUTHENTIK_LISTEN__TRUSTED_PROXY_CIDRS',
        `Found ${show(network)}, wanted networks such as "10.0.0.0/8"`,
      )
    return cidr === null ? [] : [cidr]
  })
}

/** Truth values as Go's ParseBool takes them, which is what upstream reads them with. */
function parseFlag(text: string): boolean | null {
  if (/^(1|t|true)$/i.test(text)) return true
  return /^(0|f|false)$/i.test(text) ? false : null
}

function splitList(text: string): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
}

/** Reads variables and keeps what is wrong with them. */
class EnvironmentReader {
  readonly mistakes: ConfigMistake[] = []
  readonly #options: OutpostEnvironmentOptions
  readonly #faulty = new Set<Variable>()

  constructor(options: OutpostEnvironmentOptions) {
    this.#options = options
  }

  /** The value of a variable; null when it is not set, empty, or cannot be had. */
  value(name: Variable): string | null {
    const { env, files } = this.#options
    const text = env[name]
    if (text === undefined || this.#faulty.has(name)) return null
    const value = resolveValue(text.trim(), env, files)
    if (value.ok) return value.value === '' ? null : value.value
    this.mistake(name, `Cannot read the value: ${value.error}`)
    return null
  }

  parsed<T>(name: Variable, wanted: string, parse: (text: string) => T | null): T | null {
    const text = this.value(name)
    if (text === null) return null
    const value = parse(text)
    if (value === null) this.mistake(name, `Found ${show(text)}, wanted ${wanted}`)
    return value
  }

  /** Without a value all addresses of the machine, at `port`. */
  listen(name: Variable, port: number): ListenAddress | null {
    const everywhere = this.#options.hasIpv6 ? '[::]' : '0.0.0.0'
    const texts = splitList(this.value(name) ?? `${everywhere}:${port}`)
    const [text = '', second] = texts
    if (second !== undefined)
      this.mistake(
        name,
        `Found "${texts.length}" addresses, wanted one: several are not supported yet`,
      )
    const address = check(listenText('0.0.0.0:9000'), text)
    if (address.ok) return address.value
    this.mistake(name, `Found ${show(text)}, wanted an address such as "0.0.0.0:9000"`)
    return null
  }

  /** Reports a variable that is needed, unless something was found wrong with it already. */
  missing(name: Variable, what: string): void {
    if (!this.#faulty.has(name)) this.mistake(name, `Missing "${name}", wanted ${what}`)
  }

  mistake(name: Variable, message: string): void {
    this.#faulty.add(name)
    const severity = 'error'
    this.mistakes.push({
      id: 'environment',
      severity,
      path: name,
      message,
      fix: fixOf(name),
      position: null,
    })
  }
}

function fixOf(name: Variable): string {
  return `Set "${name}" so in the environment of the container or service`
}

/** Variables that do nothing here, and those that nobody knows: one remark each kind, never a value. */
function remarks(env: Environment): ConfigMistake[] {
  const names = Object.keys(env)
    .filter((name) => name.startsWith(prefix) && isSet(env[name]) && !fromKubernetes.test(name))
    .filter((name) => !readVariables.some((known) => known === name))
    .toSorted()
  const idle = names.filter((name) => withoutEffect.test(name))
  const unknown = names.filter((name) => !withoutEffect.test(name))
  const guesses = unknown.flatMap((name) => {
    // Without what all have in common: that would make everything look alike.
    const near = suggest(name.replace(prefix, ''), bareNames)
    return near === null ? [] : [`"${prefix}${near}" for "${name}"`]
  })
  return [
    ...remark('environment-without-effect', idle, {
      what: 'have no effect here',
      fix: 'Remove them',
    }),
    ...remark('environment-unknown', unknown, {
      what: 'are not known',
      fix: guesses.length === 0 ? 'Remove them' : `Write ${guesses.join(', ')}`,
    }),
  ]
}

function remark(
  id: string,
  names: readonly string[],
  { what, fix }: { readonly what: string; readonly fix: string },
): ConfigMistake[] {
  if (names.length === 0) return []
  const message = `Variables that ${what}: ${names.map((name) => `"${name}"`).join(', ')}`
  return [{ id, severity: 'warning', path: '', message, fix, position: null }]
}
