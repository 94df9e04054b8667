// What a target of the drill shows: every series of the firing stories, as far along as time has come.
import { type MetricTable, gateMetrics } from '../../../model/metric.ts'
import { watchMetrics } from '../../metrics.ts'
import type { AlertRule, StorySeries } from '../../rules/rule.ts'

const declared: MetricTable = { ...gateMetrics, ...watchMetrics }

/**
 * The exposition (Prometheus text format 0.0.4) of all `alerts` that fire while everything is shown, after
 * `minutes` of their stories.
 */
export function storyExposition(alerts: readonly AlertRule[], minutes: number): string {
  const shown = alerts.filter(({ fires }) => (fires.needs ?? 'shown') === 'shown')
  const rows = new Map<string, Map<string, number>>()
  for (const series of shown.flatMap(({ fires }) => fires.series)) {
    const metric = rows.get(series.metric) ?? new Map<string, number>()
    metric.set(labelsOf(series), series.start + series.step * minutes)
    rows.set(series.metric, metric)
  }
  return [...rows]
    .flatMap(([metric, values]) => [
      `# TYPE ${metric} ${declared[metric]?.type ?? 'untyped'}`,
      ...[...values].map(([labels, value]) => `${metric}{${labels}} ${value}`),
    ])
    .map((line) => `${line}\n`)
    .join('')
}

/** The job is the scraper's to say; the instance is ours, as the doors of a watch have theirs. */
function labelsOf({ labels }: StorySeries): string {
  return Object.entries(labels)
    .filter(([name]) => name !== 'job')
    .map(([name, value]) => `${name}="${value.replace(/[\\"\n]/g, String.raw`\$&`)}"`)
    .join(',')
}
