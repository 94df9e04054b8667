// The HTTP of the OpenID Connect client: every request through our own client, with its limits.
import { allowInsecureRequests, customFetch, type CustomFetchOptions } from 'oauth4webapi'
import type { OidcProviderConfig } from '../config.ts'
import type { HttpClient, HttpFailure } from '../../world/http-client.ts'

/** A provider answers within this time or counts as down. */
export const providerTimeoutMs = 5000
/** Discovery documents and key sets are a few KiB. */
export const providerBytesMax = 1_048_576

/** A request that brought nothing usable. Crosses the library, which knows only exceptions. */
export class ProviderUnreachable extends Error {
  override readonly name = 'ProviderUnreachable'
  readonly code: HttpFailure['code'] | 'status'

  constructor(code: HttpFailure['code'] | 'status', detail: string) {
    super(detail)
    this.code = code
  }
}

/** The library's fetch over `http`. Throws {@link ProviderUnreachable}; never follows a redirect. */
function providerFetch(
  http: HttpClient,
): (
  url: string,
  options: CustomFetchOptions<string, URLSearchParams | null | undefined>,
) => Promise<Response> {
  return async (url, options) => {
    const sent = await http.send({
      url,
      method: options.method,
      headers: options.headers,
      ...(options.body ? { body: options.body.toString() } : {}),
      timeoutMs: providerTimeoutMs,
      bytesMax: providerBytesMax,
    })
    if (!sent.ok) throw new ProviderUnreachable(sent.error.code, sent.error.detail)
    const { status, headers, body } = sent.value
    // 5xx is trouble of the provider's own, whatever the body says; the rest is the library's to judge.
    if (status < 200 || status >= 500) throw new ProviderUnreachable('status', `Answered ${status}`)
    return new Response(status === 204 || status === 205 ? null : body, { status, headers })
  }
}

/** Options that every request to `provider` is made with. */
export interface ProviderRequestOptions {
  readonly [customFetch]: ReturnType<typeof providerFetch>
  // The library marks it so that nobody takes it by accident; here the configuration asks for it.
  readonly [allowInsecureRequests]: boolean
}

/** {@link ProviderRequestOptions} for a provider; `http:` only where the configuration permits it. */
export function providerRequestOptions(
  http: HttpClient,
  provider: OidcProviderConfig,
): ProviderRequestOptions {
  return {
    [customFetch]: providerFetch(http),
    [allowInsecureRequests]: provider.allowInsecureIssuer,
  }
}
