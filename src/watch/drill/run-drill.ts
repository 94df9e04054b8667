// Runs one drill: its world, the core of the watch, the baselines beside, and whether the truth was found.
import type { ElementId, Layer } from '../../model/layer.ts'
import type { WatchCore } from '../core.ts'
import type { ChangeJudgement, Incident, IncidentEvent } from '../incident/incident.ts'
import { type BaselineResult, createBaselines } from './baselines.ts'
import type { DrillEstate } from './drill-estate.ts'
import { interimCore } from './interim-core.ts'
import { type Scenario, layerOfTruth } from './scenario.ts'
import { type Match, isLocation, matchOf, namedBy } from './truth.ts'
import { drillStartAt, drillWorld } from './world.ts'

/** One message that the watch would have sent. Times in ms from the start of the drill. */
export interface Alarm {
  readonly at: number
  readonly kind: IncidentEvent['kind']
  readonly incident: Incident
}

/** What came of a drill. Times in ms from its start. */
export interface DrillResult {
  readonly name: string
  readonly title: string
  readonly seed: number
  readonly startAt: number
  readonly truth: readonly string[]
  /** When the first thing broke; null: nothing did. */
  readonly brokenAt: number | null
  readonly alarms: readonly Alarm[]
  /** First time at which everything that is true was said, and nothing else; null: never. */
  readonly foundAt: number | null
  /** What all incidents together named at the end. */
  readonly named: readonly string[]
  readonly match: Match
  /** Whether the first location that was called is of the right layers; null: none was called, or due. */
  readonly firstCallRight: boolean | null
  /** Messages that wake somebody: an incident opened, or its verdict changed. */
  readonly notifications: number
  readonly changes: readonly ChangeJudgement[]
  readonly incidents: readonly Incident[]
  readonly baselines: readonly BaselineResult[]
  /** Why the ground truth is not met, in sentences; empty: it is. */
  readonly misses: readonly string[]
}

/** What a drill is run with. */
export interface DrillOptions {
  readonly name: string
  readonly scenario: Scenario
  readonly seed: number
  /** Epoch ms; absent: {@link drillStartAt}. */
  readonly startAt?: number
  /** Makes the core; absent: the watch's own. */
  readonly core?: (estate: DrillEstate) => WatchCore
}

/** Runs it. Same options, same result. */
export async function runDrill(options: DrillOptions): Promise<DrillResult> {
  const { name, scenario, seed } = options
  const startAt = options.startAt ?? drillStartAt
  const world = drillWorld({ scenario, seed, startAt })
  const core = (options.core ?? interimCore)(world.estate)
  const baselines = createBaselines(scenario.estate.services)
  const alarms: Alarm[] = []
  const story = new Story(scenario)
  for await (const minute of world.minutes()) {
    baselines.take(minute.doors, minute.at)
    for (const input of minute.inputs)
      for (const effect of core.take(input))
        if (effect.kind === 'say') {
          const { incident, kind } = effect.event
          alarms.push({ at: minute.at, kind, incident })
          story.take(minute.at, incident)
        }
  }
  const brokenAt = brokenFrom(scenario, world.stores)
  const { firstCall, foundAt, named } = story
  const result = {
    name,
    title: scenario.title,
    seed,
    startAt,
    truth: scenario.truth,
    brokenAt,
    alarms,
    foundAt,
    named,
    match: matchOf(scenario, named),
    firstCallRight: firstCall === null ? null : isRightLayer(scenario, firstCall),
    notifications: alarms.filter(isWaking).length,
    changes: judgementsOf(core.incidents()),
    incidents: core.incidents(),
    baselines: baselines.results(brokenAt),
  }
  return { ...result, misses: missesOf(scenario, result) }
}

/** Whether an alarm wakes somebody. */
export function isWaking({ incident, kind }: Alarm): boolean {
  return kind !== 'closed' && incident.urgency === 'page'
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

function judgementsOf(incidents: readonly Incident[]): readonly ChangeJudgement[] {
  const pages = incidents.filter(({ urgency }) => urgency === 'page')
  return (pages.length > 0 ? pages : incidents).flatMap(({ changes }) => changes)
}

function missesOf(scenario: Scenario, result: Omit<DrillResult, 'misses'>): readonly string[] {
  const { expect, truth } = scenario
  const misses: string[] = []
  const shown = (list: readonly string[]): string =>
    list.length === 0 ? 'nothing' : list.join(', ')
  if (result.match === 'wrong')
    misses.push(`Found "${shown(result.named)}", the truth is "${shown(truth)}"`)
  if (truth.length > 0 && result.foundAt === null && result.match !== 'wrong')
    misses.push('The truth was never said whole')
  const early = result.alarms.filter(
    (alarm) => isWaking(alarm) && result.brokenAt !== null && alarm.at < result.brokenAt,
  )
  if (early.length > 0) misses.push(`"${early.length}" alarms came before anything was broken`)
  if (expect.notifications !== undefined && expect.notifications !== result.notifications)
    misses.push(`"${result.notifications}" notifications, wanted "${expect.notifications}"`)
  const took = (result.foundAt ?? Infinity) - (result.brokenAt ?? 0)
  if (expect.within !== undefined && took > expect.within)
    misses.push(
      `Found after "${Math.round(took / 60_000)}" minutes, wanted "${expect.within / 60_000}"`,
    )
  return [...misses, ...changeMisses(scenario, result.changes)]
}

function changeMisses(
  { changes }: Scenario,
  judgements: readonly ChangeJudgement[],
): readonly string[] {
  return changes.flatMap(({ expect, title }) => {
    if (expect === undefined) return []
    const found = judgements.find(({ change }) => change.title === title)?.judgement ?? 'not judged'
    return found === expect ? [] : [`"${title}" is "${found}", wanted "${expect}"`]
  })
}

/** Elements that an incident names, for people. */
export function elementsText(elements: readonly ElementId[]): string {
  return elements.length === 0 ? '-' : elements.join(' + ')
}
