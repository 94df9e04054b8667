// The head of a service's answer: read strictly (RFC 9112), and written anew for the client.
import { hopByHop, nominated } from './request-headers.ts'

type Header = readonly [name: string, value: string]

/** A status line and headers as the service sent them. */
export interface ResponseHead {
  readonly status: number
  readonly reason: string
  readonly headers: readonly Header[]
}

/** How the body of a message is delimited (RFC 9112 section 6.3). */
export type Framing =
  | { readonly kind: 'none' }
  | { readonly kind: 'length'; readonly bytes: number }
  | { readonly kind: 'chunked' }
  | { readonly kind: 'until-close' }

const headerLinesMax = 256
const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
const fieldValue = /^[\t\x20-\x7e\x80-\xff]*$/

/** Reads a head without its final empty line; null when it is malformed. */
export function parseResponseHead(text: string): ResponseHead | null {
  const [first = '', ...lines] = text.split('\r\n')
  const status = /^HTTP\/1\.[01] ([1-9]\d\d)(?: ([\t\x20-\x7e\x80-\xff]*))?$/.exec(first)
  if (status === null || lines.length > headerLinesMax) return null
  const headers: Header[] = []
  for (const line of lines) {
    const colon = line.indexOf(':')
    const name = line.slice(0, Math.max(0, colon))
    const value = line.slice(colon + 1).replaceAll(/^[ \t]+|[ \t]+$/g, '')
    if (!token.test(name) || !fieldValue.test(value)) return null
    headers.push([name, value])
  }
  return { status: Number(status[1]), reason: status[2] ?? '', headers }
}

/** Framing of the answer to a request of `method`; null when it contradicts itself. */
export function responseFraming(head: ResponseHead, method: string): Framing | null {
  const codings = valuesOf(head, 'transfer-encoding')
  const lengths = valuesOf(head, 'content-length')
  const [length] = lengths
  // Never more than one of them: an answer that says two things about its end is none.
  if (codings.length + lengths.length > 1) return null
  if (codings.length === 1 && codings[0]?.toLowerCase() !== 'chunked') return null
  if (length !== undefined && !/^\d{1,15}$/.test(length)) return null
  if (method === 'HEAD' || head.status === 204 || head.status === 304) return { kind: 'none' }
  if (codings.length === 1) return { kind: 'chunked' }
  return length === undefined ? { kind: 'until-close' } : { kind: 'length', bytes: Number(length) }
}

function valuesOf({ headers }: ResponseHead, wanted: string): readonly string[] {
  return headers.filter(([name]) => name.toLowerCase() === wanted).map(([, value]) => value)
}

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
