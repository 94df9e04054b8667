// The last rounds and the newest answer of every probe: where first symptoms and moments are read from.
import type { ElementId } from '../../model/layer.ts'
import type { CoreSnapshot } from '../core.ts'
import type { Observation } from '../door.ts'
import type { PosteriorRow, ProbeSeen } from '../incident/evidence.ts'
import type { ProbeMatrix, Round } from '../locate/matrix.ts'
import type { Verdict } from '../locate/verdict.ts'
import { type ChangePoint, type Outcome, changePoint } from './change-point.ts'

/** Rounds that are kept: eight hours at one a minute. */
export const roundsMax = 480
/** Rounds that are written down for a restart. */
const roundsKeptMax = 60
/** Rows of the posterior that are kept. */
const posteriorMax = 30

/** Rounds, posterior and newest answers, all of bounded size. */
export class History {
  readonly #crosses: ReadonlyMap<string, readonly ElementId[]>
  readonly #seen = new Map<string, ProbeSeen>()
  #rounds: Round[] = []
  #posterior: PosteriorRow[] = []
  #from: number | null = null

  constructor(matrix: ProbeMatrix) {
    this.#crosses = new Map(matrix.rows.map((row) => [row.probe, elementsIn(row.crosses)]))
  }

  /** Epoch ms of the first input of all. */
  observedFrom(at: number): number {
    return (this.#from ??= at)
  }

  /** Elements that a probe goes through; empty for one that is not in the matrix. */
  crosses(probe: string): readonly ElementId[] {
    return this.#crosses.get(probe) ?? []
  }

  /** True when some probe goes through one of the elements. */
  isProbed(elements: readonly ElementId[]): boolean {
    return [...this.#crosses.values()].some((crosses) =>
      crosses.some((element) => elements.includes(element)),
    )
  }

  /** True for a round in which most probes ran: a single probe run at once is none. */
  isFull({ results }: Round): boolean {
    return results.size * 2 >= this.#crosses.size
  }

  take(round: Round, observations: readonly Observation[], verdict: Verdict): void {
    this.#rounds.push(round)
    if (this.#rounds.length > roundsMax * 2) this.#rounds = this.#rounds.slice(-roundsMax)
    for (const [probe, ok] of round.results) this.#see({ probe, at: round.at, ok })
    for (const seen of observations) this.#see(seen)
    const { leader, runnerUp } = verdict
    const row: PosteriorRow = {
      at: round.at,
      leader: leader.elements,
      probability: leader.probability,
      runnerUp: runnerUp?.elements ?? null,
      runnerUpProbability: runnerUp?.probability ?? null,
    }
    this.#posterior = [...this.#posterior, row].slice(-posteriorMax)
  }

  #see(seen: Pick<Observation, 'at' | 'ok' | 'probe'> & Partial<Observation>): void {
    const crosses = this.#crosses.get(seen.probe)
    if (crosses === undefined) return
    const { at, ok, probe } = seen
    this.#seen.set(probe, {
      probe,
      at,
      ok,
      class: seen.class ?? null,
      status: seen.status ?? null,
      crosses,
    })
  }

  /** The newest of every probe, in the order of the matrix. */
  probes(): readonly ProbeSeen[] {
    return [...this.#crosses.keys()].flatMap((probe) => this.#seen.get(probe) ?? [])
  }

  posterior(): readonly PosteriorRow[] {
    return this.#posterior
  }

  /** When the probes through these elements began to fail; null: they did not. */
  firstSymptom(elements: readonly ElementId[]): ChangePoint | null {
    const probes = [...this.#crosses].flatMap(([probe, crosses]) =>
      crosses.some((element) => elements.includes(element)) ? [probe] : [],
    )
    const series = this.#rounds.slice(-roundsMax).flatMap((round): Outcome[] => {
      const ran = probes.flatMap((probe) => round.results.get(probe) ?? [])
      const failed = ran.filter((ok) => !ok).length
      return ran.length === 0 ? [] : [{ at: round.at, failed, passed: ran.length - failed }]
    })
    return changePoint(series)
  }

  /** The newest rounds, for a restart. */
  kept(): CoreSnapshot['rounds'] {
    return this.#rounds.slice(-roundsKeptMax).map(({ at, results }) => {
      const probes = [...results]
      const named = (wanted: boolean): readonly string[] =>
        probes.flatMap(([probe, ok]) => (ok === wanted ? [probe] : []))
      return [at, named(false), named(true)] as const
    })
  }
}

function elementsIn(crosses: ProbeMatrix['rows'][number]['crosses']): readonly ElementId[] {
  // Object.keys widens to string; the keys are those of the record.
  return (Object.keys(crosses) as ElementId[]).filter((element) => (crosses[element] ?? 0) > 0)
}
