// HAProxy through our Lua script: X-Forwarded-* in; the script replays the answer to the client.
import type { Dialect } from './dialect.ts'
import { plainShape, readForwarded } from './read.ts'

/** HAProxy's way of asking, as `gatehouse snippet haproxy` sets it up. */
export const haproxy: Dialect = {
  name: 'haproxy',
  read: readForwarded,
  shape: (decision, navigation) => plainShape(decision, navigation, true),
}
