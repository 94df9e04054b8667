// Files that people exported from other programs, read as hostile input: bounded, and a fault named for each.
import { parseAllDocuments } from 'yaml'
import { type Result, err, ok } from '../std/result.ts'
import type { Files } from '../world/files.ts'

/** Largest exported file: above twenty thousand objects of a cluster with all that managers write into them. */
export const exportBytesMax = 128 * 1024 * 1024
/** Aliases resolved at most, so that a few lines cannot become gigabytes. */
const aliasesMax = 10_000

/** An exported file. */
export interface TextFile {
  readonly path: string
  readonly text: string
}

/** All of `paths`. The error is a line for each that cannot be read; a part of them is no export. */
export function readExported(
  files: Files,
  paths: readonly string[],
): Result<readonly TextFile[], readonly string[]> {
  const faults: string[] = []
  const texts = paths.flatMap((path): readonly TextFile[] => {
    const read = files.readText(path, exportBytesMax)
    if (read.ok) return [{ path, text: read.value }]
    faults.push(`Cannot read "${path}" (${read.error.code})`)
    return []
  })
  return faults.length > 0 ? err(faults) : ok(texts)
}

/**
 * Every document of every file; empty ones are none. The error is a line for each that is no YAML, and for each
 * file without a document: an export that failed leaves such a file, and it is not one of nothing.
 */
export function yamlDocuments(
  files: readonly TextFile[],
): Result<readonly unknown[], readonly string[]> {
  const faults: string[] = []
  const documents = files.flatMap(({ path, text }) => {
    const all = parseAllDocuments(text).map((document) => {
      const [fault] = document.errors
      return fault === undefined ? valueOf(document) : err(fault.code)
    })
    const values = all.flatMap((one) => (one.ok && one.value !== null ? [one.value] : []))
    for (const one of all) if (!one.ok) faults.push(`Cannot read "${path}" as YAML: ${one.error}`)
    if (values.length === 0 && all.every(({ ok: isRead }) => isRead))
      faults.push(`Cannot read "${path}": It is empty, wanted an export`)
    return values
  })
  return faults.length > 0 ? err(faults) : ok(documents)
}

/** Aliases that lead nowhere, and too many of them, are found only now. */
function valueOf(document: {
  toJS(options: { readonly maxAliasCount: number }): unknown
}): Result<unknown, string> {
  try {
    return ok(document.toJS({ maxAliasCount: aliasesMax }))
  } catch {
    return err('BAD_ALIAS')
  }
}
