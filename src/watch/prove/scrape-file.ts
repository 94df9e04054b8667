// Scrape jobs and their relabelling from a file: prometheus.yml, or inside of Helm values and ConfigMaps.
import { compilePattern } from '../../std/pattern/pattern.ts'
import { type Result, err, ok } from '../../std/result.ts'
import { patternLengthMax } from './labels.ts'
import { type RelabelRule, relabelActions } from './relabel.ts'
import { type Yaml, entryOf, everyValue, itemsOf, readYaml, textOf } from './yaml-tree.ts'

/** One scrape job. */
export interface ScrapeJob {
  readonly name: string
  readonly file: string
  readonly line: number
  readonly metricsPath: string
  /** True: labels of the target's own, such as `job`, stay. */
  readonly honorLabels: boolean
  readonly targetRules: readonly RelabelRule[]
  readonly metricRules: readonly RelabelRule[]
}

/** Reads all jobs in `text`. The error is a sentence for the operator; a file without a job is one. */
export function readScrapeJobs(file: string, text: string): Result<readonly ScrapeJob[], string> {
  const documents = readYaml(text)
  if (!documents.ok) return err(`Cannot read the scrape jobs of "${file}": ${documents.error}`)
  const jobs: ScrapeJob[] = []
  for (const { value } of everyValue(documents.value, ['job_name:'])) {
    for (const item of itemsOf(value)) {
      const name = textOf(item, 'job_name')
      if (name === null) continue
      const job = jobOf(file, item, name)
      if (!job.ok) return job
      jobs.push(job.value)
    }
  }
  return jobs.length === 0
    ? err(`Cannot read the scrape jobs of "${file}": Found none, wanted "scrape_configs"`)
    : ok(jobs)
}

function jobOf(file: string, item: Yaml, name: string): Result<ScrapeJob, string> {
  const target = relabelRules(file, entryOf(item, 'relabel_configs'))
  if (!target.ok) return target
  const metric = relabelRules(file, entryOf(item, 'metric_relabel_configs'))
  if (!metric.ok) return metric
  return ok({
    name,
    file,
    line: item.line,
    metricsPath: textOf(item, 'metrics_path') ?? '/metrics',
    honorLabels: textOf(item, 'honor_labels') === 'true',
    targetRules: target.value,
    metricRules: metric.value,
  })
}

function relabelRules(file: string, list: Yaml | null): Result<readonly RelabelRule[], string> {
  const rules: RelabelRule[] = []
  for (const item of itemsOf(list)) {
    const rule = relabelRule(item)
    if (!rule.ok) return err(`Cannot read the relabelling at "${file}:${item.line}": ${rule.error}`)
    rules.push(rule.value)
  }
  return ok(rules)
}

/** Defaults are Prometheus' own. */
function relabelRule(item: Yaml): Result<RelabelRule, string> {
  const wanted = (textOf(item, 'action') ?? 'replace').toLowerCase()
  const action = relabelActions.find((known) => known === wanted)
  if (action === undefined)
    return err(`Found the action "${wanted}", wanted one of "${relabelActions.join('", "')}"`)
  const regex = compilePattern(textOf(item, 'regex') ?? '(.*)', patternLengthMax)
  if (!regex.ok) return err(`The pattern ${regex.error}`)
  return ok({
    action,
    sourceLabels: itemsOf(entryOf(item, 'source_labels')).flatMap((label) =>
      label.kind === 'text' ? [label.text] : [],
    ),
    separator: textOf(item, 'separator') ?? ';',
    regex: regex.value,
    targetLabel: textOf(item, 'target_label') ?? '',
    replacement: textOf(item, 'replacement') ?? '$1',
    line: item.line,
  })
}
