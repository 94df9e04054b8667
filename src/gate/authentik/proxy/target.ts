// Where a request goes: the service of the provider or the one its token names, and the joined target.
import { parseHost } from '../../../model/host.ts'
import { must } from '../../../std/assert.ts'
import { defaultPorts } from '../external-host.ts'
import type { InternalHost } from '../outpost.ts'

/** A service to connect to. */
export interface Upstream {
  readonly scheme: 'http' | 'https'
  /** `host[:port]`, for the log and for metrics. */
  readonly host: string
  /** To connect to: a name or an address, IPv6 without brackets. */
  readonly hostname: string
  readonly port: number
  /** Goes in front of every path; without a trailing slash, empty for none. */
  readonly basePath: string
  readonly verifyTls: boolean
}

const overrideLengthMax = 2048

/**
 * The service behind `internal`, or the one that `override` (claim `ak_proxy.backend_override`) names by
 * scheme and host; an override that is no such address is ignored, as upstream does.
 */
export function upstreamFor(internal: InternalHost, override: string | null): Upstream {
  const other = override === null ? null : parseOverride(override)
  const { scheme, host, basePath } = other ?? internal
  const parsed = parseHost(host)
  const { host: name, port } = must(parsed.ok ? parsed.value : null, 'A checked host parses')
  const hostname = name.startsWith('[') ? name.slice(1, -1) : name
  return {
    scheme,
    host,
    hostname,
    port: port ?? defaultPorts[scheme],
    basePath,
    verifyTls: internal.verifyTls,
  }
}

function parseOverride(text: string): Pick<InternalHost, 'scheme' | 'host' | 'basePath'> | null {
  if (text.length > overrideLengthMax || !URL.canParse(text)) return null
  const url = new URL(text)
  const scheme = url.protocol === 'https:' ? 'https' : url.protocol === 'http:' ? 'http' : null
  if (scheme === null || url.username !== '' || url.password !== '') return null
  if (!parseHost(url.host).ok) return null
  return { scheme, host: url.host, basePath: '' }
}

/**
 * The target that is sent, byte for byte as the client sent it, behind the base path. Null for what no
 * service should see: other forms than origin-form (RFC 9112 section 3.2.1), a fragment, and dot
 * segments that would climb out of the base path.
 */
export function joinTarget(basePath: string, target: string): string | null {
  if (!target.startsWith('/') || target.includes('#')) return null
  if (basePath !== '' && hasDotSegment(target)) return null
  return basePath + target
}

/** True when some service could read a segment of the path as `.` or `..`. */
function hasDotSegment(target: string): boolean {
  const path = target.split('?', 1)[0] ?? ''
  return path
    .replaceAll(/%2e/gi, '.')
    .replaceAll(/%2f|%5c|\\/gi, '/')
    .split('/')
    .some((segment) => /^\.{1,2}(?:;.*)?$/.test(segment))
}
