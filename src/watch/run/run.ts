// The running watch: rounds, doors, witnesses and peers on a schedule, all of it into the one core.
import type { Clock } from '../../world/clock.ts'
import type { HttpClient } from '../../world/http-client.ts'
import type { Log } from '../../world/log.ts'
import type { Random } from '../../world/random.ts'
import type { WatchConfig } from '../config.ts'
import type { Input, WatchCore } from '../core.ts'
import { type KnockContext, knock } from '../contract/knock.ts'
import type { Door, Observation } from '../door.ts'
import type { Change } from '../incident/incident.ts'
import type { WatchReadings } from '../metrics.ts'
import { type DoorCheck, type PlannedProbe, type ProbePlan, planOf } from '../plan/plan.ts'
import type { Prober } from '../probe/prober.ts'
import type { Robot } from '../robot/robot.ts'
import { meaningOf } from '../robot/sign-in-end.ts'
import { type Lanes, createLanes } from '../schedule/lanes.ts'
import { type Traffic, lanedProber } from '../schedule/laned-prober.ts'
import { type OwnLoad, ownLoad } from '../schedule/load.ts'
import { type Job, type Schedule, evenPhase, startSchedule } from '../schedule/schedule.ts'
import { execute } from './execute.ts'
import { layersIn } from '../locate/model.ts'
import type { Outbox } from '../notify/outbox.ts'
import type { Witness } from '../witness/witness.ts'
import { LiveDoors } from './live-doors.ts'
import { askPeer } from './peer.ts'
import { readingsOf } from './readings.ts'
import { Tally } from './tally.ts'

/** What a watch is started with. */
export interface WatchOptions {
  readonly config: WatchConfig
  readonly world: {
    readonly clock: Clock
    readonly random: Random
    readonly http: HttpClient
    readonly log: Log
  }
  readonly core: WatchCore
  readonly outbox: Outbox
  readonly prober: Prober
  /** Makes the robot with a prober that takes its turns; null where nobody signs in. */
  readonly robot: ((prober: Prober) => Robot | null) | null
  readonly witnesses: readonly Witness[]
  /** Gives a fresh value of the header that announces a probe to the gate; null: none. */
  readonly mark: (() => string) | null
  /** Called last when it is closed. */
  readonly closed?: () => void
}

/** A running watch. */
export interface RunningWatch {
  readonly core: WatchCore
  readonly readings: WatchReadings
  /** What the watch costs others, by the doors of now. */
  readonly load: OwnLoad
  /** Every door that is tried now. */
  doors(): readonly Door[]
  /** Doors beside those of the configuration, in place of what was given before. Those that are gone are forgotten. */
  replaceDoors(doors: readonly Door[]): void
  /** True while rounds end in time. */
  isReady(): boolean
  /** Takes a change that somebody else has learnt of. */
  note(change: Change): void
  /** Errors of ours so far; the watch goes on after each. */
  defects(): number
  /** Stops asking, signs the robot out, keeps what has not been said. */
  close(): Promise<void>
}

/** Starts it. Nothing that happens in it is ever thrown out of it. */
export function startWatch(options: WatchOptions): RunningWatch {
  return new Watch(options)
}

/** Connections that probes of doors may have open at once, whatever the number of doors. */
const concurrencyMax = 1024
const concurrencyMin = 16
/** Rounds that may be missed before the watch says that it is not well. */
const missedRoundsMax = 3

class Watch implements RunningWatch {
  readonly core: WatchCore
  readonly readings: WatchReadings
  load: OwnLoad
  readonly #options: WatchOptions
  readonly #live: LiveDoors
  readonly #plan: ProbePlan
  readonly #tally: Tally
  readonly #lanes: Lanes
  readonly #traffic: Traffic = { requests: 0, bytes: 0, timeouts: 0 }
  readonly #forRounds: KnockContext
  readonly #forDoors: KnockContext
  readonly #robot: Robot | null
  readonly #schedule: Schedule
  /** Observations of doors since the last round; bounded by the plan, since rounds take them. */
  #seen: Observation[] = []
  /** What ran on a schedule of its own, for the next round. */
  #beside: Observation[] = []
  #round = { endedAt: null as number | null, monotonic: 0, tookMs: 0 }
  #defects = 0
  #turns = 0

  constructor(options: WatchOptions) {
    const { config, core, mark, prober, world } = options
    this.#options = options
    this.core = core
    this.#plan = planOf(config)
    this.#live = new LiveDoors(config)
    this.load = ownLoad(config, this.#plan)
    this.#tally = new Tally(config)
    this.#lanes = createLanes({
      clock: world.clock,
      concurrencyMax: concurrencyFor(this.load, config),
      defect: (cause) => this.#defect('probe', cause),
    })
    const turns = { lanes: this.#lanes, traffic: this.#traffic }
    const knocking = { clock: world.clock, mark, config }
    this.#forRounds = { ...knocking, prober: lanedProber(prober, { ...turns, first: true }) }
    this.#forDoors = { ...knocking, prober: lanedProber(prober, { ...turns, first: false }) }
    this.#robot = options.robot?.(this.#forRounds.prober) ?? null
    this.#round.monotonic = world.clock.monotonic()
    this.readings = readingsOf({
      config,
      core,
      tally: this.#tally,
      traffic: this.#traffic,
      outbox: options.outbox,
      layers: layersIn(this.#plan.matrix),
      round: () => this.#round,
    })
    for (const change of config.changes.toSorted((a, b) => a.at - b.at))
      this.#take({ kind: 'change', change })
    this.#schedule = startSchedule({
      clock: world.clock,
      random: world.random,
      jobs: this.#jobs(),
      skipped: ({ id }, turns) => world.log.write('warn', 'watch-turn-skipped', { job: id, turns }),
    })
  }

  isReady(): boolean {
    const { config, world } = this.#options
    const since = world.clock.monotonic() - this.#round.monotonic
    return (
      this.#round.endedAt !== null && since < missedRoundsMax * config.intervalMs + config.timeoutMs
    )
  }

  doors(): readonly Door[] {
    return this.#live.doors()
  }

  replaceDoors(doors: readonly Door[]): void {
    const { config, world } = this.#options
    const { added, gone } = this.#live.replace(doors)
    if (added.length + gone.length === 0) return
    const probes = gone.map(({ id }) => id)
    for (const id of probes) this.#schedule.remove(id)
    this.#tally.forget(gone)
    this.#seen = this.#seen.filter(({ probe }) => !probes.includes(probe))
    if (probes.length > 0) this.#take({ kind: 'doors-gone', at: world.clock.now(), probes })
    for (const job of this.#doorJobs(added)) this.#schedule.add(job)
    this.load = ownLoad(config, {
      canaries: this.#plan.canaries,
      doors: [...this.#plan.doors, ...this.#live.checks()],
    })
    this.#lanes.allow(concurrencyFor(this.load, config))
  }

  note(change: Change): void {
    this.#take({ kind: 'change', change })
  }

  defects(): number {
    return this.#defects + this.#lanes.stats().defects
  }

  async close(): Promise<void> {
    this.#schedule.stop()
    await this.#robot?.close().catch((cause: unknown) => this.#defect('robot', cause))
    await this.#options.outbox.close().catch((cause: unknown) => this.#defect('outbox', cause))
    this.#options.closed?.()
  }

  #jobs(): readonly Job[] {
    const { config, witnesses } = this.#options
    const { intervalMs } = config
    const { canaries, doors } = this.#plan
    const own = canaries.filter(({ everyMs }) => everyMs !== intervalMs)
    const at = (id: string, everyMs: number, run: () => Promise<void>): Job =>
      this.#job(id, everyMs, run)
    return [
      at('round', intervalMs, () => this.#runRound()),
      ...own.map((probe) => at(probe.id, probe.everyMs, () => this.#runBeside(probe))),
      ...this.#doorJobs(doors),
      ...witnesses.map((witness) =>
        at(`witness:${witness.name}`, intervalMs, () => this.#hear(witness)),
      ),
      ...config.peers.map((peer) => at(`peer:${peer.name}`, intervalMs, () => this.#check(peer))),
    ]
  }

  #doorJobs(checks: readonly DoorCheck[]): readonly Job[] {
    const { doorIntervalMs } = this.#options.config
    return checks.map((check, i) => ({
      ...this.#job(check.id, doorIntervalMs, () => this.#runDoor(check)),
      phase: evenPhase(i, checks.length),
    }))
  }

  #job(id: string, everyMs: number, run: () => Promise<void>): Job {
    return {
      id,
      everyMs,
      phase: 0,
      run: () => run().catch((cause: unknown) => this.#defect(id, cause)),
    }
  }

  async #runRound(): Promise<void> {
    const { config, world } = this.#options
    const startedAt = world.clock.monotonic()
    const due = this.#plan.canaries.filter(({ everyMs }) => everyMs === config.intervalMs)
    const seen = await Promise.all(due.map((probe) => this.#try(probe)))
    const beside = this.#beside
    this.#beside = []
    this.#turns++
    this.#feedRound([...seen.filter((one) => one !== null), ...beside])
    const now = world.clock.monotonic()
    this.#round = { endedAt: world.clock.now(), monotonic: now, tookMs: now - startedAt }
  }

  #feedRound(observations: readonly Observation[]): void {
    const at = this.#options.world.clock.now()
    this.#flushDoors(at)
    for (const one of observations) this.#tally.note(one)
    // That the provider refuses the robot says that every layer up to it works, and nothing of the rest.
    const results = new Map(
      observations
        .filter((seen) => seen.ok || meaningOf(seen.class) === null)
        .map(({ ok, probe }) => [probe, ok]),
    )
    this.#take({ kind: 'round', round: { at, results }, observations })
  }

  #flushDoors(at: number): void {
    const observations = this.#seen
    this.#seen = []
    if (observations.length > 0) this.#take({ kind: 'doors', at, observations })
  }

  async #try(probe: PlannedProbe): Promise<Observation | null> {
    try {
      const { program } = this.#options.config
      return await execute({ knocking: this.#forRounds, robot: this.#robot, program }, probe)
    } catch (cause) {
      this.#defect(probe.id, cause)
      return null
    }
  }

  /** A canary with an interval of its own: what came of it is part of the next round. */
  async #runBeside(probe: PlannedProbe): Promise<void> {
    const seen = await this.#try(probe)
    if (seen === null) return
    this.#beside = [...this.#beside.filter((other) => other.probe !== probe.id), seen]
  }

  async #runDoor(check: DoorCheck): Promise<void> {
    const { door, ways } = check
    const way = ways[this.#turns % ways.length] ?? ways[0]
    const seen = await knock(this.#forDoors, { door, way, probe: null })
    // Gone while it was asked: what it said is of nobody any more.
    if (!this.#live.isInForce(check)) return
    this.#tally.note(seen)
    this.#seen.push(seen)
  }

  async #hear(witness: Witness): Promise<void> {
    const heard = await witness.read()
    const at = this.#options.world.clock.now()
    const { name } = witness
    this.#tally.witnesses.set(name, !heard.ok)
    if (!heard.ok) return this.#take({ kind: 'blind-witness', at, ...heard.error })
    this.#take({ kind: 'seeing-witness', at, witness: name })
    const { changes, reasons, samples, testimonies } = heard.value
    for (const change of changes) this.#take({ kind: 'change', change })
    for (const sample of samples) {
      this.#tally.samples.set(sample.store, sample)
      this.#take({ kind: 'sample', sample })
    }
    if (testimonies.length > 0) this.#take({ kind: 'testimony', at, witness: name, testimonies })
    if (reasons.length > 0) this.#take({ kind: 'reasons', at, witness: name, reasons })
  }

  async #check(peer: WatchConfig['peers'][number]): Promise<void> {
    const { config, world } = this.#options
    const { alive, detail } = await askPeer(world.http, peer.url, config.timeoutMs)
    this.#tally.peers.set(peer.name, alive)
    this.#take({ kind: 'peer', at: world.clock.now(), peer: peer.name, alive, detail })
  }

  /** Into the core, and out what it wants done. A defect of ours costs this one input. */
  #take(input: Input): void {
    try {
      for (const effect of this.core.take(input)) {
        if (effect.kind === 'say') this.#options.outbox.take(effect.event)
        else void this.#probeNow(effect.probe)
      }
    } catch (cause) {
      this.#defect(`core:${input.kind}`, cause)
    }
  }

  /** Runs the probe that would tell the candidates apart, as a small round of its own. */
  async #probeNow(id: string): Promise<void> {
    const probe = this.#plan.canaries.find((canary) => canary.id === id)
    if (probe === undefined) return
    const seen = await this.#try(probe)
    if (seen !== null) this.#feedRound([seen])
  }

  #defect(place: string, cause: unknown): void {
    this.#defects++
    const detail = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause)
    this.#options.world.log.write('error', 'watch-defect', { place, detail })
  }
}

/** Enough that all of them may hang at once and the next ones still start in time. */
function concurrencyFor({ requestsPerMs }: OwnLoad, { timeoutMs }: WatchConfig): number {
  const needed = Math.ceil(requestsPerMs * timeoutMs * 2)
  return Math.min(concurrencyMax, Math.max(concurrencyMin, needed))
}
