// Reads what is good of data with mistakes in it, so that further checks can run in the same report.
import { type Mistake, check, valueAt } from './check.ts'
import type { Path } from './json-schema.ts'
import type { Fields, OutputOf, Section } from './schema.ts'

/** What could be read of a section with mistakes in it. */
export interface Salvaged<F extends Fields> {
  /** The good fields; a field is missing when it is not there or nothing of it could be saved. */
  readonly value: Partial<OutputOf<Section<F>>>
  readonly mistakes: readonly Mistake[]
  /** Path in what was written, for a path in `value` (bad list entries are left out of that). */
  origin(path: Path): Path
  /** True when something at, above or below `path` (as written) had to be left out. */
  isDamaged(path: Path): boolean
}

/** Rounds of leaving out; each goes up one level where the one before was not enough. */
const salvageRoundsMax = 12

/**
 * Reads a section as far as it goes, so that checks across settings can run on the good part and all
 * mistakes come in one report. Values with mistakes are left out, then what needs them.
 */
export function salvage<F extends Fields>(schema: Section<F>, input: unknown): Salvaged<F> {
  const strict = check(schema, input)
  const removed: Path[] = []
  // Every field may be missing here: the strict check says which ones must not be.
  const lenient = schema.partial() as unknown as Section<F>
  let kept: Kept = new Map()
  let result = check(lenient, input)
  for (let round = 0; round < salvageRoundsMax && !result.ok; round++) {
    for (const mistake of result.error)
      removed.push(nextToRemove(restore(mistake.path, kept), removed, input))
    kept = new Map()
    result = check(lenient, prune(input, [], removed, kept))
  }
  const keptAtLast = kept
  return {
    value: result.ok ? result.value : {},
    mistakes: strict.ok ? [] : strict.error,
    origin: (path) => restore(path, keptAtLast),
    isDamaged: (path) => removed.some((gone) => isPrefix(gone, path) || isPrefix(path, gone)),
  }
}

/** For each list that lost entries: the positions that its remaining entries had. */
type Kept = Map<string, readonly number[]>

/** The path itself, or the nearest place above it that is there and has not been removed yet. */
function nextToRemove(path: Path, removed: readonly Path[], input: unknown): Path {
  let candidate = path
  while (
    candidate.length > 0 &&
    (valueAt(input, candidate) === undefined || removed.some((gone) => samePath(gone, candidate)))
  )
    candidate = candidate.slice(0, -1)
  return candidate
}

function prune(value: unknown, path: Path, removed: readonly Path[], kept: Kept): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (!removed.some((gone) => isPrefix(path, gone))) return value
  const isGone = (key: string | number): boolean =>
    removed.some((gone) => samePath(gone, [...path, key]))
  if (Array.isArray(value)) {
    const positions = value.map((_, i) => i).filter((i) => !isGone(i))
    kept.set(JSON.stringify(path), positions)
    return positions.map((i) => prune(value[i], [...path, i], removed, kept))
  }
  const entries = Object.entries(value).filter(([key]) => !isGone(key))
  return Object.fromEntries(
    entries.map(([key, inner]) => [key, prune(inner, [...path, key], removed, kept)]),
  )
}

function restore(path: Path, kept: Kept): Path {
  const written: (string | number)[] = []
  for (const key of path) {
    const positions = typeof key === 'number' ? kept.get(JSON.stringify(written)) : undefined
    written.push(typeof key === 'number' ? (positions?.[key] ?? key) : key)
  }
  return written
}

function isPrefix(prefix: Path, path: Path): boolean {
  return prefix.length <= path.length && prefix.every((key, i) => key === path[i])
}

function samePath(a: Path, b: Path): boolean {
  return a.length === b.length && isPrefix(a, b)
}
