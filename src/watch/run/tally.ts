// What the running watch remembers for its metrics: the newest of each door, and counts.
import type { WatchConfig } from '../config.ts'
import type { AnswerClass, Observation } from '../door.ts'
import type { StoreSample } from '../forecast/sample.ts'
import type { DoorReading } from '../metrics.ts'
import type { DoorCheck } from '../plan/plan.ts'

type Outcome = AnswerClass | 'ok'

/** Bounded by the plan: one entry for each door and vantage, probe and outcome, witness and peer. */
export class Tally {
  readonly doors = new Map<string, DoorReading>()
  readonly certificates = new Map<
    string,
    { readonly host: string; readonly vantage: string; readonly notAfter: number }
  >()
  readonly witnesses = new Map<string, boolean>()
  readonly peers = new Map<string, boolean>()
  readonly samples = new Map<string, StoreSample>()
  readonly #outcomes = new Map<string, { probe: string; outcome: Outcome; count: number }>()
  readonly #origin: (host: string) => string

  constructor({ port, scheme }: Pick<WatchConfig, 'port' | 'scheme'>) {
    const isUsual = port === (scheme === 'https' ? 443 : 80)
    this.#origin = (host) => `${scheme}://${host}${isUsual ? '' : `:${port}`}`
  }

  /** Notes one observation. */
  note(seen: Observation): void {
    const { door, ok, vantage } = seen
    // Doors are counted together by vantage: thousands of them would be as many series.
    const probe = seen.probe.startsWith('door:') ? `door@${vantage ?? ''}` : seen.probe
    const outcome: Outcome = ok ? 'ok' : seen.class
    const key = `${probe} ${outcome}`
    const counted = this.#outcomes.get(key) ?? { probe, outcome, count: 0 }
    counted.count++
    this.#outcomes.set(key, counted)
    if (door === null || vantage === null) return
    const { certificateNotAfter: notAfter, class: answerClass, ms, status } = seen
    if (notAfter !== undefined)
      this.certificates.set(`${door.host} ${vantage}`, { host: door.host, vantage, notAfter })
    const instance = this.#origin(door.host) + door.path
    const names = Object.keys(door.headers)
    this.doors.set(`${door.id} ${vantage}`, {
      instance: names.length === 0 ? instance : `${instance} ${names.join('+')}`,
      vantage,
      class: answerClass,
      ok,
      status,
      ms,
      certificateNotAfter: notAfter ?? null,
    })
  }

  /** Forgets the newest of checks that are no longer made; what was counted stays counted. */
  forget(checks: readonly DoorCheck[]): void {
    for (const { door, ways } of checks) {
      this.doors.delete(`${door.id} ${ways[0].vantage}`)
      this.certificates.delete(`${door.host} ${ways[0].vantage}`)
    }
  }

  /** Counts of probes by outcome. */
  outcomes(): Iterable<{
    readonly probe: string
    readonly outcome: Outcome
    readonly count: number
  }> {
    return this.#outcomes.values()
  }
}
