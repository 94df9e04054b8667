// What the gate would answer to a request that nobody has sent, and why: `explain` and policy tests.
import { type Decision, type DecisionKind, type Reason, reasons } from '../model/decision.ts'
import type { Hostname } from '../model/host.ts'
import type { Identity } from '../model/identity.ts'
import type { Address } from '../model/network.ts'
import type { Rule } from '../model/service.ts'
import { accessRequestFromUrl } from './canonical.ts'
import { type Presence, decide, decideGatePage } from './decide.ts'
import { type ConsideredRule, explainPolicy } from './policy/explain.ts'
import type { Policy, PolicyMatch } from './policy/policy.ts'

/** A person as far as a question tells; what it leaves out is empty. */
export interface AskedPerson {
  readonly user?: string | undefined
  readonly groups?: readonly string[] | undefined
  readonly email?: string | undefined
  /** Left out: a provider that the rule accepts. */
  readonly provider?: string | undefined
}

/** A request that one might send, and who might send it. */
export interface AskedRequest {
  /** Absolute; characters that a browser would escape may be written plainly. */
  readonly url: string
  /** `GET` when left out; in any case of letters. */
  readonly method?: string | undefined
  /** Address of the client; null or left out when it is not known. */
  readonly from?: Address | null | undefined
  /** Null or left out: nobody is signed in. */
  readonly person?: AskedPerson | null | undefined
  /** `unavailable`: the session store does not answer. `ended`: the session has ended. */
  readonly session?: 'unavailable' | 'ended' | undefined
}

/** Who answers: a policy, and the host of the gate's own pages. */
export interface Answering {
  readonly policy: Policy
  readonly gateHost: Hostname | null
}

/** The answer with all that led to it. */
export interface Explanation {
  readonly decision: DecisionKind
  readonly reason: Reason
  /** Null when no rule was come to. */
  readonly rule: Rule | null
  /** The part of the request that could not be read; null otherwise. */
  readonly detail: string | null
  /** Every rule that one could think of; empty when the request could not be read. */
  readonly considered: readonly ConsideredRule[]
}

/** Pure: the same reading, matching and deciding that a request through a proxy goes through. */
export function explainRequest(answering: Answering, asked: AskedRequest): Explanation {
  const read = accessRequestFromUrl({
    url: escapeLikeBrowser(asked.url),
    method: (asked.method ?? 'GET').toUpperCase(),
    clientAddress: asked.from ?? null,
  })
  if (!read.ok) {
    const { reason, detail } = read.error
    return { decision: 'refuse', reason, rule: null, detail, considered: [] }
  }
  const request = read.value
  const own = request.host === answering.gateHost ? decideGatePage(request.path) : null
  if (own !== null) return { ...outcome(own), considered: [] }
  const match = answering.policy.match(request)
  const decision = decide(match, presenceOf(asked, match))
  return { ...outcome(decision), considered: explainPolicy(answering.policy, request) }
}

function outcome(decision: Decision): Omit<Explanation, 'considered'> {
  return {
    decision: decision.kind,
    reason: decision.reason,
    rule: decision.rule,
    detail: null,
  }
}

/** Spaces and everything beyond ASCII as percent-encoded UTF-8, like the URL standard does. */
function escapeLikeBrowser(url: string): string {
  return url.toWellFormed().replace(/[^\u0021-\u007e]+/g, encodeURIComponent)
}

function presenceOf({ session, person }: AskedRequest, match: PolicyMatch): Presence {
  if (session !== undefined) return { kind: session }
  if (person === null || person === undefined) return { kind: 'none' }
  const accepted = match.kind === 'rule' ? match.compiled.rule.providers[0] : undefined
  const identity: Identity = {
    user: person.user ?? '',
    name: '',
    email: person.email ?? '',
    groups: person.groups ?? [],
    provider: person.provider ?? accepted ?? '',
  }
  return { kind: 'found', identity }
}

/** The reason as a sentence, and what to do about it; the latter may be empty. */
export function describeReason(reason: Reason): { readonly title: string; readonly fix: string } {
  return reasons[reason]
}

/** Who a rule lets in, as a person would say it. */
export function describeRequirement(rule: Rule): string {
  if (rule.auth !== 'required') return `everybody (auth "${rule.auth}")`
  const quoted = (names: readonly string[]) => names.map((name) => `"${name}"`).join(' or ')
  const parts: string[] = []
  if (rule.groups.length > 0) parts.push(`members of ${quoted(rule.groups)}`)
  if (rule.users.length > 0) parts.push(`the user ${quoted(rule.users)}`)
  if (rule.emailDomains.length > 0) parts.push(`addresses at ${quoted(rule.emailDomains)}`)
  const who = parts.length === 0 ? 'everybody who is signed in' : parts.join(', ')
  return rule.providers.length === 0 ? who : `${who}, signed in through ${quoted(rule.providers)}`
}
