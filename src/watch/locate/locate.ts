// Which layer is it: rounds of probes in, a posterior over broken elements out, with its reasons. Pure.
import { noneOf } from './belief.ts'
import { Filter, hasFailure, sumFrom } from './filter.ts'
import type { ProbeMatrix, Round } from './matrix.ts'
import { type Model, byName, failed, modelOf, outcomesOf, passed } from './model.ts'
import {
  type LocateParameters,
  type Mode,
  modes,
  studyParameters,
  sightedRounds,
  windowRounds,
} from './parameters.ts'
import {
  type Evidence,
  type Faults,
  discriminatingProbe,
  isExact,
  isSpread,
  maskedBy,
  reasonsFor,
} from './reasons.ts'
import { pairModes, pairState, singleState } from './states.ts'
import type { Candidate, Verdict } from './verdict.ts'

/** Takes rounds one after another and keeps what they say; its memory does not grow. */
export interface Locator {
  /** The verdict after one more round. */
  take(round: Round): Verdict
  /** All candidates, most likely first; they sum to 1. */
  posterior(): readonly Candidate[]
}

/**
 * The verdict after `rounds`, oldest first; up to 30 are worth giving, since partial faults need more than
 * the five of hard ones. Same input, same verdict, in whatever order rows and elements come.
 *
 * Model: every element is whole, or broken hard, by half, by a third, or flapping; faults begin and end as
 * in a hidden Markov model; a probe fails as a noisy OR of what it crosses (`states.ts`); the prober may have
 * a hiccup that goes on for some rounds, one probe trouble of its own (`belief.ts`). Modes are summed over.
 */
export function locate(
  matrix: ProbeMatrix,
  rounds: readonly Round[],
  parameters: LocateParameters = studyParameters,
): Verdict {
  const locator = createLocator(matrix, parameters)
  let verdict: Verdict = healthy(1)
  for (const round of rounds) verdict = locator.take(round)
  return verdict
}

/** The incremental form of {@link locate}, for whoever takes a round a minute. */
export function createLocator(
  matrix: ProbeMatrix,
  parameters: LocateParameters = studyParameters,
): Locator {
  return new ForwardLocator(modelOf(matrix), parameters)
}

function healthy(probability: number): Verdict {
  return {
    kind: 'healthy',
    leader: { elements: [], probability },
    runnerUp: null,
    because: [],
    discriminating: null,
    masked: [],
  }
}

/** A candidate with what it consists of. */
interface Weighed {
  readonly key: string
  readonly faults: Faults
  readonly probability: number
}

class ForwardLocator implements Locator {
  readonly #model: Model
  readonly #parameters: LocateParameters
  readonly #filter: Filter
  #window: readonly Uint8Array[] = []
  /** Candidate that was called and has not been taken back. */
  #called: string | null = null
  #controlFailures = 0
  #quiet: Verdict | null = null

  constructor(model: Model, parameters: LocateParameters) {
    this.#model = model
    this.#parameters = parameters
    this.#filter = new Filter(model, parameters)
  }

  take(round: Round): Verdict {
    if (this.#filter.isAtRest && allPassed(this.#model, round)) {
      this.#filter.skip()
      return (this.#quiet ??= healthy(noneOf(this.#filter.belief)))
    }
    this.#quiet = null
    const outcomes = outcomesOf(this.#model, round)
    this.#filter.take(outcomes)
    this.#window = [...this.#window, outcomes].slice(-windowRounds)
    this.#controlFailures = outcomes[this.#model.control] === failed ? this.#controlFailures + 1 : 0
    const verdict = this.#conclude(outcomes)
    if (verdict.kind === 'healthy') this.#filter.learn(outcomes, !this.#window.some(hasFailure))
    return verdict
  }

  posterior(): readonly Candidate[] {
    return this.#ranked().map((weighed) => this.#candidate(weighed))
  }

  #conclude(outcomes: Uint8Array): Verdict {
    const certain = noneOf(this.#filter.belief) >= this.#parameters.call
    if (certain && this.#controlFailures === 0) {
      this.#called = null
      return healthy(noneOf(this.#filter.belief))
    }
    const ranked = this.#sighted() ? withoutProber(this.#ranked()) : this.#ranked()
    const top = ranked[0]
    const none = ranked.find((weighed) => weighed.faults.length === 0)
    if (top === undefined || none === undefined) return healthy(1)
    this.#called = this.#standingCall(top, none)
    if (this.#isBlind(outcomes, top)) return this.#blind(ranked)
    const leader = ranked.find((weighed) => weighed.key === this.#called) ?? top
    const called = leader.key === this.#called
    if (!called && leader === none && none.probability >= this.#parameters.call)
      return healthy(none.probability)
    return this.#explained(called ? 'fault' : 'suspect', leader, ranked)
  }

  /**
   * A call stands until another candidate, or none, reaches the bound: what fails and heals by turns is
   * not called and taken back each minute.
   */
  #standingCall(top: Weighed, none: Weighed): string | null {
    if (top.probability < this.#parameters.call) return this.#called
    if (top === none) return null
    if (top.key === 'prober') return null
    return this.#isCall(top, none) ? top.key : this.#called
  }

  /** What one round shows is no call, and what chance may have drawn is one only where it fits exactly. */
  #isCall({ faults }: Weighed, none: Weighed): boolean {
    if (!isSpread(this.#evidence, faults)) return false
    return none.probability <= this.#parameters.chance || isExact(this.#evidence, faults)
  }

  /**
   * The control probe fails: nothing can be said, least of all that everything is down. One failure of
   * it alone, or beside a fault that stood before, is noise.
   */
  #isBlind(outcomes: Uint8Array, top: Weighed): boolean {
    const isSilent = this.#model.control < 0 || this.#controlFailed
    if (top.key === 'prober' && isSilent && top.probability >= this.#parameters.call) return true
    if (this.#controlFailures === 0) return false
    if (this.#controlFailures > 1) return true
    const others = outcomes.filter((outcome) => outcome === failed).length > 1
    return others && this.#called === null
  }

  /** Whether the control probe has failed in the window. */
  get #controlFailed(): boolean {
    return this.#window.some((outcomes) => outcomes[this.#model.control] === failed)
  }

  /** The control probe has passed again and again: whatever fails, it is not the watch. */
  #sighted(): boolean {
    const runs = this.#window.filter((outcomes) => outcomes[this.#model.control] === passed)
    return runs.length >= sightedRounds && !this.#controlFailed
  }

  #blind(ranked: readonly Weighed[]): Verdict {
    const prober = ranked.find((weighed) => weighed.key === 'prober')
    const control = this.#model.rows[this.#model.control]
    const failures = this.#window.filter((outcomes) => outcomes[this.#model.control] === failed)
    const reason =
      control === undefined || failures.length === 0
        ? []
        : [
            {
              probe: control,
              passed: this.#window.length - failures.length,
              failed: failures.length,
              nats: 0,
            },
          ]
    const explained = prober === undefined ? null : this.#explained('blind', prober, ranked)
    return {
      kind: 'blind',
      leader: { elements: ['prober'], probability: prober?.probability ?? 0 },
      runnerUp: explained?.runnerUp ?? null,
      because: [...reason, ...(explained?.because ?? []).filter((r) => r.probe !== control)].slice(
        0,
        5,
      ),
      discriminating: null,
      masked: this.#model.elements.filter((element) => element !== 'prober'),
    }
  }

  #explained(kind: Verdict['kind'], leader: Weighed, ranked: readonly Weighed[]): Verdict {
    const other = ranked.find((weighed) => weighed !== leader && !includesAll(weighed, leader))
    const evidence = this.#evidence
    const against = other?.faults ?? []
    return {
      kind,
      leader: this.#candidate(leader),
      runnerUp: other === undefined ? null : this.#candidate(other),
      because: reasonsFor(evidence, leader.faults, against),
      discriminating: discriminatingProbe(evidence, leader.faults, against),
      masked: maskedBy(this.#model, leader.faults),
    }
  }

  get #evidence(): Evidence {
    return { ...this.#filter.mechanics, window: this.#window }
  }

  #candidate(weighed: Weighed): Candidate {
    return {
      elements: weighed.faults.flatMap(({ element }) => this.#model.elements[element] ?? []),
      probability: weighed.probability,
    }
  }

  /** Candidates with their modes summed over, most likely first, ties by name. */
  #ranked(): readonly Weighed[] {
    const { mass } = this.#filter.belief
    const elements = this.#model.elements
    const candidates: Weighed[] = [
      { key: '', faults: [], probability: noneOf(this.#filter.belief) },
    ]
    for (const [element, name] of elements.entries()) {
      const first = singleState(element, 0)
      const mode = modes[likeliest(mass, first, modes.length)] ?? 'hard'
      const probability = sumFrom(mass, first, modes.length)
      candidates.push({ key: name, faults: [{ element, mode }], probability })
    }
    for (const [i, { one, other }] of this.#filter.mechanics.states.pairs.entries()) {
      const first = pairState(elements.length, i)
      const [a, b] = pairModes[likeliest(mass, first, pairModes.length)] ?? [0, 0]
      candidates.push({
        key: `${elements[one] ?? ''} ${elements[other] ?? ''}`,
        faults: [
          { element: one, mode: modeOf(a) },
          { element: other, mode: modeOf(b) },
        ],
        probability: sumFrom(mass, first, pairModes.length),
      })
    }
    return candidates.toSorted(
      (one, two) => two.probability - one.probability || byName(one.key, two.key),
    )
  }
}

/** The same candidates but for the prober, summing to 1 again. */
function withoutProber(ranked: readonly Weighed[]): readonly Weighed[] {
  const others = ranked.filter(({ key }) => key !== 'prober')
  const sum = others.reduce((total, { probability }) => total + probability, 0)
  return others.map((weighed) => ({ ...weighed, probability: weighed.probability / sum }))
}

/** A second fault beside those of the leader is no rival of it. */
function includesAll(weighed: Weighed, leader: Weighed): boolean {
  return (
    leader.faults.length > 0 &&
    leader.faults.every(({ element }) => weighed.faults.some((fault) => fault.element === element))
  )
}

function modeOf(index: number): Mode {
  return modes[index] ?? 'hard'
}

/** Offset of the largest of `count` values. */
function likeliest(values: Float64Array, from: number, count: number): number {
  let best = 0
  for (let i = 1; i < count; i++) if ((values[from + i] ?? 0) > (values[from + best] ?? 0)) best = i
  return best
}

function allPassed(model: Model, round: Round): boolean {
  for (const probe of model.rows) if (round.results.get(probe) !== true) return false
  return true
}
