// A scenario: one whole story with real peers. Registered as a test, or as a skip that says why.
import { test } from 'bun:test'
import { appendFileSync } from 'node:fs'
import { type Need, type NeedState, checkNeed } from './needs.ts'

/** Per scenario, when it names none: ends what hangs, on a machine that is busy with other things, too. */
export const scenarioTimeoutMs = 120_000

/** What a scenario needs of the machine. */
export interface ScenarioOptions {
  readonly needs?: readonly Need[]
}

/** One line of the record that test/run.ts makes its summary from. */
export interface ScenarioRecord {
  readonly name: string
  readonly skipped: string | null
  /** Told a second time, since the first failed. */
  readonly isAgain?: boolean
}

/**
 * Registers a story. A missing need skips it with the reason; under `CI=true` it fails instead, unless
 * the need is one that a machine with only npm and Debian's packages cannot have.
 */
export function scenario(
  name: string,
  options: ScenarioOptions,
  story: () => void | Promise<void>,
  timeoutMs: number = scenarioTimeoutMs,
): void {
  const missing = (options.needs ?? []).map((need) => checkNeed(need)).find((state) => !state.ok)
  const verdict = judge(missing, process.env['CI'] === 'true')
  record({ name, skipped: verdict.kind === 'skip' ? verdict.reason : null })
  if (verdict.kind === 'skip') test.skip(`${name} (${verdict.reason})`, () => {})
  else if (verdict.kind === 'fail') test(name, () => Promise.reject(new Error(verdict.reason)))
  else test(name, toldOften(name, story), { timeout: timeoutMs, retry: retriesOf(options) })
}

/** The story, which is recorded from the second time on: a retry is not kept quiet about. */
function toldOften(name: string, story: () => void | Promise<void>): () => Promise<void> {
  let times = 0
  return async () => {
    if (++times > 1) record({ name, skipped: null, isAgain: true })
    await story()
  }
}

/** A browser that stops answering on a busy machine says nothing of us: such a story is told twice. */
function retriesOf({ needs }: ScenarioOptions): number {
  return needs?.includes('chromium') === true ? 1 : 0
}

/** What becomes of a scenario whose first missing need is `missing`. */
export type ScenarioVerdict =
  | { readonly kind: 'run' }
  | { readonly kind: 'skip'; readonly reason: string }
  | { readonly kind: 'fail'; readonly reason: string }

/** Skips where a person may lack the need, fails where CI must have it. */
export function judge(missing: NeedState | undefined, ci: boolean): ScenarioVerdict {
  if (missing === undefined || missing.ok) return { kind: 'run' }
  if (ci && !missing.optional) return { kind: 'fail', reason: missing.reason }
  return { kind: 'skip', reason: missing.reason }
}

function record(line: ScenarioRecord): void {
  const path = process.env['GATEHOUSE_SCENARIO_RECORD']
  if (path !== undefined) appendFileSync(path, `${JSON.stringify(line)}\n`)
}
