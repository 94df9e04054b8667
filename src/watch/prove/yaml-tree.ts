// YAML as values with the line that each stands in, and search in it (yaml inside). Hostile files cost their size.
import {
  LineCounter,
  type Scalar,
  type YAMLMap,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  parseAllDocuments,
} from 'yaml'
import { type Result, err, ok } from '../../std/result.ts'

/** One value of a file. */
export type Yaml =
  | { readonly kind: 'map'; readonly line: number; readonly entries: ReadonlyMap<string, Yaml> }
  | { readonly kind: 'list'; readonly line: number; readonly items: readonly Yaml[] }
  | { readonly kind: 'text'; readonly line: number; readonly text: string }

/** Longest file, in characters: ten times the largest that we know of. */
export const fileLengthMax = 8 * 1024 * 1024
/** Most values of one file: aliases of aliases multiply. */
const valuesMax = 1_000_000
/** Deepest nesting, of files within files too. */
const depthMax = 40

/** Reads every document of `text`; the error is a sentence with the line. `firstLine` is that of the first. */
export function readYaml(text: string, firstLine = 1): Result<readonly Yaml[], string> {
  if (text.length > fileLengthMax) return err(`The file is longer than ${fileLengthMax} characters`)
  const lines = new LineCounter()
  const documents = parseAllDocuments(text, { lineCounter: lines, logLevel: 'error' })
  if (!Array.isArray(documents)) return ok([])
  const found: Yaml[] = []
  const budget = { left: valuesMax }
  const lineAt = (offset: number): number => lines.linePos(offset).line + firstLine - 1
  for (const document of documents) {
    const [fault] = document.errors
    if (fault !== undefined)
      return err(`Line ${lineAt(fault.pos[0])}: ${fault.message.split(/ at line |\n/)[0] ?? ''}`)
    const value = treeOf(document.contents, {
      anchors: new Map(),
      lineAt,
      depth: 0,
      budget,
    })
    if (value !== null) found.push(value)
  }
  return budget.left < 0 ? err(`The file holds more than ${valuesMax} values`) : ok(found)
}

interface Place {
  /** What aliases stand for; the anchor always comes first. */
  readonly anchors: Map<string, unknown>
  readonly lineAt: (offset: number) => number
  readonly depth: number
  /** How many more values may come of this file. */
  readonly budget: { left: number }
}

/** Null for what is empty, too deep, or one value too many. */
function treeOf(node: unknown, place: Place): Yaml | null {
  const { lineAt, budget } = place
  budget.left--
  if (place.depth > depthMax || budget.left < 0) return null
  const within: Place = { ...place, depth: place.depth + 1 }
  if (isAlias(node)) return treeOf(place.anchors.get(node.source), within)
  if (isNode(node) && 'anchor' in node && typeof node.anchor === 'string')
    place.anchors.set(node.anchor, node)
  if (isMap(node)) return mapOf(node, within)
  if (isSeq(node)) {
    const items = node.items.flatMap((item) => treeOf(item, within) ?? [])
    return { kind: 'list', line: lineAt(node.range?.[0] ?? 0), items }
  }
  return isScalar(node) ? leafOf(node, lineAt) : null
}

function mapOf(node: YAMLMap, place: Place): Yaml {
  const entries = new Map<string, Yaml>()
  for (const { key, value } of node.items) {
    const found = treeOf(value, place)
    if (isScalar(key) && found !== null) entries.set(String(key.value), found)
  }
  return { kind: 'map', line: place.lineAt(node.range?.[0] ?? 0), entries }
}

/** Numbers and truth values are what is written, since they stand where text is looked for. */
function leafOf({ value, source, range, type }: Scalar, lineAt: Place['lineAt']): Yaml | null {
  const isBlock = type === 'BLOCK_LITERAL' || type === 'BLOCK_FOLDED'
  // What stands in a block begins in the line below its mark.
  const line = lineAt(range?.[0] ?? 0) + (isBlock ? 1 : 0)
  if (value === null) return null
  return { kind: 'text', line, text: typeof value === 'string' ? value : (source ?? '') }
}

/** The entry of a map; null for anything else. */
export function entryOf(value: Yaml | null, key: string): Yaml | null {
  return value?.kind === 'map' ? (value.entries.get(key) ?? null) : null
}

/** Text of an entry; null where there is none. */
export function textOf(value: Yaml | null, key: string): string | null {
  const entry = entryOf(value, key)
  return entry?.kind === 'text' ? entry.text : null
}

/** Items of a list; none for anything else. */
export function itemsOf(value: Yaml | null): readonly Yaml[] {
  return value?.kind === 'list' ? value.items : []
}

/** A value of a file, and whether it stands at the entry `key` of a map. */
export interface Visited {
  readonly key: string | null
  readonly value: Yaml
}

/**
 * Every value below `values`, outside in. A text of several lines that mentions one of `words` and is YAML
 * itself (ConfigMaps, Helm values) is gone into as well.
 */
export function* everyValue(
  values: readonly Yaml[],
  words: readonly string[],
  depth = 0,
): Generator<Visited> {
  if (depth > depthMax) return
  for (const value of values) yield* visit({ key: null, value }, words, depth)
}

function* visit(visited: Visited, words: readonly string[], depth: number): Generator<Visited> {
  yield visited
  const { value } = visited
  if (depth > depthMax) return
  if (value.kind === 'map')
    for (const [key, entry] of value.entries) yield* visit({ key, value: entry }, words, depth + 1)
  else if (value.kind === 'list')
    for (const item of value.items) yield* visit({ key: null, value: item }, words, depth + 1)
  else if (value.text.includes('\n') && words.some((word) => value.text.includes(word))) {
    const inner = readYaml(value.text, value.line)
    if (inner.ok)
      for (const found of inner.value)
        yield* visit({ key: visited.key, value: found }, words, depth + 1)
  }
}
