// Reads the configuration file: YAML with places of its parts, or a TypeScript module of the same shape.
import { extname, resolve } from 'node:path'
import {
  type Document,
  LineCounter,
  type Node,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  parseDocument,
  visit,
} from 'yaml'
import { type Result, err, ok } from '../std/result.ts'
import type { Path } from '../std/schema/json-schema.ts'
import type { Files } from '../world/files.ts'
import type { ConfigMistake, Position, PositionOf } from './mistake.ts'

/** What stands in a configuration file, not yet checked. */
export interface ConfigSource {
  /** Absolute path of the file. */
  readonly file: string
  readonly data: unknown
  readonly positionOf: PositionOf
}

/** Longest configuration file, in characters: far above an estate of thousands of services. */
const fileLengthMax = 8 * 1024 * 1024
/** Aliases resolved at most, so that a few lines cannot become gigabytes. */
const aliasesMax = 10_000

/** Our own modules are loaded when they are needed, perhaps while a file is read, and never forgotten. */
const ownModules = `${resolve(import.meta.dir, '..')}/`

/** Modules that the last reading of a file brought in, so that the next one forgets them first. */
const modulesOf = new Map<string, readonly string[]>()

/** Reads `file` by its extension: `.yaml`, `.yml`, `.json` as YAML; `.ts`, `.js`, `.mjs` as a module. */
export async function readSource(
  files: Files,
  file: string,
): Promise<Result<ConfigSource, readonly ConfigMistake[]>> {
  const path = resolve(file)
  const text = files.readText(path)
  if (!text.ok) return err([unreadable(path, text.error.code)])
  if (text.value.length > fileLengthMax)
    return err([
      mistake(
        'too-long',
        `The file has more than "${fileLengthMax}" characters`,
        'Name another file',
      ),
    ])
  if (/^\.[cm]?[jt]s$/.test(extname(path))) return readModule(path)
  return readYaml(path, text.value)
}

function unreadable(path: string, code: string): ConfigMistake {
  if (code === 'ENOENT')
    return mistake(
      'no-file',
      `Cannot read the configuration: "${path}" does not exist`,
      'Name the file with "--config FILE" or GATEHOUSE_CONFIG',
    )
  return mistake(
    'no-file',
    `Cannot read the configuration "${path}": "${code}"`,
    'Make it a file that this user may read',
  )
}

function mistake(id: string, message: string, fix: string): ConfigMistake {
  return { id, severity: 'error', path: '', message, fix, position: null }
}

/** Where the words of the library are for those who program with it. */
const wordings: Readonly<Record<string, string>> = {
  MULTIPLE_DOCS: 'It holds several documents',
}

const fixes: Readonly<Record<string, string>> = {
  TAG_RESOLVE_FAILED: 'Put a value that begins with "!" in quotes',
  MULTIPLE_DOCS: 'Keep one of them, without a line of "---" between',
  DUPLICATE_KEY: 'Keep one of them',
}

/** Reads `text` as the YAML of the file at `path`; `path` is only said, not opened. */
export function readYaml(
  path: string,
  text: string,
): Result<ConfigSource, readonly ConfigMistake[]> {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, merge: true })
  const problems = [...document.errors, ...document.warnings]
  if (problems.length > 0)
    return err(
      problems.map(({ code, message, pos }) => ({
        // What follows the colon is text of the file, which may be a secret without its quotes.
        ...mistake(
          'yaml',
          `Cannot read this as YAML: ${wordings[code] ?? message.replace(/:[^]*$/, '')}`,
          fixes[code] ?? 'Correct the indentation, quotes or brackets here',
        ),
        position: positionAt(lines, pos[0]),
      })),
    )
  // Looking at every node takes a tenth of the time: not without a sign of an alias.
  const wrong = /(?:^|[\s[{,:])\*/.test(text) ? wrongAliases(document, lines) : []
  if (wrong.length > 0) return err(wrong)
  try {
    const data: unknown = document.toJS({ maxAliasCount: aliasesMax })
    return ok({ file: path, data, positionOf: (at, part) => locate(document, lines, { at, part }) })
  } catch (cause) {
    return err([notResolved(cause)])
  }
}

/** The library counts aliases by a ReferenceError; everything else is a merge that cannot be done. */
function notResolved(cause: unknown): ConfigMistake {
  if (cause instanceof ReferenceError)
    return mistake('yaml', `More than "${aliasesMax}" aliases are resolved`, 'Use fewer')
  return mistake(
    'yaml',
    'Cannot read this as YAML: "<<" merges something that is not a mapping',
    'Merge mappings only, by an alias or a list of aliases',
  )
}

/**
 * `*name` without `&name` before it: mostly a value that lacks its quotes, so it is not shown. And one within
 * the very value that it stands for, which has no end.
 */
function wrongAliases(document: Document.Parsed, lines: LineCounter): ConfigMistake[] {
  const found: ConfigMistake[] = []
  // In the order of the file, so that looking up is one step: a long file may have thousands.
  const anchors = new Map<string, unknown>()
  visit(document, (_key, node, path) => {
    if (!isAlias(node)) {
      if (isNode(node) && node.anchor !== undefined) anchors.set(node.anchor, node)
      return
    }
    const target = anchors.get(node.source)
    if (target !== undefined && !path.some((above) => above === target)) return
    const [what, fix] =
      target === undefined
        ? ['The alias has no anchor before it', 'Put a value that begins with "*" in quotes']
        : ['The alias stands within its own anchor', 'Write the value, or move the anchor']
    const position = positionAt(lines, node.range?.[0] ?? 0)
    found.push({ ...mistake('yaml', `Cannot read this as YAML: ${what}`, fix), position })
  })
  return found
}

function positionAt(lines: LineCounter, offset: number): Position {
  const { line, col } = lines.linePos(offset)
  return { line: Math.max(1, line), column: Math.max(1, col) }
}

/** Walks to the node at a path; where it ends early, the last place that was there stands for it. */
function locate(
  document: Document.Parsed,
  lines: LineCounter,
  { at, part }: { readonly at: Path; readonly part: 'key' | 'value' },
): Position | null {
  let node: Node | null = document.contents
  let offset = startOf(node)
  for (const [depth, key] of at.entries()) {
    const step = stepInto(isAlias(node) ? (node.resolve(document) ?? null) : node, key)
    if (step === null) break
    offset = step.offset ?? offset
    if (part === 'key' && depth === at.length - 1) break
    const { next } = step
    if (!isNodeWithRange(next)) break
    node = next
    // An empty value has its place at the end of the line before; its key is the better place.
    offset = next.range[1] > next.range[0] ? next.range[0] : offset
  }
  return offset === null ? null : positionAt(lines, offset)
}

/** Where a key or list item starts, and the node behind it. */
interface Step {
  readonly offset: number | null
  readonly next: unknown
}

function stepInto(node: Node | null, key: string | number): Step | null {
  if (isSeq(node) && typeof key === 'number')
    return { offset: startOf(node.items[key]), next: node.items[key] }
  if (!isMap(node)) return null
  const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === key)
  return pair === undefined ? null : { offset: startOf(pair.key), next: pair.value }
}

function startOf(node: unknown): number | null {
  return isNodeWithRange(node) ? node.range[0] : null
}

function isNodeWithRange(node: unknown): node is Node & { range: [number, number, number] } {
  return typeof node === 'object' && node !== null && 'range' in node && Array.isArray(node.range)
}

/** A module runs with all rights of the program: it is the operator's own file. */
async function readModule(path: string): Promise<Result<ConfigSource, readonly ConfigMistake[]>> {
  const known = modulesOf.get(path) ?? []
  for (const module of known) delete require.cache[module]
  const before = new Set(Object.keys(require.cache))
  try {
    const module: Readonly<Record<string, unknown>> = await import(path)
    const exported = module['default'] ?? module['config']
    if (exported === undefined)
      return err([
        mistake(
          'no-export',
          `The module "${path}" exports no configuration`,
          'Write "export const config = defineConfig({ … })" or "export default { … }"',
        ),
      ])
    return ok({ file: path, data: await Promise.resolve(exported), positionOf: () => null })
  } catch (cause) {
    const text = cause instanceof Error ? cause.message : String(cause)
    // The runtime never forgets a module that lacked an export, so only a new process sees it right.
    const fix = text.startsWith('Export named')
      ? 'Correct the module; a gate that runs sees it after a restart'
      : 'Correct the module'
    return err([mistake('module', `Cannot run the module "${path}": ${text}`, fix)])
  } finally {
    const brought = Object.keys(require.cache).filter(
      (module) => !before.has(module) && !module.startsWith(ownModules),
    )
    // A module that failed is remembered by the runtime but not listed: what was known stays known.
    modulesOf.set(path, [...new Set([path, ...known, ...brought])])
  }
}
