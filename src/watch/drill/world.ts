// The world of a drill: minute after minute, what the watch would have seen, as inputs for its core.
import { fakeClock } from '../../world/clock.ts'
import type { Input } from '../core.ts'
import { type KnockContext, knock } from '../contract/knock.ts'
import type { Observation } from '../door.ts'
import type { Change } from '../incident/incident.ts'
import type { DoorCheck, PlannedProbe } from '../plan/plan.ts'
import { execute } from '../run/execute.ts'
import type { ReasonCount, Testimony } from '../witness/witness.ts'
import { type Dice, diceOf } from './dice.ts'
import { type DrillEstate, drillEstate, roundMs } from './drill-estate.ts'
import { SimulatedStore } from './drill-store.ts'
import { Faults, stranger } from './faults.ts'
import type { Scenario } from './scenario.ts'
import { simulatedProber } from './simulated-prober.ts'

/** Monday, 2026-01-05: where drills begin that have no date of their own. */
export const drillStartAt = Date.UTC(2026, 0, 5)

/** What a world is made of. */
export interface WorldOptions {
  readonly scenario: Scenario
  readonly seed: number
  /** Epoch ms. */
  readonly startAt: number
}

/** One minute: its inputs in order of time, and what doors looked like in it. */
export interface Minute {
  /** ms from the start. */
  readonly at: number
  readonly inputs: readonly Input[]
  readonly doors: readonly Observation[]
}

/** A world that passes. Same options, same minutes. */
export interface World {
  readonly estate: DrillEstate
  readonly stores: readonly SimulatedStore[]
  minutes(): AsyncGenerator<Minute, void>
}

/** Noise: probes that fail though nothing is broken (study 4.5, and its caveat on correlation). */
class Noise {
  readonly #settings: Scenario['noise']
  readonly #dice: Dice
  readonly #flaps = new Map<string, number>()
  #isHiccup = false

  constructor(settings: Scenario['noise'], dice: Dice) {
    this.#settings = settings
    this.#dice = dice
  }

  /** A new round begins, over these probes. */
  round(at: number, probes: readonly string[]): void {
    const { flaps, hiccups } = this.#settings
    this.#isHiccup = this.#dice.hits(hiccups / 10_000)
    if (!this.#dice.hits(flaps / minutesPerDay)) return
    const probe = probes[this.#dice.below(probes.length)]
    if (probe !== undefined) this.#flaps.set(probe, at + flapMs)
  }

  /** Whether a probe fails by it. */
  spoils(probe: string, at: number): boolean {
    const { probe: permille, share } = this.#settings
    const alone = this.#dice.hits(permille / 1000)
    const together = this.#isHiccup && this.#dice.hits(share / 100)
    return alone || together || at < (this.#flaps.get(probe) ?? -Infinity)
  }
}

const minutesPerDay = 1440
const flapMs = 3 * 60_000

/** Makes the world of a scenario. */
export function drillWorld(options: WorldOptions): World {
  return new SimulatedWorld(options)
}

class SimulatedWorld implements World {
  readonly estate: DrillEstate
  readonly stores: readonly SimulatedStore[]
  readonly #options: WorldOptions
  readonly #faults: Faults
  readonly #noise: Noise
  readonly #clock
  readonly #knocking: KnockContext
  readonly #robot
  #changes: readonly Change[]

  constructor(options: WorldOptions) {
    const { scenario, seed, startAt } = options
    this.#options = options
    this.estate = drillEstate(scenario)
    this.stores = scenario.stores.map(
      (store) => new SimulatedStore(store, diceOf(seed, `store ${store.name}`)),
    )
    this.#faults = new Faults(scenario.faults, diceOf(seed, 'faults'))
    this.#noise = new Noise(scenario.noise, diceOf(seed, 'noise'))
    this.#clock = fakeClock(startAt)
    const { prober, robot } = simulatedProber({
      estate: this.estate,
      faults: this.#faults,
      clock: this.#clock,
      startAt,
      dice: diceOf(seed, 'balancers'),
    })
    this.#robot = robot
    this.#knocking = { prober, clock: this.#clock, mark: null, config: this.estate.config }
    this.#changes = changesOf(scenario, startAt)
  }

  async *minutes(): AsyncGenerator<Minute, void> {
    const { scenario } = this.#options
    for (let at = 0; at <= scenario.lasts; at += roundMs) {
      yield this.#minute(at)
      this.#clock.advance(roundMs)
    }
  }

  async #minute(at: number): Promise<Minute> {
    for (const store of this.stores) {
      if (at > 0) store.pass(at)
      this.#faults.storeIs(store.settings.name, store.isFull)
    }
    const { canaries, doors } = this.estate.plan
    this.#noise.round(
      at,
      canaries.map(({ id }) => id),
    )
    const seen = await this.#knockAll(at, doors)
    const round = await this.#round(at, canaries)
    const told = this.#told(at, seen)
    const doorInput: readonly Input[] =
      seen.length === 0 ? [] : [{ kind: 'doors', at: this.#clock.now(), observations: seen }]
    return {
      at,
      inputs: [...this.#dueChanges(), ...this.#samples(at), ...doorInput, round, ...told],
      doors: seen,
    }
  }

  async #round(at: number, canaries: readonly PlannedProbe[]): Promise<Input> {
    const due = canaries.filter(({ everyMs }) => at % everyMs === 0)
    // One after the other, so that the same dice fall for the same probe.
    const looks = await Array.fromAsync(due, async (probe) => {
      const seen = await execute(
        { knocking: this.#knocking, robot: this.#robot, program: this.estate.config.program },
        probe,
      )
      return seen !== null && this.#noise.spoils(probe.id, at) ? spoilt(seen) : seen
    })
    const observations = looks.filter((seen) => seen !== null)
    const results = new Map(observations.map(({ ok, probe }) => [probe, ok]))
    return { kind: 'round', round: { at: this.#clock.now(), results }, observations }
  }

  async #knockAll(at: number, doors: readonly DoorCheck[]): Promise<readonly Observation[]> {
    const every = this.estate.config.doorIntervalMs
    // Spread evenly over the interval, as the schedule does it.
    const due = [...doors.entries()].filter(([i]) => (at / roundMs + i) % (every / roundMs) === 0)
    return Array.fromAsync(due, async ([i, check]) => {
      const way = check.ways[(Math.floor(at / every) + i) % check.ways.length] ?? check.ways[0]
      const seen = await knock(this.#knocking, { door: check.door, way, probe: null })
      return this.#noise.spoils(check.id, at) ? spoilt(seen) : seen
    })
  }

  #dueChanges(): readonly Input[] {
    const due = this.#changes.filter((change) => change.at <= this.#clock.now())
    this.#changes = this.#changes.slice(due.length)
    return due.map((change) => ({ kind: 'change', change }))
  }

  #samples(at: number): readonly Input[] {
    return this.stores.flatMap((store) =>
      store.settings.source === 'nobody'
        ? []
        : [{ kind: 'sample', sample: store.sample(at, this.#options.startAt) } as const],
    )
  }

  /** What others say: witnesses, the gate's log, other watches. */
  #told(at: number, seen: readonly Observation[]): readonly Input[] {
    const { scenario } = this.#options
    const now = this.#clock.now()
    const heard = scenario.witnesses.flatMap((witness): readonly Input[] => {
      if (at < witness.from || (witness.to !== undefined && at >= witness.to)) return []
      if (witness.says === 'nonsense')
        return [
          {
            kind: 'blind-witness',
            at: now,
            witness: witness.name,
            detail: 'The answer is no JSON',
          },
        ]
      const testimonies = this.#testimonies(witness.says, seen)
      return [{ kind: 'testimony', at: now, witness: witness.name, testimonies }]
    })
    const reasons = this.#reasons(at)
    const log: readonly Input[] =
      reasons.length === 0 ? [] : [{ kind: 'reasons', at: now, witness: 'gate', reasons }]
    const peers = scenario.peers.map(({ back, dead, name }): Input => {
      const alive = at < dead || (back !== undefined && at >= back)
      const detail = alive ? 'Answers, and its rounds end in time' : 'No answer: ECONNREFUSED'
      return { kind: 'peer', at: now, peer: name, alive, detail }
    })
    return [...heard, ...log, ...peers]
  }

  #testimonies(
    says: Scenario['witnesses'][number]['says'],
    seen: readonly Observation[],
  ): readonly Testimony[] {
    return seen
      .filter(({ vantage }) => vantage === 'edge')
      .map(({ door, ok }) => {
        const host = door?.host ?? null
        const state = says === 'maintenance' ? says : says === 'green' || ok ? 'up' : 'down'
        return { name: `[External] ${host ?? ''}`, host, state } as const
      })
  }

  /** What people without a session meet with at the gate, as its log counts it. */
  #reasons(at: number): readonly ReasonCount[] {
    const { estate, masked } = this.#options.scenario
    const host = this.estate.config.canaries.protected?.host ?? ''
    const kind = this.#faults.peek(['gate_new'], { ...stranger, host }, at)
    const people = Math.round(estate.people * (1 - masked / 100))
    // A gate that is not there writes no log, nor does one that refuses nobody.
    if ((kind !== 'bad-request' && kind !== 'gate-error') || people === 0) return []
    const hosts = this.estate.config.doors.filter(({ tier }) => tier === 'required').length
    return [
      {
        reason: 'session_store_error',
        count: people * 2,
        people,
        hosts: Math.min(hosts, people),
        networks: Math.min(people, networksMax),
      },
    ]
  }
}

const networksMax = 4

/** The same probe, had its own way failed: nothing answered in time. */
function spoilt(seen: Observation): Observation {
  return {
    ...seen,
    ok: false,
    class: 'TIMEOUT',
    status: null,
    ms: 10_000,
    detail: 'No answer in time',
  }
}

function changesOf({ changes }: Scenario, startAt: number): readonly Change[] {
  return changes
    .map(({ ago, at, title, touches }, i): Change => ({
      id: `change-${i + 1}`,
      at: startAt + (at ?? -(ago ?? 0)),
      source: 'declared',
      title,
      touches,
      actor: 'operator',
    }))
    .toSorted((one, other) => one.at - other.at)
}
