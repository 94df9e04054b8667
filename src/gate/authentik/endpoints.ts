// Endpoints of a provider, and which address of authentik each is reached by.
import { FieldReader, type Fields } from '../../std/fields.ts'
import type { ProviderEndpoints, TokenSigning } from './outpost.ts'

/** What decides about the addresses. */
export interface EndpointPlace {
  /** Origin by which browsers reach authentik, where it differs. */
  readonly browserOrigin: string | null
  /** Key `authentik_host` of the outpost, as an origin; null when it is empty. */
  readonly configuredOrigin: string | null
  readonly embedded: boolean
  readonly agent: string
  readonly providerName: string
}

/** Algorithms of asymmetric keys that are accepted when a provider announces them (RFC 7518, RFC 8037). */
const asymmetric = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512']
const keyAlgorithms: ReadonlySet<string> = new Set([...asymmetric, 'EdDSA'])

/** Reads `oidc_configuration`; what is wrong is added to `faults`. */
export function readEndpoints(
  configuration: Fields,
  place: EndpointPlace,
  faults: string[],
): ProviderEndpoints {
  const reader = new FieldReader(configuration, 'oidc_configuration.')
  const at = (name: string): URL => {
    const text = reader.text(name)
    const url = httpUrl(text)
    if (url === null && reader.isGood(name)) reader.fault(name, 'no http address')
    return url ?? new URL('http://invalid.invalid/')
  }
  const embeddedOrigin = place.embedded ? place.configuredOrigin : null
  const browser = embeddedOrigin ?? place.browserOrigin
  const token = at('token_endpoint')
  const endpoints = {
    issuer: issuerText(reader, at('issuer'), browser),
    authorization: rewritten(at('authorization_endpoint'), browser),
    endSession: rewritten(at('end_session_endpoint'), browser),
    token: token.href,
    introspection: at('introspection_endpoint').href,
    jwksUri: rewritten(at('jwks_uri'), embeddedOrigin),
    signing: readSigning(reader),
    backChannelHeaders: Object.freeze(backChannelHeaders(token, place)),
  }
  faults.push(...reader.faults)
  return Object.freeze(endpoints)
}

/** The issuer is compared as a text: left exactly as it came unless its host is another one. */
function issuerText(reader: FieldReader, url: URL, origin: string | null): string {
  return origin === null ? reader.text('issuer') : rewritten(url, origin)
}

function rewritten(url: URL, origin: string | null): string {
  return origin === null ? url.href : `${origin}${url.pathname}${url.search}`
}

/** An http or https address without credentials; null for any other text. */
export function httpUrl(text: string): URL | null {
  const url = URL.parse(text)
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) return null
  return url.username === '' && url.password === '' ? url : null
}

/** HS256 keyed by the client secret, or keys of the server, never both: that confusion is an attack. */
function readSigning(reader: FieldReader): TokenSigning {
  const name = 'id_token_signing_alg_values_supported'
  const announced = reader.texts(name)
  if (announced.includes('HS256')) return Object.freeze({ kind: 'client-secret' })
  const algorithms = announced.filter((algorithm) => keyAlgorithms.has(algorithm))
  if (algorithms.length === 0 && reader.isGood(name))
    reader.fault(name, 'without an algorithm that is supported')
  return Object.freeze({ kind: 'jwks', algorithms: Object.freeze(algorithms.toSorted()) })
}

/** authentik mints the issuer from the host it was asked by, so it must see the public one. */
function backChannelHeaders(token: URL, place: EndpointPlace): Record<string, string> {
  const { agent, providerName, browserOrigin, configuredOrigin } = place
  // A header holds visible ASCII; a name may hold anything.
  const shown = providerName.replace(/[^\x20-\x7e]/g, '?')
  const headers = { 'User-Agent': `${agent} (provider=${shown})` }
  const origin = browserOrigin ?? configuredOrigin
  const url = origin === null ? null : httpUrl(origin)
  if (url === null || url.host === token.host) return headers
  return { ...headers, Host: url.host, 'X-Forwarded-Proto': url.protocol.slice(0, -1) }
}
