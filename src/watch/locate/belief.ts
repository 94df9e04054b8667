// The belief over all hypotheses and how a round changes it: a hidden Markov model, filtered forwards.
import { type Model, absent, failed } from './model.ts'
import { type LocateParameters, modes, probeTroubleRounds } from './parameters.ts'
import { type States, flapping, pairModes, pairState, singleState } from './states.ts'

/**
 * Probabilities that sum to 1: `mass` by hypothesis of {@link States}, `trouble` by row and round of a
 * probe's own trouble, during which no element is broken.
 */
export interface Belief {
  readonly mass: Float64Array
  readonly trouble: Float64Array
}

/** What a belief is moved with. */
export interface Mechanics {
  readonly model: Model
  readonly states: States
  readonly parameters: LocateParameters
}

/** Certainty that nothing is broken. */
export function noFault(mechanics: Mechanics): Belief {
  const mass = new Float64Array(mechanics.states.count)
  mass[0] = 1
  return { mass, trouble: new Float64Array(mechanics.model.rows.length * probeTroubleRounds) }
}

/** Probability that no element is broken; a probe's own trouble is none. */
export function noneOf(belief: Belief): number {
  let sum = belief.mass[0] ?? 0
  for (const share of belief.trouble) sum += share
  return sum
}

/** One round on, before anything is seen of it: faults begin, change and end. */
export function predict(belief: Belief, mechanics: Mechanics): Belief {
  const { model, states, parameters } = mechanics
  const mass = new Float64Array(states.count)
  const begins = troubleOf(model, parameters)
  const trouble = ageTrouble(belief, begins)
  const quiet = (belief.mass[0] ?? 0) * (1 - model.rows.length * begins)
  mass[0] = quiet + trouble.over + predictSingles(belief, mechanics, mass)
  predictPairs(belief, mechanics, mass)
  return { mass, trouble: trouble.next }
}

/** Fills in faults of one element; gives what heals. */
function predictSingles(belief: Belief, mechanics: Mechanics, mass: Float64Array): number {
  const { model, parameters } = mechanics
  const begin = noneOf(belief) * parameters.single
  let healed = 0
  for (let element = 0; element < model.elements.length; element++) {
    const first = singleState(element, 0)
    let broken = 0
    for (let mode = 0; mode < modes.length; mode++) broken += belief.mass[first + mode] ?? 0
    for (const [mode, name] of modes.entries()) {
      const before = belief.mass[first + mode] ?? 0
      const ends = parameters.recovery[name]
      healed += before * ends
      mass[first + mode] =
        before * (1 - ends - parameters.change) +
        parameters.modeShare[name] * (broken * parameters.change + begin)
    }
  }
  return healed
}

/** Fills in faults of two elements, which begin together or one after the other. */
function predictPairs(belief: Belief, mechanics: Mechanics, mass: Float64Array): void {
  const { model, states, parameters } = mechanics
  const quiet = noneOf(belief)
  const ends = parameters.recovery.hard
  const share = modes.map((mode) => parameters.modeShare[mode])
  for (const [pair, { one, other, together }] of states.pairs.entries()) {
    const base = pairState(model.elements.length, pair)
    for (const [j, [first, second]] of pairModes.entries()) {
      const [a, b] = [singleState(one, first), singleState(other, second)]
      const [shareA, shareB] = [share[first] ?? 0, share[second] ?? 0]
      const before = belief.mass[base + j] ?? 0
      const joins = (belief.mass[a] ?? 0) * shareB + (belief.mass[b] ?? 0) * shareA
      mass[base + j] =
        before * (1 - 2 * ends) + joins * parameters.second + quiet * together * shareA * shareB
      mass[a] = (mass[a] ?? 0) + before * ends
      mass[b] = (mass[b] ?? 0) + before * ends
    }
  }
}

/** Of many probes, each has less: together at most {@link troubleMax} of the rounds. */
function troubleOf(model: Model, parameters: LocateParameters): number {
  return Math.min(parameters.probeTrouble, troubleMax / model.rows.length)
}

const troubleMax = 0.05

/** Trouble of a probe lasts up to {@link probeTroubleRounds}, each length equally likely. */
function ageTrouble(belief: Belief, begins: number): { next: Float64Array; over: number } {
  const next = new Float64Array(belief.trouble.length)
  let over = 0
  for (let i = 0; i < next.length; i++) {
    const age = i % probeTroubleRounds
    const before = belief.trouble[i] ?? 0
    const left = probeTroubleRounds - age
    over += before / left
    if (age + 1 < probeTroubleRounds) next[i + 1] = (before * (left - 1)) / left
    if (age === 0) next[i] = (belief.mass[0] ?? 0) * begins
  }
  return { next, over }
}

/** How likely a round is under each hypothesis and under trouble of each probe, up to one common factor. */
export interface Likelihood {
  readonly mass: Float64Array
  readonly trouble: Float64Array
}

/** The belief after a round: Bayes' rule. */
export function weigh(belief: Belief, likelihood: Likelihood): Belief {
  const mass = new Float64Array(belief.mass.length)
  const trouble = new Float64Array(belief.trouble.length)
  let sum = 0
  for (let i = 0; i < mass.length; i++)
    sum += mass[i] = (belief.mass[i] ?? 0) * (likelihood.mass[i] ?? 0)
  for (let i = 0; i < trouble.length; i++)
    sum += trouble[i] =
      (belief.trouble[i] ?? 0) * (likelihood.trouble[Math.floor(i / probeTroubleRounds)] ?? 0)
  for (let i = 0; i < mass.length; i++) mass[i] = (mass[i] ?? 0) / sum
  for (let i = 0; i < trouble.length; i++) trouble[i] = (trouble[i] ?? 0) / sum
  return { mass, trouble }
}

/** The likelihood of outcomes, summed in log space and scaled by the largest term. */
export function likelihoodOf(outcomes: Uint8Array, mechanics: Mechanics): Likelihood {
  const logs = logsOf(outcomes, mechanics)
  const trouble = troubleLogs(outcomes, mechanics)
  if (outcomes[mechanics.model.control] === failed) flatten(logs, trouble, mechanics.model)
  let top = -Infinity
  for (const log of trouble) if (log > top) top = log
  for (const log of logs) if (log > top) top = log
  return {
    mass: logs.map((log) => Math.exp(log - top)),
    trouble: Float64Array.from(trouble, (log) => Math.exp(log - top)),
  }
}

/** ln P(round | hypothesis) − ln P(round | none without hiccup), hiccup mixed in. */
function logsOf(outcomes: Uint8Array, { model, states, parameters }: Mechanics): Float64Array {
  const logs = sumOfOutcomes(outcomes, states)
  for (let element = 0; element < model.elements.length; element++) {
    const down = logs[singleState(element, 0)] ?? 0
    logs[singleState(element, flapping)] = addLogs(down, 0) - Math.LN2
  }
  const hiccup = hiccupLog(outcomes, parameters)
  return hiccup === null ? logs : logs.map((log) => addLogs(log, hiccup))
}

/** Begins from the sum of all passes where everything ran, since few probes fail. */
function sumOfOutcomes(outcomes: Uint8Array, states: States): Float64Array {
  const ranAll = !outcomes.includes(absent)
  const logs = ranAll ? Float64Array.from(states.allPass) : new Float64Array(states.count)
  for (const [row, outcome] of outcomes.entries()) {
    if (outcome === absent || (ranAll && outcome !== failed)) continue
    if (ranAll) add(logs, states.pass[row], -1)
    add(logs, outcome === failed ? states.fail[row] : states.pass[row], 1)
  }
  return logs
}

function add(logs: Float64Array, term: Float64Array | undefined, sign: number): void {
  if (term === undefined) return
  for (let i = 0; i < logs.length; i++) logs[i] = (logs[i] ?? 0) + sign * (term[i] ?? 0)
}

/** The same for trouble of each probe alone. */
function troubleLogs(outcomes: Uint8Array, { parameters }: Mechanics): number[] {
  const { noise, miss } = parameters
  const hiccup = hiccupLog(outcomes, parameters)
  return [...outcomes].map((outcome) => {
    const own =
      outcome === absent
        ? 0
        : outcome === failed
          ? Math.log((1 - (1 - noise) * miss) / noise)
          : Math.log(miss)
    return hiccup === null ? own : addLogs(own, hiccup)
  })
}

/** Shares of the probes that a hiccup takes with it, equally likely. */
const hiccupShares = [0.15, 0.5]

/**
 * ln of hiccup · P(round | hiccup) / P(round | none): what a single round can say for a hypothesis is
 * bounded by it. Null where fewer than two probes failed, or where there were only two.
 */
function hiccupLog(outcomes: Uint8Array, parameters: LocateParameters): number | null {
  let fails = 0
  let ran = 0
  for (const outcome of outcomes) {
    if (outcome === failed) fails++
    if (outcome !== absent) ran++
  }
  if (fails < 2) return null
  const passes = ran - fails
  const logs = hiccupShares.map(
    (share) =>
      fails * Math.log(share / parameters.noise) +
      passes * Math.log((1 - share) / (1 - parameters.noise)),
  )
  return Math.log(parameters.hiccup / hiccupShares.length) + logs.reduce(addLogs)
}

/** While the control probe fails, a round can speak for the prober alone: all else is as likely as the best. */
function flatten(logs: Float64Array, trouble: number[], model: Model): void {
  const prober = model.elements.indexOf('prober')
  const isProber = (state: number): boolean =>
    prober >= 0 && state >= singleState(prober, 0) && state < singleState(prober + 1, 0)
  let top = Math.max(...trouble)
  for (const [state, log] of logs.entries()) if (!isProber(state) && log > top) top = log
  for (const state of logs.keys()) if (!isProber(state)) logs[state] = top
  trouble.fill(top)
}

/** ln(eᵃ + eᵇ) without overflow. */
export function addLogs(a: number, b: number): number {
  const top = Math.max(a, b)
  return top + Math.log1p(Math.exp(Math.min(a, b) - top))
}
