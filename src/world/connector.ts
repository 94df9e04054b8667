// Outgoing connections as streams of bytes: plain, or TLS with the certificate checked.
import { type Socket, connect as connectPlain, isIP } from 'node:net'
import { type PeerCertificate, type TLSSocket, connect as connectTls } from 'node:tls'
import { type Result, err, ok } from '../std/result.ts'
import { type ByteSocket, type ByteSocketEvents, byteSocketOf } from './byte-socket.ts'

/** Where to connect to. */
export interface ConnectTarget {
  /** Name or address, IPv6 without brackets. */
  readonly hostname: string
  readonly port: number
  /** Null for plain TCP. */
  readonly tls: TlsTarget | null
  readonly timeoutMs: number
}

/** How the other end has to show who it is. */
export interface TlsTarget {
  /** False takes any certificate. */
  readonly verify: boolean
  /** Name sent as SNI and looked for in the certificate, where it is not `hostname`. */
  readonly serverName?: string
  /** Certificates in PEM that are trusted in place of the system's. */
  readonly authorities?: string
}

/**
 * Why there is no connection. `detail` is for the log and for administrators. `handshake`: there was a
 * connection, but no TLS on it; `untrusted`: the certificate is not one to trust.
 */
export interface ConnectFault {
  readonly code: 'timeout' | 'unreachable' | 'handshake' | 'untrusted'
  readonly detail: string
}

/** Facts of the leaf certificate. Times are epoch ms; names are cut to {@link certificateNameMax}. */
export interface LeafCertificate {
  readonly notBefore: number
  readonly notAfter: number
  /** Common names; empty where there is none. */
  readonly subject: string
  readonly issuer: string
}

/** A connection that waits for somebody to listen: nothing is read before. */
export interface OpenedSocket {
  /** Null over plain TCP. */
  readonly certificate: LeafCertificate | null
  attach(events: ByteSocketEvents): ByteSocket
}

/** Opens connections. */
export interface Connector {
  connect(target: ConnectTarget): Promise<Result<OpenedSocket, ConnectFault>>
}

const keepAliveEveryMs = 30_000
/** Longest name of a certificate that is kept, in characters. */
export const certificateNameMax = 120

/** The network. */
export function realConnector(): Connector {
  return { connect }
}

function connect(target: ConnectTarget): Promise<Result<OpenedSocket, ConnectFault>> {
  const { promise, resolve } = Promise.withResolvers<Result<OpenedSocket, ConnectFault>>()
  const { tls } = target
  let isConnected = false
  const fail = (fault: ConnectFault): void => {
    socket.destroy()
    resolve(err(fault))
  }
  const timer = setTimeout(() => {
    const missing = isConnected ? 'No TLS handshake' : 'No connection'
    fail({ code: 'timeout', detail: `${missing} in ${Math.round(target.timeoutMs)} ms` })
  }, target.timeoutMs)
  const opened = (certificate: LeafCertificate | null): void => {
    clearTimeout(timer)
    socket.setNoDelay(true)
    socket.setKeepAlive(true, keepAliveEveryMs)
    resolve(ok({ certificate, attach: (events) => byteSocketOf(socket, events) }))
  }
  const socket: Socket =
    tls === null
      ? connectPlain({ host: target.hostname, port: target.port }, () => opened(null))
      : openTls(target, tls, (secure) => {
          const fault = tls.verify ? trustFault(secure) : null
          clearTimeout(timer)
          if (fault === null) opened(leafOf(secure.getPeerCertificate()))
          else fail(fault)
        })
  socket.once('connect', () => {
    isConnected = true
  })
  // Stays after the connection is made: an error without a listener would end the process.
  socket.on('error', (error: Error) => {
    clearTimeout(timer)
    const code = isConnected && tls !== null ? 'handshake' : 'unreachable'
    fail({ code, detail: error.message })
  })
  return promise
}

/** Verification is done by {@link trustFault}: an error here would not say what the certificate is. */
function openTls(
  { hostname: host, port }: ConnectTarget,
  { serverName, authorities }: TlsTarget,
  onSecure: (socket: TLSSocket) => void,
): TLSSocket {
  const name = serverName ?? host
  const socket = connectTls({
    ...{ host, port, rejectUnauthorized: false },
    // A name only: SNI has no addresses (RFC 6066 section 3).
    ...(isIP(name) === 0 ? { servername: name } : {}),
    ...(authorities === undefined ? {} : { ca: authorities }),
  })
  socket.once('secureConnect', () => onSecure(socket))
  return socket
}

const trustFaults: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'has expired',
  CERT_NOT_YET_VALID: 'is not valid yet',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'is self-signed',
  SELF_SIGNED_CERT_IN_CHAIN: 'ends at an authority that is not known here',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'is of an authority that is not known here',
  UNABLE_TO_GET_ISSUER_CERT: 'is of an authority that is not known here',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'comes without the certificates between it and its authority',
  ERR_TLS_CERT_ALTNAME_INVALID: 'is for another name',
  CERT_REVOKED: 'was revoked',
}

function trustFault(socket: TLSSocket): ConnectFault | null {
  if (socket.authorized) return null
  const code = String(socket.authorizationError)
  const leaf = leafOf(socket.getPeerCertificate())
  const names = leaf === null ? '' : `, subject "${leaf.subject}", issuer "${leaf.issuer}"`
  const until = leaf === null ? '' : `, valid until ${new Date(leaf.notAfter).toISOString()}`
  const what = trustFaults[code] ?? 'cannot be trusted'
  return { code: 'untrusted', detail: `Certificate ${what} (${code}${names}${until})` }
}

function leafOf(certificate: PeerCertificate | undefined): LeafCertificate | null {
  const notBefore = Date.parse(certificate?.valid_from ?? '')
  const notAfter = Date.parse(certificate?.valid_to ?? '')
  if (certificate === undefined || Number.isNaN(notBefore) || Number.isNaN(notAfter)) return null
  return {
    notBefore,
    notAfter,
    subject: nameOf(certificate.subject),
    issuer: nameOf(certificate.issuer),
  }
}

/** Names are what somebody wrote into a certificate: without control characters, and not without end. */
function nameOf(parts: PeerCertificate['subject'] | undefined): string {
  const name: unknown = parts?.CN ?? parts?.O ?? ''
  const text = Array.isArray(name) ? name.join(', ') : String(name)
  return text.replaceAll(/[^\x20-\x7e]/g, '?').slice(0, certificateNameMax)
}
