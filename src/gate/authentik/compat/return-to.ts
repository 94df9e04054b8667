// Where a sign-in may lead to: the `rd` of /start, stricter than upstream: label boundaries,
// the scheme of the provider, no user information, no backslash, no second reading (CWE-601).
import { type Hostname, isWithinDomain, parseHost } from '../../../model/host.ts'
import type { OutpostProvider } from '../outpost.ts'
import { printable } from './asked.ts'

/** Longest target, in characters: sealed, it has to fit into the 4094 bytes that authentik's server takes. */
export const targetLengthMax = 2000

/** Where a sign-in leads to when nothing better is known. */
export function frontOf(provider: OutpostProvider): string {
  return `${provider.external.origin}${provider.external.path}`
}

/**
 * The `rd` parameter in the raw query of /start. nginx writes addresses there without escaping them
 * (`rd=$scheme://$http_host$request_uri`): then everything up to the end of the query belongs to it.
 * Null when there is none.
 */
export function rdOf(query: string): string | null {
  const raw = /(?:^|&)rd=(.*)$/s.exec(query)?.[1]
  if (raw === undefined) return null
  // An escaped address has no slash of its own; ingress-nginx escapes what follows the host only.
  const isUnescaped = /^(?:https?:\/\/[^/?#%&]+(?:[/?#]|$)|\/(?!\/))/i.test(raw)
  if (isUnescaped) return raw
  return new URLSearchParams(query).get('rd')
}

/** The target that `rd` names, as it will be sent; null for everything that is not plainly allowed. */
export function parseRd(rd: string | null, provider: OutpostProvider): string | null {
  if (rd === null || rd === '' || rd.length > targetLengthMax) return null
  if (rd.includes('\\') || /[\p{Cc}\s]/u.test(rd)) return null
  return rd.startsWith('/') ? ofPath(rd, provider) : ofAddress(rd, provider)
}

function ofPath(rd: string, { external, mode }: OutpostProvider): string | null {
  // Two slashes would name a host. In a domain nobody knows which host a bare path is of.
  return rd.startsWith('//') || mode === 'forward_domain' ? null : external.origin + encoded(rd)
}

function ofAddress(rd: string, provider: OutpostProvider): string | null {
  const parts = splitAddress(rd)
  if (parts === null) return null
  const { host, port, path } = parts
  const { external } = provider
  if (host === external.hostname && port === external.port) return external.origin + path
  if (!isInCookieDomain(host, provider)) return null
  // The cookie of a provider with https is not sent over http: there would be no end of signing in.
  const scheme = external.scheme === 'https' ? 'https' : parts.scheme
  return `${scheme}://${host}${port === null ? '' : `:${port}`}${path}`
}

function isInCookieDomain(host: Hostname, { mode, cookieDomain }: OutpostProvider): boolean {
  return mode === 'forward_domain' && cookieDomain !== null && isWithinDomain(host, cookieDomain)
}

/** An absolute address without user information; the port is null where the scheme says it. */
interface AddressParts {
  readonly scheme: 'http' | 'https'
  readonly host: Hostname
  readonly port: number | null
  readonly path: string
}

function splitAddress(text: string): AddressParts | null {
  const parts = /^(https?):\/\/([^/?#@]+)([/?#].*)?$/is.exec(text)
  const parsed = parseHost(parts?.[2] ?? '')
  if (parts === null || !parsed.ok) return null
  const scheme = parts[1]?.toLowerCase() === 'https' ? 'https' : 'http'
  const { host, port } = parsed.value
  const rest = encoded(parts[3] ?? '/')
  return {
    scheme,
    host,
    port: port === (scheme === 'https' ? 443 : 80) ? null : port,
    path: rest.startsWith('/') ? rest : `/${rest}`,
  }
}

/** As a `Location` may carry it. Text of the query's decoder is Unicode, text off the wire Latin-1. */
function encoded(text: string): string {
  return /[^\x00-\xff]/.test(text) ? encodeURI(text) : printable(text)
}

/**
 * Address of the start of a sign-in that leads to `target`. A path of `external_host` stays in
 * front, as in Go.
 */
export function startUrl(provider: OutpostProvider, target: string): string {
  const { origin, path } = provider.external
  const base = origin + path.replace(/\/+$/, '')
  return `${base}/outpost.goauthentik.io/start?rd=${encodeURIComponent(target)}`
}
