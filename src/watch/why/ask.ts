// Runs an inquiry: all its probes at once, and again while something fails, so that chance shows.
import type { Clock } from '../../world/clock.ts'
import type { WatchConfig } from '../config.ts'
import type { Observation } from '../door.ts'
import type { Round } from '../locate/matrix.ts'
import type { PlannedProbe } from '../plan/plan.ts'
import type { Prober } from '../probe/prober.ts'
import { execute } from '../run/execute.ts'

/** What asking needs. */
export interface AskContext {
  readonly config: WatchConfig
  readonly prober: Prober
  readonly clock: Pick<Clock, 'now' | 'monotonic'>
  /** Gives a fresh value of the header that announces a probe to the gate; null: no announcement. */
  readonly mark: (() => string) | null
}

/** One round of an inquiry. */
export interface AskedRound {
  readonly round: Round
  readonly observations: readonly Observation[]
}

/** Rounds at most: three tell a glitch from a fault. */
const roundsMax = 3
/** A probe that is not answered in this time is not what somebody in front of a screen waits for. */
const timeoutMsMax = 5000
/** No further round begins after this time. */
const patienceMs = 6000
const concurrencyMax = 16

/** One round where all is well, up to three where something fails. Never throws. */
export async function askRounds(
  context: AskContext,
  probes: readonly PlannedProbe[],
): Promise<readonly AskedRound[]> {
  const { clock } = context
  const startedAt = clock.monotonic()
  const rounds: AskedRound[] = []
  do {
    // oxlint-disable-next-line no-await-in-loop -- a round is taken to see whether the one before was chance
    rounds.push(await askOnce(context, probes))
  } while (
    rounds.length < roundsMax &&
    clock.monotonic() - startedAt < patienceMs &&
    rounds.some(({ observations }) => observations.some(({ ok }) => !ok))
  )
  return rounds
}

async function askOnce(context: AskContext, probes: readonly PlannedProbe[]): Promise<AskedRound> {
  const { clock, mark, prober } = context
  const timeoutMs = Math.min(context.config.timeoutMs, timeoutMsMax)
  const knocking = { prober, clock, mark, config: { ...context.config, timeoutMs } }
  const observations = await inTurns(probes, (probe) => execute({ knocking, robot: null }, probe))
  const seen = observations.flatMap((observation) => observation ?? [])
  const results = new Map(seen.map(({ ok, probe }) => [probe, ok]))
  return { round: { at: clock.now(), results }, observations: seen }
}

/** All of `items`, at most {@link concurrencyMax} at a time; results in their order. */
export async function inTurns<T, R>(
  items: readonly T[],
  work: (item: T) => Promise<R>,
): Promise<readonly R[]> {
  const results: R[] = []
  // Workers take from one queue; each does one after the other.
  const queue = items.entries()
  const worker = (): Promise<unknown> =>
    Array.fromAsync(queue, async ([i, item]) => {
      results[i] = await work(item)
    })
  await Promise.all(Array.from({ length: concurrencyMax }, worker))
  return results
}
