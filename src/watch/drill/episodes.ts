// Thousands of short outages of one element each: how often the first call is right, and how soon it comes.
import { type ElementId, layerOf } from '../../model/layer.ts'
import type { WatchCore } from '../core.ts'
import type { ProbeMatrix, Round } from '../locate/matrix.ts'
import { type Dice, diceOf } from './dice.ts'
import { drillEstate, roundMs } from './drill-estate.ts'
import { quantile } from './summary.ts'
import { coreFor } from './run-drill.ts'
import { plainScenario } from './plain-scenario.ts'
import { drillStartAt } from './world.ts'

/** One kind of outage. */
export interface EpisodeKind {
  readonly element: ElementId
  /** Share of the requests through it that fail; the study has 0.95 for a hard fault. */
  readonly share: number
  readonly ingress?: number
  readonly gates?: number
}

/** What is run. */
export interface EpisodesOptions extends EpisodeKind {
  readonly episodes: number
  readonly seed: number
  /** A call after more rounds is none. */
  readonly roundsMax: number
  /** ε of each probe. */
  readonly noise: number
}

/** What came of it. Rounds are counted from the first that the fault was in. */
export interface EpisodesResult {
  readonly element: ElementId
  readonly share: number
  readonly episodes: number
  readonly detected: number
  /** First calls that name the right element and nothing else; and those of the right layer. */
  readonly exact: number
  readonly rightLayer: number
  readonly medianRounds: number | null
  readonly p95Rounds: number | null
  /** Incidents that were opened, and messages beside closing ones, over all. */
  readonly incidents: number
  readonly messages: number
}

/** Rounds before a fault, and for which nothing is broken after it: enough for its incident to close. */
const roundsBefore = 50
const roundsAfter = 15
/** Outages that one core lives through. */
const perCore = 50
/** Rounds that a fault goes on after its call. */
const afterCall = 5
/** Time between two outages: beyond the grace in which one that comes back is the same. */
const apartMs = 6 * 3_600_000

/** Runs them. Same options, same result. */
export function runEpisodes(options: EpisodesOptions): EpisodesResult {
  const { element, episodes, gates = 1, ingress = 1, seed, share } = options
  const estate = drillEstate(plainScenario(`estate: { ingress: ${ingress}, gates: ${gates} }`))
  const dice = diceOf(seed, `${element} ${share}`)
  const calls: Call[] = []
  let core = coreFor(estate)
  let at = drillStartAt
  for (let i = 0; i < episodes; i++) {
    if (i % perCore === 0) core = coreFor(estate)
    const episode = new Episode(core, estate.plan.matrix, { options, dice, at })
    calls.push(episode.run())
    at = episode.at + apartMs
  }
  const found = calls.filter(({ elements }) => elements !== null)
  const isLayer = (call: Call): boolean =>
    call.elements?.every((one) => layerOf(one) === layerOf(element)) === true
  const rounds = found.map((call) => call.rounds)
  return {
    ...{ element, share, episodes },
    detected: found.length,
    exact: found.filter(({ elements }) => elements?.join() === element).length,
    rightLayer: found.filter(isLayer).length,
    medianRounds: quantile(rounds, 0.5),
    p95Rounds: quantile(rounds, 0.95),
    incidents: calls.reduce((sum, { incidents }) => sum + new Set(incidents).size, 0),
    messages: calls.reduce((sum, { messages }) => sum + messages, 0),
  }
}

interface Call {
  /** Null: nothing was called in time. */
  readonly elements: readonly ElementId[] | null
  readonly rounds: number
  readonly incidents: readonly string[]
  readonly messages: number
}

class Episode {
  readonly #core: WatchCore
  readonly #matrix: ProbeMatrix
  readonly #options: EpisodesOptions
  readonly #dice: Dice
  #incidents: string[] = []
  #messages = 0
  at: number

  constructor(
    core: WatchCore,
    matrix: ProbeMatrix,
    {
      at,
      dice,
      options,
    }: { readonly options: EpisodesOptions; readonly dice: Dice; readonly at: number },
  ) {
    this.#core = core
    this.#matrix = matrix
    this.#options = options
    this.#dice = dice
    this.at = at
  }

  run(): Call {
    this.#healthy(roundsBefore)
    // What chance said before is not about this outage.
    this.#incidents = []
    this.#messages = 0
    const called = this.#outage()
    this.#healthy(roundsAfter)
    return { ...called, incidents: this.#incidents, messages: this.#messages }
  }

  #healthy(rounds: number): void {
    for (let i = 0; i < rounds; i++) this.#round(0)
  }

  /** Until some rounds after the first call. */
  #outage(): Pick<Call, 'elements' | 'rounds'> {
    const { roundsMax, share } = this.#options
    for (let rounds = 1; rounds <= roundsMax; rounds++) {
      this.#round(share)
      const elements = this.#called()
      if (elements === null) continue
      for (let i = 0; i < afterCall; i++) this.#round(share)
      return { elements, rounds }
    }
    return { elements: null, rounds: roundsMax }
  }

  #called(): readonly ElementId[] | null {
    const { kind, leader } = this.#core.verdict()
    const isBlind = kind === 'blind' && layerOf(this.#options.element) === 'prober'
    return kind === 'fault' || isBlind ? leader.elements : null
  }

  #round(share: number): void {
    const { element, noise } = this.#options
    this.at += roundMs
    const results = new Map<string, boolean>()
    for (const { crosses, probe } of this.#matrix.rows) {
      // A whole sign-in comes once in a quarter of an hour.
      if (probe === 'sign_in') continue
      const passes = (1 - noise) * (1 - (crosses[element] ?? 0) * share)
      results.set(probe, !this.#dice.hits(1 - passes))
    }
    const round: Round = { at: this.at, results }
    for (const effect of this.#core.take({ kind: 'round', round, observations: [] })) {
      if (effect.kind !== 'say' || effect.event.kind === 'closed') continue
      this.#incidents.push(effect.event.incident.id)
      this.#messages++
    }
  }
}
