// The contract between the listener and what stands behind it.
import type { Address } from '../../model/network.ts'
import type { RequestHead } from './head.ts'
import type { Wire } from './wire.ts'

/**
 * Answers one request over the connection itself, with the body and the answer flowing. Resolves when it
 * is done: `reuse` only when the whole body was read and the whole answer written. Never rejects.
 */
export type StreamTask = (client: Wire) => Promise<'reuse' | 'close'>

/** What to do with a well-formed request. `body` is valid only during the call; copy it to keep it. */
export interface RequestHandler {
  /**
   * Asked first, before the body has come: null for a request that {@link handle} answers. Only requests
   * that are taken over may have a body in chunks, a large body, or `Expect`.
   */
  takeOver?(head: RequestHead): StreamTask | null
  /** Bytes of the whole answer, head included. A promise delays the answers behind it. */
  handle(head: RequestHead, body: Uint8Array): Buffer | Promise<Buffer>
  /**
   * Bytes of the whole answer to a request that could not be read, with `Connection: close`. `status`
   * is what HTTP says; `target` is empty where not even that could be read.
   */
  refuse(status: string, target: string): Buffer
  isTrusted(peer: Address): boolean
}

/** Numbers about the listener, for metrics. */
export interface TransportStats {
  readonly connections: number
  readonly connectionsRefused: number
  readonly badRequests: number
  readonly timeouts: number
}

/** A running listener. */
export interface Transport {
  readonly port: number
  stats(): TransportStats
  /** Judges the peers of open connections again, after `isTrusted` has changed. */
  judgePeers(): void
  /** Stops accepting, lets answers in progress finish, closes. */
  close(): Promise<void>
}
