// Settings to the gate's configuration: what spans settings is checked, then all is put together.
import { resolve } from 'node:path'
import type { GateConfig } from '../gate.ts'
import { isAddressLiteral, isWithinDomain } from '../model/host.ts'
import type { ListenAddress } from '../model/listen-address.ts'
import { networkSet } from '../model/network.ts'
import type { Service } from '../model/service.ts'
import { buildIdentity, isLocalHost } from './identity.ts'
import type { Inspection } from './inspection.ts'
import { buildOutpost } from './outpost.ts'
import type { Settings } from './schema.ts'
import { buildServices } from './services.ts'

/**
 * Runs every check across settings on what is good of them, and builds the configuration. It is null
 * when something needed is missing; it must not be used when `inspection` got an error.
 */
export function buildGateConfig(inspection: Inspection): {
  readonly config: GateConfig | null
  readonly services: readonly Service[]
} {
  checkOrigin(inspection)
  checkDomains(inspection)
  checkProxies(inspection)
  checkListeners(inspection)
  checkSessions(inspection)
  checkHeaderNames(inspection)
  const identity = buildIdentity(inspection)
  const outpost = buildOutpost(inspection)
  const services = buildServices(inspection, { identity, outpost })
  const settings = complete(inspection.settings)
  if (settings === null) return { config: null, services }
  const { url, sessions, identity_headers: headers } = settings
  const [domain = url.host] = settings.domains
  const config: GateConfig = {
    origin: url.origin,
    host: url.host,
    secure: url.secure,
    domain,
    trustedProxies: networkSet(settings.trusted_proxies),
    listen: settings.listen,
    dataDir: resolve(inspection.baseDirectory, settings.data_dir),
    identity,
    sessions: {
      store: sessions.store,
      lifetimeMs: sessions.lifetime,
      idleMs: sessions.idle,
      perUserMax: sessions.per_user,
      sessionsMax: sessions.total,
      staleMs: sessions.stale,
      cacheTtlMs: sessions.cache_ttl,
      cacheEntriesMax: sessions.cache_entries,
      sealedMs: sessions.sealed,
    },
    identityHeaders: {
      user: headers.user,
      groups: headers.groups,
      email: headers.email,
      name: headers.name,
    },
    groupsBytesMax: headers.groups_bytes,
    support: settings.support ?? '',
    services,
    outpost,
  }
  return { config: deepFreeze(config), services }
}

/** The settings when none is missing, else null. */
function complete(settings: Inspection['settings']): Settings | null {
  const { url, domains, trusted_proxies: proxies, services, listen } = settings
  const { identity, sessions, identity_headers: headers, data_dir: dataDir } = settings
  if (url === undefined || domains === undefined || proxies === undefined) return null
  if (services === undefined || listen === undefined || identity === undefined) return null
  if (sessions === undefined || headers === undefined || dataDir === undefined) return null
  return {
    url,
    domains,
    trusted_proxies: proxies,
    allow_insecure_http: settings.allow_insecure_http ?? false,
    listen,
    data_dir: dataDir,
    identity,
    sessions,
    identity_headers: headers,
    ...(settings.support === undefined ? {} : { support: settings.support }),
    services,
  }
}

/** Browsers treat localhost as secure (W3C Secure Contexts); anywhere else `http:` gives sessions away. */
function checkOrigin({ settings, report }: Inspection): void {
  const { url } = settings
  if (url === undefined) return
  if (!url.secure && !isLocalHost(url.host) && settings.allow_insecure_http !== true)
    report({
      id: 'insecure-url',
      path: ['url'],
      message: `Found "${url.origin}", wanted "https:": session cookies would travel in clear`,
      fix: `Write "${url.origin.replace('http:', 'https:')}", or set "allow_insecure_http: true"`,
    })
  if (!url.secure && settings.allow_insecure_http === true && !isLocalHost(url.host))
    report({
      id: 'insecure-url',
      severity: 'warning',
      path: ['url'],
      message: `Found "${url.origin}": session cookies travel in clear, and whoever sees one is signed in`,
      fix: 'Use https',
    })
  if (isAddressLiteral(url.host))
    report({
      id: 'url-is-address',
      path: ['url'],
      message: `Found the address "${url.host}", wanted a host name: an address cannot share cookies with services`,
      fix: 'Give the gate a name within the cookie domain',
    })
}

/** Second-level registries: a cookie for one of them is refused by every browser. */
const registryLike = /^(?:co|com|net|org|gov|edu|ac|or|ne|go|nom|gob)\.[a-z]{2}$/

function checkDomains({ settings, report }: Inspection): void {
  const { url, domains } = settings
  const [domain, second] = domains ?? []
  if (domain === undefined) return
  if (second !== undefined)
    report({
      id: 'several-domains',
      path: ['domains', 1],
      message: `Found "${second}" beside "${domain}": Several cookie domains are not supported yet`,
      fix: 'Keep one; run a second gate for the other',
    })
  if (!domain.includes('.')) {
    const suggestion = domain === 'localhost' ? 'home.localhost' : `home.${domain}`
    report({
      id: 'single-label-domain',
      path: ['domains', 0],
      message: `Found the cookie domain "${domain}", wanted one of two labels or more: browsers refuse a cookie for it`,
      fix: `Write "${suggestion}", and give every host a name below it`,
    })
  } else if (registryLike.test(domain))
    report({
      id: 'public-suffix',
      severity: 'warning',
      path: ['domains', 0],
      message: `The cookie domain "${domain}" looks like one under which anyone can register: browsers refuse a cookie for it`,
      fix: `Write "example.${domain}" with the name that is yours`,
    })
  if (url !== undefined && !isAddressLiteral(url.host) && !isWithinDomain(url.host, domain))
    report({
      id: 'url-outside-domain',
      path: ['url'],
      message: `Found the sign-in host "${url.host}", wanted one within the cookie domain "${domain}"`,
      fix: `Write "https://auth.${domain}", or change "domains"`,
    })
}

/** Networks wider than these hold no estate: private ones are `10.0.0.0/8` and `fc00::/7` at most. */
const widestPrefix = { ipv4: 8, ipv6: 7 }

function checkProxies({ settings, report }: Inspection): void {
  for (const [i, cidr] of (settings.trusted_proxies ?? []).entries()) {
    const prefix = Number(cidr.slice(cidr.indexOf('/') + 1))
    if (prefix >= (cidr.includes(':') ? widestPrefix.ipv6 : widestPrefix.ipv4)) continue
    report({
      id: 'trusts-everyone',
      severity: 'warning',
      path: ['trusted_proxies', i],
      message: `Found "${cidr}": everyone who reaches the gate can claim any host, path and client address`,
      fix: 'List the addresses of the reverse proxies only',
    })
  }
}

function checkListeners({ settings, report }: Inspection): void {
  const { http, metrics } = settings.listen ?? {}
  if (http === undefined || metrics === undefined || metrics === null) return
  if (http.port !== metrics.port || http.port === 0 || !overlap(http, metrics)) return
  report({
    id: 'same-port',
    path: ['listen', 'metrics'],
    message: `Found the port "${metrics.port}" for both listeners, wanted two ports`,
    fix: 'Choose another port for "metrics", or write "off"',
  })
}

function overlap(a: ListenAddress, b: ListenAddress): boolean {
  const any = ['0.0.0.0', '::']
  return a.hostname === b.hostname || any.includes(a.hostname) || any.includes(b.hostname)
}

function checkSessions({ settings, report }: Inspection): void {
  const { sessions } = settings
  if (sessions === undefined) return
  if (sessions.idle > sessions.lifetime)
    report({
      id: 'idle-beyond-lifetime',
      severity: 'warning',
      path: ['sessions', 'idle'],
      message: 'The idle time is longer than the lifetime and never ends a session',
      fix: 'Write an idle time below "lifetime"',
    })
  if (sessions.per_user > sessions.total)
    report({
      id: 'per-user-beyond-total',
      severity: 'warning',
      path: ['sessions', 'per_user'],
      message: `One person may have "${sessions.per_user}" sessions of "${sessions.total}" in all, and so sign everyone else out`,
      fix: 'Write a number well below "total"',
    })
}

function checkHeaderNames({ settings, report }: Inspection): void {
  const headers = settings.identity_headers
  if (headers === undefined) return
  const seen = new Map<string, string>()
  for (const key of ['user', 'groups', 'email', 'name'] as const) {
    const name = headers[key].toLowerCase()
    const other = seen.get(name)
    if (other !== undefined)
      report({
        id: 'duplicate-header',
        path: ['identity_headers', key],
        message: `Found the header "${headers[key]}" for both "${other}" and "${key}", wanted two names`,
        fix: 'Choose another name',
      })
    seen.set(name, key)
  }
}

/** Freezes plain objects and lists all the way down. */
function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value
  Object.freeze(value)
  for (const inner of Object.values(value)) deepFreeze(inner)
  return value
}
