// Who may reach a service behind a provider in mode `proxy`: the question that the reverse proxy asks.
import type { RequestHead } from '../../transport/head.ts'
import type { OutpostProvider } from '../outpost.ts'

/** The request goes on to the service. */
export interface ProxyPass {
  readonly kind: 'pass'
  /**
   * Identity headers for the service, the empty ones too. Unicode text, written as UTF-8. Whatever the
   * client sent under these names, under `X-authentik-…` or with an underscore in its name is removed.
   */
  readonly headers: readonly (readonly [name: string, value: string])[]
  /** True when `Authorization` was meant for us: the service then gets only one out of `headers`. */
  readonly consumesAuthorization: boolean
  /** Cookies of ours: the service neither sees nor sets them. */
  readonly ownCookies: readonly string[]
  /** Values of `Set-Cookie` that are added to the answer of the service. */
  readonly setCookies: readonly string[]
  /** Claim `ak_proxy.backend_override` as it stands in the token; null when there is none. */
  readonly backendOverride: string | null
  /** Claim `ak_proxy.host_header` as it stands in the token; null when there is none. */
  readonly hostHeader: string | null
  /** Claim `ak_proxy.is_superuser`: an error page may then say what is wrong with the service. */
  readonly isSuperuser: boolean
}

/** The request ends here: a redirect to sign in, the end of a sign-in, a refusal. */
export interface ProxyAnswer {
  readonly kind: 'answer'
  /** The whole answer, head and body, framed by `Content-Length` and without `Connection`. */
  readonly bytes: Buffer
}

/** What becomes of one request. */
export type ProxyVerdict = ProxyPass | ProxyAnswer

/** Decides about requests for hosts of providers in mode `proxy`. */
export interface ProxyGuard {
  /**
   * Asked for every request but those below `/outpost.goauthentik.io`, before a byte of its body is
   * read. `request` may be kept: it is a copy. A rejection is answered 503 and reaches no service.
   */
  authorise(request: RequestHead, provider: OutpostProvider): Promise<ProxyVerdict>
}
