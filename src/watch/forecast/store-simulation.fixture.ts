// A store on a memory disk in a simulated world: arrivals by chance, expiry, sweeps, restarts, a bound.
import { seededRandom } from '../../world/random.ts'
import type { WatchedStore } from '../config.ts'
import type { InflowKind, StoreSample } from './sample.ts'

const minute = 60_000

/** What is simulated. Times in minutes, rates per minute. */
export interface StoreScenario {
  readonly capacity: number
  readonly retention: number
  /** Arrivals per minute at a minute. */
  rate(minute: number): number
  /** Expired files are removed this often. */
  readonly sweepEvery: number
  /** Everything is thrown away this often; null: never. */
  readonly restartEvery: number | null
  /** Minutes of the simulation, and from one reading to the next. */
  readonly length: number
  readonly readEvery: number
  readonly seed: number
}

/** What a reading of the simulated store gives away. */
export type Sight = 'blocks' | 'counters' | 'directory'

/** Epoch ms of the first minute. */
export const simulationStart = Date.UTC(2026, 3, 14, 19, 4)

/** Poisson variates by multiplication (Knuth), normal above 30. */
export function poissonSource(seed: number): (mean: number) => number {
  const random = seededRandom(seed)
  const uniform = (): number => {
    const [a = 0, b = 0, c = 0, d = 0] = random.bytes(4)
    return (a * 2 ** 24 + b * 2 ** 16 + c * 2 ** 8 + d + 0.5) / 2 ** 32
  }
  return (mean) => {
    if (mean > 30) {
      const normal = Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform())
      return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal))
    }
    const limit = Math.exp(-mean)
    let count = 0
    for (let product = uniform(); product > limit; product *= uniform()) count++
    return count
  }
}

/** Readings of a scenario. Writes beyond the capacity fail and leave an empty file, as tmpfs does. */
export function* simulateStore(
  scenario: StoreScenario,
  sight: Sight,
): Generator<{ readonly minute: number; readonly sample: StoreSample }> {
  const arrive = poissonSource(scenario.seed)
  let files: number[] = []
  let created = 0
  let empty = 0
  for (let now = 0; now <= scenario.length; now++) {
    const isRestart = scenario.restartEvery !== null && now > 0 && now % scenario.restartEvery === 0
    if (isRestart) {
      files = []
      created = 0
      empty = 0
    }
    if (now % scenario.sweepEvery === 0) files = files.filter((at) => now - at < scenario.retention)
    const arrived = arrive(scenario.rate(now))
    const written = Math.min(arrived, scenario.capacity - files.length)
    for (let i = 0; i < written; i++) files.push(now)
    created += written
    empty += arrived - written
    if (now % scenario.readEvery !== 0) continue
    const at = simulationStart + now * minute
    yield {
      minute: now,
      sample: {
        store: 'shm',
        at,
        source: 'statfs',
        usedBlocks: files.length,
        totalBlocks: scenario.capacity,
        blockBytes: 4096,
        usedInodes: null,
        totalInodes: null,
        created: sight === 'counters' ? byKind(created) : null,
        createdAt:
          sight === 'directory' ? files.map((file) => simulationStart + file * minute) : null,
        emptyEntries: sight === 'directory' ? empty : null,
      },
    }
  }
}

function byKind(created: number): Readonly<Record<InflowKind, number>> {
  const people = Math.floor(created / 90)
  return { people, probes: created - people, machines: 0 }
}

/** The memory disk of 2026-04-18 as a watched store. */
export function watchedShm(changes: Partial<WatchedStore> = {}): WatchedStore {
  return {
    name: 'shm',
    layer: 'gate_new',
    sizeBytes: 64 * 1024 ** 2,
    blockBytes: 4096,
    entryBytes: 1500,
    retentionMs: 7 * 24 * 60 * minute,
    restartMs: null,
    path: null,
    files: 'session_*',
    declaredPerMs: null,
    probesLeaveEntries: true,
    ...changes,
  }
}
