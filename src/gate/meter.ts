// What the gate counts: plain numbers on the answer path, turned into metrics when somebody asks.
import type { ClientKind } from './client-kind.ts'
import { type Decision, type Reason, reasons } from '../model/decision.ts'
import { type DialectName, dialectNames } from './dialect/dialect.ts'

const reasonNames = Object.keys(reasons)
const reasonIndex: ReadonlyMap<string, number> = new Map(reasonNames.map((name, i) => [name, i]))
const dialectIndex: ReadonlyMap<string, number> = new Map(dialectNames.map((name, i) => [name, i]))
const kindIndex = { allow: 0, 'sign-in': 1, forbid: 2, unavailable: 3, refuse: 4 } as const

/** Upper bounds of the decision-time histogram, in seconds. */
export const decisionTimeBuckets = [
  2e-6, 5e-6, 1e-5, 2e-5, 5e-5, 1e-4, 2.5e-4, 5e-4, 1e-3, 5e-3, 0.025, 0.1, 1,
]
/** One decision in this many is timed: reading the clock twice would cost more than counting. */
export const timedOneIn = 16

/** One row of `gatehouse_decisions_total`. */
export interface DecisionCount {
  readonly decision: string
  readonly reason: string
  readonly dialect: string
  readonly count: number
}

/** Counters of the answer path. Labels come from closed lists; hosts are those of the policy. */
export class Meter {
  readonly #byReason = new Float64Array(reasonNames.length * dialectNames.length)
  readonly #byHost = new Map<string, Float64Array>()
  readonly #buckets = new Float64Array(decisionTimeBuckets.length + 1)
  #timeSum = 0
  #turn = 0
  groupsDropped = 0
  untrustedPeers = 0
  /** Requests that were told to sign in, by kind of client. */
  readonly strangers: Record<ClientKind, number> = { people: 0, probes: 0, machines: 0 }

  /** Counts one decision; `host` is that of the matching service, null when none matches. */
  decision(decision: Decision, dialect: DialectName, host: string | null): void {
    const row = (reasonIndex.get(decision.reason) ?? 0) * dialectNames.length
    const at = row + (dialectIndex.get(dialect) ?? 0)
    this.#byReason[at] = (this.#byReason[at] ?? 0) + 1
    if (host === null) return
    let counts = this.#byHost.get(host)
    if (counts === undefined) {
      counts = new Float64Array(5)
      this.#byHost.set(host, counts)
    }
    const kind = kindIndex[decision.kind]
    counts[kind] = (counts[kind] ?? 0) + 1
  }

  /** Counts somebody without a session. */
  stranger(kind: ClientKind): void {
    this.strangers[kind]++
  }

  /** True when this decision is one to be timed. */
  isTimed(): boolean {
    this.#turn = (this.#turn + 1) % timedOneIn
    return this.#turn === 0
  }

  /** Notes a timed decision's duration in ms. */
  time(ms: number): void {
    const seconds = ms / 1000
    this.#timeSum += seconds
    let bucket = 0
    while (bucket < decisionTimeBuckets.length && seconds > (decisionTimeBuckets[bucket] ?? 0))
      bucket++
    this.#buckets[bucket] = (this.#buckets[bucket] ?? 0) + 1
  }

  /** Non-zero rows by decision, reason and dialect. */
  decisions(): DecisionCount[] {
    const rows: DecisionCount[] = []
    for (const [r, reason] of reasonNames.entries()) {
      for (const [d, dialect] of dialectNames.entries()) {
        const count = this.#byReason[r * dialectNames.length + d] ?? 0
        if (count > 0)
          rows.push({ decision: reasons[reason as Reason].decision, reason, dialect, count })
      }
    }
    return rows
  }

  /** Counts by service host: allow, sign-in, forbid, unavailable, refuse. */
  hosts(): IterableIterator<[string, Float64Array]> {
    return this.#byHost.entries()
  }

  /** Timed decisions: count per bucket (the last one is above all bounds) and sum of seconds. */
  times(): { readonly buckets: Float64Array; readonly sum: number } {
    return { buckets: this.#buckets, sum: this.#timeSum }
  }

  /** Forgets hosts that are no longer declared, so that reloads cannot pile up rows. */
  keepHosts(hosts: ReadonlySet<string>): void {
    for (const host of this.#byHost.keys()) if (!hosts.has(host)) this.#byHost.delete(host)
  }
}
