// What an outpost is told by its environment: the typed form. src/config/ makes it.
import type { LogLevel } from '../../world/log.ts'
import type { ListenAddress } from '../../model/listen-address.ts'

/** Where authentik is, taken apart. */
export interface AuthentikAddress {
  /** With the path that authentik lives under and a trailing slash: `https://id.example.com/`. */
  readonly baseUrl: string
  /** Query of `AUTHENTIK_HOST`, without `?`; the WebSocket carries it. */
  readonly query: string
  /** Path of the socket of a `unix://` address. */
  readonly unixSocket: string | null
}

/** Settings of an outpost. */
export interface OutpostSettings {
  readonly address: AuthentikAddress
  /** API token of the outpost. Never logged. */
  readonly token: string
  /** `AUTHENTIK_INSECURE`: the certificate of authentik is not verified. */
  readonly insecure: boolean
  /** `AUTHENTIK_HOST_BROWSER` as an origin: where browsers reach authentik; null when they use the same. */
  readonly browserOrigin: string | null
  /** Version that is reported to authentik and to services, as authentik numbers its own. */
  readonly version: string
  /** Tells authentik that this is a build of another kind, so that it does not call it outdated. */
  readonly buildHash: string
  /** `AUTHENTIK_LOG_LEVEL`; null leaves it to the outpost's configuration. */
  readonly logLevel: LogLevel | null
  /** `AUTHENTIK_LISTEN__HTTPS`; null when it is switched off. */
  readonly listenHttps: ListenAddress | null
  /** `AUTHENTIK_LOG__HTTP_HEADERS`: request headers that the access log holds. */
  readonly logHeaders: readonly string[]
  /**
   * What a script or a page fetches is answered 401 instead of a redirect to authentik that it cannot
   * follow. Off, as upstream.
   */
  readonly refuseFetches: boolean
}

/** `User-Agent` of calls to authentik, and value of `X-authentik-meta-version`. */
export function agentOf({ version }: Pick<OutpostSettings, 'version'>): string {
  return `goauthentik.io/outpost/${version}`
}
