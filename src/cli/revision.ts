// Which revision of a declaration this is: the commit of the repository that holds its file, where there is one.
import { dirname, join, resolve } from 'node:path'
import type { Files } from '../world/files.ts'

/** Directories that are looked at upwards at most. */
const levelsMax = 32

/** `commit 1a2b3c4d5e6f`, or null outside of a repository. Nothing is run: the files of git are read. */
export function revisionOf(files: Files, file: string): string | null {
  let directory = dirname(resolve(file))
  for (let level = 0; level < levelsMax; level++) {
    const head = headOf(files, join(directory, '.git'))
    if (head !== null) return head
    const above = dirname(directory)
    if (above === directory) return null
    directory = above
  }
  return null
}

function headOf(files: Files, git: string): string | null {
  const link = readLine(files, git)
  // In a further working tree `.git` is a file that says where everything is.
  const own = link?.startsWith('gitdir: ') === true ? resolve(dirname(git), link.slice(8)) : git
  const head = readLine(files, join(own, 'HEAD'))
  if (head === null) return null
  if (!head.startsWith('ref: ')) return commit(head)
  const shared = readLine(files, join(own, 'commondir'))
  const common = shared === null ? own : resolve(own, shared)
  const name = head.slice(5)
  const loose = readLine(files, join(own, name)) ?? readLine(files, join(common, name))
  if (loose !== null) return commit(loose)
  const packed = files.readText(join(common, 'packed-refs'))
  const line = packed.ok
    ? packed.value.split('\n').find((one) => one.endsWith(` ${name}`))
    : undefined
  return line === undefined ? null : commit(line)
}

function commit(text: string): string | null {
  const match = /^[0-9a-f]{40,64}/.exec(text)
  return match === null ? null : `commit ${match[0].slice(0, 12)}`
}

function readLine(files: Files, path: string): string | null {
  const text = files.readText(path)
  return text.ok ? text.value.trim() : null
}
