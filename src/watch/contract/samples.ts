// What a probe saw under the names that dashboards of blackbox_exporter know, as data.
import type { Observation } from '../door.ts'

/** One metric: its name, type and help. */
export interface ProbeMetric {
  readonly name: string
  readonly help: string
}

/** One value of a metric. Labels are probe ids, vantages and classes: ours, never a target's. */
export interface ProbeSample {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

/** The metrics of {@link probeSamples}, all of them gauges (blackbox_exporter; the last one is ours). */
export const probeMetrics = [
  { name: 'probe_success', help: 'Whether the newest probe kept its contract' },
  { name: 'probe_duration_seconds', help: 'How long the newest probe took' },
  { name: 'probe_http_status_code', help: 'Status of the newest answer, 0 where none came' },
  {
    name: 'probe_ssl_earliest_cert_expiry',
    help: 'When the certificate ends, in seconds since 1970',
  },
  { name: 'watch_probe_class', help: '1 for the class of the newest answer: who gave it' },
] as const satisfies readonly ProbeMetric[]

/** The newest observation of a probe as samples; an absent certificate has none. */
export function probeSamples(observation: Observation): readonly ProbeSample[] {
  const { certificateNotAfter, ms, ok, probe, replica, status, vantage } = observation
  const labels = { probe, vantage: vantage ?? '', replica: replica ?? '' }
  const sample = (
    name: (typeof probeMetrics)[number]['name'],
    value: number,
    more: Readonly<Record<string, string>> = {},
  ): ProbeSample => ({ name, labels: { ...labels, ...more }, value })
  return [
    sample('probe_success', ok ? 1 : 0),
    sample('probe_duration_seconds', ms / 1000),
    sample('probe_http_status_code', status ?? 0),
    ...(certificateNotAfter === undefined
      ? []
      : [sample('probe_ssl_earliest_cert_expiry', Math.floor(certificateNotAfter / 1000))]),
    sample('watch_probe_class', 1, { class: observation.class }),
  ]
}
