// What one request says, copied out of the transport's buffer, and the address that it asks about.
import { type Hostname, parseHost } from '../../../model/host.ts'
import type { Address } from '../../../model/network.ts'
import { type Result, err, ok } from '../../../std/result.ts'
import { canonicalMethod, canonicalScheme, canonicalTarget, splitUrl } from '../../canonical.ts'
import { type HeaderName, type RawRequest, headerSlots } from '../../request.ts'
import type { Trust } from '../../trust.ts'
import { outpostPrefix } from '../door.ts'
import type { OutpostProvider } from '../outpost.ts'

/** A request to the outpost. Safe to keep: nothing in it belongs to the transport any more. */
export interface Asked {
  readonly method: string
  readonly isHead: boolean
  readonly target: string
  /** Path of the target, as sent. */
  readonly path: string
  /** Query of the target without `?`, as sent. */
  readonly query: string
  readonly peerTrusted: boolean
  /** Right-most address that is no trusted proxy's; the peer's where none is forwarded. */
  readonly client: Address
  /** What applications are looked up by: `X-Forwarded-Host` of a trusted proxy, else `Host`. */
  readonly host: string
  readonly cookie: string | null
  readonly authorization: string | null
  /** Empty when there is none. */
  readonly userAgent: string
  /** False where the client says that no person waits for a page (Fetch Metadata). */
  readonly mayNavigate: boolean
  /** Forwarded headers; null where absent, sent twice, or sent by a stranger. */
  readonly forwarded: Forwarded
}

/** Headers in which proxies say what was asked for. */
export interface Forwarded {
  readonly proto: string | null
  readonly host: string | null
  readonly uri: string | null
  readonly method: string | null
  readonly originalUrl: string | null
  readonly originalMethod: string | null
  /** `Host` of the request itself, and its method: Envoy asks with those of the client. */
  readonly ownHost: string | null
  readonly ownMethod: string
}

/** Copies what counts of a request. A second value of a header makes it absent, never a choice. */
export function readAsked(raw: RawRequest, trust: Trust): Asked {
  const once = (name: HeaderName): string | null => {
    const slot = headerSlots[name]
    const value = raw.count(slot) === 1 ? raw.first(slot) : null
    return value === '' ? null : value
  }
  const told = (name: HeaderName): string | null => (raw.peerTrusted ? once(name) : null)
  const question = raw.target.indexOf('?')
  const client = raw.peerTrusted
    ? trust.clientAddress(raw.first(headerSlots['x-forwarded-for']))
    : null
  const forwardedHost = told('x-forwarded-host')
  const ownHost = once('host')
  return {
    method: raw.method,
    isHead: raw.method === 'HEAD',
    target: raw.target,
    path: question === -1 ? raw.target : raw.target.slice(0, question),
    query: question === -1 ? '' : raw.target.slice(question + 1),
    peerTrusted: raw.peerTrusted,
    client: (client?.ok === true ? client.value : null) ?? raw.peer,
    host: forwardedHost ?? ownHost ?? '',
    cookie: once('cookie'),
    authorization: once('authorization'),
    userAgent: raw.first(headerSlots['user-agent']) ?? '',
    mayNavigate: (raw.first(headerSlots['sec-fetch-mode']) ?? 'navigate') === 'navigate',
    forwarded: {
      proto: told('x-forwarded-proto'),
      host: forwardedHost,
      uri: told('x-forwarded-uri'),
      method: told('x-forwarded-method'),
      originalUrl: told('x-original-url'),
      originalMethod: told('x-original-method'),
      ownHost,
      ownMethod: raw.method,
    },
  }
}

/** The address that a proxy asks about. */
export interface AskedAddress {
  readonly scheme: 'http' | 'https'
  readonly host: Hostname
  /** Null for the port of the scheme. */
  readonly port: number | null
  /** Path and query as the client sent them, printable ASCII. */
  readonly target: string
  /** Decoded once; null for a path that can be read in two ways: no list and no rule may open it. */
  readonly path: string | null
  /** Query without `?`, as sent. */
  readonly query: string
  /** Null where the proxy does not say it. */
  readonly method: string | null
}

/** Proxies as their endpoints are called; HAProxy asks like nginx. */
export type AskedDialect = 'traefik' | 'caddy' | 'nginx' | 'envoy'

/** Path of the endpoint for Envoy; what follows is the path that was asked for. */
export const envoyPath = `${outpostPrefix}/auth/envoy`

/** Why the address cannot be told: the proxy is not set up as documented, or the request is none. */
export type AddressFault = 'configuration' | 'host'

/** The address in the words of `dialect`. Nothing is made up but Envoy's scheme, which it never says. */
export function askedAddress(
  asked: Asked,
  dialect: AskedDialect,
  provider: OutpostProvider,
): Result<AskedAddress, AddressFault> {
  const { forwarded } = asked
  switch (dialect) {
    case 'nginx':
      return nginxAddress(asked)
    case 'envoy':
      return envoyAddress(asked, provider)
    default: {
      const { proto, host, uri, method } = forwarded
      if (proto === null || host === null || uri === null) return err('configuration')
      return buildAddress({ scheme: proto, host, target: uri, method })
    }
  }
}

function nginxAddress({ forwarded }: Asked): Result<AskedAddress, AddressFault> {
  const split = forwarded.originalUrl === null ? null : splitUrl(withRoot(forwarded.originalUrl))
  return split === null
    ? err('configuration')
    : buildAddress({ ...split, method: forwarded.originalMethod ?? forwarded.method })
}

function envoyAddress(
  { forwarded, target: own }: Asked,
  provider: OutpostProvider,
): Result<AskedAddress, AddressFault> {
  const rest = own.slice(envoyPath.length)
  const target = rest.startsWith('/') ? rest : `/${rest}`
  const host = forwarded.host ?? forwarded.ownHost
  if (host === null) return err('host')
  // In plain HTTP set-ups Envoy forwards no scheme; the provider's own address knows better.
  const scheme = forwarded.proto ?? provider.external.scheme
  return buildAddress({ scheme, host, target, method: forwarded.ownMethod })
}

function withRoot(url: string): string {
  return /^[A-Za-z]+:\/\/[^/?#]+$/.test(url) ? `${url}/` : url
}

function buildAddress(parts: {
  readonly scheme: string
  readonly host: string
  readonly target: string
  readonly method: string | null
}): Result<AskedAddress, AddressFault> {
  const scheme = canonicalScheme(parts.scheme)
  const host = parseHost(parts.host)
  if (scheme === null || !host.ok || !parts.target.startsWith('/')) return err('configuration')
  const canonical = canonicalTarget(parts.target)
  const target = printable(parts.target)
  const question = target.indexOf('?')
  const { port } = host.value
  return ok({
    scheme,
    host: host.value.host,
    port: port === (scheme === 'https' ? 443 : 80) ? null : port,
    target,
    path: canonical.ok ? canonical.value.path : null,
    query: question === -1 ? '' : target.slice(question + 1),
    method: parts.method === null ? null : canonicalMethod(parts.method),
  })
}

/** Bytes that have no place in an address, escaped: it will stand in a `Location`. */
export function printable(text: string): string {
  return text.replace(
    /[^\x21-\x7e]|["<>\\^`{|}]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  )
}

/** `scheme://host[:port]`. */
export function originOf(address: Pick<AskedAddress, 'scheme' | 'host' | 'port'>): string {
  return `${address.scheme}://${address.host}${address.port === null ? '' : `:${address.port}`}`
}

/** The whole address. */
export function hrefOf(address: AskedAddress): string {
  return originOf(address) + address.target
}

const marks = {
  callback: 'X-authentik-auth-callback',
  signOut: 'X-authentik-logout',
} as const

/** The marks that turn any address into the callback or the sign-out; null without one. */
export function markOf(query: string): keyof typeof marks | null {
  // Most queries have none: nothing is parsed for them.
  if (!query.includes('X-authentik-')) return null
  const parameters = new URLSearchParams(query)
  const isSet = (name: string): boolean => parameters.get(name)?.toLowerCase() === 'true'
  if (isSet(marks.callback)) return 'callback'
  return isSet(marks.signOut) ? 'signOut' : null
}
