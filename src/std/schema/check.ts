// Checks data against a declaration: every mistake at once, and what can be saved of the rest.
import { isDeepStrictEqual } from 'node:util'
import { type Result, err, ok } from '../result.ts'
import { suggest } from '../suggest.ts'
import { type JsonSchema, type Path, schemaAt, toJsonSchema } from './json-schema.ts'
import type { OutputOf, Schema } from './schema.ts'

/** One thing that is wrong. All texts are fit to be shown: secrets are hidden, values shortened. */
export interface Mistake {
  readonly kind: 'unknown-key' | 'missing' | 'wrong-type' | 'wrong-value'
  readonly path: Path
  /** What stands there: `"requird"`, `a list`, `nothing`; for an unknown key the key. */
  readonly found: string
  /** Completes "wanted …". For an unknown key: the keys that are allowed. */
  readonly wanted: string
  /** What was probably meant, ready to be written there; null when there is no telling. */
  readonly suggestion: string | null
  /** One more sentence, or empty. */
  readonly hint: string
}

/** Most mistakes that are reported; a file with more is not a file with mistakes but the wrong file. */
export const mistakesMax = 200

/** Longest value shown in a message, in characters. */
const shownLengthMax = 80

type Issue = {
  readonly code: string
  readonly path: readonly PropertyKey[]
  readonly message: string
  readonly keys?: readonly string[] | undefined
  readonly params?: Readonly<Record<string, unknown>> | undefined
}

/** Reads `input` by `schema`: the value, or every mistake (at most {@link mistakesMax}). */
export function check<S extends Schema>(
  schema: S,
  input: unknown,
): Result<OutputOf<S>, readonly Mistake[]> {
  const parsed = schema.safeParse(input)
  if (parsed.success) return ok(parsed.data)
  const root = toJsonSchema(schema)
  const mistakes = parsed.error.issues
    .slice(0, mistakesMax)
    .flatMap((issue) => explain(issue, root, input))
  return err(mistakes.filter((mistake, i) => i === 0 || !isSame(mistake, mistakes[i - 1])))
}

/** One value that breaks two limits is one mistake: the message names all limits anyway. */
function isSame(a: Mistake, b: Mistake | undefined): boolean {
  return b !== undefined && a.wanted === b.wanted && isDeepStrictEqual(a.path, b.path)
}

function explain(issue: Issue, root: JsonSchema, input: unknown): Mistake[] {
  const path = issue.path.map((key) => (typeof key === 'number' ? key : String(key)))
  if (issue.code === 'unrecognized_keys')
    return (issue.keys ?? []).map((key) => unknownKey(path, key, root))
  const value = valueAt(input, path)
  const node = schemaAt(root, path)
  const stated = issue.params ?? {}
  return [
    {
      kind: kindOf(issue, value),
      path,
      found: isSecret(path, node) && value !== undefined ? 'a value that is hidden' : show(value),
      wanted: issue.message,
      suggestion: textOf(stated['suggestion']) ?? suggestionFor(value, node),
      hint: textOf(stated['hint']) ?? '',
    },
  ]
}

function unknownKey(path: Path, key: string, root: JsonSchema): Mistake {
  const keys = Object.keys(schemaAt(root, path)?.properties ?? {})
  return {
    kind: 'unknown-key',
    path: [...path, key],
    found: show(key),
    wanted: keys.map((name) => `"${name}"`).join(', '),
    suggestion: suggest(key.slice(0, shownLengthMax), keys),
    hint: '',
  }
}

function kindOf(issue: Issue, value: unknown): Mistake['kind'] {
  if (value === undefined) return 'missing'
  return issue.code === 'invalid_type' ? 'wrong-type' : 'wrong-value'
}

/** What was probably meant by a value of the wrong type or a misspelt word. */
function suggestionFor(value: unknown, node: JsonSchema | null): string | null {
  if (typeof value !== 'string' && typeof value !== 'number') return null
  const text = String(value).slice(0, shownLengthMax)
  if (node?.enum !== undefined) return typeof value === 'string' ? suggest(text, node.enum) : null
  if (node?.type === 'array') return listOf(text, node.items)
  return node?.type === 'boolean' ? booleanLike(text) : null
}

/** A single text where a list of texts is wanted, as that list. */
function listOf(text: string, items: JsonSchema | undefined): string | null {
  return items?.type === 'string' && items.writeOnly !== true ? `[${text}]` : null
}

/** The words that YAML 1.1 took for truth values and YAML 1.2 does not. */
function booleanLike(text: string): string | null {
  if (/^(yes|on|y|true)$/i.test(text)) return 'true'
  return /^(no|off|n|false)$/i.test(text) ? 'false' : null
}

/** Secrets are hidden by their declaration, and by their name where a key is not declared. */
function isSecret(path: Path, node: JsonSchema | null): boolean {
  if (node?.writeOnly === true) return true
  const key = path.findLast((part) => typeof part === 'string')
  return (
    typeof key === 'string' && /secret|password|token|private/i.test(key) && !/_file$/.test(key)
  )
}

/**
 * A value as a message shows it. Texts in quotes, shortened, without user and password of a URL; never
 * the content of a list or mapping.
 */
export function show(value: unknown): string {
  if (value === undefined || value === null) return 'nothing'
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list'
  if (typeof value === 'object') return 'a mapping'
  if (typeof value === 'string') {
    const safe = value.replace(/\/\/[^/@\s]*@/, '//…@')
    const shown = safe.length > shownLengthMax ? `${safe.slice(0, shownLengthMax)}…` : safe
    return JSON.stringify(shown)
  }
  if (typeof value === 'number') return `the number "${value}"`
  if (typeof value === 'boolean') return `"${value}"`
  return `a ${typeof value}`
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null
}

/** The value at `path`, undefined where there is none. Looks at own keys only. */
export function valueAt(input: unknown, path: Path): unknown {
  let value = input
  for (const key of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined
    value = (value as Readonly<Record<string | number, unknown>>)[key]
  }
  return value
}
