// What becomes of a metric on its way in, read from the scrape jobs alone.
import { usualJobs } from './families.ts'
import type { Matcher, Selector } from './promql/need.ts'
import { type RelabelOutcome, type RelabelRule, labelRemover, relabel } from './relabel.ts'
import type { ScrapeJob } from './scrape-file.ts'

interface Way {
  readonly job: ScrapeJob
  readonly outcome: RelabelOutcome
}

/** Why no scrape job lets the metric of `selector` in; null where one does, or none can be blamed. */
export function dropReason(selector: Selector, jobs: readonly ScrapeJob[]): string | null {
  const { metric } = selector
  if (metric === null || jobs.length === 0) return null
  const missing = missingJob(selector, jobs)
  if (missing !== null) return missing
  const [first, ...others] = homes(selector, jobs).map((job) => wayOf(metric, job))
  if (first === undefined) return null
  const ways = [first, ...others]
  if (ways.some((way) => whyLost(metric, way) === null)) return null
  return whyLost(metric, first)
}

/** Why no series of `selector` can have what `matcher` asks for; null where nothing is known against it. */
export function labelReason(
  selector: Selector,
  matcher: Matcher,
  jobs: readonly ScrapeJob[],
): string | null {
  const candidates = homes(selector, jobs)
  const removers = candidates.map((job) => labelRemover(job.metricRules, matcher.label))
  const [job] = candidates
  const [first] = removers
  if (job === undefined || first === undefined || first === null) return null
  if (removers.some((remover) => remover === null)) return null
  return `Job "${job.name}" takes the label "${matcher.label}" away (${placeOf(job, first)})`
}

/** What each job makes of a metric: asked by every rule that names it, and worked out once. */
const outcomes = new WeakMap<ScrapeJob, Map<string, RelabelOutcome>>()

function wayOf(metric: string, job: ScrapeJob): Way {
  const known = outcomes.get(job) ?? new Map<string, RelabelOutcome>()
  outcomes.set(job, known)
  const outcome =
    known.get(metric) ?? relabel(new Map([['__name__', metric]]), job.metricRules, false)
  known.set(metric, outcome)
  return { job, outcome }
}

function whyLost(metric: string, { job, outcome }: Way): string | null {
  if (outcome.kind === 'dropped') {
    const { by } = outcome
    const how =
      by.action === 'keep' ? 'keeps a list of names without it' : `drops it (${by.action})`
    return `Job "${job.name}" ${how.replace(/ \(drop\)$/, '')} (${placeOf(job, by)})`
  }
  const name = outcome.labels.get('__name__')
  return outcome.kind === 'kept' && typeof name === 'string' && name !== metric
    ? `Job "${job.name}" renames it to "${name}" (${job.file}:${job.line})`
    : null
}

function placeOf(job: ScrapeJob, rule: RelabelRule): string {
  return `${job.file}:${rule.line}`
}

/**
 * Jobs that the metric comes from: the one that the selector names, else those that usually have it and
 * those that drop it by name, which nobody does to what is not there; else all, if all lose it.
 */
function homes({ metric, matchers }: Selector, jobs: readonly ScrapeJob[]): readonly ScrapeJob[] {
  const named = wantedJob(matchers)
  if (named !== null && jobs.every(namesItself)) return jobs.filter(({ name }) => name === named)
  const usual = usualJobs(metric ?? '', jobs)
  const byName = jobs.filter((job) => dropsByName(metric ?? '', job))
  const known = [...new Set([...usual, ...byName])]
  return known.length > 0 ? known : jobs
}

function dropsByName(metric: string, job: ScrapeJob): boolean {
  const { outcome } = wayOf(metric, job)
  return outcome.kind === 'dropped' && outcome.by.action === 'drop'
}

function wantedJob(matchers: readonly Matcher[]): string | null {
  return matchers.find(({ label, op }) => label === 'job' && op === '=')?.value ?? null
}

/** True for a job whose series all carry its own name as the label `job`. */
function namesItself({ honorLabels, targetRules, metricRules }: ScrapeJob): boolean {
  const writesJob = ({ targetLabel, action }: RelabelRule): boolean =>
    targetLabel === 'job' || targetLabel.includes('$') || action === 'labelmap'
  return !honorLabels && ![...targetRules, ...metricRules].some(writesJob)
}

function missingJob({ matchers }: Selector, jobs: readonly ScrapeJob[]): string | null {
  const named = wantedJob(matchers)
  if (named === null || !jobs.every(namesItself)) return null
  return jobs.some(({ name }) => name === named) ? null : `No scrape job is called "${named}"`
}
