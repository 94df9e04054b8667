// The time that sessions are judged by: wall time whose jumps are spread out.
import type { Cancel, Clock } from '../../world/clock.ts'
import type { Log } from '../../world/log.ts'

/** Wall-clock jumps up to this long are spread out; longer ones are taken over at once. */
export const jumpToleratedMs = 2 * 3_600_000
/** How often the wall clock is looked at. */
const checkEveryMs = 1000
/** How much of a jump is taken over at each look: 5 %, a jump of one hour within 20 hours. */
const stepMaxMs = 50

/**
 * Epoch milliseconds for sessions. It runs with the monotonic clock and follows the wall clock slowly,
 * so that it never goes back and never leaps by a jump of up to {@link jumpToleratedMs}.
 *
 * Why: a session ends at `expiresAt`, or `idleMs` after `seenAt`. Both are persisted, so they have to
 * be wall time. Were they compared with the wall clock itself, a correction of one hour forward would
 * sign out everyone who is idle for less than that. Compared with this clock:
 * - a jump forward signs nobody out: time goes on where it was, 5 % faster until it has caught up;
 * - a jump back lets nobody in again and lengthens nothing in this process: time goes on, 5 % slower;
 * - after a restart time is the wall clock's: a session then lives at most the jump longer (back) or
 *   shorter (forward) than its bound, since its times were written before the jump;
 * - a difference of more than two hours is a machine that slept, or a clock set for the first time
 *   after boot. The wall clock is right then, and followed within a second.
 */
export interface SessionClock {
  /** Session time at `monotonic` milliseconds of the underlying clock. */
  at(monotonic: number): number
  now(): number
  stop(): void
}

/** A session clock over `clock`; starts at wall time. */
export function createSessionClock(clock: Clock, log: Log): SessionClock {
  let base = clock.now() - clock.monotonic()
  const cancel: Cancel = clock.every(checkEveryMs, () => {
    const behindMs = clock.now() - (base + clock.monotonic())
    if (Math.abs(behindMs) > jumpToleratedMs) {
      base += behindMs
      log.write('warn', 'clock-jump', { followed: true, seconds: Math.round(behindMs / 1000) })
    } else {
      base += Math.max(-stepMaxMs, Math.min(stepMaxMs, behindMs))
    }
  })
  return {
    at: (monotonic) => base + monotonic,
    now: () => base + clock.monotonic(),
    stop: cancel,
  }
}
