// One selector against scrape jobs and live series. Pure.
import { type MetricDeclaration, type MetricTable, gateMetrics } from '../../model/metric.ts'
import { watchMetrics } from '../metrics.ts'
import type { Evidence } from './evidence.ts'
import {
  hidesSharedMemory,
  isEventLabel,
  isSharedMemory,
  realName,
  refusalsBesideTheService,
  seesSharedMemory,
} from './knowledge.ts'
import { type Condition, type Labels, compileMatchers, isMatch, matcherText } from './labels.ts'
import { type Matcher, type Selector, selectorsOf } from './promql/need.ts'
import type { ProvedRule } from './rule-file.ts'
import type { ScrapeJob } from './scrape-file.ts'
import { dropReason, labelReason } from './scraping.ts'
import type { Finding } from './status.ts'

/** What rules are held against. */
export interface JudgeInput {
  readonly rules: readonly ProvedRule[]
  /** Empty where no scrape configuration was given. */
  readonly jobs: readonly ScrapeJob[]
  /** Null where no Prometheus was asked. */
  readonly evidence: Evidence | null
}

const finding = (status: Finding['status'], reason: string): Finding => ({ status, reason })

/** What can be said of one selector. */
export function judgeSelector(selector: Selector, input: JudgeInput): Finding {
  const conditions = compileMatchers(selector.matchers)
  if (!conditions.ok) return finding('dead', conditions.error)
  const { evidence } = input
  const seen =
    evidence === null
      ? judgeUnseen(selector, input)
      : judgeSeen(selector, conditions.value, { ...input, evidence })
  return seen.status === 'dead' || seen.status === 'blind'
    ? seen
    : (memoryFinding(selector, input) ?? seen)
}

/** Series that Prometheus makes itself. */
const ownSeries: ReadonlySet<string> = new Set(['up', 'ALERTS', 'ALERTS_FOR_STATE'])

function judgeUnseen(selector: Selector, { jobs }: JudgeInput): Finding {
  const { metric, matchers, text } = selector
  const dropped = dropReason(selector, jobs)
  if (dropped !== null) return finding('dead', dropped)
  for (const matcher of matchers.filter(needsValue)) {
    const removed = labelReason(selector, matcher, jobs)
    if (removed !== null) return finding('blind', removed)
  }
  const blind = refusalsBesideTheService(selector)
  if (blind !== null) return finding('blind', blind)
  return ownSeries.has(metric ?? '')
    ? finding('alive', `Prometheus makes "${metric ?? ''}" itself`)
    : finding('unproven', `Nothing shows that "${text}" is there; ask a Prometheus`)
}

/** True when an empty value does not satisfy it. */
function needsValue(matcher: Matcher): boolean {
  const conditions = compileMatchers([matcher])
  return conditions.ok && !isMatch(conditions.value, {})
}

interface Seen extends JudgeInput {
  readonly evidence: Evidence
}

function judgeSeen(selector: Selector, conditions: readonly Condition[], input: Seen): Finding {
  const { evidence, jobs } = input
  const { metric, text } = selector
  const when = evidence.matches.get(text)
  const series = seriesOf(metric, evidence)
  if (when === 'of late' || series?.some((labels) => isMatch(conditions, labels)) === true) {
    const dropped = dropReason(selector, jobs)
    return dropped === null
      ? finding('alive', `"${text}" is there`)
      : finding('unproven', `"${text}" is there, although: ${dropped}`)
  }
  if (metric === null) return finding('dead', `No series matches "${text}"`)
  const declared = declaredAndRuns(selector, evidence)
  if (declared !== null) return declared
  if (series === null) return missing(selector, input)
  return when === 'long ago'
    ? finding('unproven', `"${text}" was there, but not of late`)
    : noneMatches(selector, { conditions, series, jobs })
}

/** Series of late, none of a list that was cut; null where there are none. */
function seriesOf(metric: string | null, { series }: Evidence): readonly Labels[] | null {
  const list = metric === null ? undefined : series.get(metric)
  if (list === undefined) return null
  if (!list.isWhole) return []
  return list.series.length === 0 ? null : list.series
}

function missing(selector: Selector, { evidence, jobs }: Seen): Finding {
  const name = selector.metric ?? ''
  const dropped = dropReason(selector, jobs)
  if (dropped !== null) return finding('dead', dropped)
  if (evidence.names.has(name))
    return finding('dead', `"${name}" is no longer there; what is stored of it is old`)
  const real = realName(name, evidence.names)
  return finding(
    'dead',
    `There is no series "${name}"${real === null ? '' : `; it is called "${real}"`}`,
  )
}

interface Mismatch {
  readonly conditions: readonly Condition[]
  /** Series of the metric; empty where the list was cut. */
  readonly series: readonly Labels[]
  readonly jobs: readonly ScrapeJob[]
}

/** The metric is there and none of its series matches: which matcher is it, and is that for good? */
function noneMatches(selector: Selector, mismatch: Mismatch): Finding {
  const { conditions, series } = mismatch
  const culprits = conditions.filter((condition) => {
    const others = conditions.filter((other) => other !== condition)
    return series.some((labels) => isMatch(others, labels))
  })
  // Of two that exclude one another, the one that says what happened is missing, not where.
  const culprit = culprits.find(({ matcher }) => isEventLabel(matcher.label)) ?? culprits[0]
  if (culprit !== undefined) return culpritFinding(selector, culprit, mismatch)
  const blind = refusalsBesideTheService(selector)
  if (blind !== null) return finding('blind', blind)
  const isEvent = conditions.some(({ matcher }) => isEventLabel(matcher.label))
  return finding(isEvent ? 'unproven' : 'blind', `No series matches "${selector.text}"`)
}

/** Without `culprit` there would be series. */
function culpritFinding(selector: Selector, culprit: Condition, mismatch: Mismatch): Finding {
  const { conditions, series, jobs } = mismatch
  const name = selector.metric ?? ''
  const { label } = culprit.matcher
  if (series.every((labels) => (labels[label] ?? '') === ''))
    return finding(
      'blind',
      labelReason(selector, culprit.matcher, jobs) ??
        `No series of "${name}" has the label "${label}"`,
    )
  const others = conditions.filter((other) => other !== culprit)
  const values = series.flatMap((labels) => (isMatch(others, labels) ? (labels[label] ?? '') : []))
  const reason = `No series of "${name}" has ${matcherText(culprit.matcher)}${where(others)}; there it is ${listOf(values)}`
  const blind = refusalsBesideTheService(selector)
  if (blind !== null) return finding('blind', `${reason}; ${blind}`)
  return isEventLabel(label)
    ? finding('unproven', `${reason}, which may only not have happened yet`)
    : finding('blind', reason)
}

function where(others: readonly Condition[]): string {
  return others.length === 0
    ? ''
    : ` where ${others.map(({ matcher }) => matcherText(matcher)).join(', ')}`
}

const valuesShown = 5

function listOf(values: readonly string[]): string {
  const different = [...new Set(values)].toSorted()
  const shown = different.slice(0, valuesShown).map((value) => JSON.stringify(value))
  const rest = different.length - shown.length
  return shown.join(', ') + (rest > 0 ? ` and ${rest} more` : '')
}

/**
 * Of our own series it is declared which values can come. A counter begins when something happens; a gauge
 * that is not there may be of a thing that nobody has configured.
 */
function declaredAndRuns({ metric, matchers }: Selector, { names }: Evidence): Finding | null {
  const name = metric ?? ''
  const tables: readonly (readonly [MetricTable, string])[] = [
    [gateMetrics, 'gatehouse_build_info'],
    [watchMetrics, 'gatehouse_watch_blind'],
  ]
  for (const [table, sign] of tables) {
    const declaration = table[name]
    if (declaration === undefined || !names.has(sign)) continue
    if (!matchers.every((matcher) => canMatch(declaration, matcher))) continue
    return declaration.type === 'counter'
      ? finding('alive', `Gatehouse runs and counts "${name}" when there is something to count`)
      : finding('unproven', `Gatehouse runs and declares "${name}", and shows none now`)
  }
  return null
}

function canMatch({ labels }: MetricDeclaration, matcher: Matcher): boolean {
  const values = labels[matcher.label]
  if (values === undefined) return ['job', 'instance'].includes(matcher.label)
  const conditions = compileMatchers([matcher])
  return (
    values === null ||
    (conditions.ok && values.some((value) => isMatch(conditions.value, { [matcher.label]: value })))
  )
}

/** A rule over file systems that leaves memory ones out, where no other rule looks at them. */
function memoryFinding(selector: Selector, { rules, evidence }: JudgeInput): Finding | null {
  const hiding = hidesSharedMemory(selector)
  if (hiding.length === 0) return null
  const isSeenElsewhere = rules.some(
    ({ kind, expression }) =>
      kind === 'alert' &&
      expression.ok &&
      selectorsOf(expression.value.need).some(seesSharedMemory),
  )
  if (isSeenElsewhere) return null
  const list = evidence?.series.get(selector.metric ?? '')
  const there = list?.isWhole === true ? list.series.filter(isSharedMemory) : null
  if (there !== null && there.length === 0) return null
  const count = there === null ? '' : ` (${there.length} of them now)`
  return finding(
    'blind',
    `${hiding.map(matcherText).join(', ')} leaves out memory file systems such as /dev/shm${count}, and no other alert sees them`,
  )
}
