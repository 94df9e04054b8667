// What the policy compiler makes: a matcher whose cost does not grow with the number of services.
import type { Rule, Service } from '../../model/service.ts'
import type { Address, NetworkSet } from '../../model/network.ts'
import type { Hostname } from '../../model/host.ts'

/** A rule ready to be decided by: numbered, its lists as sets. */
export interface CompiledRule {
  readonly rule: Rule
  /** Position among all rules of the policy, for counters. */
  readonly index: number
  readonly service: Service
  readonly serviceIndex: number
  readonly groups: ReadonlySet<string>
  readonly users: ReadonlySet<string>
  readonly emailDomains: ReadonlySet<string>
  readonly providers: ReadonlySet<string>
  /** Null: from anywhere. */
  readonly networks: NetworkSet | null
}

/** What the matcher needs to know of a request. */
export interface PolicyQuestion {
  readonly host: Hostname
  readonly path: string
  readonly method: string
  readonly clientAddress: Address | null
}

/** The rule that covers a request, or why none does. */
export type PolicyMatch =
  | { readonly kind: 'rule'; readonly compiled: CompiledRule }
  | { readonly kind: 'unknown-host' }
  | { readonly kind: 'no-rule'; readonly service: Service; readonly serviceIndex: number }
  /** Two readings of the path (with and without trailing dots and spaces) fall under different rules. */
  | { readonly kind: 'ambiguous-path'; readonly service: Service; readonly serviceIndex: number }

/** A compiled policy. Immutable; replaced whole on reload. */
export interface Policy {
  readonly services: readonly Service[]
  readonly rules: readonly CompiledRule[]
  /** Every group that some rule names: only these are passed on. */
  readonly namedGroups: ReadonlySet<string>
  match(question: PolicyQuestion): PolicyMatch
}
