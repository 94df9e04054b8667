// Which requests are probes of our own watch: for counting alone, nothing is ever decided by it.
import {
  isProbeMarkTrue,
  markAgeMaxSeconds,
  probeKeyOf,
  readProbeMark,
} from '../model/probe-mark.ts'
import { BoundedMap } from '../std/bounded-map.ts'
import type { Clock } from '../world/clock.ts'

/** Marks remembered so that none counts twice: ten minutes of 500 doors over four vantages a minute. */
const marksMax = 20_000

/** What marks are checked with. */
export interface ProbeMarksOptions {
  /** Secret of the gate, from which its own key is derived. */
  readonly secret: Uint8Array
  /** Key that was configured in its place (`watch.probe_key`); follows a reload. */
  configuredKey(): string | null
  readonly clock: Pick<Clock, 'now'>
}

/** Checks marks. Only true ones are remembered, and only so many: strangers cannot fill it. */
export class ProbeMarks {
  readonly #options: ProbeMarksOptions
  readonly #ownKey: string
  readonly #seen = new BoundedMap<string, true>(marksMax)

  constructor(options: ProbeMarksOptions) {
    this.#options = options
    this.#ownKey = probeKeyOf(options.secret)
  }

  /** True once for each mark that is true and fresh. Costs at most one HMAC. */
  isFresh(text: string): boolean {
    const mark = readProbeMark(text)
    if (mark === null) return false
    const age = this.#options.clock.now() / 1000 - mark.at
    if (Math.abs(age) > markAgeMaxSeconds || this.#seen.peek(mark.nonce) !== undefined) return false
    const key = this.#options.configuredKey() ?? this.#ownKey
    if (key === '' || !isProbeMarkTrue(key, mark)) return false
    this.#seen.set(mark.nonce, true)
    return true
  }
}
