// The replay of 2026-04-18: the outage as it was, what the watch would have said, and whether that is soon enough.
import { must } from '../../std/assert.ts'
import type { IncidentRecord } from '../core.ts'
import { createStoreTracker } from '../forecast/tracker.ts'
import type { StoreForecast } from '../forecast/store-forecast.ts'
import { drillEstate } from './drill-estate.ts'
import { findScenario } from './library.ts'
import type { Incident } from '../incident/incident.ts'
import { type Alarm, type DrillResult, isPaging } from './result.ts'
import { runDrill } from './run-drill.ts'

/** Name of the drill, and the only outage of which there is such a record. */
export const replayName = '2026-04-18'

/** One thing that the watch has to reach. */
export interface Target {
  readonly what: string
  readonly wanted: string
  readonly found: string
  readonly reached: boolean
}

/** What then happened beside what would have. Times in ms from the start; null: not at all. */
export interface ReplayLine {
  readonly at: number
  readonly who: 'then' | 'watch'
  readonly text: string
}

/** The replay and what follows from it. */
export interface Replay {
  readonly result: DrillResult
  /** The incident of the outage, and those of the stores behind it; null: it was not found. */
  readonly incident: IncidentRecord | null
  readonly linked: readonly IncidentRecord[]
  /** First write that found no room, ms from the start. */
  readonly fullAt: number | null
  /** The store as it was forecast an hour after the start. */
  readonly forecast: StoreForecast | null
  readonly targets: readonly Target[]
  readonly lines: readonly ReplayLine[]
}

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const storeName = 'outpost-shm'
/** Time to full as the record has it, and how near a forecast has to come. */
const recordedMs = 31.65 * hourMs
const tolerance = 0.1
const structuralMs = 30 * minuteMs
const verdictMs = 3 * minuteMs
/** Time between the first failure and the repair, as the record has it. */
const recordedOutage = '44 h'

/** What the record tells, ms from the start. */
const record: readonly (readonly [at: number, text: string])[] = [
  [0, 'The pod of the outpost starts; 44 monitors leave a file each every five minutes'],
  [31 * hourMs + 42 * minuteMs, 'One person cannot reach any site; nothing has alarmed'],
  [49 * hourMs + 12 * minuteMs, 'It is reported as a problem of one person'],
  [56 * hourMs + 42 * minuteMs, 'More monitors: 18 files a minute from now on'],
  [60 * hourMs + 8 * minuteMs, 'The Rybbit Worker is deployed, and will be suspected'],
  [75 * hourMs + 21 * minuteMs, 'The log of the outpost is read: no space left on device'],
  [75 * hourMs + 22 * minuteMs, `Repaired, ${recordedOutage} after the first failure`],
]

/** Replays an outage of the record. Same seed, same replay. */
export async function replay(name: typeof replayName, seed: number): Promise<Replay> {
  const found = findScenario(name)
  const { scenario } = must(found.ok ? found.value : null, 'The outage of the record is a drill')
  const { config } = drillEstate(scenario)
  const store = must(
    config.stores.find((one) => one.name === storeName),
    'The outage is one of a store',
  )
  const tracker = createStoreTracker(store)
  const startAt = must(scenario.start, 'The outage has a date')
  let forecast: StoreForecast | null = null
  let fullAt: number | null = null
  const result = await runDrill({
    name,
    scenario,
    seed,
    observe: (input, stores) => {
      fullAt ??= stores[0]?.firstFailureAt ?? null
      if (input.kind !== 'sample' || input.sample.at > startAt + hourMs) return
      forecast = tracker.take(input.sample)
    },
  })
  const incident =
    result.records.find(
      ({ incident }) => incident.phase !== 'warning' && incident.elements.includes('gate_new'),
    ) ?? null
  return withTargets({ result, fullAt, forecast, incident })
}

type Bare = Pick<Replay, 'result' | 'fullAt' | 'forecast' | 'incident'>

function withTargets(bare: Bare): Replay {
  const { incident, result } = bare
  const linked = result.records.filter(
    (one) => one !== incident && one.incident.cause.startsWith('store:'),
  )
  const alarms = result.alarms.map((alarm): ReplayLine => ({
    at: alarm.at,
    who: 'watch',
    text: `${manner(alarm)}: ${alarm.incident.title}`,
  }))
  const then = record.map(([at, text]): ReplayLine => ({ at, who: 'then', text }))
  const lines = [...then, ...alarms].toSorted((one, other) => one.at - other.at)
  return { ...bare, linked, lines, targets: targetsOf(bare) }
}

/** Whoever was woken is told what comes after, and not woken again. */
function manner(alarm: Alarm): string {
  if (alarm.kind === 'closed') return 'closes'
  if (alarm.wakes) return 'wakes somebody'
  return isPaging(alarm) ? 'tells' : 'notes'
}

function targetsOf(bare: Bare): readonly Target[] {
  const { alarms } = bare.result
  const structural = alarms.find(({ incident }) => incident.cause === `store:${storeName}`)
  return [
    {
      what: 'The store is said to be too small',
      wanted: 'within 30 min of the start',
      found: structural === undefined ? 'never' : `after ${minutes(structural.at)}`,
      reached: (structural?.at ?? Infinity) <= structuralMs,
    },
    fullTarget(bare),
    verdictTarget(bare),
    ...changeTargets(bare),
    ...messageTargets(bare),
  ]
}

function fullTarget({ forecast }: Bare): Target {
  const left = forecast?.forecast.timeToFullMs.mid ?? null
  const total = left === null ? null : left + hourMs
  return {
    what: 'Time to full, forecast after one hour',
    wanted: '31.65 h, 10 % more or less',
    found: total === null ? 'none' : `${(total / hourMs).toFixed(2)} h`,
    reached: total !== null && Math.abs(total / recordedMs - 1) <= tolerance,
  }
}

function verdictTarget({ fullAt, result }: Bare): Target {
  const called = result.alarms.find(
    ({ at, incident }) => at >= (fullAt ?? Infinity) && isOutage(incident),
  )
  const took = called === undefined || fullAt === null ? null : called.at - fullAt
  return {
    what: 'Verdict gate_new',
    wanted: 'within 3 min of the first write that found no room',
    found: took === null ? 'never' : `after ${minutes(took)}`,
    reached: took !== null && took <= verdictMs,
  }
}

function changeTargets({ incident }: Bare): readonly Target[] {
  const judged = incident?.incident.changes.find(({ change }) => change.title.includes('Worker'))
  return [
    {
      what: 'The Worker',
      wanted: 'exonerated',
      found: judged === undefined ? 'not judged' : `${judged.judgement}: ${judged.why}`,
      reached: judged?.judgement === 'exonerated',
    },
  ]
}

function messageTargets({ result }: Bare): readonly Target[] {
  const about = result.alarms.filter(({ kind }) => kind !== 'closed')
  const sent = about.filter(({ incident }) => isOutage(incident)).length
  const woken = about.filter(({ wakes }) => wakes).length
  const causes = new Set(about.map(({ incident }) => incident.cause)).size
  return [
    {
      what: 'Messages that the gate is down',
      wanted: 'exactly one',
      found: String(sent),
      reached: sent === 1,
    },
    {
      what: 'Messages that wake somebody',
      wanted: 'exactly one, of one cause',
      found: `${woken}, of ${causes}`,
      reached: woken === 1 && causes === 1,
    },
  ]
}

function isOutage({ elements, phase }: Pick<Incident, 'elements' | 'phase'>): boolean {
  return phase === 'failing' && elements.includes('gate_new')
}

function minutes(ms: number): string {
  return `${Math.round(ms / minuteMs)} min`
}
