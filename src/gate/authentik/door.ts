// Which requests are for the outpost, by path, and who answers them.
import type { RequestHead } from '../transport/head.ts'

/** Prefix of every path of an outpost. */
export const outpostPrefix = '/outpost.goauthentik.io'

/** Answers requests for the outpost. */
export interface OutpostDoor {
  /** Bytes of the whole answer; null for a request that is not for the outpost. Body as in RequestHandler. */
  handle(head: RequestHead, body: Uint8Array): Buffer | Promise<Buffer> | null
  /** The same for hosts that are not the gate's own, whatever the path: there are no pages of the gate. */
  elsewhere(head: RequestHead): Promise<Buffer>
}

/** True for the path that health checks ask, whatever host they name; anything may follow it. */
export function isPing(target: string): boolean {
  return target.startsWith(`${outpostPrefix}/ping`)
}
