// Which hosts a proxy provider answers for.
import { type ManagedObject, textOf } from './objects.ts'

/** Host name of an address, lower case; null for what is no http address. */
export function hostnameOf(address: string): string | null {
  if (!URL.canParse(address)) return null
  const { hostname, protocol } = new URL(address)
  return /^https?:$/.test(protocol) ? hostname.toLowerCase() : null
}

/** True when `provider` answers for `host`, which may be a wildcard (`*.example.com`). */
export function answersFor(provider: ManagedObject, host: string): boolean {
  if (hostnameOf(textOf(provider, 'external_host')) === host) return true
  if (textOf(provider, 'mode') !== 'forward_domain') return false
  const domain = textOf(provider, 'cookie_domain').toLowerCase().replace(/^\./, '')
  return domain !== '' && (host === domain || host.endsWith(`.${domain}`))
}
