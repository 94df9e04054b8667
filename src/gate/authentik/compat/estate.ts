// The estate's own rules on top of authentik's answer: who may enter which host behind one domain-wide
// provider. Both have to agree; a host that the estate does not name is authentik's alone.
import type { Decision } from '../../../model/decision.ts'
import type { Identity } from '../../../model/identity.ts'
import { decide } from '../../decide.ts'
import type { Policy, PolicyMatch } from '../../policy/policy.ts'
import type { Asked, AskedAddress } from './asked.ts'
import type { OutpostClaims } from './claims.ts'
import { plain } from './identity.ts'

/** Id by which rules name sign-ins through authentik (`providers: [authentik]`). */
export const estateProvider = 'authentik'

/** What the estate says about one request. */
export interface EstateVerdict {
  /** `none`: the estate does not name the host. `open`: it needs nobody. */
  readonly kind: 'none' | 'open' | 'allow' | 'sign-in' | 'deny'
  readonly decision: Decision | null
  /** Host of the service, for counters; null for `none`. */
  readonly host: string | null
}

const none: EstateVerdict = Object.freeze({ kind: 'none', decision: null, host: null })

/** Asks the estate. `claims` is null for nobody. Pure. */
export function estateVerdict(
  policy: Policy,
  question: {
    readonly asked: Asked
    readonly address: AskedAddress
    readonly claims: OutpostClaims | null
  },
): EstateVerdict {
  const { asked, address, claims } = question
  if (policy.services.length === 0) return none
  const match = policy.match({
    host: address.host,
    path: address.path ?? '/',
    // A method that the proxy keeps to itself falls under rules for all methods alone.
    method: address.method ?? '',
    clientAddress: asked.client,
  })
  if (match.kind === 'unknown-host') return none
  const host = hostOf(match)
  if (address.path === null) {
    const decision: Decision = { kind: 'refuse', reason: 'ambiguous-path', rule: null }
    return { kind: 'deny', decision, host }
  }
  const presence =
    claims === null
      ? ({ kind: 'none' } as const)
      : ({ kind: 'found', identity: identityOf(claims, estateProvider) } as const)
  const decision = decide(match, presence)
  return { kind: kindOf(decision, claims !== null), decision, host }
}

function kindOf(decision: Decision, isSomebody: boolean): EstateVerdict['kind'] {
  switch (decision.kind) {
    case 'allow':
      return isSomebody ? 'allow' : 'open'
    case 'sign-in':
      // Somebody is there, but the service wants another provider: authentik cannot help with that.
      return isSomebody ? 'deny' : 'sign-in'
    default:
      return 'deny'
  }
}

function hostOf(match: Exclude<PolicyMatch, { kind: 'unknown-host' }>): string {
  return match.kind === 'rule' ? match.compiled.service.host : match.service.host
}

/** Claims as the rest of the gate knows a person. */
export function identityOf(claims: OutpostClaims, provider: string): Identity {
  return {
    user: plain(claims.username) || claims.sub,
    name: plain(claims.name),
    email: plain(claims.email),
    groups: [...new Set(claims.groups.map(plain))].filter((group) => group !== ''),
    provider,
  }
}
