// Sessions that end at authentik: it tells every outpost of every one, hundreds at once when it cleans up,
// and most were never ours. Ours end at once; the others wait their turn.
import type { Clock } from '../../../world/clock.ts'
import type { Sessions } from '../../session/sessions.ts'

/** How many foreign ends are noted at a time, and how often. Noting one takes a write to the disk. */
const batchSize = 10
const batchEveryMs = 50
/** Foreign ends that wait; further ones replace the oldest. */
const waitingMax = 10_000

/** Ends sessions by the `sid` claim of their sign-in. */
export class SessionEnds {
  readonly #sessions: Sessions
  readonly #clock: Clock
  readonly #waiting = new Set<string>()
  #isScheduled = false

  constructor(sessions: Sessions, clock: Clock) {
    this.#sessions = sessions
    this.#clock = clock
  }

  /**
   * Ends the sessions of `sid`. One that the store does not know may still live sealed in its cookie, so
   * its end is noted all the same, only later.
   */
  async end(sid: string): Promise<void> {
    const listed = await this.#sessions.list({ providerSid: sid }, 1)
    if (!listed.ok || listed.value.length > 0) {
      await this.#sessions.revoke({ providerSid: sid })
      return
    }
    this.#waiting.add(sid)
    const [oldest] = this.#waiting
    if (this.#waiting.size > waitingMax && oldest !== undefined) this.#waiting.delete(oldest)
    this.#schedule()
  }

  #schedule(): void {
    if (this.#isScheduled || this.#waiting.size === 0) return
    this.#isScheduled = true
    this.#clock.after(batchEveryMs, () => void this.#noteSome())
  }

  async #noteSome(): Promise<void> {
    const batch = [...this.#waiting].slice(0, batchSize)
    for (const sid of batch) {
      this.#waiting.delete(sid)
      await this.#sessions.revoke({ providerSid: sid })
    }
    this.#isScheduled = false
    this.#schedule()
  }
}
