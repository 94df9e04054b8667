// Envoy ext_authz over HTTP: the request itself under a path prefix; 200 lets pass, else to the client.
import { err } from '../../std/result.ts'
import type { Dialect } from './dialect.ts'
import { plainShape, readRequest, requireHeader } from './read.ts'

/** `path_prefix` of the ext_authz filter. */
export const envoyPrefix = '/_gatehouse/auth/envoy'

/**
 * Envoy's way of asking (envoy.filters.http.ext_authz, http_service): its own method, Host and raw
 * target after the prefix. The raw target matters: a decoded one could differ from what Envoy forwards.
 */
export const envoy: Dialect = {
  name: 'envoy',
  read: (raw, context) => {
    if (!raw.target.startsWith(`${envoyPrefix}/`))
      return err({ reason: 'missing-header', detail: 'path' })
    const host = requireHeader(raw, 'host')
    if (!host.ok) return host
    const scheme = requireHeader(raw, 'x-forwarded-proto')
    if (!scheme.ok) return scheme
    const target = raw.target.slice(envoyPrefix.length)
    return readRequest(
      raw,
      { scheme: scheme.value, host: host.value, target, method: raw.method },
      context,
    )
  },
  shape: (decision, navigation) => plainShape(decision, navigation, false),
}
