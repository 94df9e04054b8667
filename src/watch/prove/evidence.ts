// What is known of the series that rules ask for, gathered once so that judging them is pure.
import { type Result, err, ok } from '../../std/result.ts'
import type { HttpClient } from '../../world/http-client.ts'
import { type Labels, compileMatchers, isMatch } from './labels.ts'
import {
  type PrometheusAddress,
  type SeriesList,
  type Since,
  askNames,
  askSeries,
} from './prometheus-api.ts'
import type { Selector } from './promql/need.ts'

/** What a live Prometheus has. */
export interface Evidence {
  /** Every metric that it stores, old ones too. */
  readonly names: ReadonlySet<string>
  /** Series of late, by metric: for every stored metric that a selector names. */
  readonly series: ReadonlyMap<string, SeriesList>
  /**
   * Whether a selector matches anything, by its text: asked of late where the list of its metric was cut
   * or a pattern stands for the name, and in all that is stored where nothing of late matches.
   */
  readonly matches: ReadonlyMap<string, 'of late' | 'long ago' | 'never'>
}

/** Most different selectors of one run. */
export const selectorsMax = 5000
/** Questions under way at once: a Prometheus has other things to do. */
const questionsAtOnce = 4

/** Where and how far back to look. */
export interface EvidenceSource {
  readonly http: HttpClient
  readonly address: PrometheusAddress
  /** Epoch seconds from which on a series counts as there. */
  readonly since: number
}

/** Asks everything that judging `selectors` takes. The first fault ends it: half an answer proves nothing. */
export async function gatherEvidence(
  source: EvidenceSource,
  selectors: readonly Selector[],
): Promise<Result<Evidence, string>> {
  if (selectors.length > selectorsMax)
    return err(`Cannot ask for ${selectors.length} selectors, wanted ${selectorsMax} at most`)
  const asked = await askNames(source.http, source.address)
  if (!asked.ok) return asked
  const names = new Set(asked.value)
  const metrics = new Set(
    selectors.flatMap(({ metric }) => (metric !== null && names.has(metric) ? [metric] : [])),
  )
  const series = new Map<string, SeriesList>()
  const listed = await eachOf([...metrics], async (metric) => {
    const text = `{__name__=${JSON.stringify(metric)}}`
    const list = await askSeries(source.http, source.address, { text, since: source.since })
    if (list.ok) series.set(metric, list.value)
    return list
  })
  if (!listed.ok) return listed
  const matches = new Map<string, 'of late' | 'long ago' | 'never'>()
  const open = selectors.filter((selector) => !isSettled(selector, names, series))
  const matched = await eachOf(open, async ({ text }) => {
    const when = await lastMatch(source, text)
    if (when.ok) matches.set(text, when.value)
    return when
  })
  return matched.ok ? ok({ names, series, matches }) : matched
}

/** True when the lists tell that it matches, or that its metric is not there at all. */
function isSettled(
  { metric, matchers }: Selector,
  names: ReadonlySet<string>,
  series: ReadonlyMap<string, SeriesList>,
): boolean {
  if (metric === null) return false
  const list = series.get(metric)
  if (!names.has(metric) || list === undefined) return true
  const conditions = compileMatchers(matchers)
  // Prometheus would refuse it too, so there is no use in asking.
  if (!conditions.ok) return true
  return list.isWhole && matching(list.series, conditions.value).length > 0
}

function matching(
  series: readonly Labels[],
  conditions: Parameters<typeof isMatch>[0],
): readonly Labels[] {
  return series.filter((labels) => isMatch(conditions, labels))
}

async function lastMatch(
  { http, address, since }: EvidenceSource,
  text: string,
): Promise<Result<'of late' | 'long ago' | 'never', string>> {
  const periods: readonly (readonly [Since, 'of late' | 'long ago'])[] = [
    [since, 'of late'],
    [null, 'long ago'],
  ]
  for (const [from, when] of periods) {
    const list = await askSeries(http, address, { text, since: from })
    if (!list.ok) return list
    if (!list.value.isWhole || list.value.series.length > 0) return ok(when)
  }
  return ok('never')
}

/** Runs `ask` for each item, a few at once; stops at the first fault. */
async function eachOf<T>(
  items: readonly T[],
  ask: (item: T) => Promise<Result<unknown, string>>,
): Promise<Result<void, string>> {
  const rest = items.values()
  const faults: string[] = []
  const worker = async (): Promise<void> => {
    for (const item of rest) {
      if (faults.length > 0) return
      const answer = await ask(item)
      if (!answer.ok) faults.push(answer.error)
    }
  }
  await Promise.all(Array.from({ length: questionsAtOnce }, worker))
  const [fault] = faults
  return fault === undefined ? ok(undefined) : err(fault)
}
