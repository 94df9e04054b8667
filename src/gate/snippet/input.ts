// From the gate's configuration to what a snippet says, with every value checked before it is printed.
import type { GateConfig } from '../config.ts'
import { isWithinDomain, parseHost } from '../../model/host.ts'
import { type Result, err, ok } from '../../std/result.ts'
import { suggest } from '../../std/suggest.ts'
import { sessionCookieName } from '../session/cookie.ts'
import { identityNames } from './parts.ts'
import type { SnippetInput, SnippetService } from './snippet.ts'

/** What the person may choose about a snippet. */
export interface SnippetChoice {
  /** Only this host; null: every service. A host that only a wildcard covers is printed as itself. */
  readonly service: string | null
  /** `host:port` of the gate as the proxy sees it; null: the http listener of the configuration. */
  readonly gateAddress: string | null
  /** Where the files will be put. */
  readonly directory: string
}

/** Checks and gathers what a snippet says; the error is one sentence for a person. */
export function snippetInput(
  config: GateConfig,
  choice: SnippetChoice,
): Result<SnippetInput, string> {
  const gateAddress = choice.gateAddress ?? listenerAddress(config)
  if (!/^(\[[0-9a-f:.]+\]|[a-z0-9._-]+):\d{1,5}$/i.test(gateAddress))
    return err(`Cannot use gate address "${gateAddress}", wanted "host:port"`)
  if (!/^\/[\w./-]*$/.test(choice.directory))
    return err(
      `Cannot use directory "${choice.directory}", wanted an absolute path of letters, digits, "-", "_" and "."`,
    )
  const services = chosenServices(config, choice.service)
  if (!services.ok) return services
  const input: SnippetInput = {
    origin: config.origin,
    gateAddress,
    services: services.value,
    identityHeaders: config.identityHeaders,
    sessionCookie: sessionCookieName(config.secure),
    directory: choice.directory === '/' ? '' : choice.directory.replace(/\/+$/, ''),
  }
  const badName = identityNames(input).find((name) => !/^[a-z0-9]+(-[a-z0-9]+)*$/i.test(name))
  if (badName !== undefined)
    return err(`Cannot use identity header "${badName}", wanted letters, digits and "-"`)
  return ok(input)
}

/**
 * What would keep the printed text from working although it is right: a proxy on this machine that the
 * gate does not trust. One sentence for a person, or null.
 */
export function snippetWarning(config: GateConfig, input: SnippetInput): string | null {
  const loopback = ['127.0.0.1', '::1'].find((address) =>
    input.gateAddress.replace(/[[\]]/g, '').startsWith(`${address}:`),
  )
  if (loopback === undefined || config.trustedProxies.contains(loopback)) return null
  return (
    `The proxy will connect from "${loopback}", which trusted_proxies does not list: every request will be ` +
    'refused. List it, or say with --gate where the proxy reaches the gate'
  )
}

/** The listener as a proxy on the same machine reaches it: "all addresses" is not one to connect to. */
function listenerAddress(config: GateConfig): string {
  const { hostname, port } = config.listen.http
  if (hostname === '' || hostname === '0.0.0.0' || hostname === '::') return `127.0.0.1:${port}`
  return hostname.includes(':') ? `[${hostname}]:${port}` : `${hostname}:${port}`
}

function chosenServices(
  config: GateConfig,
  wanted: string | null,
): Result<readonly SnippetService[], string> {
  const services: SnippetService[] = []
  for (const service of config.services) {
    const upstream = service.upstream === null ? ok(null) : originOf(service.upstream)
    if (!upstream.ok) return upstream
    services.push({ host: service.host, upstream: upstream.value })
  }
  if (wanted === null) return ok(services)
  const host = parseHost(wanted)
  const name = host.ok ? host.value.host : wanted
  const exact = services.find((service) => service.host === name)
  if (exact !== undefined) return ok([exact])
  const covering = services
    .filter((service) => service.host.startsWith('*.') && host.ok)
    .filter(
      (service) => isWithinDomain(name, service.host.slice(2)) && name !== service.host.slice(2),
    )
    .toSorted((a, b) => b.host.length - a.host.length)[0]
  if (covering !== undefined) return ok([{ host: name, upstream: covering.upstream }])
  const hosts = services.map((service) => service.host)
  const near = suggest(name, hosts)
  return err(
    `Cannot find service "${wanted}"${near === null ? '' : `, did you mean "${near}"`}; declared: ${hosts.map((known) => `"${known}"`).join(', ')}`,
  )
}

/** Scheme, host and port of an upstream. A path is refused: the gate judges the path as it is. */
function originOf(upstream: string): Result<string, string> {
  const url = URL.canParse(upstream) ? new URL(upstream) : null
  const fits =
    url !== null &&
    (url.protocol === 'http:' || url.protocol === 'https:') &&
    url.pathname === '/' &&
    url.search === '' &&
    url.username === '' &&
    /^[a-z0-9._:[\]-]+$/.test(url.host)
  if (!fits)
    return err(
      `Cannot use upstream "${upstream}", wanted "http://host:port" or "https://host:port"`,
    )
  return ok(url.origin)
}
