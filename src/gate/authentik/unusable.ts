// A provider that cannot be served, and which hosts it keeps shut all the same.
import { type Hostname, parseHost } from '../../model/host.ts'
import { parseExternalHost } from './external-host.ts'
import { type Fields, fieldOf } from '../../std/fields.ts'
import type { OutpostConfig, UnusableProvider } from './outpost.ts'

/** What a provider answered for. */
interface Claims {
  readonly host: string | null
  readonly domain: Hostname | null
  /** True when these are all. */
  readonly isComplete: boolean
}

const nothingKnown: Claims = { host: null, domain: null, isComplete: false }

/**
 * What is known of a provider that cannot be served. The hosts that it would answer for are read from
 * what of it is good, else from `previous`; where nobody knows, `unknownHosts` says so.
 */
export function shut(
  element: Fields,
  faults: readonly string[],
  previous: OutpostConfig | null,
): UnusableProvider {
  const pk = fieldOf(element, 'pk')
  const name = fieldOf(element, 'name')
  const before = typeof pk === 'number' ? claimsBefore(pk, previous) : nothingKnown
  const host = hostOf(element) ?? before.host
  const { domain, isKnown } = domainOf(element, before)
  return Object.freeze({
    pk: typeof pk === 'number' ? pk : null,
    name: typeof name === 'string' ? name : '',
    faults: Object.freeze([...faults]),
    host,
    domain,
    unknownHosts: host === null || !isKnown,
  })
}

function claimsBefore(pk: number, previous: OutpostConfig | null): Claims {
  const good = previous?.providers.find((provider) => provider.pk === pk)
  if (good !== undefined) {
    const domain = good.mode === 'forward_domain' ? good.cookieDomain : null
    return { host: good.external.host, domain, isComplete: true }
  }
  const ill = previous?.unusable.find((provider) => provider.pk === pk)
  return ill === undefined ? nothingKnown : { ...ill, isComplete: !ill.unknownHosts }
}

function hostOf(element: Fields): string | null {
  const external = fieldOf(element, 'external_host')
  return typeof external === 'string' ? (parseExternalHost(external)?.host ?? null) : null
}

/** Only two modes are sure to answer for one host; with any other it is the domain that counts. */
function domainOf(
  element: Fields,
  before: Claims,
): { readonly domain: Hostname | null; readonly isKnown: boolean } {
  const mode = fieldOf(element, 'mode')
  if (mode === 'proxy' || mode === 'forward_single') return { domain: null, isKnown: true }
  const text = fieldOf(element, 'cookie_domain')
  if (text === '') return { domain: null, isKnown: true }
  const read = typeof text === 'string' ? parseCookieDomain(text) : null
  const domain = read ?? before.domain
  return { domain, isKnown: domain !== null || before.isComplete }
}

/** A leading dot means the same as none (RFC 6265 section 5.2.3). Null for what is no domain. */
export function parseCookieDomain(text: string): Hostname | null {
  const parsed = parseHost(text.replace(/^\./, ''))
  return parsed.ok && parsed.value.port === null ? parsed.value.host : null
}
