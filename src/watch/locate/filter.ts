// The belief kept from round to round: which pairs it covers, what noise it assumes, and when it rests.
import {
  type Belief,
  type Likelihood,
  type Mechanics,
  likelihoodOf,
  noFault,
  noneOf,
  predict,
  weigh,
} from './belief.ts'
import { type Model, failed, isWhole, passed } from './model.ts'
import { NoiseMeter, noiseLevels } from './noise.ts'
import { type LocateParameters, modes, pairedPartsMax } from './parameters.ts'
import { pairModes, pairState, singleState, statesOf } from './states.ts'

/** All that depends on noise and paired parts alone, worked out once. */
interface Regime {
  readonly mechanics: Mechanics
  /** Of a round in which everything ran and passed. */
  readonly quiet: Likelihood
  /** The belief that such rounds come to. */
  readonly rest: Belief
}

const settledRounds = 400
/** Difference of probabilities below which a belief has come to rest. */
const settledWithin = 1e-8
/** Parts (replicas, services) enter the pairs when they are this likely, */
const partSuspected = 0.02
/** or when this share of their own probes has failed twice in a row, whoever else explains it better. */
const partFailing = 0.5
const regimesMax = 32

/** A hidden Markov model over the hypotheses of `states.ts`, filtered forwards. */
export class Filter {
  readonly model: Model
  readonly #parameters: LocateParameters
  readonly #noise: NoiseMeter
  readonly #regimes = new Map<string, Regime>()
  #parts: readonly number[] = []
  #level = 0
  #regime: Regime
  #belief: Belief
  /** The rounds before, newest last; at most two. */
  #seen: readonly Uint8Array[] = []

  constructor(model: Model, parameters: LocateParameters) {
    this.model = model
    this.#parameters = parameters
    this.#noise = new NoiseMeter(parameters.noise)
    this.#regime = this.#regimeFor([], 0)
    this.#belief = this.#regime.rest
  }

  get belief(): Belief {
    return this.#belief
  }

  get mechanics(): Mechanics {
    return this.#regime.mechanics
  }

  /** Whether a round in which everything passes would change nothing. */
  get isAtRest(): boolean {
    return this.#belief === this.#regime.rest
  }

  /** A round in which everything passed, at rest: only the noise learns from it. */
  skip(): void {
    this.#noise.learnQuiet(this.model.rows.length)
  }

  /** One round. */
  take(outcomes: Uint8Array): void {
    this.#seen = [...this.#seen.slice(-1), outcomes]
    this.#changeRegime(this.#suspectedParts(), this.#level)
    const { mechanics, quiet } = this.#regime
    const likelihood = outcomes.some((outcome) => outcome !== passed)
      ? likelihoodOf(outcomes, mechanics)
      : quiet
    this.#belief = weigh(predict(this.#belief, mechanics), likelihood)
  }

  /** Says that the round just taken was healthy, and whether none before it in sight had a failure. */
  learn(outcomes: Uint8Array, isClean: boolean): void {
    this.#noise.learn(outcomes)
    const { level } = this.#noise
    if (level !== this.#level) this.#changeRegime(this.#parts, level)
    if (isClean && isNear(this.#belief, this.#regime.rest)) this.#belief = this.#regime.rest
  }

  #changeRegime(parts: readonly number[], level: number): void {
    if (level === this.#level && parts.join() === this.#parts.join()) return
    const before = this.#regime.mechanics
    this.#regime = this.#regimeFor(parts, level)
    this.#parts = parts
    this.#level = level
    this.#belief = carriedOver(this.#belief, before, this.#regime.mechanics)
  }

  #regimeFor(parts: readonly number[], level: number): Regime {
    const key = `${level}:${parts.join()}`
    const known = this.#regimes.get(key)
    if (known !== undefined) return known
    const noise = this.#parameters.noise * (noiseLevels[level] ?? 1)
    const parameters = { ...this.#parameters, noise }
    const states = statesOf(this.model, parts, parameters)
    const mechanics = { model: this.model, states, parameters }
    const quiet = likelihoodOf(new Uint8Array(this.model.rows.length), mechanics)
    const regime = { mechanics, quiet, rest: settle(mechanics, quiet) }
    if (this.#regimes.size >= regimesMax) this.#regimes.clear()
    this.#regimes.set(key, regime)
    return regime
  }

  #suspectedParts(): readonly number[] {
    if (this.#parts.length === 0 && !this.#seen.some(hasFailure)) return []
    return this.model.elements
      .flatMap((element, i) => (isWhole(element) ? [] : [{ i, weight: this.#suspicion(i) }]))
      .filter(({ weight }) => weight >= partSuspected)
      .toSorted((one, two) => two.weight - one.weight || one.i - two.i)
      .slice(0, pairedPartsMax)
      .map(({ i }) => i)
      .toSorted((one, two) => one - two)
  }

  /** How likely a part is broken, or how much of what goes through it alone has failed twice. */
  #suspicion(part: number): number {
    const shares = this.model.shares[part] ?? []
    const own = shares.flatMap((share, row) => (share >= 1 ? [row] : []))
    const failing = own.filter((row) => this.#seen.every((outcomes) => outcomes[row] === failed))
    const share = own.length === 0 || this.#seen.length < 2 ? 0 : failing.length / own.length
    return Math.max(this.#involved(part), share >= partFailing ? share : 0)
  }

  /** Probability that an element is broken, alone or with another. */
  #involved(element: number): number {
    const { mass } = this.#belief
    let sum = sumFrom(mass, singleState(element, 0), modes.length)
    for (const [i, { one, other }] of this.mechanics.states.pairs.entries())
      if (one === element || other === element)
        sum += sumFrom(mass, pairState(this.model.elements.length, i), pairModes.length)
    return sum
  }
}

/** Sum of `count` values from an index on. */
export function sumFrom(values: Float64Array, from: number, count: number): number {
  let sum = 0
  for (let i = from; i < from + count; i++) sum += values[i] ?? 0
  return sum
}

/** The belief that rounds without failures come to. */
function settle(mechanics: Mechanics, quiet: Likelihood): Belief {
  let belief = noFault(mechanics)
  for (let i = 0; i < settledRounds; i++) {
    const next = weigh(predict(belief, mechanics), quiet)
    if (Math.abs(noneOf(next) - noneOf(belief)) === 0) return next
    belief = next
  }
  return belief
}

function isNear(one: Belief, two: Belief): boolean {
  return (
    isClose(one.mass, two.mass) &&
    isClose(one.trouble, two.trouble) &&
    isClose(one.hiccup, two.hiccup)
  )
}

function isClose(one: Float64Array, two: Float64Array): boolean {
  for (let i = 0; i < one.length; i++)
    if (Math.abs((one[i] ?? 0) - (two[i] ?? 0)) > settledWithin) return false
  return true
}

/** A belief over other hypotheses: pairs that are no longer there go to none, new ones begin at zero. */
function carriedOver(belief: Belief, before: Mechanics, after: Mechanics): Belief {
  const elements = before.model.elements.length
  const mass = new Float64Array(after.states.count)
  mass.set(belief.mass.subarray(0, pairState(elements, 0)))
  let lost = 0
  for (const [i, pair] of before.states.pairs.entries()) {
    const at = after.states.pairs.findIndex(
      ({ one, other }) => one === pair.one && other === pair.other,
    )
    for (let j = 0; j < pairModes.length; j++) {
      const value = belief.mass[pairState(elements, i) + j] ?? 0
      if (at < 0) lost += value
      else mass[pairState(elements, at) + j] = value
    }
  }
  mass[0] = (mass[0] ?? 0) + lost
  return { ...belief, mass }
}

/** Whether any probe failed. */
export function hasFailure(outcomes: Uint8Array): boolean {
  return outcomes.includes(failed)
}
