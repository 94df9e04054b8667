// The head that a service receives: what the client may say, what only we say, and nothing else.
import { clientAddress } from '../../canonical.ts'
import type { RequestHead } from '../../transport/head.ts'
import { headerSlots } from '../../request.ts'
import type { ProxyPass } from './guard.ts'

/** What a head is made of. */
export interface ForwardedRequest {
  readonly request: RequestHead
  readonly pass: ProxyPass
  /** As sent to the service: {@link joinTarget} has made it. */
  readonly target: string
  /** Protocol that the connection changes to, null for none. */
  readonly upgrade: 'websocket' | null
}

type Header = readonly [name: string, value: string]

/** Headers between two neighbours only (RFC 9110 section 7.6.1), and framing, which is ours to write. */
export const hopByHop: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'content-length',
])

/** Written by us, whatever came. */
const ours: ReadonlySet<string> = new Set([
  'host',
  'cookie',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
])

/** What a client could only say to pretend: a proxy that we trust may say it. */
const saidByProxies = /^(?:x-forwarded-|x-original-|x-real-ip$|forwarded$)/

/** The whole head. Latin-1 text, which is how it stands on the wire. */
export function forwardedHead(forwarded: ForwardedRequest): string {
  const { request, pass, target, upgrade } = forwarded
  const lines: Header[] = [
    ['Host', hostHeader(forwarded)],
    ...clientHeaders(request, pass),
    ...forwardedHeaders(request),
    ...pass.headers.map(([name, value]): Header => [name, wireValue(value)]),
    ...framingHeaders(request),
  ]
  if (upgrade === null) lines.push(['Connection', 'close'])
  else lines.push(['Connection', 'Upgrade'], ['Upgrade', upgrade])
  const text = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')
  return `${request.method} ${target} HTTP/1.1\r\n${text}\r\n`
}

/** Names listed in Connection are hop-by-hop as well (RFC 9110 section 7.6.1), lower case. */
export function nominated(headers: readonly Header[]): ReadonlySet<string> {
  const names = new Set<string>()
  for (const [name, value] of headers)
    if (name.toLowerCase() === 'connection')
      for (const option of value.split(',')) names.add(option.trim().toLowerCase())
  return names
}

/**
 * WebSocket, when the client asks for it in the one right way (RFC 6455 section 4.1). No other protocol:
 * in a tunnel of HTTP/2 (`h2c`) further requests would pass without being asked about.
 */
export function requestedUpgrade(request: RequestHead): 'websocket' | null {
  if (request.count(headerSlots.upgrade) !== 1 || request.method !== 'GET') return null
  if (!request.isHttp11 || request.chunked || request.bodyBytes > 0) return null
  const isNamed = nominated(request.headers()).has('upgrade')
  const protocol = request.first(headerSlots.upgrade)?.toLowerCase()
  return isNamed && protocol === 'websocket' ? 'websocket' : null
}

function hostHeader({ request, pass }: ForwardedRequest): string {
  const { hostHeader: wanted } = pass
  if (wanted !== null && /^[\w.:[\]-]{1,255}$/.test(wanted)) return wanted
  return request.first(headerSlots.host) ?? ''
}

function clientHeaders(request: RequestHead, pass: ProxyPass): Header[] {
  const all = request.headers()
  const dropped = nominated(all)
  const identity = new Set(pass.headers.map(([name]) => name.toLowerCase()))
  const kept = all.filter(([sent]) => {
    const name = sent.toLowerCase()
    // Many services take "_" for "-", so such a name could stand for any other.
    if (name.includes('_') || name.startsWith('x-authentik-')) return false
    if (hopByHop.has(name) || dropped.has(name) || ours.has(name)) return false
    if (name === 'authorization' && pass.consumesAuthorization) return false
    if (identity.has(name)) return false
    return request.peerTrusted || !saidByProxies.test(name)
  })
  const cookies = all.filter(([name]) => name.toLowerCase() === 'cookie').map(([, value]) => value)
  const cookie = dropped.has('cookie') ? '' : otherCookies(cookies, pass.ownCookies)
  return cookie === '' ? kept : [...kept, ['Cookie', cookie]]
}

/** The cookies that are not ours, in one header (RFC 6265 section 5.4). */
export function otherCookies(values: readonly string[], own: readonly string[]): string {
  return values
    .flatMap((value) => value.split(';'))
    .map((pair) => pair.trim())
    .filter((pair) => pair !== '' && !own.includes((pair.split('=', 1)[0] ?? '').trim()))
    .join('; ')
}

function forwardedHeaders(request: RequestHead): Header[] {
  const { peer, peerTrusted, secure } = request
  const said = (slot: number): string | null =>
    peerTrusted && request.count(slot) === 1 ? request.first(slot) : null
  const chain = peerTrusted ? forwardedChain(request) : null
  // A chain that cannot be read is worth nothing to the service either (CVE-2024-47070).
  const isReadable = chain !== null && chain !== '' && clientAddress(chain, () => true).ok
  const host = said(headerSlots['x-forwarded-host']) ?? request.first(headerSlots.host)
  const proto = said(headerSlots['x-forwarded-proto'])?.toLowerCase()
  const scheme = proto === 'https' || proto === 'http' ? proto : secure ? 'https' : 'http'
  return [
    ['X-Forwarded-For', isReadable ? `${chain}, ${peer}` : peer],
    ['X-Forwarded-Host', host ?? ''],
    ['X-Forwarded-Proto', scheme],
  ]
}

/** All lines as one list: some proxies add a line of their own instead of prolonging the one there. */
function forwardedChain(request: RequestHead): string {
  return request
    .headers()
    .filter(([name]) => name.toLowerCase() === 'x-forwarded-for')
    .map(([, value]) => value)
    .join(', ')
}

function framingHeaders(request: RequestHead): Header[] {
  if (request.chunked) return [['Transfer-Encoding', 'chunked']]
  if (request.count(headerSlots['content-length']) === 0) return []
  return [['Content-Length', String(request.bodyBytes)]]
}

/** Unicode text as UTF-8 bytes in a Latin-1 text; control characters become blanks, as in upstream. */
export function wireValue(text: string): string {
  return Buffer.from(text.replaceAll(/[\p{Cc}]/gu, ' '), 'utf8')
    .toString('latin1')
    .trim()
}
