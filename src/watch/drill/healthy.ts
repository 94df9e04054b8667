// Years in which nothing is broken: how often the watch, and simpler monitors, would have alarmed all the same.
import type { Input, WatchCore } from '../core.ts'
import type { Observation } from '../door.ts'
import type { DoorCheck } from '../plan/plan.ts'
import type { IncidentEvent } from '../incident/incident.ts'
import type { Verdict } from '../locate/verdict.ts'
import { type BaselineResult, createBaselines } from './baselines.ts'
import { type Dice, diceOf } from './dice.ts'
import { type DrillEstate, drillEstate, roundMs } from './drill-estate.ts'
import { coreFor } from './run-drill.ts'
import { screenedCore } from './screened-core.ts'
import { plainScenario } from './plain-scenario.ts'
import { drillStartAt } from './world.ts'

/** Noise of a healthy estate. */
export interface HealthyNoise {
  /** ε: a probe fails by itself (study, section 4.5). */
  readonly probe: number
  /** A hiccup of the prober begins in a round, goes on for another with `goesOn`, and takes this share with it. */
  readonly hiccup: number
  readonly goesOn: number
  readonly share: number
  /** A probe or door fails for three rounds or tries in a row; begins in a round. */
  readonly flap: number
}

/** The noise of the study, and the correlated one that its caveat asks for: two hiccups and a flap a day. */
export const healthyNoises = {
  independent: { probe: 0.005, hiccup: 0, goesOn: 0, share: 0, flap: 0 },
  correlated: { probe: 0.005, hiccup: 2 / 1440, goesOn: 0.2, share: 0.3, flap: 1 / 1440 },
} as const satisfies Readonly<Record<string, HealthyNoise>>

/** What is simulated. */
export interface HealthyOptions {
  readonly hosts: number
  readonly years: number
  readonly seed: number
  readonly noise: keyof typeof healthyNoises | HealthyNoise
  /** Doors are tried every so many minutes; 5 where nothing is declared. */
  readonly doorMinutes?: number
  /** False: passes that change nothing are fed as well. Same result, for the test of just that. */
  readonly skips?: boolean
  /**
   * Minutes that the watch sees, the last one not included; absent: all of them. The dice fall as they do for
   * the whole, so that one alarm in ten years is looked at in seconds.
   */
  readonly stretch?: { readonly from: number; readonly to: number }
  /**
   * True: canaries alone are looked at, and only where something may be called (`screened-core.ts`): no page
   * fewer, in a fraction of the time; no notices, no simpler monitors.
   */
  readonly isScreened?: boolean
  /** Sees every input after the core has taken it, with what the core concludes then. */
  readonly observe?: (input: Input, verdict: Verdict) => void
  /** Sees what is said. */
  readonly said?: (event: IncidentEvent) => void
}

/** An alarm though nothing is broken. */
export interface FalseAlarm {
  /** Minute in which it was raised: what a stretch is given around. */
  readonly minute: number
  readonly cause: string
}

/** What was said in those years. */
export interface HealthyResult {
  readonly hosts: number
  readonly years: number
  readonly rounds: number
  readonly failures: number
  /** Incidents that would have woken somebody; of them those about a layer. */
  readonly pages: number
  readonly layers: number
  /** Incidents that wait for the morning. */
  readonly notices: number
  /** Those that would have woken somebody, the first ones. */
  readonly alarms: readonly FalseAlarm[]
  readonly baselines: readonly BaselineResult[]
}

const minutesPerYear = 525_600
const alarmsMax = 20
/**
 * Passes for which a door is followed after each failure before its passes are left out, and at least: its sum
 * is at zero by then (a failure adds 5.2 to it, a pass takes 2.3), what was open is closed, and one more pass
 * changes nothing but the number of passes.
 */
const passesPerFailure = 3
const passesMin = 6
const flapTries = 3
const signInMinutes = 15

/** Simulates them. Same options, same result. */
export function healthyYears(options: HealthyOptions): HealthyResult {
  return new HealthyRun(options).run()
}

/** Canaries of a round, and the results of one in which all pass. */
interface Canaries {
  readonly ids: readonly string[]
  readonly passed: ReadonlyMap<string, boolean>
}

/** Doors that are tried in the same minutes. */
interface Phase {
  readonly checks: readonly DoorCheck[]
  readonly ids: readonly string[]
}

class HealthyRun {
  readonly #options: HealthyOptions
  readonly #noise: HealthyNoise
  readonly #estate: DrillEstate
  readonly #core: WatchCore
  readonly #baselines
  readonly #canaries: TrialLine
  readonly #phases: readonly Phase[]
  readonly #doorTrials: TrialLine
  readonly #dice: Dice
  readonly #quiet: Canaries
  readonly #quietWithSignIn: Canaries
  /** Passes that a door has still to show, by its id. */
  readonly #restless = new Map<string, number>()
  /** Tries that a flapping canary or door still fails. */
  readonly #flaps = new Map<string, number>()
  readonly #opened = { pages: 0, layers: 0, notices: 0 }
  readonly #alarms: FalseAlarm[] = []
  #isHiccup = false
  #failures = 0

  constructor(options: HealthyOptions) {
    this.#options = options
    const { hosts, noise, seed } = options
    this.#noise = typeof noise === 'string' ? healthyNoises[noise] : noise
    const every = options.doorMinutes ?? 5
    this.#estate = drillEstate(plainScenario(`estate: { services: ${hosts}, every: ${every}m }`))
    const make = (): WatchCore => coreFor(this.#estate)
    this.#core = options.isScreened === true ? screenedCore(make) : make()
    this.#baselines = createBaselines(hosts)
    this.#dice = diceOf(seed, 'healthy')
    this.#canaries = new TrialLine(this.#noise.probe, diceOf(seed, 'canaries'))
    this.#doorTrials = new TrialLine(this.#noise.probe, diceOf(seed, 'doors'))
    const { canaries, doors } = this.#estate.plan
    this.#phases = Array.from({ length: every }, (_, phase) => {
      const checks = doors.filter((_door, i) => i % every === phase)
      return { checks, ids: checks.map(({ id }) => id) }
    })
    const passing = (all: boolean): Canaries => {
      const ids = canaries.flatMap(({ everyMs, id }) => (all || everyMs === roundMs ? [id] : []))
      return { ids, passed: new Map(ids.map((id) => [id, true])) }
    }
    this.#quiet = passing(false)
    this.#quietWithSignIn = passing(true)
  }

  run(): HealthyResult {
    const { hosts, stretch, years } = this.#options
    const rounds = stretch?.to ?? Math.round(years * minutesPerYear)
    for (let minute = 0; minute < rounds; minute++) {
      this.#isHiccup = this.#dice.hits(this.#isHiccup ? this.#noise.goesOn : this.#noise.hiccup)
      const at = drillStartAt + minute * roundMs
      const observations = this.#doors(minute, at)
      const results = this.#results(minute)
      if (minute < this.#from) continue
      if (observations.length > 0) {
        this.#baselines.take(observations, minute * roundMs)
        this.#take({ kind: 'doors', at, observations }, minute)
      }
      this.#take({ kind: 'round', round: { at, results }, observations: [] }, minute)
    }
    return {
      ...{ hosts, years, rounds },
      failures: this.#failures,
      ...this.#opened,
      alarms: this.#alarms,
      baselines: this.#baselines.results(null),
    }
  }

  get #from(): number {
    return this.#options.stretch?.from ?? 0
  }

  #take(input: Input, minute: number): void {
    const { observe, said } = this.#options
    for (const effect of this.#core.take(input)) {
      if (effect.kind !== 'say') continue
      const { incident, kind } = effect.event
      said?.(effect.event)
      if (kind === 'closed') continue
      if (incident.cause.startsWith('layer:')) this.#opened.layers++
      if (incident.urgency !== 'page') {
        this.#opened.notices++
        continue
      }
      this.#opened.pages++
      if (this.#alarms.length < alarmsMax) this.#alarms.push({ minute, cause: incident.cause })
    }
    observe?.(input, this.#core.verdict())
  }

  #results(minute: number): ReadonlyMap<string, boolean> {
    const { ids, passed } = minute % signInMinutes === 0 ? this.#quietWithSignIn : this.#quiet
    const failing = this.#failing(ids, this.#canaries)
    if (failing.size === 0) return passed
    return new Map(ids.map((probe) => [probe, !failing.has(probe)]))
  }

  #doors(minute: number, at: number): readonly Observation[] {
    const due = this.#phases[minute % this.#phases.length] ?? { checks: [], ids: [] }
    const failing = this.#failing(due.ids, this.#doorTrials)
    if (this.#options.isScreened === true) return []
    // Everything is seen once, so that the core knows how many there are.
    const isShown = this.#options.skips === false || minute - this.#from < this.#phases.length
    if (!isShown && failing.size === 0 && this.#restless.size === 0) return []
    return due.checks.flatMap((check) => {
      const isRestless = this.#follow(check.id, !failing.has(check.id))
      return isShown || isRestless ? [observed(check, at, !failing.has(check.id))] : []
    })
  }

  /** Whether a try of a door changes anything. */
  #follow(id: string, ok: boolean): boolean {
    const left = this.#restless.get(id)
    if (!ok) this.#restless.set(id, Math.max(passesMin, (left ?? 0) + passesPerFailure))
    else if (left === 1) this.#restless.delete(id)
    else if (left !== undefined) this.#restless.set(id, left - 1)
    return !ok || left !== undefined
  }

  /** Those of these that fail this time: by chance, in a hiccup, in a flap. */
  #failing(ids: readonly string[], line: TrialLine): ReadonlySet<string> {
    const hits = line.hitsOf(ids.length)
    if (hits === none && !this.#isHiccup && this.#noise.flap === 0) return nobody
    const failing = new Set<string>()
    for (const i of hits) failing.add(ids[i] ?? '')
    if (this.#isHiccup)
      for (const id of ids) if (this.#dice.hits(this.#noise.share)) failing.add(id)
    if (this.#noise.flap > 0) this.#flap(ids, failing)
    this.#failures += failing.size
    return failing
  }

  #flap(ids: readonly string[], failing: Set<string>): void {
    if (this.#dice.hits(this.#noise.flap))
      this.#flaps.set(ids[this.#dice.below(ids.length)] ?? '', flapTries)
    for (const [id, left] of this.#flaps)
      if (ids.includes(id)) {
        failing.add(id)
        if (left === 1) this.#flaps.delete(id)
        else this.#flaps.set(id, left - 1)
      }
  }
}

/** Trials one after the other, of which few hit: draws how many miss until the next hit (geometric). */
class TrialLine {
  readonly #p: number
  readonly #dice: Dice
  #untilHit: number

  constructor(p: number, dice: Dice) {
    this.#p = p
    this.#dice = dice
    this.#untilHit = dice.untilHit(p)
  }

  /** Numbers of those that hit among the next `count` trials. */
  hitsOf(count: number): readonly number[] {
    if (this.#untilHit > count) {
      this.#untilHit -= count
      return none
    }
    const hits: number[] = []
    let at = this.#untilHit
    while (at <= count) {
      hits.push(at - 1)
      at += this.#dice.untilHit(this.#p)
    }
    this.#untilHit = at - count
    return hits
  }
}

const none: readonly number[] = []
const nobody: ReadonlySet<string> = new Set()

function observed({ door, id, ways }: DoorCheck, at: number, ok: boolean): Observation {
  return {
    probe: id,
    door,
    vantage: ways[0].vantage,
    replica: null,
    at,
    ms: ok ? 40 : 10_000,
    class: ok ? 'CONTENT' : 'TIMEOUT',
    status: ok ? 200 : null,
    ok,
    detail: ok ? 'As promised' : 'No answer in time',
  }
}
