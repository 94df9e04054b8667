// An address as a probe asks for it: scheme, host, port and target apart.
import { parseHost } from '../../model/host.ts'
import type { ProbeRequest } from './prober.ts'

/** What of a request an address says; the others are up to whoever asks. */
export type UrlTarget = Pick<ProbeRequest, 'scheme' | 'host' | 'port' | 'target'>

/** `url` taken apart; null where it is not http or https, or its host is none. */
export function urlTarget(url: URL): UrlTarget | null {
  const { hostname, pathname, port, protocol, search } = url
  const host = parseHost(hostname)
  if (!host.ok || !/^https?:$/.test(protocol)) return null
  const scheme = protocol === 'https:' ? 'https' : 'http'
  const usual = scheme === 'https' ? 443 : 80
  return {
    scheme,
    host: host.value.host,
    port: port === '' ? usual : Number(port),
    target: pathname + search,
  }
}
