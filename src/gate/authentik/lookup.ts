// From host to provider: exact address first, then the most specific cookie domain, then the only one.
import { isWithinDomain, parseHost } from '../../model/host.ts'
import { defaultPorts } from './external-host.ts'
import type { OutpostProvider, ProviderMatch, UnusableProvider } from './outpost.ts'

/** What is looked up in. */
export interface Lookup {
  readonly providers: readonly OutpostProvider[]
  readonly unusable: readonly UnusableProvider[]
}

const none: ProviderMatch = Object.freeze({ kind: 'none' })

interface DomainEntry {
  readonly domain: string
  readonly match: ProviderMatch
}

/**
 * The lookup of upstream with two differences on purpose: a domain matches on a label boundary and
 * whatever the port; and a provider that cannot be served keeps its hosts, so that no wider one opens them.
 * Of two providers with one `external_host` the later by name answers, as upstream. Pure.
 */
export function providerLookup({ providers, unusable }: Lookup): (host: string) => ProviderMatch {
  const exact = new Map<string, ProviderMatch>()
  const domains: DomainEntry[] = []
  for (const provider of providers) {
    exact.set(provider.external.host, match('host', provider))
    const { cookieDomain, mode } = provider
    if (mode === 'forward_domain' && cookieDomain !== null)
      domains.push({ domain: cookieDomain, match: match('domain', provider) })
  }
  // After the usable ones: of two claims to one host the one that cannot be honoured wins.
  for (const { name, host, domain } of unusable) {
    const shut: ProviderMatch = Object.freeze({ kind: 'unusable', name })
    if (host !== null) exact.set(host, shut)
    if (domain !== null) domains.unshift({ domain, match: shut })
  }
  domains.sort((a, b) => b.domain.length - a.domain.length)
  const blind = unusable.find(({ unknownHosts }) => unknownHosts)
  const wide: ProviderMatch | null =
    blind === undefined ? null : Object.freeze({ kind: 'unusable', name: blind.name })
  const [only] = providers
  const last =
    only !== undefined && providers.length === 1 && unusable.length === 0
      ? match('only', only)
      : none
  return (text) => {
    const parsed = parseHost(text)
    if (!parsed.ok) return none
    const { host, port } = parsed.value
    const found = exactMatch(exact, host, port)
    if (found !== undefined) return found
    if (wide !== null) return wide
    return domains.find(({ domain }) => isWithinDomain(host, domain))?.match ?? last
  }
}

function match(kind: 'host' | 'domain' | 'only', provider: OutpostProvider): ProviderMatch {
  return Object.freeze({ kind, provider })
}

/** A port that is the default of the scheme of the provider may be written or not. */
function exactMatch(
  exact: ReadonlyMap<string, ProviderMatch>,
  host: string,
  port: number | null,
): ProviderMatch | undefined {
  if (port === null) return exact.get(host)
  const found = exact.get(`${host}:${port}`)
  if (found !== undefined) return found
  const bare = exact.get(host)
  if (bare === undefined || bare.kind === 'none') return undefined
  if (bare.kind === 'unusable') return bare
  return defaultPorts[bare.provider.external.scheme] === port ? bare : undefined
}
