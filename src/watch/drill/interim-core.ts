// A core in its plainest form, for as long as the one with incidents is not there.
import type { Effect, Input, WatchCore } from '../core.ts'
import { createStoreTracker } from '../forecast/tracker.ts'
import type { StoreTracker } from '../forecast/store-forecast.ts'
import type { CauseId, Incident, IncidentEvent } from '../incident/incident.ts'
import { createLocator } from '../locate/locate.ts'
import type { Round } from '../locate/matrix.ts'
import type { Verdict } from '../locate/verdict.ts'
import type { DrillEstate } from './drill-estate.ts'

/** Opens one incident for a located cause, one for each store with alarms, one for each dead peer. */
export function interimCore(estate: DrillEstate): WatchCore {
  return new InterimCore(estate)
}

interface Named {
  readonly cause: CauseId
  readonly elements: Incident['elements']
}

class InterimCore implements WatchCore {
  readonly #locator
  readonly #trackers: ReadonlyMap<string, StoreTracker>
  readonly #open = new Map<string, Incident>()
  readonly #closed: Incident[] = []
  #verdict: Verdict

  constructor({ config, plan }: DrillEstate) {
    this.#locator = createLocator(plan.matrix)
    this.#trackers = new Map(config.stores.map((store) => [store.name, createStoreTracker(store)]))
    const results = new Map(plan.matrix.rows.map(({ probe }) => [probe, true]))
    this.#verdict = this.#locator.take({ at: 0, results })
  }

  take(input: Input): readonly Effect[] {
    if (input.kind === 'sample') {
      const { at, store } = input.sample
      const cause = `store:${store}` as const
      const { length } = this.#trackers.get(store)?.take(input.sample).alarms ?? []
      return length > 0 ? this.#set(cause, { cause, elements: [] }, at) : this.#close(cause, at)
    }
    if (input.kind === 'peer') {
      const { alive, at, peer } = input
      return alive
        ? this.#close(peer, at)
        : this.#set(peer, { cause: `peer:${peer}`, elements: [] }, at)
    }
    return input.kind === 'round' ? this.#locate(input.round) : []
  }

  verdict(): Verdict {
    return this.#verdict
  }

  incidents(): readonly Incident[] {
    return [...this.#open.values(), ...this.#closed]
  }

  #locate(round: Round): readonly Effect[] {
    this.#verdict = this.#locator.take(round)
    const { kind, leader } = this.#verdict
    if (kind === 'blind')
      return this.#set('located', { cause: 'blind', elements: ['prober'] }, round.at)
    if (kind === 'healthy') return this.#close('located', round.at)
    if (kind === 'suspect') return []
    const { elements } = leader
    return this.#set('located', { cause: `layer:${elements.join()}`, elements }, round.at)
  }

  #set(key: string, { cause, elements }: Named, at: number): readonly Effect[] {
    const known = this.#open.get(key)
    if (known?.cause === cause) return []
    const incident: Incident = {
      id: key,
      cause,
      elements,
      title: cause,
      urgency: cause.startsWith('store') ? 'notice' : 'page',
      openedAt: known?.openedAt ?? at,
      firstSymptomAt: at,
      closedAt: null,
      verdict: this.#verdict,
      masking: [],
      timeline: [],
      changes: [],
      advice: [],
    }
    this.#open.set(key, incident)
    return [said(known === undefined ? 'opened' : 'changed', incident)]
  }

  #close(key: string, at: number): readonly Effect[] {
    const known = this.#open.get(key)
    if (known === undefined) return []
    this.#open.delete(key)
    this.#closed.unshift({ ...known, closedAt: at })
    return [said('closed', { ...known, closedAt: at })]
  }
}

function said(kind: IncidentEvent['kind'], incident: Incident): Effect {
  return { kind: 'say', event: { kind, incident, sequence: kind === 'opened' ? 1 : 2 } }
}
