// A server that lies: each connection gets exactly the bytes, the pace and the certificate of a test.
import { createServer as createPlain } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { createServer as createTls } from 'node:tls'

/** What a target does with a connection whose request head has arrived. */
export type Behaviour = (socket: Socket, request: string) => void

/** How a target listens. */
export interface TargetOptions {
  /** Key and certificate in PEM; plain TCP without them. */
  readonly tls?: { readonly certificatePem: string; readonly privateKeyPem: string }
  readonly hostname?: string
  /** Behaves as soon as a connection is there, whatever comes over it. */
  readonly isEager?: boolean
  readonly behaviour: Behaviour
}

/** A running target. */
export interface HostileTarget {
  readonly port: number
  /** Request heads in the order in which they came. */
  readonly requests: readonly string[]
  /** Names that clients sent as SNI. */
  readonly names: readonly (string | false | null)[]
  /** Connections that are open now. */
  open(): number
  close(): Promise<void>
}

/** Starts a target on a free port of loopback. */
export async function startTarget(options: TargetOptions): Promise<HostileTarget> {
  const requests: string[] = []
  const names: (string | false | null)[] = []
  const sockets = new Set<Socket>()
  const serve = (socket: Socket): void => {
    let held = ''
    if (options.isEager === true) options.behaviour(socket, '')
    socket.on('error', () => socket.destroy())
    socket.on('data', (data: Buffer) => {
      const hadHead = held.includes('\r\n\r\n')
      held += data.toString('latin1')
      if (hadHead || !held.includes('\r\n\r\n')) return
      requests.push(held)
      options.behaviour(socket, held)
    })
  }
  const server =
    options.tls === undefined
      ? createPlain(serve)
      : createTls(
          { key: options.tls.privateKeyPem, cert: options.tls.certificatePem },
          (socket) => {
            names.push(socket.servername)
            serve(socket)
          },
        )
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => socket.destroy())
  })
  const hostname = options.hostname ?? '127.0.0.1'
  await new Promise<void>((resolve) => server.listen(0, hostname, resolve))
  return {
    port: (server.address() as AddressInfo).port,
    requests,
    names,
    open: () => sockets.size,
    close: async () => {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** Sends `text` and ends. */
export function says(text: string | Buffer): Behaviour {
  return (socket) => void socket.end(typeof text === 'string' ? Buffer.from(text, 'latin1') : text)
}

/** Sends `first`, then `piece` again and again for as long as the other end takes it. */
export function repeats(first: string, piece: string | Buffer): Behaviour {
  const bytes = typeof piece === 'string' ? Buffer.from(piece, 'latin1') : piece
  return (socket) => {
    const more = (): void => {
      while (socket.writable && socket.write(bytes));
    }
    socket.on('drain', more)
    socket.write(first)
    more()
  }
}

/** Sends `text` one byte every `everyMs`, then nothing more. */
export function drips(text: string, everyMs: number): Behaviour {
  return (socket) => {
    let at = 0
    const timer = setInterval(() => {
      if (at >= text.length || !socket.writable) clearInterval(timer)
      else socket.write(text.charAt(at++))
    }, everyMs)
    socket.on('close', () => clearInterval(timer))
  }
}
