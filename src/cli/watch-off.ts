// A watch that is wanted and does not run, since another has its directory: said once, and asked again.
import { isPrivateName } from '../model/host.ts'
import type { Cancel } from '../world/clock.ts'
import type { World } from '../world/world.ts'

/** Between two looks whether another watch has let go of the directory. */
const retryMs = 30_000
const verdictPath = '/verdict'

/** Why there is no watch though one is wanted. */
export class WatchOff {
  readonly #world: Pick<World, 'clock' | 'log'>
  #reason: string | null = null
  #retry: Cancel = () => {}

  constructor(world: Pick<World, 'clock' | 'log'>) {
    this.#world = world
  }

  /** It could not begin. `again` is called after a while: the other may only end late, as in a rolling restart. */
  because(reason: string, again: () => void): void {
    const { clock, log } = this.#world
    if (this.#reason === null) log.write('error', 'watch-not-started', { detail: reason })
    this.#reason = reason
    this.#retry()
    this.#retry = clock.after(retryMs, again)
  }

  /** It runs, or none is wanted any more. */
  over(): void {
    this.#retry()
    this.#reason = null
  }

  /** The answer in place of a verdict; null for any other path, and while nothing is off. */
  answer(path: string, hostname: string): Response | null {
    if (this.#reason === null || path !== verdictPath) return null
    // Who has the directory is for whoever is on this machine.
    const detail = isPrivateName(hostname) ? { detail: this.#reason } : {}
    return Response.json({ ready: false, error: 'watch-off', ...detail }, { status: 503 })
  }
}
