// What stands behind the listener: auth endpoints by exact path, pages by exact path, nothing else.
import { parseHost } from '../model/host.ts'
import { fromUtf8 } from '../std/bytes.ts'
import type { Clock } from '../world/clock.ts'
import type { Log } from '../world/log.ts'
import { httpDate } from './answer.ts'
import type { AuthEndpoint } from './auth-endpoint.ts'
import type { OutpostDoor } from './authentik/door.ts'
import type { GateConfig } from './config.ts'
import type { Dialect } from './dialect/dialect.ts'
import { envoyPrefix } from './dialect/envoy.ts'
import { nginxDenied, nginxDeniedPath } from './dialect/nginx.ts'
import { dialects } from './dialect/registry.ts'
import type { PageRequest, PageRoute } from './page.ts'
import { notFoundPage } from './pages/not-found.tsx'
import { headerSlots } from './request.ts'
import type { RequestHead } from './transport/head.ts'
import { writeResponse } from './transport/response.ts'
import type { RequestHandler, StreamTask } from './transport/transport.ts'
import type { Trust } from './trust.ts'

/** What the front is made of. The functions follow a reload. */
export interface FrontOptions {
  readonly endpoint: AuthEndpoint
  readonly pages: readonly PageRoute[]
  /** Asked first; null where authentik does not drive this gate. */
  readonly outpost: OutpostDoor | null
  config(): GateConfig
  trust(): Trust
  nextRequestId(): string
  /** Requests whose body and answer flow: those of a reverse proxy. None without it. */
  takeOver?(head: RequestHead): StreamTask | null
  readonly clock: Clock
  readonly log: Log
}

/** Longest target of a page, in bytes: a sign-in address carries another address inside it. */
const pageTargetBytesMax = 16_384

const authEndpoints: ReadonlyMap<string, Dialect> = new Map([
  ['/_gatehouse/auth/traefik', dialects.traefik],
  ['/_gatehouse/auth/caddy', dialects.caddy],
  ['/_gatehouse/auth/nginx', dialects.nginx],
  ['/_gatehouse/auth/haproxy', dialects.haproxy],
  [nginxDeniedPath, nginxDenied],
])

/** The dialect that a target asks in. A query says nothing here: Caddy leaves the client's on it. */
function dialectOf(target: string): Dialect | undefined {
  const dialect = authEndpoints.get(target)
  if (dialect !== undefined || !target.startsWith('/_gatehouse/')) return dialect
  const query = target.indexOf('?')
  return query === -1 ? undefined : authEndpoints.get(target.slice(0, query))
}

/** Answers every request that the listener has read. */
export class Front implements RequestHandler {
  readonly #options: FrontOptions
  readonly #pages: ReadonlyMap<string, PageRoute>
  readonly #paths: ReadonlySet<string>
  /** Defects of ours that a request ran into: each is logged, none is shown. */
  defects = 0

  constructor(options: FrontOptions) {
    this.#options = options
    this.#pages = new Map(options.pages.map((route) => [`${route.method} ${route.path}`, route]))
    this.#paths = new Set(options.pages.map((route) => route.path))
  }

  isTrusted(peer: string): boolean {
    return this.#options.trust().isTrusted(peer)
  }

  takeOver(head: RequestHead): StreamTask | null {
    return this.#options.takeOver?.(head) ?? null
  }

  /** nginx turns any status but 401 and 403 into its own 500: there it is 403, whatever was wrong. */
  refuse(status: string, target: string): Buffer {
    const isNginx = dialectOf(target)?.name === 'nginx'
    return Buffer.from(
      `HTTP/1.1 ${isNginx ? '403 Forbidden' : status}\r\n` +
        'X-Gatehouse-Decision: refuse; malformed-request\r\n' +
        `${this.#options.endpoint.nobodyLines}Connection: close\r\nContent-Length: 0\r\n\r\n`,
    )
  }

  handle(head: RequestHead, body: Uint8Array): Buffer | Promise<Buffer> {
    try {
      const fromOutpost = this.#options.outpost?.handle(head, body) ?? null
      if (fromOutpost !== null) return this.#guard(fromOutpost, head.target)
      const dialect = dialectOf(head.target)
      if (dialect !== undefined)
        return this.#guard(this.#options.endpoint.answer(head, dialect), head.target)
      if (head.target.startsWith(envoyPrefix)) {
        return this.#guard(this.#options.endpoint.answer(head, dialects.envoy), head.target)
      }
      const { outpost } = this.#options
      if (outpost !== null && !this.#isOwnHost(head))
        return this.#guard(outpost.elsewhere(head), head.target)
      const isHead = head.method === 'HEAD'
      return this.#guard(
        this.#page(head, body).then((answer) => this.#write(answer, isHead)),
        head.target,
      )
    } catch (cause) {
      return this.#defect(cause, head.target)
    }
  }

  /** `target` by itself, since the head is of another request by the time that a promise fails. */
  #guard(answer: Buffer | Promise<Buffer>, target: string): Buffer | Promise<Buffer> {
    return answer instanceof Promise
      ? answer.catch((cause: unknown) => this.#defect(cause, target))
      : answer
  }

  /**
   * A defect of ours closes the door: 503 (403 for nginx, which knows no other no), nothing of it in the
   * answer, all of it in the log.
   */
  #defect(cause: unknown, target: string): Buffer {
    this.defects++
    const isNginx = dialectOf(target) === dialects.nginx
    const requestId = this.#options.nextRequestId()
    this.#options.log.write('error', 'defect', {
      request_id: requestId,
      error: cause instanceof Error ? `${cause.name}: ${cause.message}` : 'unknown',
      stack: cause instanceof Error ? (cause.stack ?? '') : '',
    })
    return Buffer.from(
      `HTTP/1.1 ${isNginx ? '403 Forbidden' : '503 Service Unavailable'}\r\n` +
        `X-Gatehouse-Decision: unavailable; defect\r\nX-Gatehouse-Request-Id: ${requestId}\r\n` +
        `Cache-Control: no-store\r\n${this.#options.endpoint.nobodyLines}Content-Length: 0\r\n\r\n`,
    )
  }

  #write(answer: Response, isHead: boolean): Promise<Buffer> {
    return writeResponse(answer, isHead, httpDate(this.#options.clock.now()))
  }

  /** Everything is read from `head` and `body` before the first await: both are reused. */
  async #page(head: RequestHead, body: Uint8Array): Promise<Response> {
    const question = head.target.indexOf('?')
    const path = question === -1 ? head.target : head.target.slice(0, question)
    if (!path.startsWith('/') || head.target.length > pageTargetBytesMax) return notFoundPage()
    if (!this.#isOwnHost(head)) return misdirected(this.#options.config().origin)
    const method = head.method === 'HEAD' ? 'GET' : head.method
    const route = this.#pages.get(`${method} ${path}`)
    if (route === undefined) return this.#paths.has(path) ? methodNotAllowed() : notFoundPage()
    const text = fromUtf8(body)
    if (text === null) return new Response(null, { status: 400 })
    return route.handle(this.#pageRequest(head, path, text))
  }

  #pageRequest(head: RequestHead, path: string, body: string): PageRequest {
    const question = head.target.indexOf('?')
    const headers = new Headers(head.headers())
    // All lines as one list: HAProxy adds a line of its own below the one that the client sent.
    const forwarded = head.peerTrusted ? headers.get('x-forwarded-for') : null
    const client = this.#options.trust().clientAddress(forwarded)
    return {
      method: head.method,
      path,
      query: new URLSearchParams(question === -1 ? '' : head.target.slice(question + 1)),
      headers,
      body,
      clientAddress: (client.ok ? client.value : null) ?? head.peer,
      peerTrusted: head.peerTrusted,
      requestId: this.#options.nextRequestId(),
    }
  }

  /** Cookies are tied to the gate's own host: under another name a sign-in could only fail. */
  #isOwnHost(head: RequestHead): boolean {
    const forwarded = head.peerTrusted ? head.first(headerSlots['x-forwarded-host']) : null
    const host = parseHost(forwarded ?? head.first(headerSlots.host) ?? '')
    return host.ok && host.value.host === this.#options.config().host
  }
}

function methodNotAllowed(): Response {
  return new Response(null, { status: 405, headers: { allow: 'GET, HEAD, POST' } })
}

function misdirected(origin: string): Response {
  const text = `This is the sign-in server of ${origin}. The proxy in front of it must pass on the Host header as the browser sent it.\n`
  return new Response(text, {
    status: 421,
    headers: { 'content-type': 'text/plain; charset=utf-8' },
  })
}
