// The address of a provider as authentik has it (`external_host`), parsed once.
import { type Hostname, parseHost } from '../../model/host.ts'

/** An `external_host`. */
export interface ExternalHost {
  /** Scheme, host and port, without a trailing slash: `https://app.example.com:8443`. */
  readonly origin: string
  readonly scheme: 'http' | 'https'
  readonly hostname: Hostname
  /** Null for the default port of the scheme. */
  readonly port: number | null
  /** `hostname` or `hostname:port`, as a browser writes it in `Host`. */
  readonly host: string
  /** Path as it stands there, `/` when there is none; authentik lets people write one. */
  readonly path: string
  /**
   * The callback address as authentik registers it (its urljoin: a last path segment without a slash is
   * replaced), with the query that marks it.
   */
  readonly callbackUrl: string
}

const externalLengthMax = 2048
/** Default port of each scheme. */
export const defaultPorts = { http: 80, https: 443 } as const

/** Parses an `external_host`; null for anything but an http or https address without credentials. */
export function parseExternalHost(text: string): ExternalHost | null {
  if (text.length > externalLengthMax || !URL.canParse(text)) return null
  const url = new URL(text)
  const scheme = url.protocol === 'https:' ? 'https' : url.protocol === 'http:' ? 'http' : null
  if (scheme === null || url.username !== '' || url.password !== '') return null
  const parsed = parseHost(url.host)
  if (!parsed.ok) return null
  const { host: hostname, port } = parsed.value
  const host = port === null ? hostname : `${hostname}:${port}`
  const origin = `${scheme}://${host}`
  const callback = new URL('outpost.goauthentik.io/callback', `${origin}${url.pathname}`)
  callback.search = '?X-authentik-auth-callback=true'
  return Object.freeze({
    origin,
    scheme,
    hostname,
    port,
    host,
    path: url.pathname,
    callbackUrl: callback.href,
  })
}
