// Announcing probes: a fresh signed mark for each.
import { markNonceBytes, writeProbeMark } from '../../model/probe-mark.ts'
import type { Clock } from '../../world/clock.ts'
import type { Random } from '../../world/random.ts'

/** Gives a fresh value of `X-Gatehouse-Probe` at each call. `key` as in `WatchConfig.probeKey`. */
export function probeMarker(key: string, clock: Pick<Clock, 'now'>, random: Random): () => string {
  return () => writeProbeMark(key, clock.now(), random.bytes(markNonceBytes))
}
