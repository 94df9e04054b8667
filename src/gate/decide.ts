// The decision, pure: what the policy says, who is there, and nothing else.
import type { Decision } from '../model/decision.ts'
import type { Identity } from '../model/identity.ts'
import { unreachable } from '../std/assert.ts'
import type { CompiledRule, PolicyMatch } from './policy/policy.ts'

/**
 * Who is there, as far as a decision cares: a live session's identity, nobody, a cookie that stands
 * for nothing, or not known because the store does not answer.
 */
export type Presence =
  | { readonly kind: 'found'; readonly identity: Identity }
  | { readonly kind: 'none' }
  | { readonly kind: 'ended' }
  | { readonly kind: 'unavailable' }

/** True when deciding needs to know who is there; otherwise the session store is not asked. */
export function needsPresence(match: PolicyMatch): boolean {
  if (match.kind !== 'rule') return false
  const { auth } = match.compiled.rule
  return auth === 'required' || auth === 'public'
}

/**
 * The verdict. Authorisation fails closed: no rule, no entry; not known who is there, no entry where
 * someone must be. Storage fails soft: a path open to everyone stays open while the store is away.
 */
export function decide(match: PolicyMatch, presence: Presence): Decision {
  switch (match.kind) {
    case 'unknown-host':
    case 'no-rule':
    case 'ambiguous-path':
      return { kind: 'refuse', reason: match.kind, rule: null }
    case 'rule':
      return decideRule(match.compiled, presence)
    default:
      return unreachable(match)
  }
}

function decideRule(compiled: CompiledRule, presence: Presence): Decision {
  const { rule } = compiled
  switch (rule.auth) {
    case 'none':
      return { kind: 'allow', reason: 'open', rule, identity: null }
    case 'app':
      return { kind: 'allow', reason: 'own-sign-in', rule, identity: null }
    case 'public':
      return {
        kind: 'allow',
        reason: 'public',
        rule,
        identity: presence.kind === 'found' ? presence.identity : null,
      }
    case 'required':
      return decideRequired(compiled, presence)
    default:
      return unreachable(rule.auth)
  }
}

function decideRequired(compiled: CompiledRule, presence: Presence): Decision {
  const { rule } = compiled
  switch (presence.kind) {
    case 'unavailable':
      return { kind: 'unavailable', reason: 'session-store', rule }
    case 'none':
      return { kind: 'sign-in', reason: 'no-session', rule }
    case 'ended':
      return { kind: 'sign-in', reason: 'session-ended', rule }
    case 'found':
      return decideMember(compiled, presence.identity)
    default:
      return unreachable(presence)
  }
}

function decideMember(compiled: CompiledRule, identity: Identity): Decision {
  const { rule } = compiled
  if (compiled.providers.size > 0 && !compiled.providers.has(identity.provider)) {
    return { kind: 'sign-in', reason: 'other-provider', rule }
  }
  if (compiled.groups.size + compiled.users.size + compiled.emailDomains.size === 0) {
    return { kind: 'allow', reason: 'signed-in', rule, identity }
  }
  return isMember(compiled, identity)
    ? { kind: 'allow', reason: 'member', rule, identity }
    : { kind: 'forbid', reason: 'not-member', rule, identity }
}

function isMember(compiled: CompiledRule, identity: Identity): boolean {
  for (const group of identity.groups) if (compiled.groups.has(group)) return true
  if (compiled.users.has(identity.user)) return true
  return compiled.emailDomains.size > 0 && compiled.emailDomains.has(emailDomain(identity.email))
}

/** Domain of an address with exactly one `@`, lower case; empty otherwise (GHSA-c5c4-8r6x-56w3). */
export function emailDomain(email: string): string {
  const at = email.indexOf('@')
  if (at < 1 || at !== email.lastIndexOf('@')) return ''
  return email.slice(at + 1).toLowerCase()
}

const gatePages = '/_gatehouse/'
const authEndpoints = '/_gatehouse/auth/'

/**
 * The gate's own pages are open behind a proxy that asks about every host; its auth endpoints are for
 * proxies alone. Null for any other path of the gate's host: the policy decides.
 */
export function decideGatePage(path: string): Decision | null {
  if (!path.startsWith(gatePages)) return null
  if (path.startsWith(authEndpoints) || path === '/_gatehouse/denied') {
    return { kind: 'refuse', reason: 'auth-endpoint', rule: null }
  }
  return { kind: 'allow', reason: 'gate-page', rule: null, identity: null }
}
