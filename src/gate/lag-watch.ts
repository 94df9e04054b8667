// How busy the event loop is, by how late a timer comes.
import type { Clock } from '../world/clock.ts'

const lagEveryMs = 1000

/** A running measurement. */
export interface LagWatch {
  /** How late the newest timer came, in milliseconds. */
  read(): number
  stop(): void
}

/** Measures how late a timer comes: the time that the event loop was busy with something else. */
export function watchLag(clock: Clock): LagWatch {
  let due = clock.monotonic() + lagEveryMs
  let lag = 0
  const stop = clock.every(lagEveryMs, () => {
    const now = clock.monotonic()
    lag = Math.max(0, now - due)
    due = now + lagEveryMs
  })
  return { read: () => lag, stop }
}
