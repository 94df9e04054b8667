// The files of the repository as the tidy checks see them: everything that git tracks or would track.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** One text file: path from the root of the repository, and content. */
export interface SourceFile {
  readonly path: string
  readonly text: string
}

/** One violation, worded so that the reader knows what to do. */
export type Problem = string

/** Root of the repository. */
export const root: string = join(import.meta.dir, '..', '..')

const textFile = /\.(ts|tsx|mjs|mts|js|css|json|md|sql|yaml|yml|toml|sh|conf|cfg|tsv)$|(^|\/)[^.]+$/

let cached: readonly SourceFile[] | null = null

/** Every text file, in order of path. Read once. */
export function readTree(): readonly SourceFile[] {
  cached ??= listFiles()
    .filter((path) => textFile.test(path) && isFile(path))
    .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }))
  return cached
}

function listFiles(): string[] {
  const args = ['ls-files', '--cached', '--others', '--exclude-standard', '-z']
  const { stdout } = spawnSync('git', args, { cwd: root, encoding: 'utf8' })
  const files = new Set(stdout.split('\0').filter((path) => path !== ''))
  return [...files].filter((path) => path !== 'node_modules').toSorted()
}

function isFile(path: string): boolean {
  return existsSync(join(root, path)) && statSync(join(root, path)).isFile()
}

/** True for TypeScript and for the little JavaScript there is. */
export function isCode(path: string): boolean {
  return /\.(ts|tsx|mjs|mts|js)$/.test(path)
}

/** True for tests and for what only tests use. */
export function isTest(path: string): boolean {
  return (
    path.startsWith('test/') ||
    /\.(test|contract|fixture)\.tsx?$/.test(path) ||
    /\/(fake-[a-z-]+|testing)\.tsx?$/.test(path) ||
    path.includes('/golden/')
  )
}

/** True for the source of the product. */
export function isProduct(path: string): boolean {
  return path.startsWith('src/') && isCode(path) && !isTest(path)
}
