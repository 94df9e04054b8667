// Many monitors failing together: one alarm in place of n, where chance would not do it once a year. Pure.
import type { AuthTier } from '../../model/service.ts'
import { tierAssociation } from '../locate/association.ts'
import { leastFailing } from '../locate/false-alarms.ts'
import { type Testimony, testimoniesMax } from './witness.ts'

/** What a witness has shown of itself so far: how often a healthy monitor fails, and which fail always. */
export interface WitnessHistory {
  /** Looks at single monitors, and those that found one down, while there was no alarm. */
  readonly checks: number
  readonly failures: number
  /** For each monitor that is down: readings in a row. At most {@link testimoniesMax}. */
  readonly downFor: ReadonlyMap<string, number>
  readonly isAlarming: boolean
}

/** A witness that has said nothing yet. */
export const noHistory: WitnessHistory = {
  checks: 0,
  failures: 0,
  downFor: new Map(),
  isAlarming: false,
}

/** A tier that the failing have in common. */
export interface TierSuspicion {
  readonly tier: AuthTier
  readonly failing: number
  readonly of: number
  /** Probability that chance alone would put so many of the failing into it. */
  readonly p: number
  /** `certain` may be said; `suspected` wants another probe. */
  readonly strength: 'certain' | 'suspected'
}

/** The alarm "k of n". */
export interface CorrelatedFailure {
  readonly failing: number
  /** Monitors that could fail: those that are up or have only just gone down. */
  readonly watched: number
  /** Smallest number that chance would reach less than once a year. */
  readonly threshold: number
  /** Failure rate of a healthy monitor that this rests on. */
  readonly failureRate: number
  readonly tier: TierSuspicion | null
  /** Some of the failing, by name. */
  readonly names: readonly string[]
  /** A sentence for people. */
  readonly text: string
}

/** What one reading came to. */
export interface Correlation {
  readonly history: WitnessHistory
  /** Null: chance explains it. */
  readonly alarm: CorrelatedFailure | null
}

/** Windows of five minutes in a year: the usual interval of monitors. */
const windowsPerYear = 105_120
const falseAlarmsPerYear = 1
/** Failure rate before anything is known, and how many checks that is worth. */
const priorRate = 0.005
const priorChecks = 2000
const rateMin = 0.001
const rateMax = 0.05
/** With more checks than these the old ones are forgotten by half. */
const checksMax = 1_000_000
/** Readings after which a monitor that is down, without an alarm, counts as one that always is. */
const settledReadings = 60
const certainP = 0.001
const suspectedP = 0.05
const namesMax = 10

/**
 * Judges one reading. Maintenance and pending are not down; a monitor that has long been down is no news
 * and belongs to neither number. The threshold k is the smallest with windows × P[Binomial(n, q) ≥ k] ≤ 1
 * a year (study, section 4.6), q the witness's own rate within bounds. An alarm teaches nothing: while it
 * stands, history keeps still. `tiers` gives the auth tier of a host.
 */
export function correlated(
  testimonies: readonly Testimony[],
  history: WitnessHistory,
  tiers: ReadonlyMap<string, AuthTier>,
): Correlation {
  const judged = testimonies
    .slice(0, testimoniesMax)
    .filter(({ state }) => state === 'up' || state === 'down')
  const fresh = judged.filter(({ name }) => (history.downFor.get(name) ?? 0) < settledReadings)
  const failing = fresh.filter(({ state }) => state === 'down')
  const failureRate = rateOf(history)
  const threshold = leastFailing({
    services: fresh.length,
    failureRate,
    windowsPerYear,
    falseAlarmsPerYear,
  })
  const isAlarm = failing.length >= threshold
  const next = isAlarm
    ? { ...history, isAlarming: true }
    : learned(history, { judged, watched: fresh.length, failing: failing.length })
  if (!isAlarm) return { history: next, alarm: null }
  const numbers = { failing: failing.length, watched: fresh.length, threshold, failureRate }
  const tier = tierOf(fresh, tiers)
  const names = failing.slice(0, namesMax).map(({ name }) => name)
  return { history: next, alarm: { ...numbers, tier, names, text: textOf(numbers, tier) } }
}

function rateOf({ checks, failures }: WitnessHistory): number {
  const rate = (failures + priorRate * priorChecks) / (checks + priorChecks)
  return Math.min(rateMax, Math.max(rateMin, rate))
}

function learned(
  history: WitnessHistory,
  seen: {
    readonly judged: readonly Testimony[]
    readonly watched: number
    readonly failing: number
  },
): WitnessHistory {
  const share = history.checks > checksMax ? 0.5 : 1
  const down = seen.judged.filter(({ state }) => state === 'down')
  return {
    checks: history.checks * share + seen.watched,
    failures: history.failures * share + seen.failing,
    downFor: new Map(
      down.map(({ name }) => [
        name,
        Math.min(settledReadings, (history.downFor.get(name) ?? 0) + 1),
      ]),
    ),
    isAlarming: false,
  }
}

/** The tier that the failing crowd into most, when that is not chance. Monitors without a known host are left out. */
function tierOf(
  watched: readonly Testimony[],
  tiers: ReadonlyMap<string, AuthTier>,
): TierSuspicion | null {
  const known = watched.flatMap(({ host, state }) => {
    const tier = host === null ? undefined : tiers.get(host)
    return tier === undefined ? [] : [{ tier, failed: state === 'down' }]
  })
  const failing = known.filter(({ failed }) => failed).length
  let best: TierSuspicion | null = null
  for (const tier of new Set(known.map((one) => one.tier))) {
    const own = known.filter((one) => one.tier === tier)
    const failingTier = own.filter(({ failed }) => failed).length
    const p = tierAssociation({
      tier: own.length,
      others: known.length - own.length,
      failingTier,
      failingOthers: failing - failingTier,
    })
    if (p >= suspectedP || (best !== null && p >= best.p)) continue
    const strength = p < certainP ? 'certain' : 'suspected'
    best = { tier, failing: failingTier, of: own.length, p, strength }
  }
  return best
}

function textOf(
  numbers: { readonly failing: number; readonly watched: number; readonly threshold: number },
  tier: TierSuspicion | null,
): string {
  const { failing, threshold, watched } = numbers
  const together = `${failing} of ${watched} monitors fail together, where ${threshold} would be chance less than once a year`
  if (tier === null) return together
  const strength = tier.strength === 'certain' ? '' : ', which is a suspicion'
  return `${together}; ${tier.failing} of the ${tier.of} of tier "${tier.tier}" are among them (p = ${tier.p.toPrecision(1)})${strength}`
}
