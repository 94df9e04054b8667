// Which requests the reverse proxy takes: those for hosts of providers in mode `proxy`.
import { headerSlots } from '../../request.ts'
import type { RequestHead } from '../../transport/head.ts'
import { outpostPrefix } from '../door.ts'
import type { OutpostConfig, OutpostProvider } from '../outpost.ts'

const gatePrefix = '/_gatehouse/'

/**
 * The host that a request is for, as written: `X-Forwarded-Host` of a trusted proxy, else `Host`. Null
 * when the proxy names several.
 */
export function requestedHost(head: RequestHead): string | null {
  const forwarded = head.peerTrusted ? head.count(headerSlots['x-forwarded-host']) : 0
  if (forwarded > 1) return null
  const named = forwarded === 1 ? head.first(headerSlots['x-forwarded-host']) : null
  return named === null || named === '' ? head.first(headerSlots.host) : named
}

/** The provider in mode `proxy` that a request belongs to; null when somebody else answers it. */
export function claimedProvider(config: OutpostConfig, head: RequestHead): OutpostProvider | null {
  if (isOfOutpost(head.target)) return null
  const host = requestedHost(head)
  const match = host === null ? null : config.providerFor(host)
  if (match === null || match.kind === 'none' || match.kind === 'unusable') return null
  // The only provider answers for any host, but not in place of the gate's own pages.
  if (match.kind === 'only' && head.target.startsWith(gatePrefix)) return null
  const { provider } = match
  return provider.mode === 'proxy' && provider.internal !== null ? provider : null
}

/** Paths of the outpost itself, on every host: never passed on, whatever a service has there. */
function isOfOutpost(target: string): boolean {
  if (!target.startsWith(outpostPrefix)) return false
  const next = target[outpostPrefix.length]
  return next === undefined || next === '/' || next === '?'
}
