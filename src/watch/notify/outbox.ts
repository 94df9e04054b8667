// Says what is to be said, on every channel, once, in order: queues, retries, and a memory over restarts.
import type { Cancel, Clock } from '../../world/clock.ts'
import type { Files } from '../../world/files.ts'
import type { Log } from '../../world/log.ts'
import type { Random } from '../../world/random.ts'
import { err, type Result } from '../../std/result.ts'
import type { IncidentEvent } from '../incident/incident.ts'
import type { notificationOutcomes } from '../metrics.ts'
import { channelNotice } from './channel-trouble.ts'
import {
  type ChannelRecord,
  type Outage,
  journalText,
  readJournal,
  writeJournal,
} from './journal.ts'
import type { Notice, Notifier, NotifyFault } from './notice.ts'
import { ChannelQueue, type Waiting } from './queue.ts'
import { wordNotice } from './wording.ts'

/** A notice is given up after this many attempts, */
export const attemptsMax = 400
/** or when it is this old. */
export const ageMsMax = 24 * 3_600_000
/** Wait after the first failure of a channel; doubled with each further one, */
export const backoffMsMin = 2000
/** up to this. */
export const backoffMsMax = 5 * 60_000
/** A channel that failed this often in a row is named on another. One permanent refusal is enough. */
export const failuresUntilNamed = 3

/** What came of one attempt: labels of `gatehouse_watch_notifications_total`. */
export type NotificationOutcome = (typeof notificationOutcomes)[number]

/** What an outbox needs. */
export interface OutboxOptions {
  /** In the order of the configuration: the first that works is told of one that does not. */
  readonly channels: readonly Notifier[]
  readonly clock: Clock
  readonly random: Random
  readonly files: Files
  readonly log: Log
  /** File that outlives a restart; null: nothing does. */
  readonly path: string | null
}

/** How a channel is doing. */
export interface ChannelState {
  readonly channel: string
  readonly waiting: number
  /** Null while it takes messages. */
  readonly outage: Pick<Outage, 'since' | 'detail'> | null
  readonly outcomes: Readonly<Record<NotificationOutcome, number>>
}

/**
 * Tells every channel of every event once. `take` returns when the event is written down, so that it is
 * not lost if the process ends. Between the moment a channel has a message and the moment that this is
 * written down, the end of the process makes that one message come twice, with the same key. That it was
 * being sent is written down before, so that the second one can say that it may be a repeat.
 */
export interface Outbox {
  take(event: IncidentEvent): void
  states(): readonly ChannelState[]
  /** Starts nothing new and waits for what is on its way. What waits is said after the next start. */
  close(): Promise<void>
}

/** Opens the outbox and goes on with what its file says. */
export function openOutbox(options: OutboxOptions): Outbox {
  return new Deliveries(options)
}

interface Lane {
  readonly notifier: Notifier
  readonly queue: ChannelQueue
  readonly outcomes: Record<NotificationOutcome, number>
  outage: Outage | null
  /** Failures in a row. */
  failures: number
  /** What is on its way; `refresh` for a refresh. */
  sending: string | null
  inFlight: Promise<void>
  /** Monotonic ms before which nothing is tried. */
  notBefore: number
  /** Monotonic ms. */
  refreshAt: number
  timer: Cancel
}

class Deliveries implements Outbox {
  readonly #options: OutboxOptions
  readonly #lanes: readonly Lane[]
  #closed = false
  /** The journal as it is on disk. */
  #written = ''
  #journalFailed = false

  constructor(options: OutboxOptions) {
    this.#options = options
    const kept = this.#read()
    this.#lanes = options.channels.map((notifier) => {
      const record = kept.get(notifier.name)
      return {
        notifier,
        queue: new ChannelQueue(record),
        outcomes: { sent: 0, retried: 0, failed: 0 },
        outage: record?.outage ?? null,
        failures: 0,
        sending: null,
        inFlight: Promise.resolve(),
        notBefore: 0,
        refreshAt: options.clock.monotonic(),
        timer: () => {},
      }
    })
    for (const lane of this.#lanes) this.#wake(lane)
  }

  take(event: IncidentEvent): void {
    if (this.#closed) return
    const notice = wordNotice(event)
    let taken = false
    for (const lane of this.#lanes)
      if (lane.notifier.carriesText || notice.layer !== null || lane.queue.knows(notice.incident))
        taken = this.#queueOn(lane, notice) || taken
    if (!taken) return
    this.#write()
    for (const lane of this.#lanes) this.#wake(lane)
  }

  states(): readonly ChannelState[] {
    return this.#lanes.map(({ notifier, outage, outcomes, queue }) => ({
      channel: notifier.name,
      waiting: queue.size,
      outage: outage === null ? null : { since: outage.since, detail: outage.detail },
      outcomes: { ...outcomes },
    }))
  }

  async close(): Promise<void> {
    this.#closed = true
    for (const lane of this.#lanes) lane.timer()
    await Promise.all(this.#lanes.map(async ({ inFlight }) => inFlight))
  }

  #queueOn(lane: Lane, notice: Notice): boolean {
    const before = lane.queue.record().missed.count
    const added = lane.queue.add(notice, this.#options.clock.now(), lane.sending)
    if (lane.queue.record().missed.count > before) {
      lane.outcomes.failed++
      this.#options.log.write('warn', 'notification-dropped', {
        channel: lane.notifier.name,
        message: 'Too many wait',
      })
    }
    return added
  }

  /** Starts what is due on a lane, or sets the timer for it. */
  #wake(lane: Lane): void {
    if (this.#closed || lane.sending !== null) return
    lane.timer()
    const { clock } = this.#options
    const now = clock.monotonic()
    if (now < lane.notBefore) {
      lane.timer = clock.after(lane.notBefore - now, () => this.#wake(lane))
      return
    }
    const waiting = lane.queue.next()
    const { refresh } = lane.notifier
    if (waiting !== null) {
      lane.sending = waiting.notice.key
      lane.inFlight = this.#send(lane, waiting)
    } else if (refresh !== undefined && now >= lane.refreshAt) {
      lane.sending = 'refresh'
      lane.inFlight = this.#refresh(lane, refresh)
    } else if (refresh !== undefined)
      lane.timer = clock.after(lane.refreshAt - now, () => this.#wake(lane))
  }

  /** Only after a failure: how old a notice is follows from wall time, which jumps, and from a machine being off. */
  #giveUpOld(lane: Lane): void {
    const limit = this.#options.clock.now() - ageMsMax
    for (const waiting of lane.queue.waitingSince(limit))
      this.#giveUp(lane, waiting, `Waited for ${ageMsMax / 3_600_000} h`)
  }

  async #send(lane: Lane, waiting: Waiting): Promise<void> {
    const { missed, notice } = lane.queue.worded(waiting, lane.notifier.knowsRepeats)
    const before = waiting.mayHaveArrived
    waiting.mayHaveArrived = true
    // Before it is sent: whoever goes on after a crash in between knows that it may be there.
    this.#write()
    const answer = await attempt(async () => lane.notifier.send(notice))
    if (!answer.ok) waiting.mayHaveArrived = before || answer.error.mayHaveArrived === true
    if (answer.ok) {
      lane.queue.delivered(waiting, missed)
      lane.outcomes.sent++
      this.#options.log.write('info', 'notification-sent', {
        channel: lane.notifier.name,
        key: notice.key,
      })
      this.#succeeded(lane)
    } else {
      waiting.attempts++
      const last = !answer.error.retry || waiting.attempts >= attemptsMax
      if (last) this.#giveUp(lane, waiting, answer.error.detail)
      else lane.outcomes.retried++
      this.#giveUpOld(lane)
      this.#failed(lane, answer.error)
    }
    this.#settled(lane)
  }

  async #refresh(lane: Lane, { everyMs, run }: NonNullable<Notifier['refresh']>): Promise<void> {
    const answer = await attempt(async () => run(lane.queue.open()))
    lane.refreshAt = this.#options.clock.monotonic() + everyMs
    if (answer.ok) this.#succeeded(lane)
    else {
      this.#failed(lane, answer.error)
      // One token of several that is wrong must not keep the others from their signs of life.
      lane.notBefore = Math.min(lane.notBefore, lane.refreshAt)
    }
    this.#settled(lane)
  }

  #settled(lane: Lane): void {
    lane.sending = null
    this.#nameOutages()
    this.#write()
    for (const each of this.#lanes) this.#wake(each)
  }

  #giveUp(lane: Lane, waiting: Waiting, detail: string): void {
    lane.queue.giveUp(waiting)
    lane.outcomes.failed++
    this.#options.log.write('error', 'notification-given-up', {
      channel: lane.notifier.name,
      key: waiting.notice.key,
      detail,
    })
  }

  #succeeded(lane: Lane): void {
    lane.failures = 0
    lane.notBefore = 0
    const { outage } = lane
    if (outage === null) return
    lane.outage = null
    this.#options.log.write('info', 'channel-recovered', { channel: lane.notifier.name })
    const carrier = this.#lanes.find(({ notifier }) => notifier.name === outage.carrier)
    const notice = channelNotice(lane.notifier.name, outage, this.#options.clock.now())
    if (carrier !== undefined) this.#queueOn(carrier, notice)
  }

  #failed(lane: Lane, fault: NotifyFault): void {
    const { clock, random } = this.#options
    lane.failures++
    const wait = backoffMs(lane.failures, random)
    lane.notBefore = clock.monotonic() + Math.max(wait, fault.retryAfterMs ?? 0)
    if (lane.failures === 1 || !fault.retry)
      this.#options.log.write('warn', 'notification-failed', {
        channel: lane.notifier.name,
        detail: fault.detail,
      })
    if (lane.outage === null && (!fault.retry || lane.failures >= failuresUntilNamed)) {
      lane.outage = { since: clock.now(), detail: fault.detail, carrier: null }
      this.#options.log.write('error', 'channel-failing', {
        channel: lane.notifier.name,
        detail: fault.detail,
      })
    }
  }

  /** Has every channel that fails named by one that does not, once; another takes over if that fails too. */
  #nameOutages(): void {
    const works = ({ notifier, outage }: Lane): boolean => outage === null && notifier.carriesText
    for (const lane of this.#lanes) {
      const { outage } = lane
      const next = this.#lanes.find((other) => other !== lane && works(other))
      if (outage === null || next === undefined) continue
      const carrier = this.#lanes.find(({ notifier }) => notifier.name === outage.carrier)
      const notice = channelNotice(lane.notifier.name, outage, null)
      if (carrier !== undefined) {
        // Still unsaid there, and that channel fails as well: taken over. Said already: nothing to do.
        if (works(carrier) || !carrier.queue.takeBack(notice, carrier.sending)) continue
      }
      lane.outage = { ...outage, carrier: next.notifier.name }
      this.#queueOn(next, notice)
    }
  }

  #read(): ReadonlyMap<string, ChannelRecord> {
    const { files, log, path } = this.#options
    if (path === null) return new Map()
    const read = readJournal(files, path)
    if (!read.ok) {
      log.write('error', 'notify-journal-unreadable', { path, code: read.error.code })
      return new Map()
    }
    const { channels, damaged } = read.value
    if (damaged > 0) log.write('warn', 'notify-journal-damaged', { path, lines: damaged })
    return channels
  }

  /** A disk that is full keeps nobody from being told: what cannot be written is said all the same. */
  #write(): void {
    const { files, log, path } = this.#options
    if (path === null) return
    const records = this.#lanes.map(({ notifier, outage, queue }) => ({
      name: notifier.name,
      outage,
      ...queue.record(),
    }))
    const text = journalText(records)
    if (text === this.#written) return
    const written = writeJournal(files, path, text)
    if (written.ok) this.#written = text
    else if (!this.#journalFailed)
      log.write('error', 'notify-journal-not-written', { path, code: written.error.code })
    this.#journalFailed = !written.ok
  }
}

/** Wait after so many failures in a row: exponential, half of it by chance, so that channels do not march in step. */
export function backoffMs(failures: number, random: Random): number {
  const whole = Math.min(backoffMsMin * 2 ** Math.min(failures - 1, 30), backoffMsMax)
  const [high = 0, low = 0] = random.bytes(2)
  return Math.round(whole / 2 + (whole / 2) * ((high * 256 + low) / 65_535))
}

/** A notifier that throws is a defect of ours, and no reason to stop telling people. */
async function attempt(
  send: () => Promise<Result<void, NotifyFault>>,
): Promise<Result<void, NotifyFault>> {
  try {
    return await send()
  } catch (cause) {
    const name = cause instanceof Error ? cause.name : 'unknown'
    const detail = `The channel failed by a defect of its own: ${name}`
    return err({ retry: true, mayHaveArrived: true, detail })
  }
}
