// What a rule is: an expression over declared series, and the two little stories that prove it.
import type { Layer } from '../../model/layer.ts'

/** One series of a story: `start` at the beginning, `step` more each minute. */
export interface StorySeries {
  readonly metric: string
  readonly labels: Readonly<Record<string, string>>
  readonly start: number
  readonly step: number
}

/** When a rule fires, as data: for promtool, and for a real Prometheus in `gatehouse alerts prove`. */
export interface FiringStory {
  readonly series: readonly StorySeries[]
  /** Minutes after which the alert must be firing. */
  readonly afterMinutes: number
  /** Labels that the alert takes from the series. */
  readonly labels: Readonly<Record<string, string>>
  /** What each template of the annotations that shows the value comes to. */
  readonly shows?: Readonly<Record<string, string>>
  /**
   * What has to be so for it: `shown` the series are scraped (default) · `no-watch` the target shows
   * nothing of a watch · `down` the target does not answer · `gone` no target is scraped at all.
   */
  readonly needs?: 'shown' | 'no-watch' | 'down' | 'gone'
}

/** When it must not fire. */
export interface QuietStory {
  readonly why: string
  readonly series: readonly StorySeries[]
  readonly afterMinutes: number
}

/** An alerting rule. */
export interface AlertRule {
  readonly alert: string
  /** PromQL; `$job` stands for the job of the scrape configuration. */
  readonly expr: string
  /** How long it must hold: `5m`. */
  readonly for: string
  /** `critical` wakes somebody, `warning` waits for the morning. */
  readonly severity: 'critical' | 'warning'
  /** The layer at fault; a template where a series says it; null for none. */
  readonly layer: Layer | '{{ $labels.layer }}' | null
  /** Identity of the cause, as in incidents of the watch: equal causes are one notification. */
  readonly causeId: string
  /** True: it follows from a shared layer that is down, and is inhibited while one is. */
  readonly dependsOnGate?: true
  readonly summary: string
  readonly description: string
  readonly fires: FiringStory
  readonly quiet: readonly QuietStory[]
}

/** A recording rule. */
export interface RecordingRule {
  readonly record: string
  readonly expr: string
}

/** Rules that are evaluated together. */
export interface RuleGroup {
  readonly name: string
  readonly recordings: readonly RecordingRule[]
  readonly alerts: readonly AlertRule[]
}

/** A series of a story: `series('up', { job: 'gatehouse' }, 0)` stays, a step makes it grow. */
export function series(
  metric: string,
  labels: Readonly<Record<string, string>>,
  ...[start, step = 0]: readonly [start: number, step?: number]
): StorySeries {
  return { metric, labels, start, step }
}
