// Reads the file of `gatehouse policy test`, with every mistake at its place.
import { type PolicyCase, caseFileSchema, toPolicyCase } from '../gate.ts'
import { type Result, err, ok } from '../std/result.ts'
import { check } from '../std/schema/check.ts'
import type { Files } from '../world/files.ts'
import { type ConfigMistake, describeMistake } from './mistake.ts'
import { readSource } from './source.ts'

/** The cases in `file`: a list, or a mapping with the list under `cases`. */
export async function loadPolicyCases(
  files: Files,
  file: string,
): Promise<Result<readonly PolicyCase[], readonly ConfigMistake[]>> {
  const source = await readSource(files, file)
  if (!source.ok) return err(source.error.map(aboutCases))
  const { data, positionOf } = source.value
  // An empty file is an empty table, and that is a mistake of its own.
  const table = Array.isArray(data) ? { cases: data } : (data ?? { cases: [] })
  const checked = check(caseFileSchema, table)
  if (checked.ok) return ok(checked.value.cases.map(toPolicyCase))
  return err(
    checked.error.map((mistake) => {
      const path = Array.isArray(data) ? mistake.path.slice(1) : mistake.path
      return describeMistake({ ...mistake, path }, positionOf)
    }),
  )
}

/** The same reader says "configuration" of a file that is none. */
function aboutCases(mistake: ConfigMistake): ConfigMistake {
  if (mistake.id !== 'no-file') return mistake
  return {
    ...mistake,
    message: mistake.message.replace('the configuration', 'the policy tests'),
    fix: 'Name a file with a list of cases',
  }
}
