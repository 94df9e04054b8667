// Writing files that were generated: never over what a person changed, and saying when one is stale.
import { createHash } from 'node:crypto'
import { dirname, join, posix } from 'node:path'
import { assert } from '../std/assert.ts'
import { visible } from '../estate-drift.ts'
import { handWrittenMarkers } from '../estate-render.ts'
import type { FileFault } from '../world/files.ts'
import type { World } from '../world/world.ts'
import type { ExitCode } from './context.ts'

/** One generated file: a path below the directory that is written to, and its whole text. */
export interface GeneratedFile {
  readonly path: string
  readonly text: string
}

/** How files are written. */
export interface WriteOptions {
  readonly out: string
  /** Only says which files are missing or other than they should be. */
  readonly check: boolean
  /** Also over files that a person changed. */
  readonly force: boolean
  /** Who writes, such as `generate docs`: others may write into the same directory. */
  readonly by: string
}

/** Beside the files: what each of them was when we wrote it, so that a change by a person is seen. */
const manifestName = '.gatehouse-generated.json'
const fileMode = 0o644
const directoryMode = 0o755

/**
 * Writes `files` below `out`, or with `check` names the stale ones. A file that is there and is not as we
 * left it stops the whole run unless `force` is set; nothing is written then.
 */
export function writeGenerated(
  { files: disk, process }: Pick<World, 'files' | 'process'>,
  files: readonly GeneratedFile[],
  { by, check, force, out }: WriteOptions,
): ExitCode {
  assertPlaces(files)
  const faults = [...linkFaults(disk, out, files), ...readFaults(disk, out, files)]
  for (const fault of faults) process.error(`gatehouse: ${fault}\n`)
  if (faults.length > 0) return 1
  const known = readManifest(disk, out)
  const found = files.map((file) => foundFile(disk, out, file))
  const stale = found.filter(({ current, text }) => current !== text)
  const left = leftBehind(disk, known, { by, files, out })
  for (const path of left)
    process.error(
      `gatehouse: Stale file "${visible(join(out, path))}": it is no longer generated; remove it\n`,
    )
  if (check) {
    for (const file of stale) process.error(`gatehouse: ${staleWord(file)} file "${file.target}"\n`)
    return stale.length + left.length === 0 ? 0 : 1
  }
  const changed = stale.filter((file) => isOfPerson(disk, known, file))
  if (changed.length > 0 && !force) {
    for (const { target } of changed)
      process.error(
        `gatehouse: Found "${target}" changed by hand, wanted it as generated; move it away or use --force\n`,
      )
    return 1
  }
  const manifest = nextManifest(known, found, { by, left })
  const all = [
    ...stale,
    { target: join(out, manifestName), text: `${JSON.stringify(manifest, null, 2)}\n` },
  ]
  const fault = firstFault(disk, all)
  if (fault !== null) {
    process.error(`gatehouse: Cannot write "${fault.path}" (${fault.code})\n`)
    return 1
  }
  for (const { target } of found) process.out(`${target}\n`)
  return 0
}

/** What is there of others and what is still there of ours, and what was just written. */
function nextManifest(
  known: Readonly<Record<string, string>>,
  found: readonly FoundFile[],
  { by, left }: { readonly by: string; readonly left: readonly string[] },
): Readonly<Record<string, string>> {
  const kept = Object.entries(known).filter(
    ([path, mark]) => left.includes(path) || writerOf(mark) !== by,
  )
  const own = found.map(({ path, text }): [string, string] => [
    path,
    `${digest(withoutHandWritten(text))} ${by}`,
  ])
  return Object.fromEntries([...kept, ...own])
}

function staleWord({ current }: FoundFile): string {
  return current === null ? 'Missing' : 'Stale'
}

/** Writes one after the other; what stopped it, or null. */
function firstFault(
  disk: World['files'],
  all: readonly { readonly target: string; readonly text: string }[],
): FileFault | null {
  for (const { target, text } of all) {
    const ensured = disk.ensureDirectory(join(target, '..'), directoryMode)
    const written = ensured.ok ? disk.writeAtomic(target, text, fileMode) : ensured
    if (!written.ok) return written.error
  }
  return null
}

/** A generated file beside what is in its place. */
interface FoundFile extends GeneratedFile {
  readonly target: string
  /** Null: there is none. */
  readonly current: string | null
}

function foundFile(disk: World['files'], out: string, { path, text }: GeneratedFile): FoundFile {
  const target = join(out, path)
  const read = disk.readText(target)
  const current = read.ok ? read.value : null
  return { path, text: withHandWritten(text, current), target, current }
}

/** Whether what stands there is other than we left it. A link is a person's, whatever it leads to. */
function isOfPerson(
  disk: World['files'],
  known: Readonly<Record<string, string>>,
  { current, path, target }: FoundFile,
): boolean {
  if (disk.isLink(target)) return true
  return current !== null && digestOf(known[path]) !== digest(withoutHandWritten(current))
}

/** Files of `by` that it writes no longer and that are still there, in whatever state. */
function leftBehind(
  disk: World['files'],
  known: Readonly<Record<string, string>>,
  {
    by,
    files,
    out,
  }: Pick<WriteOptions, 'by' | 'out'> & { readonly files: readonly GeneratedFile[] },
): readonly string[] {
  const wanted = new Set(files.map(({ path }) => path))
  return Object.entries(known)
    .filter(([path, mark]) => writerOf(mark) === by && !wanted.has(path) && isBelow(path))
    .map(([path]) => path)
    .filter((path) => disk.exists(join(out, path)))
}

/** A mark is the digest and who wrote the file; older ones name nobody. */
function writerOf(mark: string): string {
  return mark.split(' ').slice(1).join(' ')
}

function digestOf(mark: string | undefined): string | undefined {
  return mark?.split(' ')[0]
}

/** Whether a path stays below the directory that it is joined to. */
function isBelow(path: string): boolean {
  return path === posix.normalize(path) && !/^(\/|\.\.(\/|$))|\\|\/$|^\.$/.test(path)
}

/** Renderers name files below the directory, and no two that a file system which folds case takes for one. */
function assertPlaces(files: readonly GeneratedFile[]): void {
  const seen = new Set<string>()
  for (const { path } of files) {
    assert(isBelow(path), `A generated file stays below its directory: "${path}"`)
    const folded = path.normalize('NFC').toLowerCase()
    assert(!seen.has(folded), `Two generated files are two: "${path}"`)
    seen.add(folded)
  }
}

/** Directories below `out` that are links: what is written there would land somewhere else. */
function linkFaults(
  disk: World['files'],
  out: string,
  files: readonly GeneratedFile[],
): readonly string[] {
  const directories = new Set(files.flatMap(({ path }) => parentsOf(path)))
  return [...directories]
    .map((directory) => join(out, directory))
    .filter((directory) => disk.isLink(directory))
    .map(
      (directory) =>
        `Found a link at "${directory}", wanted a directory: files written there would land elsewhere`,
    )
}

/** `a/b/c.md`: `a` and `a/b`. */
function parentsOf(path: string): readonly string[] {
  const parent = dirname(path)
  return parent === '.' ? [] : [...parentsOf(parent), parent]
}

/** What is there and cannot be read is no missing file: it would be written over unseen. */
function readFaults(
  disk: World['files'],
  out: string,
  files: readonly GeneratedFile[],
): readonly string[] {
  return files.flatMap(({ path }) => {
    const read = disk.readText(join(out, path))
    if (read.ok || read.error.code === 'ENOENT') return []
    return [`Cannot read "${read.error.path}" (${read.error.code}), wanted a file as generated`]
  })
}

/** The part of a file that people write, with nothing in it where there is no such part. */
function handWritten(text: string): { readonly from: number; readonly to: number } | null {
  const { begin, end } = handWrittenMarkers
  const from = text.indexOf(begin)
  const to = text.indexOf(end)
  return from === -1 || to < from ? null : { from: from + begin.length, to }
}

/** `text` with what people wrote in `current`. */
function withHandWritten(text: string, current: string | null): string {
  const mine = handWritten(text)
  const yours = current === null ? null : handWritten(current)
  if (mine === null || yours === null || current === null) return text
  return text.slice(0, mine.from) + current.slice(yours.from, yours.to) + text.slice(mine.to)
}

/** What people write between the markers is no change of what was generated. */
function withoutHandWritten(text: string): string {
  const part = handWritten(text)
  return part === null ? text : text.slice(0, part.from) + text.slice(part.to)
}

/** A manifest that is missing or broken knows nothing, so every file that is there counts as changed. */
function readManifest(disk: World['files'], out: string): Readonly<Record<string, string>> {
  const read = disk.readText(join(out, manifestName))
  if (!read.ok) return {}
  try {
    const entries: unknown = JSON.parse(read.value)
    if (typeof entries !== 'object' || entries === null) return {}
    return Object.fromEntries(
      Object.entries(entries).filter(
        (entry): entry is [string, string] => typeof entry[1] === 'string',
      ),
    )
  } catch {
    return {}
  }
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
