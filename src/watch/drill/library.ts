// The library of drills, read and checked.
import { must } from '../../std/assert.ts'
import { type Result, err } from '../../std/result.ts'
import { suggest } from '../../std/suggest.ts'
import { libraryTexts } from './library-texts.ts'
import { readScenario } from './read-scenario.ts'
import type { Scenario } from './scenario.ts'

/** A drill and its name. */
export interface NamedScenario {
  readonly name: string
  readonly scenario: Scenario
}

/** Names of all drills of the library, sorted. */
export const libraryNames: readonly string[] = Object.keys(libraryTexts)

/** The drill of that name; the error is a sentence. */
export function findScenario(name: string): Result<NamedScenario, string> {
  const text = Object.hasOwn(libraryTexts, name) ? libraryTexts[name] : undefined
  if (text === undefined) {
    const likely = suggest(name, libraryNames)
    const meant = likely === null ? '' : `, did you mean "${likely}"`
    return err(`No drill is called ${JSON.stringify(name.slice(0, 80))}${meant}`)
  }
  const read = readScenario(text)
  // Held by a test of every file.
  must(read.ok ? read : null, `Drill "${name}" cannot be read`)
  return read.ok ? { ok: true, value: { name, scenario: read.value } } : err(read.error.join('\n'))
}

/** All of them. */
export function allScenarios(): readonly NamedScenario[] {
  return libraryNames.flatMap((name) => {
    const found = findScenario(name)
    return found.ok ? [found.value] : []
  })
}
