// How many people, hosts and networks met with which refusal in the last minutes: sketches of fixed size.
import { reasons as decisionReasons } from '../model/decision.ts'
import { enclosingNetwork } from '../model/network.ts'
import { type HalfSipKey, halfSipHash } from '../std/half-sip-hash.ts'
import type { Clock } from '../world/clock.ts'
import type { Random } from '../world/random.ts'
import { signInFaults } from './sign-in/faults.ts'

/** Who met with something. Empty texts are not known and count for nothing. */
export interface EvidenceOf {
  readonly person: string
  readonly host: string
  /** Client address. */
  readonly address: string
}

/** One reason over the minutes that were asked for. `count` is exact, the others are estimates. */
export interface ReasonEvidence {
  readonly reason: string
  readonly count: number
  readonly people: number
  readonly hosts: number
  readonly networks: number
}

/** What was counted up to the end of a minute. */
export interface EvidenceReport {
  /** Number of the last whole minute since the epoch that is counted here. */
  readonly until: number
  /** Reasons that somebody met with, in a fixed order. */
  readonly reasons: readonly ReasonEvidence[]
}

/** Whole minutes that are kept beside the one that is running. */
export const minutesKept = 10
const slots = minutesKept + 1
const minuteMs = 60_000

/** Bits of a sketch: exact for a few, within about 3 % for hundreds, at most about 7,000. */
const sketchBits = 1024
const sketchWords = sketchBits / 32
const kinds = 3

const names: readonly string[] = [
  ...Object.entries(decisionReasons)
    .filter(([, { decision }]) => decision !== 'allow')
    .map(([reason]) => reason),
  ...Object.keys(signInFaults),
  'other',
]
const nameIndex: ReadonlyMap<string, number> = new Map(names.map((name, i) => [name, i]))

/**
 * Counts refusals and sign-ins by reason and minute. A stranger costs a few bits that are there already:
 * nothing grows. The key is fresh for each process, so nobody can choose texts that are counted as one.
 */
export class Evidence {
  readonly #clock: Clock
  readonly #key: HalfSipKey
  readonly #minutes = new Float64Array(slots).fill(-1)
  readonly #counts = new Float64Array(slots * names.length)
  readonly #bits = new Uint32Array(slots * names.length * kinds * sketchWords)

  constructor(clock: Clock, random: Random) {
    this.#clock = clock
    const key = new DataView(random.bytes(8).buffer)
    this.#key = [key.getUint32(0), key.getUint32(4)]
  }

  /** Notes one refusal, or one who was sent to sign in. Unknown reasons count as `other`. */
  note(reason: string, { address, host, person }: EvidenceOf): void {
    const slot = this.#slot(Math.floor(this.#clock.now() / minuteMs))
    const row = slot * names.length + (nameIndex.get(reason) ?? names.length - 1)
    this.#counts[row] = (this.#counts[row] ?? 0) + 1
    this.#mark(row, 0, person)
    this.#mark(row, 1, host)
    this.#mark(row, 2, networkOf(address))
  }

  /** The whole minutes after minute `since`, as far as they are kept; null: the last one. */
  since(since: number | null): EvidenceReport {
    const running = Math.floor(this.#clock.now() / minuteMs)
    const until = running - 1
    const from = Math.max(since ?? until - 1, until - minutesKept)
    const rows = [...this.#minutes.keys()].filter((slot) => {
      const minute = this.#minutes[slot] ?? -1
      return minute > from && minute <= until
    })
    const found = names.map((reason, i) => {
      const own = rows.map((slot) => slot * names.length + i)
      const count = own.reduce((sum, row) => sum + (this.#counts[row] ?? 0), 0)
      const distinct = (kind: number): number => Math.min(count, this.#distinct(own, kind))
      return { reason, count, people: distinct(0), hosts: distinct(1), networks: distinct(2) }
    })
    return { until, reasons: found.filter(({ count }) => count > 0) }
  }

  /** The slot of a minute, cleared when it held another one. */
  #slot(minute: number): number {
    const slot = ((minute % slots) + slots) % slots
    if (this.#minutes[slot] !== minute) {
      this.#minutes[slot] = minute
      const row = slot * names.length
      this.#counts.fill(0, row, row + names.length)
      this.#bits.fill(0, wordOf(row, 0), wordOf(row + names.length, 0))
    }
    return slot
  }

  #mark(row: number, kind: number, text: string): void {
    if (text === '') return
    const bit = halfSipHash(text, this.#key) % sketchBits
    const word = wordOf(row, kind) + (bit >>> 5)
    this.#bits[word] = (this.#bits[word] ?? 0) | (1 << (bit & 31))
  }

  /**
   * Linear counting (Whang, Vander-Zanden, Taylor, 1990): with z of m bits still empty there were about
   * m ln(m / z) distinct ones. Sketches of several minutes are put together first.
   */
  #distinct(rows: readonly number[], kind: number): number {
    let empty = 0
    for (let i = 0; i < sketchWords; i++) {
      let word = 0
      for (const row of rows) word |= this.#bits[wordOf(row, kind) + i] ?? 0
      empty += 32 - bitCount(word)
    }
    return Math.round(sketchBits * Math.log(sketchBits / Math.max(1, empty)))
  }
}

function wordOf(row: number, kind: number): number {
  return (row * kinds + kind) * sketchWords
}

/** Bits that are set, by adding neighbours (Warren, Hacker's Delight, 5-1). */
function bitCount(word: number): number {
  let count = word - ((word >>> 1) & 0x55555555)
  count = (count & 0x33333333) + ((count >>> 2) & 0x33333333)
  return (((count + (count >>> 4)) & 0x0f0f0f0f) * 0x01010101) >>> 24
}

/** /24 of IPv4, /48 of IPv6: what one household or company has. */
function networkOf(address: string): string {
  if (!address.includes(':')) return address.slice(0, Math.max(0, address.lastIndexOf('.')))
  return enclosingNetwork(`${address}/48`) ?? ''
}
