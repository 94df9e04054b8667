// The core put together: each input to the parts that it concerns, and out what is to be said.
import type { CoreSettings, CoreSnapshot, Effect, Input, WatchCore } from '../core.ts'
import { type Locator, createLocator } from '../locate/locate.ts'
import type { Round } from '../locate/matrix.ts'
import type { Verdict } from '../locate/verdict.ts'
import {
  Certificates,
  takePeer,
  takeReasons,
  takeSignIn,
  takeSight,
  takeTestimony,
  takeUndecided,
  takeWitness,
} from './condition-incidents.ts'
import { Desk } from './desk.ts'
import { takeVerdict } from './layer-incidents.ts'
import { takeDoors, takeGone } from './service-incidents.ts'
import { Stores } from './store-incidents.ts'

/** A probe that was asked for has this long to answer before another is. */
const probeNowEveryMs = 20_000

/** A core for a matrix and stores. Deterministic: it has no clock, and what it holds is bounded. */
export function createWatchCore(settings: CoreSettings): WatchCore {
  return createCore(settings, createLocator(settings.matrix))
}

/** The same around another locator, for tests that script its verdicts. */
export function createCore(settings: CoreSettings, locator: Pick<Locator, 'take'>): WatchCore {
  return new Core(settings, locator)
}

class Core implements WatchCore {
  readonly #desk: Desk
  readonly #stores: Stores
  readonly #certificates: Certificates
  readonly #locator: Pick<Locator, 'take'>
  readonly #isWatched: NonNullable<CoreSettings['isWatched']>
  #probedAt = Number.NEGATIVE_INFINITY
  #hasBegun = false

  constructor(settings: CoreSettings, locator: Pick<Locator, 'take'>) {
    this.#desk = new Desk(settings)
    this.#stores = new Stores(this.#desk, settings.stores)
    this.#certificates = new Certificates(this.#desk)
    this.#locator = locator
    this.#isWatched = settings.isWatched ?? (() => true)
    for (const [at, failed, passed] of settings.restored?.rounds ?? [])
      this.#locate({
        at,
        results: new Map([
          ...failed.map((p) => [p, false] as const),
          ...passed.map((p) => [p, true] as const),
        ]),
      })
  }

  verdict(): Verdict {
    return this.#desk.verdict
  }

  incidents(): ReturnType<WatchCore['incidents']> {
    return this.records().map(({ incident }) => incident)
  }

  records(): ReturnType<WatchCore['records']> {
    return this.#desk.book.records()
  }

  forecasts(): ReturnType<WatchCore['forecasts']> {
    return this.#stores.newest()
  }

  snapshot(): CoreSnapshot {
    return {
      form: 1,
      records: this.records(),
      changes: this.#desk.changes,
      conditions: this.#desk.conditions.kept(),
      rounds: this.#desk.history.kept(),
    }
  }

  take(input: Input): readonly Effect[] {
    const at = timeOf(input)
    if (input.kind !== 'change') {
      this.#desk.book.observedFrom(this.#desk.history.observedFrom(at))
      this.#stores.declare(at)
      if (!this.#hasBegun) this.#endUnwatched(at)
      this.#hasBegun = true
    }
    const more = this.#dispatch(input)
    return [...this.#desk.book.drain(), ...more]
  }

  /** What was open before a restart and stands in no configuration since would stay open for ever. */
  #endUnwatched(at: number): void {
    const { book, history } = this.#desk
    for (const { incident, progress } of book.open()) {
      const { cause, elements } = incident
      const isSeen =
        progress.by === 'rounds'
          ? progress.reasonsAt !== null || history.isProbed(elements)
          : progress.by === 'store'
            ? progress.stores.some(({ store }) => this.#isWatched(`store:${store}`))
            : this.#isWatched(cause)
      if (!isSeen)
        book.close(cause, {
          at,
          kind: 'closed',
          text: 'Not watched any more: whether it is over is not known',
          evidence: 'the configuration of the watch',
        })
    }
  }

  #dispatch(input: Input): readonly Effect[] {
    const desk = this.#desk
    switch (input.kind) {
      case 'round':
        return this.#round(input)
      case 'doors':
        this.#certificates.take(input.observations)
        takeDoors(desk, input.at, input.observations)
        return []
      case 'doors-gone':
        takeGone(desk, input.at, input.probes)
        return []
      case 'sample':
        this.#stores.take(input.sample)
        return []
      case 'testimony':
        takeWitness(desk, { ...input, name: input.witness, isBlind: false, detail: '' })
        takeTestimony(desk, input)
        return []
      case 'reasons':
        takeWitness(desk, { ...input, name: input.witness, isBlind: false, detail: '' })
        takeReasons(desk, input)
        return []
      case 'blind-witness':
        takeWitness(desk, { ...input, name: input.witness, isBlind: true })
        return []
      case 'seeing-witness':
        takeWitness(desk, { ...input, name: input.witness, isBlind: false, detail: '' })
        return []
      case 'peer':
        takePeer(desk, { ...input, name: input.peer })
        return []
      case 'change':
        desk.noteChange(input.change)
        return []
      case 'note':
        desk.book.note(input.incident, {
          at: input.at,
          kind: input.note,
          text: input.text,
          evidence: '',
        })
        return []
    }
  }

  #locate(
    round: Round,
    observations: Extract<Input, { kind: 'round' }>['observations'] = [],
  ): void {
    this.#desk.verdict = this.#locator.take(round)
    this.#desk.history.take(round, observations, this.#desk.verdict)
  }

  #round({ observations, round }: Extract<Input, { kind: 'round' }>): readonly Effect[] {
    const desk = this.#desk
    this.#locate(round, observations)
    this.#certificates.take(observations)
    takeVerdict(desk, round)
    takeSignIn(desk, observations)
    if (desk.history.isFull(round)) {
      takeSight(desk, round.at)
      takeUndecided(desk, round.at)
      if (desk.verdict.kind === 'healthy' && [...round.results.values()].every(Boolean))
        desk.remember(round.at)
    }
    const { discriminating, kind } = desk.verdict
    if (kind !== 'suspect' || discriminating === null) return []
    if (round.at - this.#probedAt < probeNowEveryMs) return []
    this.#probedAt = round.at
    return [{ kind: 'probe-now', probe: discriminating }]
  }
}

function timeOf(input: Input): number {
  if (input.kind === 'round') return input.round.at
  if (input.kind === 'sample') return input.sample.at
  return input.kind === 'change' ? input.change.at : input.at
}
