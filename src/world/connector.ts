// Outgoing connections as streams of bytes: plain, or TLS with the certificate checked.
import { type Socket, connect as connectPlain, isIP } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { type Result, err, ok } from '../std/result.ts'
import { type ByteSocket, type ByteSocketEvents, byteSocketOf } from './byte-socket.ts'

/** Where to connect to. */
export interface ConnectTarget {
  /** Name or address, IPv6 without brackets. */
  readonly hostname: string
  readonly port: number
  /** Null for plain TCP. `verify` false takes any certificate. */
  readonly tls: { readonly verify: boolean } | null
  readonly timeoutMs: number
}

/** Why there is no connection. `detail` is for the log and for administrators. */
export interface ConnectFault {
  readonly code: 'timeout' | 'unreachable'
  readonly detail: string
}

/** A connection that waits for somebody to listen: nothing is read before. */
export interface OpenedSocket {
  attach(events: ByteSocketEvents): ByteSocket
}

/** Opens connections. */
export interface Connector {
  connect(target: ConnectTarget): Promise<Result<OpenedSocket, ConnectFault>>
}

const keepAliveEveryMs = 30_000

/** The network. */
export function realConnector(): Connector {
  return { connect }
}

function connect(target: ConnectTarget): Promise<Result<OpenedSocket, ConnectFault>> {
  const { promise, resolve } = Promise.withResolvers<Result<OpenedSocket, ConnectFault>>()
  const { hostname: host, port, tls } = target
  const socket: Socket =
    tls === null
      ? connectPlain({ host, port })
      : connectTls({
          host,
          port,
          // A name only: SNI has no addresses (RFC 6066 section 3).
          ...(isIP(host) === 0 ? { servername: host } : {}),
          rejectUnauthorized: tls.verify,
        })
  const fail = (fault: ConnectFault): void => {
    socket.destroy()
    resolve(err(fault))
  }
  const timer = setTimeout(
    () => fail({ code: 'timeout', detail: `No connection in ${target.timeoutMs} ms` }),
    target.timeoutMs,
  )
  // Stays after the connection is made: an error without a listener would end the process.
  socket.on('error', (error: Error) => {
    clearTimeout(timer)
    fail({ code: 'unreachable', detail: error.message })
  })
  socket.once(tls === null ? 'connect' : 'secureConnect', () => {
    clearTimeout(timer)
    socket.setNoDelay(true)
    socket.setKeepAlive(true, keepAliveEveryMs)
    resolve(ok({ attach: (events) => byteSocketOf(socket, events) }))
  })
  return promise
}
