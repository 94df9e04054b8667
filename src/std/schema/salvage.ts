// Reads what is good of data with mistakes in it, so that further checks can run in the same report.
import { type Mistake, check, valueAt } from './check.ts'
import { type JsonSchema, type Path, schemaAt, toJsonSchema } from './json-schema.ts'
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

/** For each list that lost entries: the positions that its remaining entries had. */
type Kept = Map<string, readonly number[]>

/** What is done to the input before it is read again. Paths as written. */
interface Repair {
  readonly removed: Path[]
  readonly filled: Path[]
  kept: Kept
}

/**
 * Reads a section as far as it goes, so that checks across settings can run on the good part and all
 * mistakes come in one report. Values with mistakes are left out, then what needs them; but where
 * `mayFill` says so, the example of the declaration stands in for a text that is needed.
 */
export function salvage<F extends Fields>(
  schema: Section<F>,
  input: unknown,
  mayFill: (path: Path) => boolean = () => false,
): Salvaged<F> {
  const strict = check(schema, input)
  if (strict.ok) return whole(strict.value)
  // Every field may be missing here: the strict check says which ones must not be.
  const lenient = schema.partial()
  const root = toJsonSchema(schema)
  const repair: Repair = { removed: [], filled: [], kept: new Map() }
  let result = check(lenient, input)
  for (let round = 0; round < salvageRoundsMax && !result.ok; round++) {
    const paths = result.error.map(({ path }) => restore(path, repair.kept))
    for (const path of paths) {
      const fresh = !repair.filled.some((done) => samePath(done, path))
      if (mayFill(path) && fresh && exampleAt(root, path) !== undefined) repair.filled.push(path)
      else repair.removed.push(nextToRemove(path, repair.removed, input))
    }
    repair.kept = new Map()
    const pruned = prune(input, [], repair)
    result = check(lenient, fill(pruned, repair, root))
  }
  const damaged = [...repair.removed, ...repair.filled]
  return {
    // zod's own `partial` has this type, in a form that the compiler cannot see to be the same.
    value: result.ok ? (result.value as Partial<OutputOf<Section<F>>>) : {},
    mistakes: strict.error,
    origin: (path) => restore(path, repair.kept),
    isDamaged: (path) => damaged.some((gone) => isPrefix(gone, path) || isPrefix(path, gone)),
  }
}

/** Nothing is wrong, so nothing is left out. */
function whole<F extends Fields>(value: OutputOf<Section<F>>): Salvaged<F> {
  return { value, mistakes: [], origin: (path) => path, isDamaged: () => false }
}

function exampleAt(root: JsonSchema, path: Path): unknown {
  return schemaAt(root, path)?.examples?.[0]
}

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

/** A copy without what is removed; what nothing was removed from is not copied. */
function prune(value: unknown, path: Path, repair: Repair): unknown {
  if (typeof value !== 'object' || value === null) return value
  const { removed, filled, kept } = repair
  if (![...removed, ...filled].some((gone) => isPrefix(path, gone))) return value
  const isGone = (key: string | number): boolean =>
    removed.some((gone) => samePath(gone, [...path, key]))
  if (Array.isArray(value)) {
    const positions = value.map((_, i) => i).filter((i) => !isGone(i))
    kept.set(JSON.stringify(path), positions)
    return positions.map((i) => prune(value[i], [...path, i], repair))
  }
  const entries = Object.entries(value).filter(([key]) => !isGone(key))
  return Object.fromEntries(
    entries.map(([key, inner]) => [key, prune(inner, [...path, key], repair)]),
  )
}

/** Puts examples in, into the copy that {@link prune} made of all that leads there. */
function fill(pruned: unknown, { filled, kept }: Repair, root: JsonSchema): unknown {
  for (const path of filled) {
    let holder: unknown = pruned
    const written: (string | number)[] = []
    for (const key of path.slice(0, -1)) {
      const positions = typeof key === 'number' ? kept.get(JSON.stringify(written)) : undefined
      const index = typeof key === 'number' ? (positions?.indexOf(key) ?? key) : key
      holder = valueAt(holder, [index])
      written.push(key)
    }
    const last = path.at(-1)
    if (typeof holder !== 'object' || holder === null || typeof last !== 'string') continue
    Object.defineProperty(holder, last, {
      value: exampleAt(root, path),
      configurable: true,
      enumerable: true,
      writable: true,
    })
  }
  return pruned
}

/** A path of the pruned copy as it was written. */
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
