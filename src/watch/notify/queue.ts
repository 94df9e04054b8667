// What one channel has yet to say: order within an incident, nothing twice, a bound, and what was missed.
import { BoundedMap } from '../../std/bounded-map.ts'
import { type Notice, subjectLengthMax, textLengthMax } from './notice.ts'
import { cut, oneLine } from './plain-text.ts'

/** Most notices that wait for one channel. */
export const waitingMax = 200
/** Most incidents of which is remembered what was taken. */
const incidentsMax = 1000
/** Most incidents that are held as open for channels that must be told again. */
const openMax = 200
/** Most subjects that are named of what was missed; the rest is counted. */
const missedSubjectsMax = 5

/** A notice and how it went so far. */
export interface Waiting {
  readonly notice: Notice
  attempts: number
  /** True from before it is sent until a refusal shows that it was not taken; a restart finds it so. */
  mayHaveArrived: boolean
  /** Epoch ms. */
  readonly queuedAt: number
}

/** What was given up, to be said as soon as anything can be said. */
export interface Missed {
  readonly count: number
  /** The last few. */
  readonly subjects: readonly string[]
}

const nothingMissed: Missed = { count: 0, subjects: [] }

/** A queue in the form in which it outlives a restart. */
export interface QueueRecord {
  readonly waiting: readonly Waiting[]
  readonly open: readonly Notice[]
  readonly taken: readonly (readonly [incident: string, sequence: number])[]
  readonly missed: Missed
}

/** The queue of one channel. */
export class ChannelQueue {
  readonly #waiting: Waiting[]
  readonly #open = new BoundedMap<string, Notice>(openMax)
  readonly #taken = new BoundedMap<string, number>(incidentsMax)
  #missed: Missed

  constructor(record?: QueueRecord) {
    this.#waiting = [...(record?.waiting ?? [])]
    this.#missed = record?.missed ?? nothingMissed
    for (const notice of record?.open ?? []) this.#open.set(notice.incident, notice)
    for (const [incident, sequence] of record?.taken ?? []) this.#taken.set(incident, sequence)
  }

  get size(): number {
    return this.#waiting.length
  }

  /**
   * Takes a notice, once: false when it or a later one of its incident was taken before. What it makes
   * pointless leaves: a change that nobody has heard yet, or an end that was none since it came back.
   * `sending` is the key that is on its way. When the queue is full the oldest "changed" is given up, or
   * else the oldest.
   */
  add(notice: Notice, now: number, sending: string | null): boolean {
    const { incident, kind, sequence } = notice
    if (sequence <= (this.#taken.get(incident) ?? 0)) return false
    this.#taken.set(incident, sequence)
    if (kind !== 'opened')
      this.#removeWhere(
        (other) => other.incident === incident && other.kind !== 'opened' && other.key !== sending,
      )
    this.#waiting.push({ notice, attempts: 0, mayHaveArrived: false, queuedAt: now })
    if (this.#waiting.length > waitingMax) {
      const leaving = this.#waiting.filter((each) => each.notice.key !== sending)
      const first = leaving.find((each) => each.notice.kind === 'changed') ?? leaving[0]
      if (first !== undefined) this.giveUp(first)
    }
    return true
  }

  /**
   * What to send next: the first of each incident that waits, and of these the one tried least, so that
   * a notice that a channel chokes on holds up nothing but its own incident.
   */
  next(): Waiting | null {
    const seen = new Set<string>()
    let best: Waiting | null = null
    for (const waiting of this.#waiting) {
      const { incident } = waiting.notice
      if (seen.has(incident)) continue
      seen.add(incident)
      if (best === null || waiting.attempts < best.attempts) best = waiting
    }
    return best
  }

  /**
   * The notice as it is sent: with what was missed before, if anything was, and, for a channel that does
   * not know what it has had, that it may come for the second time.
   */
  worded(
    waiting: Waiting,
    knowsRepeats: boolean,
  ): { readonly notice: Notice; readonly missed: Missed } {
    const isRepeat = waiting.mayHaveArrived && !knowsRepeats
    const notice = isRepeat ? asRepeat(waiting.notice) : waiting.notice
    const missed = this.#missed
    const { count, subjects } = missed
    if (count === 0) return { notice, missed }
    const lines = subjects.map((subject) => `- ${subject}`)
    const rest = count > subjects.length ? [`- and ${count - subjects.length} before`] : []
    const head = [`Not delivered here before this (${count}):`, ...lines, ...rest].join('\n')
    const text = cut(`${head}\n\n${notice.text}`, textLengthMax)
    return { notice: { ...notice, text }, missed }
  }

  /** It was taken by the channel; `missed` is what it was worded with. What was missed since stays. */
  delivered(waiting: Waiting, missed: Missed): void {
    this.#remove(waiting)
    this.#remember(waiting.notice)
    if (this.#missed === missed) this.#missed = nothingMissed
  }

  /** It will not be tried again: kept as missed. */
  giveUp(waiting: Waiting): void {
    this.#remove(waiting)
    this.#remember(waiting.notice)
    const { count, subjects } = this.#missed
    this.#missed = {
      count: count + 1,
      subjects: [...subjects, waiting.notice.subject].slice(-missedSubjectsMax),
    }
  }

  /** Those that have waited since `limit` (epoch ms) or longer. */
  waitingSince(limit: number): readonly Waiting[] {
    return this.#waiting.filter(({ queuedAt }) => queuedAt <= limit)
  }

  /** Takes a notice back that nobody has heard yet; false when it is gone or on its way. */
  takeBack({ incident, key }: Notice, sending: string | null): boolean {
    const taken = key !== sending && this.#removeWhere((notice) => notice.key === key)
    if (taken) this.#taken.delete(incident)
    return taken
  }

  /** The last word on every incident that is open, as far as the channel was told or had its turn. */
  open(): readonly Notice[] {
    return [...this.#open.entries()].map(([, notice]) => notice)
  }

  /** True while the channel has heard of an incident, or is about to, and not of its end. */
  knows(incident: string): boolean {
    const isOpen = this.#open.peek(incident) !== undefined
    return isOpen || this.#waiting.some(({ notice }) => notice.incident === incident)
  }

  record(): QueueRecord {
    return {
      waiting: this.#waiting,
      open: this.open(),
      taken: [...this.#taken.entries()],
      missed: this.#missed,
    }
  }

  /** A channel that is told again learns what it missed by that. */
  #remember(notice: Notice): void {
    if (notice.kind === 'test') return
    if (notice.closedAt === null) this.#open.set(notice.incident, notice)
    else this.#open.delete(notice.incident)
  }

  #remove(waiting: Waiting): void {
    const index = this.#waiting.indexOf(waiting)
    if (index !== -1) this.#waiting.splice(index, 1)
  }

  #removeWhere(leaves: (notice: Notice) => boolean): boolean {
    const before = this.#waiting.length
    const rest = this.#waiting.filter(({ notice }) => !leaves(notice))
    this.#waiting.splice(0, before, ...rest)
    return rest.length < before
  }
}

/** It may be there already: whoever reads it twice should not take it for something new. */
function asRepeat(notice: Notice): Notice {
  const { subject, text } = notice
  return {
    ...notice,
    subject: oneLine(`Perhaps again: ${subject}`, subjectLengthMax),
    text: cut(`You may have had this message before: ${repeatReason}.\n\n${text}`, textLengthMax),
  }
}

const repeatReason = 'whether it arrived is not known'
