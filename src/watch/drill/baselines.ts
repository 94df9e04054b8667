// What simpler monitors would have made of the same answers: per host, N of M, worst of a group.
import type { Observation } from '../door.ts'
import { leastFailing } from '../locate/false-alarms.ts'

/** How a baseline fared. Times in ms from the start of the drill. */
export interface BaselineResult {
  readonly name: string
  /** First alarm that came after the fault had begun; null: none. */
  readonly detectedAt: number | null
  /** All alarms that were sent, recoveries left out. */
  readonly notifications: number
  /** Alarms before anything was broken. */
  readonly falseAlarms: number
}

/** One simple monitor; none of them says which layer it is. */
interface Baseline {
  readonly name: string
  /** Takes the edge's observations of a minute; gives the number of alarms that go out. */
  take(observations: readonly Observation[], at: number): number
}

/** Failures in a row until a host counts as down. */
export const inARow = 3
const windowsPerYear = 105_120
const healthyFailureRate = 0.005

/** The contract was not kept. */
const contract = ({ ok }: Observation): boolean => !ok
/** As the estate of the record had it: everything from 200 to 499 is well. */
const lenient = ({ status }: Observation): boolean => status === null || status >= 500

/** All baselines over `hosts` hosts, fed minute after minute. */
export function createBaselines(hosts: number): {
  take(observations: readonly Observation[], at: number): void
  results(faultAt: number | null): readonly BaselineResult[]
} {
  const baselines = [
    perHost('per host, three in a row', contract),
    perHost('per host, 200-499 is well', lenient),
    ofMany(hosts),
    worstOfGroup(),
  ]
  const alarms = baselines.map((): number[] => [])
  return {
    take: (observations, at) => {
      const atEdge = observations.filter(({ vantage }) => vantage === 'edge')
      for (const [i, baseline] of baselines.entries())
        for (let sent = baseline.take(atEdge, at); sent > 0; sent--) alarms[i]?.push(at)
    },
    results: (faultAt) =>
      baselines.map(({ name }, i) => {
        const sent = alarms[i] ?? []
        const isLate = (at: number): boolean => faultAt !== null && at >= faultAt
        return {
          name,
          detectedAt: sent.find(isLate) ?? null,
          notifications: sent.filter(isLate).length,
          falseAlarms: sent.filter((at) => !isLate(at)).length,
        }
      }),
  }
}

/** Counts failures in a row by host; `went` tells the hosts that went down with this minute. */
class Runs {
  readonly #fails: (seen: Observation) => boolean
  readonly #runs = new Map<string, number>()
  /** Those that are down. */
  down = 0

  constructor(fails: (seen: Observation) => boolean) {
    this.#fails = fails
  }

  take(observations: readonly Observation[]): number {
    let went = 0
    for (const seen of observations) {
      const before = this.#runs.get(seen.probe) ?? 0
      const run = this.#fails(seen) ? before + 1 : 0
      if (run !== before) this.#runs.set(seen.probe, run)
      this.down += Number(run >= inARow) - Number(before >= inARow)
      if (run === inARow) went++
    }
    return went
  }
}

function perHost(name: string, fails: (seen: Observation) => boolean): Baseline {
  const runs = new Runs(fails)
  return { name, take: (observations) => runs.take(observations) }
}

/** "k of n are red", with k from the formula of the study (4.6); one alarm each time that it is reached. */
function ofMany(hosts: number): Baseline {
  const least = leastFailing({
    services: hosts,
    failureRate: healthyFailureRate,
    windowsPerYear,
    falseAlarmsPerYear: 1,
  })
  const red = new Set<string>()
  let isAlarmed = false
  return {
    name: `${least} of ${hosts} red`,
    take: (observations) => {
      for (const { ok, probe } of observations)
        if (ok) red.delete(probe)
        else red.add(probe)
      const isOver = red.size >= least
      const sent = isOver && !isAlarmed ? 1 : 0
      isAlarmed = isOver
      return sent
    },
  }
}

/** A group of Uptime Kuma: down as soon as one child is; says so once until all are up again. */
function worstOfGroup(): Baseline {
  const runs = new Runs(contract)
  let wasDown = false
  return {
    name: 'worst of a group',
    take: (observations) => {
      runs.take(observations)
      const isDown = runs.down > 0
      const sent = isDown && !wasDown ? 1 : 0
      wasDown = isDown
      return sent
    },
  }
}
