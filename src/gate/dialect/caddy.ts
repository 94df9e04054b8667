// Caddy forward_auth: X-Forwarded-* in; 2xx lets pass and copies the named headers, else to the client.
import type { Dialect } from './dialect.ts'
import { plainShape, readForwarded } from './read.ts'

/** Caddy's way of asking (Caddy documentation, forward_auth directive). */
export const caddy: Dialect = {
  name: 'caddy',
  read: readForwarded,
  shape: (decision, navigation) => plainShape(decision, navigation, false),
}
