// Seeing what was decided: counters for all, a log line and a memory of those who were not let in.
import type { Decision } from '../model/decision.ts'
import { detached } from '../std/bytes.ts'
import type { Clock } from '../world/clock.ts'
import type { Log } from '../world/log.ts'
import type { Random } from '../world/random.ts'
import type { DialectName } from './dialect/dialect.ts'
import { Evidence } from './evidence.ts'
import type { Meter } from './meter.ts'
import { RecentDecisions, signInPlace, textLengthMax } from './recent.ts'
import type { AccessRequest, Refusal } from './request.ts'
import type { SignInRefusal } from './sign-in/sign-in.ts'

/** Log lines a second, by kind of decision; more are counted and said in one line. */
const linesPerSecondMax = 50
const signInLinesPerSecondMax = 5
const recentPerKindMax = 512

/** One decided request, as far as it is to be remembered. */
export interface Observed {
  readonly decision: Decision
  readonly dialect: DialectName
  readonly requestId: string
  readonly request: AccessRequest | null
  readonly refusal: Refusal | null
  readonly host: string | null
}

/** What an observer works with. */
export interface ObserverTools {
  readonly meter: Meter
  readonly log: Log
  readonly clock: Clock
  readonly random: Random
}

/** Counts, logs within bounds, remembers the newest. Strangers cost a fixed amount of memory. */
export class Observer {
  readonly evidence: Evidence
  readonly recent = new RecentDecisions(recentPerKindMax)
  readonly #meter: Meter
  readonly #log: Log
  readonly #clock: Clock
  #second = 0
  #lines = 0
  #signInLines = 0
  #suppressed = 0

  constructor({ clock, log, meter, random }: ObserverTools) {
    this.#meter = meter
    this.#log = log
    this.#clock = clock
    this.evidence = new Evidence(clock, random)
  }

  /** Notes a decision other than an allow. */
  denied(observed: Observed): void {
    const { decision, dialect } = observed
    const asked = observed.request ?? nothingAsked
    this.#meter.decision(decision, dialect, observed.host)
    const person = decision.kind === 'forbid' ? decision.identity.user : ''
    const address = asked.clientAddress ?? ''
    this.evidence.note(decision.reason, { person, host: asked.host, address })
    const now = this.#clock.now()
    if (this.#mayLog(decision, now)) this.#line(observed)
    // A stranger is sent to sign in and sees no page with an id: there is nothing to explain later.
    if (decision.kind === 'sign-in') return
    this.recent.add({
      requestId: observed.requestId,
      at: now,
      decision: decision.kind,
      reason: decision.reason,
      dialect,
      method: cut(asked.method),
      host: cut(asked.host),
      path: cut(asked.path),
      user: cut(person),
      rule: cut(decision.rule?.id ?? ''),
      clientAddress: address,
      detail: cut(observed.refusal?.detail ?? ''),
    })
  }

  /** Remembers a page that ended a sign-in badly: the person saw its request id. */
  signInRefused(refusal: SignInRefusal): void {
    const { clientAddress: address } = refusal
    this.evidence.note(refusal.reason, { person: '', host: '', address: address ?? '' })
    this.recent.add({
      requestId: refusal.requestId,
      at: this.#clock.now(),
      decision: refusal.decision,
      reason: refusal.reason,
      dialect: signInPlace,
      method: '',
      host: '',
      path: '',
      user: '',
      rule: '',
      clientAddress: refusal.clientAddress ?? '',
      detail: cut(refusal.detail),
    })
  }

  #mayLog(decision: Decision, now: number): boolean {
    const second = Math.floor(now / 1000)
    if (second !== this.#second) this.#startSecond(second)
    const allowed =
      decision.kind === 'sign-in'
        ? ++this.#signInLines <= signInLinesPerSecondMax
        : ++this.#lines <= linesPerSecondMax
    if (!allowed) this.#suppressed++
    return allowed
  }

  #startSecond(second: number): void {
    if (this.#suppressed > 0) {
      this.#log.write('info', 'decisions-not-logged', { count: this.#suppressed })
    }
    this.#second = second
    this.#lines = 0
    this.#signInLines = 0
    this.#suppressed = 0
  }

  #line(observed: Observed): void {
    const { decision, dialect, refusal, requestId } = observed
    const asked = observed.request ?? nothingAsked
    this.#log.write(decision.kind === 'sign-in' ? 'info' : 'warn', 'decision', {
      request_id: requestId,
      decision: decision.kind,
      reason: decision.reason,
      detail: refusal?.detail ?? '',
      dialect,
      method: asked.method,
      host: cut(asked.host),
      path: cut(asked.path),
      client: asked.clientAddress ?? '',
      user: decision.kind === 'forbid' ? cut(decision.identity.user) : '',
      rule: decision.rule?.id ?? '',
    })
  }
}

/** Stands in for a request that could not be read. */
const nothingAsked = { method: '', host: '', path: '', clientAddress: null } as const

/** Copies, too: a slice would keep the whole request head alive. */
function cut(text: string): string {
  return detached(text.slice(0, textLengthMax))
}
