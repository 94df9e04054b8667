// Who may import whom: the import table, and the front doors.
import { posix } from 'node:path'
import { type Problem, type SourceFile, isTest } from './tree.ts'

/**
 * For each part, the parts that it may import. `door` parts are entered only through `src/<part>.ts` and
 * `src/<part>-<what>.ts`; the others are open. A part may always import itself.
 */
export const importTable: Readonly<Record<string, readonly string[]>> = {
  std: [],
  world: ['std'],
  model: ['std'],
  gate: ['std', 'world', 'model'],
  watch: ['std', 'world', 'model'],
  estate: ['std', 'world', 'model'],
  config: ['std', 'world', 'model', 'gate', 'watch', 'estate'],
  cli: ['std', 'world', 'model', 'gate', 'watch', 'estate', 'config'],
  main: ['std', 'world', 'model', 'gate', 'watch', 'estate', 'config', 'cli'],
}

/** Parts whose inside is their own: everybody else comes through a front door. */
export const partsWithDoor: readonly string[] = ['gate', 'watch', 'estate', 'config', 'cli']

/** Specifiers of every static import, re-export and dynamic import with a literal. */
export function importsOf(text: string): string[] {
  const specifiers: string[] = []
  const pattern =
    /^\s*(?:import|export)\b[^'"`;]*?\bfrom\s*'([^']+)'|^\s*import\s*'([^']+)'|\bimport\(\s*'([^']+)'/gm
  for (const match of text.matchAll(pattern))
    specifiers.push(match[1] ?? match[2] ?? match[3] ?? '')
  return specifiers
}

/** The part that a path under `src/` belongs to; null for anything else. */
export function partOf(path: string): string | null {
  return (
    /^src\/(?:([a-z-]+)\/|([a-z]+)(?:-[a-z-]+)?\.tsx?$)/.exec(path)?.slice(1).find(Boolean) ?? null
  )
}

/** True for `src/<part>.ts` and `src/<part>-<what>.ts`. */
export function isFrontDoor(path: string, part: string): boolean {
  return new RegExp(`^src/${part}(?:-[a-z-]+)?\\.ts$`).test(path)
}

/** Imports of one file that the table forbids, or that reach past a front door. */
export function importProblems(file: SourceFile): Problem[] {
  const part = partOf(file.path)
  if (part === null) return []
  const allowed = importTable[part]
  if (allowed === undefined)
    return [`${file.path}: part "${part}" is not in the import table (test/tidy/imports.ts)`]
  return importsOf(file.text).flatMap((specifier) => {
    if (!specifier.startsWith('.')) return []
    const target = posix.join(posix.dirname(file.path), specifier)
    return importProblem(file.path, { part, allowed, target })
  })
}

interface OneImport {
  readonly part: string
  readonly allowed: readonly string[]
  readonly target: string
}

function importProblem(path: string, { part, allowed, target }: OneImport): Problem[] {
  if (!isTest(path) && isTest(target)) return [`${path}: imports "${target}", which is for tests`]
  const other = partOf(target)
  if (other === null) {
    const known = target === 'package.json' || (isTest(path) && target.startsWith('test/'))
    return known ? [] : [`${path}: imports "${target}" from outside src`]
  }
  if (other === part) return []
  if (!allowed.includes(other)) return [`${path}: "${part}" may not import "${other}" (${target})`]
  if (partsWithDoor.includes(other) && !isFrontDoor(target, other))
    return [`${path}: imports "${target}"; enter "${other}" through src/${other}.ts`]
  return []
}

/** A front door holds re-exports from its own part and nothing else. */
export function frontDoorProblems(file: SourceFile): Problem[] {
  const part = partOf(file.path)
  if (part === null || part === 'main' || !isFrontDoor(file.path, part)) return []
  const rest = file.text
    .replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, '')
    .replace(/export\s+(?:type\s+)?\{[^}]*\}\s*from\s*'([^']+)'/g, (whole, specifier: string) =>
      specifier.startsWith(`./${part}/`) ? '' : whole,
    )
    .trim()
  return rest === ''
    ? []
    : [
        `${file.path}: a front door holds only named re-exports of its part, found "${firstLine(rest)}"`,
      ]
}

function firstLine(text: string): string {
  return text.split('\n')[0] ?? ''
}

/** For each library, the only paths (files or folders of `src/`) that may import it. */
export type LibraryTable = Readonly<Record<string, readonly string[]>>

/** Imports of a library outside the place that wraps it, and libraries that no line of the table names. */
export function libraryProblems(file: SourceFile, table: LibraryTable): Problem[] {
  return importsOf(file.text).flatMap((specifier) => {
    if (/^(\.|node:|bun$|bun:)/.test(specifier)) return []
    const library = /^(?:@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? specifier
    const places = table[library]
    if (places === undefined)
      return [`${file.path}: library "${library}" has no place in the library table`]
    return places.some((place) => file.path.startsWith(place))
      ? []
      : [`${file.path}: imports "${library}", which only ${places.join(', ')} may`]
  })
}

/** The import table as ARCHITECTURE.md draws it: row part, then the parts it may import. */
export function drawnTable(markdown: string): Record<string, string[]> {
  const cells = markdown
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .map((line) => line.split('|').map((cell) => cell.trim()))
  const head = cells.find((row) => row.includes('std') && row[1] === '') ?? []
  const rows = cells.filter((row) => row.length === head.length && row !== head)
  return Object.fromEntries(
    rows
      .filter((row) => !(row[1] ?? '').startsWith('-'))
      .map((row) => [
        (row[1] ?? '').replace(/^`src\/(\w+)\.ts`$/, '$1'),
        head.filter((part, column) => part !== '' && /^(✓|door)$/.test(row[column] ?? '')),
      ]),
  )
}
