// Every door over every vantage: which hosts are down by themselves. Cheap, since there are thousands.
import type { ElementId } from '../../model/layer.ts'
import type { AuthTier } from '../../model/service.ts'
import type { AnswerClass, Observation } from '../door.ts'
import type { MatrixCell } from '../incident/evidence.ts'
import { bernoulliCusum } from '../locate/false-alarms.ts'
import { type DoorWay, explains } from './explains.ts'

/** Checks that are followed; a plan of more has the rest unwatched. */
const seriesMax = 20_000
/** Failures in a row, over every vantage of a host, after which it is down. */
const allFailing = 4
/** Passes in a row, over every vantage, after which it is well again. */
export const passesNeeded = 5
/**
 * One vantage alone: about seven failures in a row. With 700 checks a minute, two of a hundred of which
 * fail by chance, this is less than one false alarm in a hundred years.
 */
const cusum = bernoulliCusum({ healthyRate: 0.005, brokenRate: 0.9, threshold: 36 })

/** One check of one door. */
interface Series extends DoorWay {
  replica: string | null
  failures: number
  passes: number
  sum: number
  /** Epoch ms of the first failure in a row. */
  failingSince: number
  last: { readonly ok: boolean; readonly class: AnswerClass; readonly status: number | null }
  detail: string
}

interface Host {
  readonly series: Series[]
  /** Series with {@link allFailing} failures or more, and those whose sum alarms. */
  failing: number
  alarming: number
}

/** A host that is down by itself, or well again. */
export interface HostState {
  readonly host: string
  readonly isDown: boolean
  readonly isWell: boolean
}

/** What is known of a host that fails. */
export interface HostTrouble {
  readonly since: number
  readonly vantages: readonly string[]
  readonly answer: string
  readonly detail: string
}

/** Follows all doors. */
export class Doors {
  readonly #series = new Map<string, Series>()
  readonly #hosts = new Map<string, Host>()

  get hosts(): number {
    return this.#hosts.size
  }

  /** The tier of each host that is knocked at: of the first of its doors, where they differ. */
  tiers(): ReadonlyMap<string, AuthTier> {
    const known = [...this.#hosts].flatMap(([name, { series }]): readonly [string, AuthTier][] => {
      const [first] = series
      return first === undefined ? [] : [[name, first.tier]]
    })
    return new Map(known)
  }

  /** Takes checks and gives the state of the hosts that they were about. */
  take(observations: readonly Observation[], broken: readonly ElementId[]): readonly HostState[] {
    const touched = new Set<string>()
    for (const seen of observations) {
      const series = this.#seriesOf(seen)
      if (series === null) continue
      series.replica = seen.replica
      const host = this.#hosts.get(series.host)
      if (host !== undefined) this.#note(series, host, { seen, broken })
      touched.add(series.host)
    }
    return [...touched].map((name) => this.#stateOf(name))
  }

  /** Follows these no longer; gives the hosts that nothing is left of. */
  forget(probes: readonly string[]): readonly string[] {
    const emptied: string[] = []
    for (const probe of probes) {
      const gone = this.#series.get(probe)
      const host = gone === undefined ? undefined : this.#hosts.get(gone.host)
      if (gone === undefined || host === undefined) continue
      this.#series.delete(probe)
      host.series.splice(host.series.indexOf(gone), 1)
      host.failing -= Number(gone.failures >= allFailing)
      host.alarming -= Number(cusum.alarms(gone.sum))
      if (host.series.length > 0) continue
      this.#hosts.delete(gone.host)
      emptied.push(gone.host)
    }
    return emptied
  }

  #note(
    series: Series,
    host: Host,
    { seen, broken }: { readonly seen: Observation; readonly broken: readonly ElementId[] },
  ): void {
    const wasFailing = series.failures >= allFailing
    const wasAlarming = cusum.alarms(series.sum)
    series.last = seen
    if (seen.ok) {
      series.failures = 0
      series.passes++
      series.sum = cusum.next(series.sum, false)
    } else {
      series.passes = 0
      series.detail = seen.detail
      const isExplained = broken.some((element) => explains(element, series))
      if (isExplained) {
        series.failures = 0
        series.sum = 0
      } else {
        if (series.failures === 0) series.failingSince = seen.at
        series.failures++
        series.sum = Math.min(cusum.next(series.sum, true), 2 * sumMax)
      }
    }
    host.failing += Number(series.failures >= allFailing) - Number(wasFailing)
    host.alarming += Number(cusum.alarms(series.sum)) - Number(wasAlarming)
  }

  #seriesOf({ door, probe, replica, vantage, ...seen }: Observation): Series | null {
    const known = this.#series.get(probe)
    if (known !== undefined) return known
    if (door === null || vantage === null || !probe.startsWith('door:')) return null
    if (this.#series.size >= seriesMax) return null
    const host = this.#hosts.get(door.host) ?? { series: [], failing: 0, alarming: 0 }
    const series: Series = {
      host: door.host,
      tier: door.tier,
      vantage,
      replica,
      failures: 0,
      passes: 0,
      sum: 0,
      failingSince: seen.at,
      last: seen,
      detail: '',
    }
    host.series.push(series)
    this.#hosts.set(door.host, host)
    this.#series.set(probe, series)
    return series
  }

  #stateOf(name: string): HostState {
    const host = this.#hosts.get(name)
    if (host === undefined) return { host: name, isDown: false, isWell: false }
    const { alarming, failing, series } = host
    return {
      host: name,
      isDown: alarming > 0 || (series.length > 1 && failing === series.length),
      isWell: series.every(({ passes }) => passes >= passesNeeded),
    }
  }

  /** Hosts that are down by themselves. */
  down(): number {
    let count = 0
    for (const [name] of this.#hosts) if (this.#stateOf(name).isDown) count++
    return count
  }

  /** What fails at a host, for people; null: nothing does. */
  trouble(name: string): HostTrouble | null {
    const failing = (this.#hosts.get(name)?.series ?? []).filter(({ last }) => !last.ok)
    const [first] = failing
    if (first === undefined) return null
    return {
      since: Math.min(...failing.map(({ failingSince }) => failingSince)),
      vantages: [...new Set(failing.map(({ vantage }) => vantage))],
      answer: answerText(first),
      detail: first.detail,
    }
  }

  /** True while every failing check of the host is explained by what is broken before it. */
  isBehind(name: string, broken: readonly ElementId[]): boolean {
    const failing = (this.#hosts.get(name)?.series ?? []).filter(({ last }) => !last.ok)
    return (
      failing.length > 0 &&
      failing.every((series) => broken.some((element) => explains(element, series)))
    )
  }

  /** Every tier over every vantage, as it is now. */
  summary(): readonly MatrixCell[] {
    const cells = new Map<string, Cell>()
    for (const series of this.#series.values()) {
      const key = `${series.tier} ${series.vantage}`
      const cell = cells.get(key) ?? newCell(series)
      cell.hosts.add(series.host)
      if (!series.last.ok) {
        cell.failing.add(series.host)
        const answer = answerText(series)
        cell.answers.set(answer, (cell.answers.get(answer) ?? 0) + 1)
      }
      cells.set(key, cell)
    }
    return [...cells.entries()]
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([, cell]) => counted(cell))
  }
}

/** A sum that has alarmed long enough need not be paid back by hundreds of passes. */
const sumMax = 36

interface Cell {
  readonly tier: string
  readonly vantage: string
  readonly hosts: Set<string>
  readonly failing: Set<string>
  readonly answers: Map<string, number>
}

function newCell({ tier, vantage }: Series): Cell {
  return { tier, vantage, hosts: new Set(), failing: new Set(), answers: new Map() }
}

function counted({ answers, failing, hosts, tier, vantage }: Cell): MatrixCell {
  const [most] = [...answers].toSorted(([a, one], [b, two]) => two - one || (a < b ? -1 : 1))
  return { tier, vantage, hosts: hosts.size, failing: failing.size, answer: most?.[0] ?? '' }
}

function answerText({ last }: Series): string {
  return last.status === null ? last.class : `${last.class} ${last.status}`
}
