// Pages: what a browser reaches on the sign-in host. Not the auth endpoints.
import type { Address } from '../model/network.ts'

/** A request for a page, read and bounded by the transport. */
export interface PageRequest {
  readonly method: string
  /** Path without query, as sent; known to start with `/`. */
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: Headers
  /** Body as text, at most 64 KiB; empty when there is none. */
  readonly body: string
  /** Right-most address that is not a trusted proxy. */
  readonly clientAddress: Address | null
  /** True when the connection comes from a trusted proxy. */
  readonly peerTrusted: boolean
  /** Short id, also in the log and on error pages. */
  readonly requestId: string
}

/** One page: exact path and method. A GET route also answers HEAD. */
export interface PageRoute {
  readonly method: 'GET' | 'POST'
  readonly path: string
  handle(request: PageRequest): Promise<Response>
}
