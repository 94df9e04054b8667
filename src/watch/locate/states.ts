// The hypotheses: none, each element in each mode, pairs of elements. What each says about each probe.
import type { Model } from './model.ts'
import { isWhole } from './model.ts'
import { type LocateParameters, type Mode, failingShare, modes } from './parameters.ts'

/** Two elements, as numbers of the model; `one` < `other`. */
export interface Pair {
  readonly one: number
  readonly other: number
  /** Probability that both break in one round. */
  readonly together: number
}

/** Modes of the two elements of a pair: few, since pairs are many. */
export const pairModes = [
  [0, 0],
  [0, 1],
  [1, 0],
  [1, 1],
] as const

/** Number of the mode `flapping` among {@link modes}. */
export const flapping = modes.indexOf('flapping')

/**
 * Every hypothesis has a number: 0 is none, then come elements × modes, then pairs × {@link pairModes}.
 * `pass` and `fail` hold, by row and hypothesis, ln P(outcome | hypothesis) − ln P(outcome | none).
 */
export interface States {
  readonly count: number
  readonly pairs: readonly Pair[]
  readonly pass: readonly Float64Array[]
  readonly fail: readonly Float64Array[]
  /** Sum of `pass` over all rows: a round in which everything ran and passed. */
  readonly allPass: Float64Array
}

/** Number of the hypothesis that an element is broken in a mode. */
export function singleState(element: number, mode: number): number {
  return 1 + element * modes.length + mode
}

/** Number of the first of the four hypotheses of a pair. */
export function pairState(elements: number, pair: number): number {
  return 1 + elements * modes.length + pair * pairModes.length
}

/**
 * Pairs of whole layers, and of each part in `parts` with every layer and every other part. The prober is
 * in no pair (it hides everything), nor is a part with its own layer.
 */
function pairsOf(
  model: Model,
  parts: readonly number[],
  parameters: LocateParameters,
): readonly Pair[] {
  const whole = model.elements.flatMap((element, i) =>
    isWhole(element) && element !== 'prober' ? [i] : [],
  )
  const members = [...whole, ...parts].toSorted((one, other) => one - other)
  return members.flatMap((one, i) =>
    members.slice(i + 1).flatMap((other) => {
      const names = [model.elements[one] ?? '', model.elements[other] ?? '']
      if (names.some((name, j) => name.startsWith(`${names[1 - j] ?? ''}/`))) return []
      const gate = names.includes('gate_new') && names.includes('gate_check')
      return [{ one, other, together: gate ? parameters.wholeGate : parameters.pair }]
    }),
  )
}

/** That the control probe passes is as good as proof that the prober is not cut off. */
const controlMiss = 1e-6

/** Share of the attempts of a probe that an element, broken in a mode, makes fail. */
export function failingRate(
  model: Model,
  { element, mode, row }: { readonly element: number; readonly mode: Mode; readonly row: number },
  parameters: LocateParameters,
): number {
  const share = model.shares[element]?.[row] ?? 0
  const isControl = row === model.control && model.elements[element] === 'prober'
  if (isControl && (mode === 'hard' || mode === 'flapping')) return share * (1 - controlMiss)
  return share * failingShare(mode, parameters)
}

/**
 * P(probe fails | faults) = 1 − (1 − ε) Π (1 − share · rate): Boolean network tomography with a noisy OR,
 * as in BARINEL (Abreu, Zoeteweij, van Gemund, 2009).
 */
export function statesOf(
  model: Model,
  parts: readonly number[],
  parameters: LocateParameters,
): States {
  const pairs = pairsOf(model, parts, parameters)
  const count = pairState(model.elements.length, pairs.length)
  const pass = model.rows.map((_, row) => {
    const logs = new Float64Array(count)
    const log = (element: number, mode: number): number =>
      Math.log1p(-failingRate(model, { element, row, mode: modes[mode] ?? 'hard' }, parameters))
    for (let element = 0; element < model.elements.length; element++)
      for (let mode = 0; mode < modes.length; mode++)
        logs[singleState(element, mode)] = log(element, mode)
    for (const [i, { one, other }] of pairs.entries())
      for (const [j, [first, second]] of pairModes.entries())
        logs[pairState(model.elements.length, i) + j] = log(one, first) + log(other, second)
    return logs
  })
  const noise = parameters.noise
  const fail = pass.map((logs) =>
    logs.map((log) => Math.log((1 - (1 - noise) * Math.exp(log)) / noise)),
  )
  const allPass = new Float64Array(count)
  for (const logs of pass)
    for (const [state, log] of logs.entries()) allPass[state] = (allPass[state] ?? 0) + log
  return { count, pairs, pass, fail, allPass }
}
