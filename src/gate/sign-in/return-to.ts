// Where a browser may be sent after sign-in or sign-out: only to a host that has a policy, or to the
// portal. Whatever is not plainly such an address falls back to the portal (open redirect, CWE-601).
import { canonicalTarget } from '../canonical.ts'
import type { GateConfig } from '../config.ts'
import type { Policy } from '../policy/policy.ts'
import { type Hostname, parseHost } from '../../model/host.ts'
import { assert } from '../../std/assert.ts'
import type { Brand } from '../../std/brand.ts'

/** An absolute http(s) URL that a redirect may carry. Made only by {@link parseReturnTo}. */
export type ReturnTo = Brand<string, 'ReturnTo'>

/** Path of the portal on the sign-in host. */
export const portalPath = '/_gatehouse/'

/** Longest target, in characters: it travels sealed in the state of a redirect. */
export const returnToLengthMax = 2048

/** Ports below this are other protocols' unless they are the scheme's own. */
const portMin = 1024

/** Scheme and authority in the only spelling accepted: no userinfo, no escapes, no IPv6. */
const authorityPattern = /^(https?):\/\/([A-Za-z0-9._-]+(?::[0-9]{1,5})?)(?=[/?#]|$)/

/** Pages of the gate that are a place to be, not a step on the way or an act. */
const gatePagePattern = /^\/_gatehouse\/(?:me|account(?:\/[a-z-]+)*|console(?:\/[a-z0-9-]+)*\/?)?$/

/** What a target is judged by. */
export interface ReturnToRules {
  readonly config: Pick<GateConfig, 'origin' | 'host' | 'secure'>
  readonly policy: Policy
}

/** The portal of the sign-in host. */
export function portalUrl(config: Pick<GateConfig, 'origin'>): ReturnTo {
  return `${config.origin}${portalPath}` as ReturnTo
}

/**
 * Reads the `rd` parameter. `values` are all values of the parameter; anything but one good value
 * gives null. The text is returned as the URL parser (WHATWG URL) writes it, so that what was
 * judged is what is sent.
 */
export function parseReturnTo(values: readonly string[], rules: ReturnToRules): ReturnTo | null {
  const text = values[0]
  if (values.length !== 1 || text === undefined || !isPlainText(text)) return null
  const authority = authorityPattern.exec(text)?.[2]
  return authority === undefined || !URL.canParse(text) ? null : judge(text, authority, rules)
}

function judge(text: string, authority: string, rules: ReturnToRules): ReturnTo | null {
  const parsed = parseHost(authority)
  const url = new URL(text)
  // Our reading of the host and the URL parser's must agree, or a browser's might be a third.
  if (!parsed.ok || url.hostname !== parsed.value.host) return null
  const allowed =
    (url.protocol === 'https:' || !rules.config.secure) &&
    isAllowedPort(url, rules.config) &&
    isAllowedPlace(url, parsed.value.host, rules)
  return allowed ? (url.href as ReturnTo) : null
}

/** {@link parseReturnTo}, or the portal where it gives null. */
export function returnToOrPortal(values: readonly string[], rules: ReturnToRules): ReturnTo {
  return parseReturnTo(values, rules) ?? portalUrl(rules.config)
}

/**
 * Host and path of a target, as the policy is asked about them: the path decoded, as the auth endpoint
 * reads it. One that it would refuse is left as it is.
 */
export function placeOf(target: ReturnTo): { readonly host: Hostname; readonly path: string } {
  const url = new URL(target)
  const parsed = parseHost(url.hostname)
  assert(parsed.ok, 'A target has a host that was read before')
  const read = canonicalTarget(url.pathname)
  return { host: parsed.value.host, path: read.ok ? read.value.path : url.pathname }
}

/** Printable ASCII without blank or backslash, which browsers read as a slash. */
function isPlainText(text: string): boolean {
  if (text.length > returnToLengthMax) return false
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code <= 0x20 || code >= 0x7f || code === 0x5c) return false
  }
  return true
}

function isAllowedPort(url: URL, config: ReturnToRules['config']): boolean {
  // The scheme's own port is written away by the parser.
  if (url.port === '' || url.port === new URL(config.origin).port) return true
  return Number(url.port) >= portMin
}

function isAllowedPlace(url: URL, host: Hostname, rules: ReturnToRules): boolean {
  if (/^\/+_gatehouse(?:\/|$)/i.test(url.pathname))
    return url.origin === rules.config.origin && gatePagePattern.test(url.pathname)
  const question = { host, path: '/', method: 'GET', clientAddress: null }
  return rules.policy.match(question).kind !== 'unknown-host'
}
