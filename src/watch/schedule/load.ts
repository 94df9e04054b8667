// What the watch itself costs others: on 2026-04-18 the monitors were the load. Pure.
import type { WatchConfig } from '../config.ts'
import type { Door } from '../door.ts'
import type { DoorCheck, PlannedProbe, ProbePlan } from '../plan/plan.ts'

/** Own load, per ms. */
export interface OwnLoad {
  /** Requests of all kinds. */
  readonly requestsPerMs: number
  /** Cookie-less requests that the gate answers, each of which leaves an entry in a legacy store. */
  readonly entriesPerMs: number
  /** Full sign-ins; each leaves a session until it signs out again. */
  readonly signInsPerMs: number
}

/** Requests that one full sign-in takes, about: the way in, the door, the way out. */
const requestsPerSignIn = 8

/** The load of a plan when everything answers at once. */
export function ownLoad(
  config: Pick<WatchConfig, 'doorIntervalMs'>,
  { canaries, doors }: Pick<ProbePlan, 'canaries' | 'doors'>,
): OwnLoad {
  const sum = (rates: readonly number[]): number => rates.reduce((total, rate) => total + rate, 0)
  const signIns = canaries.filter(({ act }) => act.kind === 'sign-in')
  const signInsPerMs = sum(signIns.map(rateOf))
  const plain = canaries.filter(({ act }) => act.kind !== 'sign-in')
  return {
    requestsPerMs:
      sum(plain.map((probe) => rateOf(probe) * requestsOf(probe))) +
      signInsPerMs * requestsPerSignIn +
      doors.length / config.doorIntervalMs,
    entriesPerMs:
      sum(plain.filter(mintsCanary).map(rateOf)) +
      doors.filter(mintsDoor).length / config.doorIntervalMs +
      signInsPerMs,
    signInsPerMs,
  }
}

function rateOf({ everyMs }: PlannedProbe): number {
  return 1 / everyMs
}

function requestsOf({ act }: PlannedProbe): number {
  if (act.kind === 'control') return act.urls.length
  if (act.kind === 'dns') return Math.max(1, act.resolvers.length)
  return act.kind === 'keys' && act.url === null ? 2 : 1
}

function mintsCanary({ act }: PlannedProbe): boolean {
  return act.kind === 'knock' && act.way.vantage !== 'upstream' && asksGate(act.door)
}

function mintsDoor({ door, ways: [way] }: DoorCheck): boolean {
  return way.vantage !== 'upstream' && asksGate(door)
}

/** Tiers for which the proxy asks the gate. */
function asksGate({ tier }: Door): boolean {
  return tier === 'required' || tier === 'public'
}
