// The head of a service's answer, written anew for the client.
import { type Framing, type ResponseHead, valuesOf } from '../../../std/response-head.ts'
import { hopByHop, nominated } from './request-headers.ts'

/** What the client's head depends on besides the service's. */
export interface ClientHead {
  readonly framing: Framing
  /** False for a client of HTTP/1.0, which knows no chunks. */
  readonly isHttp11: boolean
  /** The connection stays open for another request. */
  readonly persists: boolean
  readonly ownCookies: readonly string[]
  readonly setCookies: readonly string[]
}

/** True when a client can be told where such a body ends without closing the connection. */
export function isDelimited(framing: Framing, isHttp11: boolean): boolean {
  return isHttp11 || framing.kind === 'none' || framing.kind === 'length'
}

/** The head that the client receives. Latin-1 text. */
export function clientHead(head: ResponseHead, options: ClientHead): string {
  const { framing, isHttp11, persists, ownCookies, setCookies } = options
  const dropped = nominated(head.headers)
  const lines = head.headers.filter(([sent, value]) => {
    const name = sent.toLowerCase()
    if (name === 'content-length') return framing.kind === 'none' && head.status !== 204
    if (hopByHop.has(name) || dropped.has(name)) return false
    return name !== 'set-cookie' || !ownCookies.includes((value.split('=', 1)[0] ?? '').trim())
  })
  for (const cookie of setCookies) lines.push(['Set-Cookie', cookie])
  if (framing.kind === 'length') lines.push(['Content-Length', String(framing.bytes)])
  else if (framing.kind !== 'none' && isHttp11) lines.push(['Transfer-Encoding', 'chunked'])
  if (!persists) lines.push(['Connection', 'close'])
  else if (!isHttp11) lines.push(['Connection', 'keep-alive'])
  const text = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')
  return `HTTP/1.1 ${head.status} ${head.reason}\r\n${text}\r\n`
}

/** The head of a connection that becomes a WebSocket; null unless the service agreed to just that. */
export function switchingHead(head: ResponseHead): string | null {
  const protocols = valuesOf(head, 'upgrade')
  if (protocols.length !== 1 || protocols[0]?.toLowerCase() !== 'websocket') return null
  const lines = head.headers.filter(([name]) => !hopByHop.has(name.toLowerCase()))
  const text = lines.map(([name, line]) => `${name}: ${line}\r\n`).join('')
  return (
    'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n' +
    `${text}\r\n`
  )
}
