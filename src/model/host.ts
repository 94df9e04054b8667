// Host names in the one form that policy and cookies are compared in (RFC 1123, RFC 5890 A-labels).
import type { Brand } from '../std/brand.ts'
import { type Result, err, ok } from '../std/result.ts'
import { parseAddress } from './network.ts'

/** Lower case, no trailing dot, no port, A-labels only, at most 253 bytes. Or an IPv4/IPv6 literal. */
export type Hostname = Brand<string, 'Hostname'>

/** `*.` and a {@link Hostname}: every name below it, at any depth, never the name itself. */
export type HostPattern = Brand<string, 'HostPattern'>

/** A host as it stood in a header: the canonical name, and a port if one was written. */
export interface HostAndPort {
  readonly host: Hostname
  readonly port: number | null
}

const hostBytesMax = 253
const labelBytesMax = 63

/** True for a byte that a canonical label may hold: a-z, 0-9, `-`, and `_` as service names have it. */
function isLabelByte(code: number): boolean {
  return (
    (code >= 0x61 && code <= 0x7a) ||
    (code >= 0x30 && code <= 0x39) ||
    code === 0x2d ||
    code === 0x5f
  )
}

/** True for a canonical name: the whole alphabet is checked by hand, byte by byte. */
function isCanonicalName(text: string): boolean {
  if (text.length === 0 || text.length > hostBytesMax) return false
  let labelLength = 0
  let previous = 0x2e
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code === 0x2e) {
      // An empty label, or one that ends in a hyphen.
      if (labelLength === 0 || previous === 0x2d) return false
      labelLength = 0
    } else {
      if (!isLabelByte(code) || (labelLength === 0 && code === 0x2d)) return false
      if (++labelLength > labelBytesMax) return false
    }
    previous = code
  }
  return labelLength > 0 && previous !== 0x2d
}

/** `host[:port]` from a Host-like header value (RFC 9110 section 7.2) to canonical form. */
export function parseHost(text: string): Result<HostAndPort, 'malformed-host'> {
  // As browsers send nearly all of them: one walk over the text instead of three.
  if (isCanonicalName(text)) return ok({ host: text as Hostname, port: null })
  let name = text
  let port: number | null = null
  if (text.charCodeAt(0) === 0x5b) return parseIpv6Host(text)
  const colon = text.indexOf(':')
  if (colon !== -1) {
    port = parsePort(text.slice(colon + 1))
    if (port === null) return err('malformed-host')
    name = text.slice(0, colon)
  }
  // Only ASCII has a lower case here: U+212A would otherwise become a plain "k".
  name = isAscii(name) ? name.toLowerCase() : ''
  if (name.charCodeAt(name.length - 1) === 0x2e) name = name.slice(0, -1)
  if (!isCanonicalName(name)) return err('malformed-host')
  return ok({ host: name as Hostname, port })
}

function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0x7f) return false
  return true
}

/** An IP-literal (RFC 3986 section 3.2.2) in the one form of RFC 5952; IPv4-mapped ones are refused. */
function parseIpv6Host(text: string): Result<HostAndPort, 'malformed-host'> {
  const match = /^\[([0-9a-fA-F:.]{2,45})\](?::(\d{1,5}))?$/.exec(text)
  if (match === null) return err('malformed-host')
  const address = parseAddress(match[1] ?? '')
  if (address === null || !address.includes(':')) return err('malformed-host')
  const port = match[2] === undefined ? null : parsePort(match[2])
  if (match[2] !== undefined && port === null) return err('malformed-host')
  return ok({ host: `[${address}]` as Hostname, port })
}

function parsePort(text: string): number | null {
  if (text.length === 0 || text.length > 5) return null
  let port = 0
  for (let i = 0; i < text.length; i++) {
    const digit = text.charCodeAt(i) - 0x30
    if (digit < 0 || digit > 9) return null
    port = port * 10 + digit
  }
  return port >= 1 && port <= 65_535 ? port : null
}

/** A host of the configuration: a name, or `*.name`. */
export function parseHostPattern(text: string): Result<Hostname | HostPattern, 'malformed-host'> {
  const wildcard = text.startsWith('*.')
  const parsed = parseHost(wildcard ? text.slice(2) : text)
  if (!parsed.ok) return parsed
  if (parsed.value.port !== null) return err('malformed-host')
  // Nothing lies below an address: `*.0.0.1` would cover 127.0.0.1.
  if (wildcard && /^\[|(?:^|\.)\d+$/.test(parsed.value.host)) return err('malformed-host')
  return ok(wildcard ? (`*.${parsed.value.host}` as HostPattern) : parsed.value.host)
}

/** True for `*.name`. */
export function isHostPattern(host: Hostname | HostPattern): host is HostPattern {
  return host.startsWith('*.')
}

/** True when `host` is `domain` or a name below it, compared on a label boundary. */
export function isWithinDomain(host: string, domain: string): boolean {
  if (host === domain) return true
  return (
    host.length > domain.length + 1 &&
    host.endsWith(domain) &&
    host.charCodeAt(host.length - domain.length - 1) === 0x2e
  )
}

/** True for an IP address in the place of a host name: `10.0.0.1`, `[::1]`. */
export function isAddressLiteral(host: string): boolean {
  return host.startsWith('[') || /^\d+(\.\d+){3}$/.test(host)
}

/** Suffixes that no public name server answers (RFC 6761, 6762, 8375, ICANN's `internal`), and those of clusters. */
const privateSuffixes = ['localhost', 'local', 'internal', 'home.arpa', 'lan', 'svc']

/**
 * True for a name in the header Host that a page of somebody else cannot have: an address, a name without
 * dots, or one that no public name server answers. Everything else may be a stranger's name that was
 * pointed at this machine, to read with a browser within what it cannot reach (DNS rebinding).
 */
export function isPrivateName(hostname: string): boolean {
  const name = hostname.toLowerCase().replace(/\.$/, '')
  if (isAddressLiteral(name) || !name.includes('.')) return true
  return privateSuffixes.some((suffix) => name.endsWith(`.${suffix}`))
}
