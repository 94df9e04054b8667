// The one canonicaliser: what a rule sees is what the service gets, or the request is refused.
import { parseHost } from '../model/host.ts'
import { type Address, parseAddress } from '../model/network.ts'
import { fromUtf8 } from '../std/bytes.ts'
import { type Result, err, ok } from '../std/result.ts'
import type { AccessRequest, Refusal } from './request.ts'

/** Longest request target that is looked at, in bytes. */
export const targetBytesMax = 8192
/** Longest X-Forwarded-For value, in bytes. */
export const forwardedForBytesMax = 2048
/** Most hops of X-Forwarded-For that are looked at. */
export const forwardedHopsMax = 32
const methodBytesMax = 32

/** A request target (RFC 9112 section 3.2.1, origin-form) in two forms. */
export interface CanonicalTarget {
  /** Decoded once: for rules. */
  readonly path: string
  /** As sent, with the query: for the way back. */
  readonly target: string
}

/** What is wrong with a target. */
export type TargetRefusal = 'ambiguous-path' | 'too-long'

const byte = { slash: 0x2f, dot: 0x2e, percent: 0x25, query: 0x3f } as const

/**
 * Canonicalises an origin-form target. Refused, never repaired: dot segments, empty segments,
 * encoded slashes and backslashes, `;`, double encoding, control bytes, raw non-ASCII, `#`,
 * invalid UTF-8. The query is checked for stray bytes and otherwise left alone.
 */
export function canonicalTarget(target: string): Result<CanonicalTarget, TargetRefusal> {
  if (target.length > targetBytesMax) return err('too-long')
  if (!target.startsWith('/')) return err('ambiguous-path')
  let pathEnd = target.length
  let encoded = false
  for (let i = 0; i < target.length; i++) {
    const code = target.charCodeAt(i)
    if (isStrayByte(code)) return err('ambiguous-path')
    if (i >= pathEnd) continue
    if (code === byte.query) pathEnd = i
    else if (code === byte.percent) encoded = true
    else if (isPathTrap(code)) return err('ambiguous-path')
  }
  const raw = target.slice(0, pathEnd)
  const path = encoded ? decodePath(raw) : raw
  if (path === null || hasOddSegment(path)) return err('ambiguous-path')
  return ok({ path, target })
}

/** Control bytes, blank, raw non-ASCII and `#`: in no part of a target (RFC 3986 section 3). */
function isStrayByte(code: number): boolean {
  return code <= 0x20 || code >= 0x7f || code === 0x23
}

/** `;` and backslash: services disagree about what they mean in a path. */
function isPathTrap(code: number): boolean {
  return code === 0x3b || code === 0x5c
}

/** True for an empty segment before the end, `.` or `..` (RFC 3986 section 5.2.4). */
function hasOddSegment(path: string): boolean {
  let start = 1
  for (let i = 1; i <= path.length; i++) {
    if (i < path.length && path.charCodeAt(i) !== byte.slash) continue
    const length = i - start
    if (length === 0 && i < path.length) return true
    if (length <= 2 && length > 0 && path.charCodeAt(start) === byte.dot) {
      if (length === 1 || path.charCodeAt(start + 1) === byte.dot) return true
    }
    start = i + 1
  }
  return false
}

/** Percent-decodes once; null for what could be read in a second way. */
function decodePath(raw: string): string | null {
  const bytes = new Uint8Array(raw.length)
  let length = 0
  for (let i = 0; i < raw.length; i++) {
    let code = raw.charCodeAt(i)
    if (code === byte.percent) {
      const high = hexDigit(raw.charCodeAt(i + 1))
      const low = hexDigit(raw.charCodeAt(i + 2))
      if (high === -1 || low === -1) return null
      code = high * 16 + low
      i += 2
      if (isRefusedWhenEncoded(code)) return null
      if (code === byte.percent && startsEscape(raw, i + 1)) return null
    }
    bytes[length++] = code
  }
  const path = fromUtf8(bytes.subarray(0, length))
  return path === null || c1Controls.test(path) ? null : path
}

/** Control characters beyond ASCII (ISO 6429): terminals that show a log act on them. */
const c1Controls = /[\u0080-\u009f]/

/** Control bytes, slash, backslash and semicolon have no business behind a percent sign. */
function isRefusedWhenEncoded(code: number): boolean {
  return code < 0x20 || code === 0x7f || code === byte.slash || code === 0x5c || code === 0x3b
}

/** True when what follows a decoded `%` would be decoded by a service that decodes twice. */
function startsEscape(raw: string, at: number): boolean {
  const first = raw.charCodeAt(at)
  if (first === byte.percent) return true
  return (
    hexDigit(first) !== -1 &&
    (hexDigit(raw.charCodeAt(at + 1)) !== -1 || raw.charCodeAt(at + 1) === byte.percent)
  )
}

function hexDigit(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30
  const lower = code | 0x20
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1
}

/** `http` and `https` as they are, `ws` and `wss` as what they upgrade from; null for anything else. */
export function canonicalScheme(text: string): 'http' | 'https' | null {
  if (text === 'https') return 'https'
  if (text === 'http') return 'http'
  if (text.length > 5) return null
  const lower = text.toLowerCase()
  if (lower === 'https' || lower === 'wss') return 'https'
  return lower === 'http' || lower === 'ws' ? 'http' : null
}

/** A method token of upper case letters and hyphens (RFC 9110 section 9.1); null otherwise. */
export function canonicalMethod(text: string): string | null {
  if (text === 'GET') return text
  if (text.length === 0 || text.length > methodBytesMax) return null
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if ((code < 0x41 || code > 0x5a) && code !== 0x2d) return null
  }
  return text
}

/**
 * The client's address from X-Forwarded-For: the right-most one that is not a trusted proxy, or the
 * left-most when all are. What stands to the left of it is a stranger's word and not looked at.
 */
export function clientAddress(
  forwardedFor: string | null,
  isTrusted: (address: string) => boolean,
): Result<Address | null, 'malformed-header' | 'too-long'> {
  if (forwardedFor === null || forwardedFor === '') return ok(null)
  if (forwardedFor.length > forwardedForBytesMax) return err('too-long')
  let end = forwardedFor.length
  let address: Address | null = null
  for (let hops = 0; end > 0; hops++) {
    if (hops === forwardedHopsMax) return err('too-long')
    const comma = forwardedFor.lastIndexOf(',', end - 1)
    address = parseAddress(forwardedFor.slice(comma + 1, end).trim())
    if (address === null) return err('malformed-header')
    if (!isTrusted(address)) return ok(address)
    end = comma
  }
  return ok(address)
}

/** The parts of a request that a dialect found, still as texts. */
export interface RequestParts {
  readonly scheme: string
  readonly host: string
  readonly target: string
  readonly method: string
  readonly clientAddress: Address | null
  readonly cookie: string | null
  readonly navigation: boolean
}

/** One canonical request out of its parts, or the first reason why not. */
export function buildAccessRequest(parts: RequestParts): Result<AccessRequest, Refusal> {
  const scheme = canonicalScheme(parts.scheme)
  if (scheme === null) return err({ reason: 'malformed-header', detail: 'scheme' })
  const method = canonicalMethod(parts.method)
  if (method === null) return err({ reason: 'malformed-header', detail: 'method' })
  const host = parseHost(parts.host)
  if (!host.ok) return err({ reason: 'ambiguous-host', detail: 'host' })
  const target = canonicalTarget(parts.target)
  if (!target.ok) return err({ reason: target.error, detail: 'path' })
  const ownPort = scheme === 'https' ? 443 : 80
  return ok({
    scheme,
    host: host.value.host,
    port: host.value.port === ownPort ? null : host.value.port,
    path: target.value.path,
    target: target.value.target,
    method,
    clientAddress: parts.clientAddress,
    cookie: parts.cookie,
    navigation: parts.navigation,
  })
}

/** An absolute URL split without repairing it: scheme, authority, target. */
export interface SplitUrl {
  readonly scheme: string
  readonly host: string
  readonly target: string
}

/** Splits `scheme://authority/target`; null when it is not of that form. Nothing is decoded. */
export function splitUrl(url: string): SplitUrl | null {
  const authority = url.indexOf('://')
  if (authority < 1 || authority > 5) return null
  const slash = url.indexOf('/', authority + 3)
  if (slash === -1) return null
  return {
    scheme: url.slice(0, authority),
    host: url.slice(authority + 3, slash),
    target: url.slice(slash),
  }
}

/** What the command line knows of a request that nobody has sent. */
export interface UrlRequest {
  readonly url: string
  readonly method?: string
  readonly clientAddress?: Address | null
  readonly navigation?: boolean
}

/** True when a URL has a scheme and a host, so that it can be asked about at all. */
export function isAbsoluteUrl(url: string): boolean {
  return splitUrl(withRoot(url)) !== null
}

/** `https://host` as `https://host/`, like a browser. */
function withRoot(url: string): string {
  return /^[a-z]+:\/\/[^/?#]+$/i.test(url) ? `${url}/` : url
}

/** A request as `explain` and policy tests ask about it: from a URL, through the same canonicaliser. */
export function accessRequestFromUrl(request: UrlRequest): Result<AccessRequest, Refusal> {
  const split = splitUrl(withRoot(request.url))
  if (split === null) return err({ reason: 'malformed-header', detail: 'url' })
  return buildAccessRequest({
    ...split,
    method: request.method ?? 'GET',
    clientAddress: request.clientAddress ?? null,
    cookie: null,
    navigation: request.navigation ?? true,
  })
}
