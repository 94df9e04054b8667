// What a store comes to: inflow × retention in whole blocks, against what it holds. Pure.
import type { Inflow } from './inflow.ts'

/** A store of entries that expire. Sizes in bytes, times in milliseconds. */
export interface StoreShape {
  readonly sizeBytes: number
  /** Files take whole blocks: a file of one byte costs one of these. */
  readonly blockBytes: number
  /** Size of one entry. */
  readonly entryBytes: number
  /** Entries end this long after they began; null: never. */
  readonly retentionMs: number | null
  /** Everything is thrown away this often, as by the restart of a pod with a memory volume; null: never. */
  readonly restartMs: number | null
  /** Most files that the file system can hold; null: not known. */
  readonly inodes: number | null
}

/** One value for each bound of the inflow. */
export interface Bounds<T> {
  readonly low: T
  readonly mid: T
  readonly high: T
}

/** What becomes of a store at an inflow. */
export interface Forecast {
  /** Entries that it holds when full. */
  readonly capacity: number
  /** Entries that it comes to and stays at, were it large enough (Little, 1961: L = λ R); Infinity if they never end. */
  readonly plateau: Bounds<number>
  /** Plateau over capacity, ρ: above 1 the store will fill, at a time that can be said. */
  readonly ratio: Bounds<number>
  /** Milliseconds from `used` entries to full; null: it never fills at this rate. Low is the soonest. */
  readonly timeToFullMs: Bounds<number | null>
  /** Ratio that the restarts hide: what it would be without them. Equal to `ratio` where there are none. */
  readonly ratioWithoutRestart: Bounds<number>
  readonly levers: Levers
}

/**
 * The value of each lever, alone, that brings ρ to {@link targetRatio}. Restarts are left out: a store
 * must not depend on being thrown away in time.
 */
export interface Levers {
  /** Inflow, entries per millisecond. */
  readonly ratePerMs: number | null
  readonly retentionMs: number
  readonly sizeBytes: number | null
}

/** What the levers aim at: half full is room for twice the load. */
export const targetRatio = 0.5

/** Blocks that one entry takes. An empty entry still takes an inode, and a block once it is written to. */
export function blocksPerEntry(shape: Pick<StoreShape, 'blockBytes' | 'entryBytes'>): number {
  return Math.max(1, Math.ceil(shape.entryBytes / shape.blockBytes))
}

/** Entries that a store holds when full: whole blocks, and no more than it has inodes. */
export function capacityEntries(shape: StoreShape): number {
  const byBlocks = Math.floor(
    Math.floor(shape.sizeBytes / shape.blockBytes) / blocksPerEntry(shape),
  )
  return shape.inodes === null ? byBlocks : Math.min(byBlocks, shape.inodes)
}

/** Forecast from `used` entries on. */
export function forecast(shape: StoreShape, inflow: Inflow, used = 0): Forecast {
  const capacity = capacityEntries(shape)
  const ends = shape.retentionMs ?? Number.POSITIVE_INFINITY
  const life = Math.min(ends, shape.restartMs ?? Number.POSITIVE_INFINITY)
  const ratioAt = (perMs: number, lifeMs: number): number => {
    const plateau = arrivals(perMs, lifeMs)
    return plateau === 0 ? 0 : plateau / capacity
  }
  const each = <T>(of: (perMs: number) => T): Bounds<T> => ({
    low: of(inflow.low),
    mid: of(inflow.mid),
    high: of(inflow.high),
  })
  return {
    capacity,
    plateau: each((perMs) => arrivals(perMs, life)),
    ratio: each((perMs) => ratioAt(perMs, life)),
    ratioWithoutRestart: each((perMs) => ratioAt(perMs, ends)),
    timeToFullMs: {
      low: timeToFull({ capacity, used, life }, inflow.high),
      mid: timeToFull({ capacity, used, life }, inflow.mid),
      high: timeToFull({ capacity, used, life }, inflow.low),
    },
    levers: leversFor(shape, { capacity, life: ends }, inflow.mid),
  }
}

/** Entries that arrive in `lifeMs`; none at no rate, even in an endless time. */
function arrivals(perMs: number, lifeMs: number): number {
  return perMs === 0 ? 0 : perMs * lifeMs
}

/** While nothing has ended the fill is a line; what ends before the line arrives keeps it from full. */
function timeToFull(
  store: { readonly capacity: number; readonly used: number; readonly life: number },
  perMs: number,
): number | null {
  if (store.used >= store.capacity) return 0
  if (arrivals(perMs, store.life) <= store.capacity) return null
  return (store.capacity - store.used) / perMs
}

function leversFor(
  shape: StoreShape,
  { capacity, life }: { readonly capacity: number; readonly life: number },
  perMs: number,
): Levers {
  const room = capacity * targetRatio
  const needed = arrivals(perMs, life) / targetRatio
  return {
    ratePerMs: Number.isFinite(life) ? room / life : null,
    retentionMs: perMs === 0 ? Number.POSITIVE_INFINITY : room / perMs,
    sizeBytes: Number.isFinite(needed)
      ? Math.ceil(needed) * blocksPerEntry(shape) * shape.blockBytes
      : null,
  }
}

/** How a forecast is to be taken: the words of the alerts. */
export type ForecastVerdict = 'critical' | 'soon' | 'structural' | 'fine'

/** ρ whose lower bound is a structural warning. */
export const structuralRatio = 0.8
/** Time to full that is soon. */
export const soonMs = 24 * 3_600_000
/** Time to full that is critical. */
export const criticalMs = 2 * 3_600_000
/** Fill that is critical whatever the rate. */
export const criticalFill = 0.9

/** The most urgent thing to say. Restarts do not silence a structural warning: they only put it off. */
export function verdictOf(forecasted: Forecast, used = 0): ForecastVerdict {
  const { capacity, ratioWithoutRestart, timeToFullMs } = forecasted
  if (used >= capacity * criticalFill) return 'critical'
  const soonest = timeToFullMs.low
  if (soonest !== null && soonest < criticalMs) return 'critical'
  if (soonest !== null && soonest < soonMs) return 'soon'
  return ratioWithoutRestart.low > structuralRatio ? 'structural' : 'fine'
}
