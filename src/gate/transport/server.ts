// The listener that proxies and browsers reach: sockets in, request heads out, answers back in order.
import { assert } from '../../std/assert.ts'
import { type Address, parseAddress } from '../../model/network.ts'
import type { Clock } from '../../world/clock.ts'
import { type Accept, type AcceptedSocket, type Acceptor, acceptPlain } from './acceptor.ts'
import { type HeadBuffer, type HeadFault, RequestHead, bodyBytesMax, headBytesMax } from './head.ts'
import type { RequestHandler, StreamTask, Transport, TransportStats } from './transport.ts'
import { Turn } from './turn.ts'
import { Wire } from './wire.ts'

/** Connections at one time; further ones are closed at once. */
export const connectionsMax = 8192
/** Of those, at most so many for all peers together that are no trusted proxy: the rest is for proxies. */
export const strangerConnectionsMax = 1024
/** A head or body must be complete after this long. */
export const requestTimeoutMs = 15_000
/** A connection without a request under way is closed after this long. */
export const idleTimeoutMs = 90_000
/** How long answers under way may take to leave when the listener closes. */
const closeTimeoutMs = 2_000
const sweepEveryMs = 5_000
/** Bytes of pipelined requests that are held while one is being answered. */
const heldBytesMax = headBytesMax + bodyBytesMax

interface Connection {
  readonly peer: Address
  peerTrusted: boolean
  /** Bytes received and not yet used. */
  held: HeadBuffer | null
  /** Bytes of an answer that the socket did not take yet. */
  unsent: Buffer | null
  /** True while an answer is being waited for, or flows. */
  busy: boolean
  /** The connection in the hands of a {@link StreamTask}. */
  wire: Wire | null
  /** Close when everything is sent. */
  ending: boolean
  closed: boolean
  /** Monotonic ms: when the request at hand began to arrive, and of the last byte. */
  startedAt: number
  activeAt: number
}

type Socket = AcceptedSocket<Connection>

/** Options of {@link listenOn}. */
export interface ListenOnOptions {
  readonly clock: Clock
  readonly handler: RequestHandler
  /** True when connections come decrypted out of TLS. */
  readonly secure?: boolean
}

/** Options of {@link listen}. */
export interface ListenOptions extends ListenOnOptions {
  readonly hostname: string
  readonly port: number
}

const noBody = new Uint8Array(0)
const headEnd = Buffer.from('\r\n\r\n')
const faultStatus: Readonly<Record<HeadFault, string>> = {
  'request-line': '400 Bad Request',
  version: '505 HTTP Version Not Supported',
  'header-line': '400 Bad Request',
  'too-many-headers': '431 Request Header Fields Too Large',
  host: '400 Bad Request',
  framing: '400 Bad Request',
  'body-too-large': '413 Content Too Large',
  expect: '417 Expectation Failed',
}
const headTooLarge = '431 Request Header Fields Too Large'

/** Starts listening. Throws what the runtime throws when the address is taken. */
export function listen(options: ListenOptions): Transport {
  const accept = acceptPlain({ hostname: options.hostname, port: options.port })
  return new Listener(accept, options, true)
}

/** Starts listening to whatever `accept` accepts. */
export function listenOn(accept: Accept, options: ListenOnOptions): Transport {
  return new Listener(accept, options, false)
}

class Listener implements Transport {
  readonly #handler: RequestHandler
  readonly #clock: Clock
  readonly #acceptor: Acceptor
  readonly #sockets = new Set<Socket>()
  readonly #stopSweep: () => void
  readonly #head = new RequestHead()
  readonly #turn = new Turn<Socket>({
    work: (socket, chunk) => this.#data(socket, chunk as HeadBuffer),
    send: (socket, answer) => this.#send(socket, answer),
    failed: (socket) => socket.terminate(),
  })
  #now: number
  /** Open connections of peers that are not trusted. */
  #strangers = 0
  #refused = 0
  #badRequests = 0
  #timeouts = 0
  #closing = false
  #lastClosed: () => void = () => {}

  /** `inTurns` only for sockets that stay writable until a turn is over, as those of the runtime do. */
  constructor(accept: Accept, options: ListenOnOptions, inTurns: boolean) {
    this.#handler = options.handler
    this.#clock = options.clock
    this.#head.secure = options.secure === true
    this.#now = options.clock.monotonic()
    this.#acceptor = accept<Connection>({
      open: (socket) => this.#open(socket),
      data: inTurns
        ? (socket, chunk) => this.#turn.add(socket, chunk)
        : (socket, chunk) => this.#data(socket, chunk as HeadBuffer),
      drain: (socket) => this.#drain(socket),
      close: (socket) => this.#closed(socket),
    })
    this.#stopSweep = options.clock.every(sweepEveryMs, () => this.#sweep())
  }

  get port(): number {
    return this.#acceptor.port
  }

  stats(): TransportStats {
    return {
      connections: this.#sockets.size,
      connectionsRefused: this.#refused,
      badRequests: this.#badRequests,
      timeouts: this.#timeouts,
    }
  }

  judgePeers(): void {
    this.#strangers = 0
    for (const { data } of this.#sockets) {
      data.peerTrusted = this.#isTrusted(data.peer)
      if (!data.peerTrusted) this.#strangers++
    }
  }

  #isTrusted(peer: Address): boolean {
    return peer !== '' && this.#handler.isTrusted(peer)
  }

  async close(): Promise<void> {
    this.#closing = true
    this.#stopSweep()
    this.#acceptor.stop()
    this.#turn.finish()
    for (const socket of this.#sockets) this.#endWhenIdle(socket)
    if (this.#sockets.size > 0) await this.#untilClosed()
    for (const socket of this.#sockets) socket.terminate()
  }

  /** Resolves when the last connection has closed, or after {@link closeTimeoutMs}. */
  async #untilClosed(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#lastClosed = resolve
    const cancel = this.#clock.after(closeTimeoutMs, resolve)
    await promise
    cancel()
  }

  #endWhenIdle(socket: Socket): void {
    const connection = socket.data
    connection.ending = true
    if (!connection.busy && connection.unsent === null) socket.end()
  }

  #open(socket: Socket): void {
    const peer = parseAddress(socket.remoteAddress) ?? ''
    const peerTrusted = this.#isTrusted(peer)
    const isFull =
      this.#sockets.size >= connectionsMax ||
      (!peerTrusted && this.#strangers >= strangerConnectionsMax)
    if (isFull || this.#closing) {
      this.#refused++
      socket.terminate()
      return
    }
    if (!peerTrusted) this.#strangers++
    this.#now = this.#clock.monotonic()
    socket.data = {
      peer,
      peerTrusted,
      held: null,
      unsent: null,
      busy: false,
      wire: null,
      ending: false,
      closed: false,
      startedAt: this.#now,
      activeAt: this.#now,
    }
    socket.setNoDelay()
    this.#sockets.add(socket)
  }

  #closed(socket: Socket): void {
    const connection: Connection | undefined = socket.data
    // What a body or a tunnel received goes out before its end does.
    if ((connection?.wire ?? null) !== null) this.#turn.finish()
    if (this.#sockets.delete(socket) && connection?.peerTrusted === false) this.#strangers--
    if (this.#sockets.size === 0) this.#lastClosed()
    if (connection === undefined) return
    connection.closed = true
    connection.held = null
    connection.unsent = null
    connection.wire?.closed(false)
  }

  #data(socket: Socket, chunk: HeadBuffer): void {
    const connection: Connection | undefined = socket.data
    if (connection === undefined || connection.closed) return
    if (connection.wire !== null) return connection.wire.push(chunk)
    if (connection.ending) return
    connection.activeAt = this.#now
    if (connection.busy || connection.unsent !== null) {
      this.#hold(socket, join(connection.held, chunk))
      return
    }
    // The first bytes of a request: how long the connection was silent before is nobody's fault.
    if (connection.held === null) connection.startedAt = this.#now
    const bytes = connection.held === null ? chunk : join(connection.held, chunk)
    connection.held = null
    this.#work(socket, bytes, bytes === chunk)
  }

  /** Keeps bytes for later; a peer that sends more than its share is cut off. */
  #hold(socket: Socket, bytes: HeadBuffer): void {
    if (bytes.length > heldBytesMax) {
      this.#badRequests++
      socket.terminate()
      return
    }
    socket.data.held = bytes
  }

  /** Answers the complete requests in `bytes` in order; keeps what is left over. */
  #work(socket: Socket, bytes: HeadBuffer, isBorrowed: boolean): void {
    const connection = socket.data
    let at = 0
    while (at < bytes.length) {
      this.#turn.flush(socket)
      if (isOccupied(connection)) break
      const used = this.#one(socket, bytes, at)
      if (used === 0) break
      at += used
    }
    if (connection.ending || connection.closed) return
    if (at > 0 || at === bytes.length) connection.startedAt = this.#now
    if (at === bytes.length) return
    const rest = bytes.subarray(at)
    this.#hold(socket, (isBorrowed || at > 0 ? Buffer.from(rest) : rest) as HeadBuffer)
  }

  /** Answers the request at `start`; gives its length in bytes, 0 while it is incomplete or refused. */
  #one(socket: Socket, bytes: HeadBuffer, start: number): number {
    const connection = socket.data
    const end = bytes.indexOf(headEnd, start)
    if (end === -1 || end - start > headBytesMax) {
      if (bytes.length - start > headBytesMax)
        this.#fail(socket, headTooLarge, targetOf(bytes, start))
      return 0
    }
    const head = this.#head
    head.peer = connection.peer
    head.peerTrusted = connection.peerTrusted
    const fault = head.readAny(bytes, start, end + 4)
    const bodyStart = end + 4
    if (fault === null && this.#handler.takeOver !== undefined) {
      const task = this.#handler.takeOver(head)
      if (task !== null) {
        this.#stream(socket, task, bytes.subarray(bodyStart))
        return bytes.length - start
      }
    }
    const refused = fault ?? head.subsetFault()
    if (refused !== null) {
      this.#fail(socket, faultStatus[refused], head.target)
      return 0
    }
    const bodyEnd = bodyStart + head.bodyBytes
    if (bytes.length < bodyEnd) return 0
    this.#dispatch(socket, head.bodyBytes === 0 ? noBody : bytes.subarray(bodyStart, bodyEnd))
    return bodyEnd - start
  }

  /** Hands the connection over, and takes it back with what the client has sent since. */
  #stream(socket: Socket, task: StreamTask, received: Uint8Array): void {
    const connection = socket.data
    const { keepAlive } = this.#head
    const wire = new Wire(socket, this.#clock)
    connection.wire = wire
    connection.busy = true
    wire.push(received)
    void task(wire).then((outcome) => {
      connection.wire = null
      connection.busy = false
      connection.activeAt = this.#now
      if (connection.closed) return
      const rest = wire.leftover() as HeadBuffer
      connection.ending ||= outcome === 'close' || !keepAlive
      if (connection.ending) return socket.end()
      if (rest.length > 0) this.#work(socket, rest, false)
    })
  }

  #dispatch(socket: Socket, body: Uint8Array): void {
    const connection = socket.data
    const { keepAlive } = this.#head
    const answer = this.#handler.handle(this.#head, body)
    if (!keepAlive) connection.ending = true
    if (!(answer instanceof Promise)) {
      this.#turn.answer(socket, answer)
      return
    }
    connection.busy = true
    void answer.then((bytes) => {
      connection.busy = false
      if (connection.closed) return
      this.#send(socket, bytes)
      this.#resume(socket)
    })
  }

  /** Goes on with what arrived meanwhile. */
  #resume(socket: Socket): void {
    const connection = socket.data
    if (connection.held === null || connection.ending || connection.unsent !== null) return
    const bytes = connection.held
    connection.held = null
    this.#work(socket, bytes, false)
  }

  #send(socket: Socket, bytes: Buffer): void {
    const connection = socket.data
    if (connection.closed) return
    const sent = Math.max(0, socket.write(bytes))
    if (sent < bytes.length) {
      // A copy, since an answer's bytes are shared by every request that gets the same one.
      connection.unsent = Buffer.from(bytes.subarray(sent))
    } else if (connection.ending) {
      socket.end()
    }
  }

  #drain(socket: Socket): void {
    const connection: Connection | undefined = socket.data
    connection?.wire?.drained()
    if (connection === undefined || connection.unsent === null) return
    const rest = connection.unsent
    connection.unsent = null
    this.#send(socket, rest)
    this.#resume(socket)
  }

  /** Answers what cannot be understood, once, and closes: what follows could mean anything. */
  #fail(socket: Socket, status: string, target: string): void {
    this.#badRequests++
    const connection = socket.data
    connection.ending = true
    connection.held = null
    this.#turn.answer(socket, this.#handler.refuse(status, target))
  }

  #sweep(): void {
    this.#now = this.#clock.monotonic()
    for (const socket of this.#sockets) {
      const connection = socket.data
      const waiting = connection.held !== null || connection.unsent !== null
      const since = waiting ? connection.startedAt : connection.activeAt
      if (connection.busy || this.#now - since < (waiting ? requestTimeoutMs : idleTimeoutMs))
        continue
      this.#timeouts++
      socket.terminate()
    }
  }
}

/** The request target of a head that is too long to be read, as far as it can be told. */
function targetOf(bytes: HeadBuffer, start: number): string {
  const line = bytes.latin1Slice(start, start + 64)
  return line.split(' ')[1] ?? ''
}

function join(held: HeadBuffer | null, chunk: HeadBuffer): HeadBuffer {
  const joined = held === null ? Buffer.from(chunk) : Buffer.concat([held, chunk])
  assert(joined.length >= chunk.length, 'Joined buffers hold all bytes')
  return joined as HeadBuffer
}

/** True while no further request of this connection may be looked at. */
function isOccupied(connection: Connection): boolean {
  return connection.busy || connection.unsent !== null || connection.ending
}
