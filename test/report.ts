// Adds up test runs and words the closing summary.
import { existsSync, readFileSync } from 'node:fs'
import type { ScenarioRecord } from './scenario.ts'

/** How many skipped scenarios of one reason are named. */
const namesMax = 2

/** Counts of tests. */
export interface Totals {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
}

/** Sums two counts. */
export function addTotals(a: Totals, b: Totals): Totals {
  return {
    passed: a.passed + b.passed,
    failed: a.failed + b.failed,
    skipped: a.skipped + b.skipped,
  }
}

/** Test files by the part that they belong to: `src/gate`, `src/watch`, `test`, `tools`. */
export function partsOf(paths: readonly string[]): ReadonlyMap<string, readonly string[]> {
  return Map.groupBy(paths, (path) => {
    const folders = path.split('/').slice(1, -1)
    return folders.slice(0, folders[0] === 'src' ? 2 : 1).join('/')
  })
}

/** Totals of a JUnit report as Bun writes it; null when the text is none. */
export function readJunitTotals(xml: string): Totals | null {
  const root = /<testsuites\b[^>]*>/.exec(xml)?.[0]
  if (root === undefined) return null
  const attribute = (name: string): number =>
    Number(new RegExp(`\\b${name}="(\\d+)"`).exec(root)?.[1] ?? 0)
  const failed = attribute('failures') + attribute('errors')
  const skipped = attribute('skipped')
  return { passed: attribute('tests') - failed - skipped, failed, skipped }
}

/** The scenario records of a run; none when no scenario was registered. */
export function readRecords(path: string): ScenarioRecord[] {
  if (!existsSync(path)) return []
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line): ScenarioRecord => JSON.parse(line))
}

/** One line for one reason; names of the scenarios when they are few, else the first and how many more. */
function skippedLines(skipped: readonly ScenarioRecord[]): string[] {
  const byReason = Map.groupBy(skipped, (record) => record.skipped ?? '')
  return [...byReason].map(([reason, records]) => {
    const names = records.slice(0, namesMax).map((record) => `"${record.name}"`)
    const more = records.length - names.length
    return `  ${records.length} skipped: ${reason}: ${names.join(', ')}${more > 0 ? ` and ${more} more` : ''}`
  })
}

/**
 * The closing words: scenarios run, scenarios skipped and why, those that were told again after a failure,
 * and alone on the last line the totals.
 */
export function summary(
  records: readonly ScenarioRecord[],
  totals: Totals,
  elapsedMs: number,
): string {
  const first = records.filter((record) => record.isAgain !== true)
  const again = records.filter((record) => record.isAgain === true)
  const skipped = first.filter((record) => record.skipped !== null)
  return [
    '',
    `${first.length - skipped.length} scenarios ran, ${skipped.length} skipped`,
    ...skippedLines(skipped),
    ...again.map(({ name }) => `  told again after a failure: "${name}"`),
    `Took ${Math.round(elapsedMs / 1000)} s`,
    `${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped`,
  ].join('\n')
}
