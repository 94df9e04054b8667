// One request through to the service and its answer back, both flowing; or our own words instead.
import {
  type Framing,
  type ResponseHead,
  parseResponseHead,
  responseFraming,
} from '../../../std/response-head.ts'
import type { Clock } from '../../../world/clock.ts'
import { type HeadBuffer, type RequestHead, bodyBytesMax } from '../../transport/head.ts'
import type { Wire } from '../../transport/wire.ts'
import { type BodyFault, encodeChunk, lastChunk, readBody } from './body.ts'
import type { Trouble } from './errors.ts'
import type { ProxyPass } from './guard.ts'
import { type ProxyLimits, interimAnswersMax, responseHeadBytesMax } from './limits.ts'
import { forwardedHead, requestedUpgrade } from './request-headers.ts'
import { clientHead, isDelimited, switchingHead } from './response-head.ts'
import { tunnel } from './tunnel.ts'

/** How an exchange ended. Trouble: nothing was sent to the client yet, the caller does that. */
export type ExchangeEnd = 'reuse' | 'close' | 'cut' | Trouble

/** What an exchange is made of. */
export interface ExchangeParts {
  readonly request: RequestHead
  readonly pass: ProxyPass
  /** As {@link joinTarget} made it. */
  readonly target: string
  readonly client: Wire
  readonly service: Wire
  readonly clock: Clock
  readonly limits: ProxyLimits
  /** Called with the status when the head of the answer is there. */
  onAnswer(status: number): void
  /** Called when the connection has become a WebSocket. */
  onTunnel(): void
}

/** Runs an exchange over an open connection to the service, which is used for nothing else. */
export function exchange(parts: ExchangeParts): Promise<ExchangeEnd> {
  return new Exchange(parts).run()
}

/** How far the request body has come; anything but `done` leaves bytes on the client's connection. */
type BodyState = 'flowing' | 'done' | BodyFault | 'refused'

class Exchange {
  readonly #parts: ExchangeParts
  readonly #upgrade: 'websocket' | null
  #body: BodyState = 'flowing'

  constructor(parts: ExchangeParts) {
    this.#parts = parts
    this.#upgrade = requestedUpgrade(parts.request)
  }

  async run(): Promise<ExchangeEnd> {
    const { request, pass, target, client, service, limits } = this.#parts
    const forget = client.onClose(() => service.terminate())
    try {
      const head = forwardedHead({ request, pass, target, upgrade: this.#upgrade })
      if (!(await service.write(Buffer.from(head, 'latin1'), limits.stallTimeoutMs)))
        return 'unreachable'
      void this.#sendBody()
      return await this.#answer()
    } finally {
      forget()
      service.terminate()
    }
  }

  /** Client to service. A body that breaks off takes the connection with it, so that it never looks whole. */
  async #sendBody(): Promise<void> {
    const { request, client, service, limits } = this.#parts
    const framing = requestFraming(request)
    const options = { timeoutMs: limits.uploadTimeoutMs, extensions: 'refuse' } as const
    const reader = readBody(client, framing, options)
    for (;;) {
      const piece = await reader.next()
      if (typeof piece === 'string') {
        this.#body = piece
        if (piece !== 'done') service.terminate()
        else if (request.chunked) await service.write(lastChunk, limits.stallTimeoutMs)
        return
      }
      const bytes = request.chunked ? encodeChunk(piece) : piece
      if (!(await service.write(bytes, limits.stallTimeoutMs))) {
        this.#body = 'refused'
        return
      }
    }
  }

  async #answer(): Promise<ExchangeEnd> {
    for (let interim = 0; interim <= interimAnswersMax; interim++) {
      const head = await this.#readHead()
      if (typeof head === 'string') return head
      if (head.status === 101) return this.#switch(head)
      if (head.status >= 200) return this.#relay(head)
      if (head.status === 100) await this.#continue()
    }
    return 'bad-answer'
  }

  /** 100 goes to a client that waits for it; other interim answers are dropped (RFC 9110 section 15.2). */
  async #continue(): Promise<void> {
    const { request, client, limits } = this.#parts
    if (request.expectsContinue && request.isHttp11)
      await client.write(Buffer.from('HTTP/1.1 100 Continue\r\n\r\n'), limits.stallTimeoutMs)
  }

  async #readHead(): Promise<ResponseHead | Trouble> {
    const { service, limits } = this.#parts
    let held: Buffer = Buffer.alloc(0)
    for (;;) {
      const piece = await service.read(limits.answerTimeoutMs)
      if (piece === 'timeout' && this.#body === 'flowing') continue
      if (piece === 'timeout') return 'no-answer'
      if (typeof piece === 'string') return this.#brokenOff(held.length > 0)
      held = held.length === 0 ? piece : Buffer.concat([held, piece])
      const end = held.indexOf('\r\n\r\n')
      if (end === -1 && held.length <= responseHeadBytesMax) continue
      if (end === -1 || end > responseHeadBytesMax) return 'bad-answer'
      service.unread(held.subarray(end + 4))
      return parseResponseHead((held as HeadBuffer).latin1Slice(0, end)) ?? 'bad-answer'
    }
  }

  /** The service has gone, or we have hung up on it since the client's body is no good. */
  #brokenOff(begun: boolean): Trouble {
    if (this.#body === 'malformed') return 'bad-body'
    if (this.#body === 'timeout') return 'slow-body'
    return begun ? 'bad-answer' : 'unreachable'
  }

  async #switch(head: ResponseHead): Promise<ExchangeEnd> {
    const { client, service, clock, limits } = this.#parts
    const text = this.#upgrade === null ? null : switchingHead(head)
    if (text === null) return 'bad-answer'
    this.#parts.onAnswer(head.status)
    this.#parts.onTunnel()
    if (!(await client.write(Buffer.from(text, 'latin1'), limits.stallTimeoutMs))) return 'cut'
    await tunnel({ client, service, clock, limits })
    return 'close'
  }

  /** Service to client. An answer that breaks off is cut off at the client's end too. */
  async #relay(head: ResponseHead): Promise<ExchangeEnd> {
    const { request, pass, client, limits } = this.#parts
    const framing = responseFraming(head, request.method)
    if (framing === null) return 'bad-answer'
    this.#parts.onAnswer(head.status)
    const { isHttp11, keepAlive } = request
    const persists = keepAlive && this.#body === 'done' && isDelimited(framing, isHttp11)
    const { ownCookies, setCookies } = pass
    const text = clientHead(head, { framing, isHttp11, persists, ownCookies, setCookies })
    if (!(await client.write(Buffer.from(text, 'latin1'), limits.stallTimeoutMs))) return 'cut'
    if (!(await this.#relayBody(framing))) return 'cut'
    return persists ? 'reuse' : 'close'
  }

  /** False when the body broke off at either end. */
  async #relayBody(framing: Framing): Promise<boolean> {
    const { request, client, service, limits } = this.#parts
    const options = { timeoutMs: limits.downloadTimeoutMs, extensions: 'skip' } as const
    const reader = readBody(service, framing, options)
    const isDelimiting = framing.kind === 'chunked' || framing.kind === 'until-close'
    const chunked = request.isHttp11 && isDelimiting
    for (;;) {
      const piece = await reader.next()
      if (piece === 'done') break
      if (typeof piece === 'string') return false
      const bytes = chunked ? encodeChunk(piece) : piece
      if (!(await client.write(bytes, limits.stallTimeoutMs))) return false
    }
    return !chunked || client.write(lastChunk, limits.stallTimeoutMs)
  }
}

function requestFraming(request: RequestHead): Framing {
  if (request.chunked) return { kind: 'chunked' }
  return request.bodyBytes === 0 ? { kind: 'none' } : { kind: 'length', bytes: request.bodyBytes }
}

/**
 * Reads a small body that nobody wants, so that the connection can be used again. False when it is large,
 * waited for, or no good: then the connection ends.
 */
export async function skipBody(
  client: Wire,
  request: RequestHead,
  limits: ProxyLimits,
): Promise<boolean> {
  if (request.expectsContinue || request.chunked) return false
  if (request.bodyBytes > bodyBytesMax) return false
  const options = { timeoutMs: limits.uploadTimeoutMs, extensions: 'refuse' } as const
  const reader = readBody(client, requestFraming(request), options)
  for (;;) {
    const piece = await reader.next()
    if (typeof piece === 'string') return piece === 'done'
  }
}

/** `bytes` with `Connection: close` behind the status line. */
export function closing(bytes: Buffer): Buffer {
  const at = bytes.indexOf('\r\n') + 2
  return Buffer.concat([bytes.subarray(0, at), closeLine, bytes.subarray(at)])
}

const closeLine = Buffer.from('Connection: close\r\n')
