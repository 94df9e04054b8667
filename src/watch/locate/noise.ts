// How often probes fail though nothing is broken: assumed at first, learned while all is well.
import { absent, failed } from './model.ts'

/** Multiples of the assumed noise that it can be learned to be. */
export const noiseLevels = [1, 2, 4, 8] as const

/** Failures that the assumption is worth: so many must be seen before it gives way by half. */
const assumedFailures = 10
/** Outcomes after which old ones begin to count half. */
const outcomesMax = 200_000

/**
 * Counts outcomes of healthy rounds and gives the level of {@link noiseLevels} nearest to what they show.
 * The study asks for ε to be fitted from the first month; an ε that is too small calls chance a fault.
 */
export class NoiseMeter {
  readonly #assumed: number
  #ran = 0
  #failed = 0

  constructor(assumed: number) {
    this.#assumed = assumed
  }

  /** Takes one healthy round. */
  learn(outcomes: Uint8Array): void {
    let fails = 0
    let ran = 0
    for (const outcome of outcomes) {
      if (outcome === failed) fails++
      if (outcome !== absent) ran++
    }
    this.#count(ran, fails)
  }

  /** Takes a round in which so many probes ran and all passed. */
  learnQuiet(ran: number): void {
    this.#count(ran, 0)
  }

  #count(ran: number, fails: number): void {
    this.#ran += ran
    this.#failed += fails
    if (this.#ran <= outcomesMax) return
    this.#ran /= 2
    this.#failed /= 2
  }

  /** Index of the level: the estimate is rounded on a logarithmic scale. */
  get level(): number {
    const estimate =
      (this.#failed + assumedFailures) / (this.#ran + assumedFailures / this.#assumed)
    const level = Math.round(Math.log2(estimate / this.#assumed))
    return Math.min(noiseLevels.length - 1, Math.max(0, level))
  }
}
