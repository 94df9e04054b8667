// The belief over all hypotheses and how a round changes it: a hidden Markov model, filtered forwards.
import { type Model, absent, failed } from './model.ts'
import { type LocateParameters, modes, probeTroubleRounds } from './parameters.ts'
import { type States, flapping, pairModes, pairState, singleState } from './states.ts'

/**
 * Probabilities that sum to 1: `mass` by hypothesis of {@link States}, `trouble` by row and round of a
 * probe's own trouble, `hiccup` by share of the probes that a hiccup of the prober takes with it. During
 * trouble and hiccup no element is broken.
 */
export interface Belief {
  readonly mass: Float64Array
  readonly trouble: Float64Array
  readonly hiccup: Float64Array
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
  return {
    mass,
    trouble: new Float64Array(mechanics.model.rows.length * probeTroubleRounds),
    hiccup: new Float64Array(hiccupShares.length),
  }
}

/** Probability that no element is broken; a probe's own trouble is none, nor is a hiccup. */
export function noneOf(belief: Belief): number {
  let sum = belief.mass[0] ?? 0
  for (const share of belief.trouble) sum += share
  for (const share of belief.hiccup) sum += share
  return sum
}

/** One round on, before anything is seen of it: faults begin, change and end. */
export function predict(belief: Belief, mechanics: Mechanics): Belief {
  const { model, states, parameters } = mechanics
  const mass = new Float64Array(states.count)
  const begins = troubleOf(model, parameters)
  const trouble = ageTrouble(belief, begins)
  const hiccup = ageHiccup(belief, parameters)
  const quiet = (belief.mass[0] ?? 0) * (1 - model.rows.length * begins - parameters.hiccup)
  mass[0] = quiet + trouble.over + hiccup.over + predictSingles(belief, mechanics, mass)
  predictPairs(belief, mechanics, mass)
  return { mass, trouble: trouble.next, hiccup: hiccup.next }
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

/** A hiccup goes on for another round, the same share of the probes with it, or is over. */
function ageHiccup(
  { hiccup, mass }: Belief,
  parameters: LocateParameters,
): { next: Float64Array; over: number } {
  const begins = ((mass[0] ?? 0) * parameters.hiccup) / hiccup.length
  const next = hiccup.map((before) => before * parameters.hiccupGoesOn + begins)
  const over = hiccup.reduce((sum, before) => sum + before * (1 - parameters.hiccupGoesOn), 0)
  return { next, over }
}

/** How likely a round is in each state of a {@link Belief}, up to one common factor. */
export type Likelihood = Belief

/** The belief after a round: Bayes' rule. */
export function weigh(belief: Belief, likelihood: Likelihood): Belief {
  const mass = product(belief.mass, likelihood.mass)
  const trouble = product(belief.trouble, likelihood.trouble, probeTroubleRounds)
  const hiccup = product(belief.hiccup, likelihood.hiccup)
  const parts = [mass, trouble, hiccup]
  let sum = 0
  for (const part of parts) for (const value of part) sum += value
  for (const part of parts) for (let i = 0; i < part.length; i++) part[i] = (part[i] ?? 0) / sum
  return { mass, trouble, hiccup }
}

/** Values by weights, of which each stands for `width` values. */
function product(values: Float64Array, weights: Float64Array, width = 1): Float64Array {
  return values.map((value, i) => value * (weights[width === 1 ? i : Math.floor(i / width)] ?? 0))
}

/** The likelihood of outcomes, summed in log space and scaled by the largest term. */
export function likelihoodOf(outcomes: Uint8Array, mechanics: Mechanics): Likelihood {
  const logs = logsOf(outcomes, mechanics)
  const trouble = troubleLogs(outcomes, mechanics)
  const hiccup = hiccupLogs(outcomes, mechanics.parameters)
  if (outcomes[mechanics.model.control] === failed)
    flatten({ logs, trouble, hiccup }, mechanics.model)
  let top = -Infinity
  for (const list of [trouble, logs, hiccup]) for (const log of list) if (log > top) top = log
  return {
    mass: logs.map((log) => Math.exp(log - top)),
    trouble: trouble.map((log) => Math.exp(log - top)),
    hiccup: hiccup.map((log) => Math.exp(log - top)),
  }
}

/** ln P(round | hypothesis) − ln P(round | none), a hiccup on top of each fault mixed in. */
function logsOf(outcomes: Uint8Array, { model, states, parameters }: Mechanics): Float64Array {
  const logs = sumOfOutcomes(outcomes, states)
  for (let element = 0; element < model.elements.length; element++) {
    const down = logs[singleState(element, 0)] ?? 0
    logs[singleState(element, flapping)] = addLogs(down, 0) - Math.LN2
  }
  const hiccup = mixedHiccupLog(outcomes, parameters)
  // Of none a hiccup is a state of its own, which lasts (`Belief.hiccup`).
  return hiccup === null ? logs : logs.map((log, i) => (i === 0 ? log : addLogs(log, hiccup)))
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
function troubleLogs(outcomes: Uint8Array, { parameters }: Mechanics): Float64Array {
  const { noise, miss } = parameters
  const hiccup = mixedHiccupLog(outcomes, parameters)
  return Float64Array.from(outcomes, (outcome) => {
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
const hiccupShares = [0.15, 0.3, 0.5]

/** ln P(round | hiccup) − ln P(round | none) by share: every probe fails with it, whatever it crosses. */
function hiccupLogs(outcomes: Uint8Array, { noise }: LocateParameters): Float64Array {
  let fails = 0
  let ran = 0
  for (const outcome of outcomes) {
    if (outcome === failed) fails++
    if (outcome !== absent) ran++
  }
  return Float64Array.from(
    hiccupShares,
    (share) =>
      fails * Math.log(share / noise) + (ran - fails) * Math.log((1 - share) / (1 - noise)),
  )
}

/**
 * ln of hiccup · P(round | hiccup) / P(round | none): what a single round can say against what was believed
 * before is bounded by it. Null where fewer than two probes failed.
 */
function mixedHiccupLog(outcomes: Uint8Array, parameters: LocateParameters): number | null {
  let fails = 0
  for (const outcome of outcomes) if (outcome === failed) fails++
  if (fails < 2) return null
  const logs = hiccupLogs(outcomes, parameters)
  return Math.log(parameters.hiccup / logs.length) + logs.reduce(addLogs)
}

/** Logarithms of a {@link Likelihood}. */
interface Logs {
  readonly logs: Float64Array
  readonly trouble: Float64Array
  readonly hiccup: Float64Array
}

/** While the control probe fails, a round can speak for the prober alone: all else is as likely as the best. */
function flatten({ hiccup, logs, trouble }: Logs, model: Model): void {
  const prober = model.elements.indexOf('prober')
  const isProber = (state: number): boolean =>
    prober >= 0 && state >= singleState(prober, 0) && state < singleState(prober + 1, 0)
  let top = Math.max(...trouble, ...hiccup)
  for (const [state, log] of logs.entries()) if (!isProber(state) && log > top) top = log
  for (const state of logs.keys()) if (!isProber(state)) logs[state] = top
  trouble.fill(top)
  hiccup.fill(top)
}

/** ln(eᵃ + eᵇ) without overflow. */
export function addLogs(a: number, b: number): number {
  const top = Math.max(a, b)
  return top + Math.log1p(Math.exp(Math.min(a, b) - top))
}
