// A core that sleeps while too little fails for any call: years of nothing are gone through in a tenth of the time.
import type { CoreSnapshot, Effect, Input, WatchCore } from '../core.ts'
import type { Verdict } from '../locate/verdict.ts'

type RoundInput = Extract<Input, { kind: 'round' }>

/** Failed canaries within so many rounds that wake the core: a call takes more of them, or in fewer rounds. */
const wakes = { failures: 3, rounds: 12 } as const
/** Rounds that it is shown of the time before, and that must be quiet and healthy before it sleeps again. */
const shownBefore = 40
const quietRounds = 40

/**
 * Rounds only, and only those around which something may be called; doors, which wake nobody, are left out.
 * `make` gives a core that has seen nothing: the belief of a quiet estate is the one that it begins with.
 */
export function screenedCore(make: () => WatchCore): WatchCore {
  return new ScreenedCore(make)
}

class ScreenedCore implements WatchCore {
  readonly #make: () => WatchCore
  #core: WatchCore
  #before: RoundInput[] = []
  /** Rounds since the core was woken last; null: it sleeps. */
  #awake: number | null = null

  constructor(make: () => WatchCore) {
    this.#make = make
    this.#core = make()
  }

  take(input: Input): readonly Effect[] {
    if (input.kind !== 'round') return []
    this.#before = [...this.#before.slice(1 - shownBefore), input]
    const isLoud = failuresIn(this.#before.slice(-wakes.rounds)) >= wakes.failures
    if (this.#awake === null) return isLoud ? this.#wake() : []
    const effects = this.#core.take(input)
    this.#awake = isLoud ? 0 : this.#awake + 1
    if (this.#awake >= quietRounds && this.#core.verdict().kind === 'healthy') this.#awake = null
    return effects
  }

  #wake(): readonly Effect[] {
    this.#core = this.#make()
    this.#awake = 0
    return this.#before.flatMap((round) => this.#core.take(round))
  }

  verdict(): Verdict {
    return this.#core.verdict()
  }

  incidents(): ReturnType<WatchCore['incidents']> {
    return this.#core.incidents()
  }

  records(): ReturnType<WatchCore['records']> {
    return this.#core.records()
  }

  forecasts(): ReturnType<WatchCore['forecasts']> {
    return this.#core.forecasts()
  }

  snapshot(): CoreSnapshot {
    return this.#core.snapshot()
  }
}

function failuresIn(rounds: readonly RoundInput[]): number {
  let failures = 0
  for (const { round } of rounds) for (const ok of round.results.values()) if (!ok) failures++
  return failures
}
