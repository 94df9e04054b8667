// Traefik ForwardAuth: X-Forwarded-* in; 2xx lets pass, anything else is copied to the client.
import type { Dialect } from './dialect.ts'
import { plainShape, readForwarded } from './read.ts'

/** Traefik's way of asking (Traefik documentation, ForwardAuth middleware). */
export const traefik: Dialect = {
  name: 'traefik',
  returnsCookies: true,
  read: readForwarded,
  shape: (decision, navigation) => plainShape(decision, navigation, false),
}
