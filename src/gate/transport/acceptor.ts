// Where connections come from: plain sockets of the runtime. TLS has an acceptor of its own (tls.ts).
import type { ByteSocket } from '../../world/byte-socket.ts'

/** A connection as the listener sees it. */
export interface AcceptedSocket<Data> extends ByteSocket {
  /** What the listener keeps of it; set when it opens. */
  data: Data
  /** IP address of the other end. */
  readonly remoteAddress: string
  setNoDelay(): void
}

/** What a listener does with connections. */
export interface AcceptedEvents<Data> {
  open(socket: AcceptedSocket<Data>): void
  data(socket: AcceptedSocket<Data>, chunk: Buffer): void
  drain(socket: AcceptedSocket<Data>): void
  close(socket: AcceptedSocket<Data>): void
}

/** An open port. */
export interface Acceptor {
  readonly port: number
  /** Takes no further connections; those that are open stay. */
  stop(): void
}

/** Opens a port. Throws what the runtime throws when the address is taken. */
export type Accept = <Data>(events: AcceptedEvents<Data>) => Acceptor

/** Plain TCP. */
export function acceptPlain(address: { readonly hostname: string; readonly port: number }): Accept {
  return <Data>(events: AcceptedEvents<Data>) => {
    const listener = Bun.listen<Data>({
      ...address,
      socket: {
        open: (socket) => events.open(socket),
        data: (socket, chunk) => events.data(socket, chunk),
        drain: (socket) => events.drain(socket),
        close: (socket) => events.close(socket),
        error: (socket) => void socket.terminate(),
      },
    })
    return { port: listener.port, stop: () => listener.stop(false) }
  }
}
