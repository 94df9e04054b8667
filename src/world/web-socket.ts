// Outgoing WebSockets (RFC 6455), as an argument: texts out, texts in, one end.
import type { WebSocket as RuntimeWebSocket, WebSocketOptions } from 'bun'

// The types that the compiler knows are the browser's; the runtime takes headers and TLS options too.
const RuntimeSocket = WebSocket as unknown as new (
  url: string,
  options: WebSocketOptions,
) => RuntimeWebSocket

/** Where to connect. */
export interface OutgoingSocketOptions {
  /** `ws://` or `wss://`. */
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  /** Skips the verification of the server's certificate. */
  readonly insecureTls: boolean
  /** Time for the connection to come about; then it is given up. */
  readonly handshakeTimeoutMs: number
}

/** What becomes of a connection. `closed` comes exactly once, also when it never opened. */
export interface SocketEvents {
  opened(): void
  message(text: string): void
  /** A frame that is not text. */
  binary(): void
  /** `detail` is for the log. */
  closed(detail: string): void
}

/** An outgoing connection. */
export interface OutgoingSocket {
  /** Sends a text; false when the connection is not open. */
  send(text: string): boolean
  /** Ends the connection; `closed` follows. Safe to call twice. */
  close(): void
}

/** Opens connections. */
export interface SocketClient {
  connect(options: OutgoingSocketOptions, events: SocketEvents): OutgoingSocket
}

/** The real client, over the runtime's WebSocket. */
export function realSocketClient(): SocketClient {
  return { connect }
}

function connect(options: OutgoingSocketOptions, events: SocketEvents): OutgoingSocket {
  const socket = new RuntimeSocket(options.url, {
    headers: { ...options.headers },
    // A few bytes could otherwise become any number.
    perMessageDeflate: false,
    tls: { rejectUnauthorized: !options.insecureTls },
  })
  let isDone = false
  const end = (detail: string): void => {
    if (isDone) return
    isDone = true
    clearTimeout(handshake)
    events.closed(detail)
    // A peer that is gone does not answer a closing handshake.
    socket.terminate()
  }
  const handshake = setTimeout(
    () => end(`No connection within ${options.handshakeTimeoutMs} ms`),
    options.handshakeTimeoutMs,
  )
  handshake.unref()
  socket.addEventListener('open', () => {
    if (isDone) return
    clearTimeout(handshake)
    events.opened()
  })
  socket.addEventListener('message', ({ data }) => {
    if (isDone) return
    if (typeof data === 'string') events.message(data)
    else events.binary()
  })
  socket.addEventListener('error', (event) => end(errorText(event)))
  socket.addEventListener('close', ({ code, reason }) =>
    end(`Closed with ${code} ${reason}`.trim()),
  )
  return {
    send: (text) => {
      if (isDone || socket.readyState !== WebSocket.OPEN) return false
      socket.send(text)
      return true
    },
    close: () => end('Closed by us'),
  }
}

/** The runtime names the whole address, query included, which is not for a log. */
function errorText(event: Event): string {
  const message = 'message' in event && typeof event.message === 'string' ? event.message : ''
  return message.replace(/'wss?:[^']*'/, 'the server') || 'Connection failed'
}
