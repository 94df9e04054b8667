// Connections that come encrypted: TLS ends here, and the listener is given what was inside.
import { type SecureContext, type TLSSocket, createServer } from 'node:tls'
import { assert } from '../../std/assert.ts'
import { byteSocketOf } from '../../world/byte-socket.ts'
import type { Accept, AcceptedEvents, AcceptedSocket, Acceptor } from './acceptor.ts'

/** A handshake must be complete after this long. */
const handshakeTimeoutMs = 10_000
/** Handshakes under way at one time; further connections are closed at once. */
const handshakesMax = 1024

/** A certificate with its key, both PEM. */
export interface KeyPair {
  readonly certificatePem: string
  readonly privateKeyPem: string
}

/** Which certificate is shown. Asked for each connection, so that a new one is shown from the next on. */
export interface Certificates {
  /** For a client that names no host, and where {@link forName} has nothing. */
  readonly fallback: KeyPair
  /** For the host that the client names (SNI, RFC 6066 section 3), as it names it. */
  forName(name: string): SecureContext | null
}

/** Options of {@link acceptTls}. */
export interface TlsOptions {
  readonly hostname: string
  readonly port: number
  readonly certificates: Certificates
}

/** TLS 1.2 and 1.3 (RFC 9325), HTTP/1.1 inside. */
export function acceptTls(options: TlsOptions): Accept {
  return <Data>(events: AcceptedEvents<Data>) => new TlsAcceptor(options, events)
}

class TlsAcceptor<Data> implements Acceptor {
  readonly port: number
  readonly #server: ReturnType<typeof createServer>
  readonly #events: AcceptedEvents<Data>
  readonly #handshakes = new Set<object>()

  constructor({ hostname, port, certificates }: TlsOptions, events: AcceptedEvents<Data>) {
    this.#events = events
    this.#server = createServer({
      key: certificates.fallback.privateKeyPem,
      cert: certificates.fallback.certificatePem,
      minVersion: 'TLSv1.2',
      ALPNProtocols: ['http/1.1'],
      handshakeTimeout: handshakeTimeoutMs,
      SNICallback: (name, answer) => answer(null, certificates.forName(name) ?? undefined),
    })
    this.#server.on('connection', (stream: TLSSocket) => this.#connected(stream))
    this.#server.on('secureConnection', (stream) => this.#open(stream))
    this.#server.on('tlsClientError', (_error, stream) => void stream.destroy())
    // An address that is taken is only reported later here, and at once by the runtime's own listener.
    if (port !== 0) Bun.listen({ hostname, port, socket: { data: () => {} } }).stop(true)
    this.#server.on('error', () => {})
    this.#server.listen(port, hostname)
    const address = this.#server.address()
    assert(typeof address === 'object' && address !== null, 'A listening server has an address')
    this.port = address.port
  }

  stop(): void {
    this.#server.close()
  }

  #connected(stream: TLSSocket): void {
    if (this.#handshakes.size >= handshakesMax) return void stream.destroy()
    this.#handshakes.add(stream)
    stream.once('close', () => this.#handshakes.delete(stream))
  }

  #open(stream: TLSSocket): void {
    this.#handshakes.delete(stream)
    const socket = new TlsConnection<Data>(stream, this.#events)
    this.#events.open(socket)
  }
}

/** A decrypted connection in the form of the listener's. */
class TlsConnection<Data> implements AcceptedSocket<Data> {
  data: Data
  readonly remoteAddress: string
  readonly write: AcceptedSocket<Data>['write']
  readonly end: () => void
  readonly terminate: () => void
  readonly pause: () => void
  readonly resume: () => void
  readonly #stream: TLSSocket

  constructor(stream: TLSSocket, events: AcceptedEvents<Data>) {
    this.#stream = stream
    this.remoteAddress = stream.remoteAddress ?? ''
    // The listener sets it when it is told of the connection, before anything else happens on it.
    this.data = undefined as Data
    const socket = byteSocketOf(stream, {
      data: (chunk) => events.data(this, chunk),
      drain: () => events.drain(this),
      close: () => events.close(this),
    })
    this.write = socket.write
    this.end = socket.end
    this.terminate = socket.terminate
    this.pause = socket.pause
    this.resume = socket.resume
  }

  setNoDelay(): void {
    this.#stream.setNoDelay(true)
  }
}
