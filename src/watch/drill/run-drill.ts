// Runs one drill: its world, the core of the watch, the baselines beside, and whether the truth was found.
import type { Layer } from '../../model/layer.ts'
import { createWatchCore } from '../core/create.ts'
import type { Input, WatchCore } from '../core.ts'
import type { ChangeJudgement, Incident } from '../incident/incident.ts'
import { createBaselines } from './baselines.ts'
import type { DrillEstate } from './drill-estate.ts'
import type { SimulatedStore } from './drill-store.ts'
import { type Scenario, layerOfTruth } from './scenario.ts'
import type { Alarm, DrillResult } from './result.ts'
import { missesOf } from './misses.ts'
import { isLocation, matchOf, namedBy } from './truth.ts'
import { drillStartAt, drillWorld } from './world.ts'

/** What a drill is run with. */
export interface DrillOptions {
  readonly name: string
  readonly scenario: Scenario
  readonly seed: number
  /** Epoch ms; absent: {@link drillStartAt}. */
  readonly startAt?: number
  /** Sees every input before the core does, and the stores as they are then. */
  readonly observe?: (input: Input, stores: readonly SimulatedStore[]) => void
  /** Makes the core; absent: the watch's own. */
  readonly core?: (estate: DrillEstate) => WatchCore
}

/** Runs it. Same options, same result. */
export async function runDrill(options: DrillOptions): Promise<DrillResult> {
  const { name, scenario, seed } = options
  const startAt = options.startAt ?? scenario.start ?? drillStartAt
  const world = drillWorld({ scenario, seed, startAt })
  const core = (options.core ?? coreFor)(world.estate)
  const baselines = createBaselines(scenario.estate.services)
  const alarms: Alarm[] = []
  const story = new Story(scenario)
  for await (const minute of world.minutes()) {
    baselines.take(minute.doors, minute.at)
    for (const input of [
      ...minute.inputs,
      ...notesOf(scenario, core, { startAt, minute: minute.at }),
    ]) {
      options.observe?.(input, world.stores)
      for (const effect of core.take(input))
        if (effect.kind === 'say') {
          const { incident, kind, wakes } = effect.event
          alarms.push({ at: minute.at, kind, incident, wakes })
          story.take(minute.at, incident)
        }
    }
  }
  const brokenAt = brokenFrom(scenario, world.stores)
  const { firstCall, foundAt, named } = story
  const result = {
    name,
    title: scenario.title,
    source: scenario.source,
    seed,
    startAt,
    truth: scenario.truth,
    unseen: scenario.unseen,
    brokenAt,
    alarms,
    foundAt,
    named,
    match: matchOf(scenario, named),
    firstCallRight: firstCall === null ? null : isRightLayer(scenario, firstCall),
    notifications: alarms.filter(({ wakes }) => wakes).length,
    changes: judgementsOf(core.incidents()),
    records: core.records(),
    baselines: baselines.results(brokenAt),
  }
  return { ...result, misses: missesOf(scenario, result) }
}

/** What people said in this minute, about the located incident that is open. */
function notesOf(
  { notes }: Scenario,
  core: WatchCore,
  now: { readonly startAt: number; readonly minute: number },
): readonly Input[] {
  const due = notes.filter(({ at }) => at === now.minute)
  const about = core.incidents().find(({ verdict }) => verdict !== null)
  if (about === undefined) return []
  return due.map(({ note, text }) => ({
    kind: 'note',
    at: now.startAt + now.minute,
    incident: about.id,
    note,
    text,
  }))
}

/** The watch's own core for an estate. */
export function coreFor({ config, plan }: DrillEstate): WatchCore {
  return createWatchCore({ matrix: plan.matrix, stores: config.stores })
}

/** What was named so far, by all incidents together. */
class Story {
  readonly #scenario: Scenario
  readonly #named = new Map<string, readonly string[]>()
  foundAt: number | null = null
  firstCall: readonly string[] | null = null

  constructor(scenario: Scenario) {
    this.#scenario = scenario
  }

  get named(): readonly string[] {
    return [...new Set([...this.#named.values()].flat())].toSorted()
  }

  take(at: number, incident: Incident): void {
    // What turned out to be part of something else is no finding of its own.
    if (
      incident.closedAt !== null &&
      incident.timeline.at(-1)?.text.startsWith('Part of') === true
    ) {
      this.#named.delete(incident.id)
      return
    }
    const named = namedBy(incident)
    this.#named.set(incident.id, named)
    if (this.firstCall === null && named.some(isLocation)) this.firstCall = named
    if (this.foundAt === null && matchOf(this.#scenario, this.named) !== 'wrong') this.foundAt = at
  }
}

function isRightLayer(scenario: Scenario, call: readonly string[]): boolean {
  const wanted = layersOf(scenario.truth)
  const found = layersOf(call)
  return wanted.size > 0 && [...found].every((layer) => wanted.has(layer))
}

function layersOf(named: readonly string[]): ReadonlySet<Layer> {
  return new Set(named.map(layerOfTruth).filter((layer) => layer !== null))
}

function brokenFrom(
  { faults, peers, witnesses }: Scenario,
  stores: readonly {
    readonly settings: { readonly name: string }
    readonly firstFailureAt: number | null
  }[],
): number | null {
  const times = [
    ...faults.map(({ from, mode, store }) =>
      mode === 'slow-fill'
        ? (stores.find(({ settings }) => settings.name === store)?.firstFailureAt ?? Infinity)
        : from,
    ),
    ...peers.map(({ dead }) => dead),
    ...witnesses.filter(({ says }) => says === 'nonsense').map(({ from }) => from),
  ]
  const first = Math.min(...times)
  return Number.isFinite(first) ? first : null
}

/** What is said of the changes by the incident that knows most: a located one before others. */
function judgementsOf(incidents: readonly Incident[]): readonly ChangeJudgement[] {
  const best = incidents.toSorted(
    (one, other) => Number(other.verdict !== null) - Number(one.verdict !== null),
  )
  return best.find(({ changes }) => changes.length > 0)?.changes ?? []
}
