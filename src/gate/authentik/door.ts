// What an outpost answers at its HTTP listener, by path. Ping for now; the rest is told to come back.
import type { RequestHead } from '../transport/head.ts'

/** Prefix of every path of an outpost. */
export const outpostPrefix = '/outpost.goauthentik.io'

/** Answers requests for the outpost. */
export interface OutpostDoor {
  /** Bytes of the whole answer; null for a request that is not for the outpost. Body as in RequestHandler. */
  handle(head: RequestHead, body: Uint8Array): Buffer | Promise<Buffer> | null
}

/** True for the path that health checks ask, whatever host they name; anything may follow it (§2.2). */
export function isPing(target: string): boolean {
  return target.startsWith(`${outpostPrefix}/ping`)
}

const pong = Buffer.from('HTTP/1.1 204 No Content\r\nX-Powered-By: authentik_proxy2\r\n\r\n')
const comeBack = Buffer.from(
  'HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nCache-Control: no-store\r\n' +
    'Content-Length: 0\r\n\r\n',
)

/** The door of an outpost. */
export function createOutpostDoor(): OutpostDoor {
  return {
    handle: ({ target }) => {
      if (!target.startsWith(outpostPrefix)) return null
      return isPing(target) ? pong : comeBack
    },
  }
}
