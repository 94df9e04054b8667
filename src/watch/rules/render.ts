// Rules as files that Prometheus, promtool and Alertmanager read. Pure: equal input, equal bytes.
import { stringify } from 'yaml'
import { formatPrometheusMs, parsePrometheusMs } from '../../std/prometheus-duration.ts'
import { gateRules } from './gate-rules.ts'
import type { AlertRule, QuietStory, RuleGroup, StorySeries } from './rule.ts'
import { storeRules } from './store-rules.ts'
import { watchRules } from './watch-rules.ts'

/** Every rule there is, in the order of the file. */
export const ruleGroups: readonly RuleGroup[] = [gateRules, watchRules, storeRules]

/** What the files depend on. */
export interface RulesInput {
  /** Job that scrapes Gatehouse. */
  readonly job: string
  /** Where Prometheus reaches the private listener: `gatehouse:9300`. */
  readonly targets: readonly string[]
}

/** One file: a relative path and its text. */
export interface RenderedFile {
  readonly path: string
  readonly text: string
}

/** Names of the files, by what they are. */
export const ruleFileNames = {
  rules: 'gatehouse-rules.yaml',
  tests: 'gatehouse-rules-test.yaml',
  scrape: 'gatehouse-scrape.yaml',
  alertmanager: 'gatehouse-alertmanager.yaml',
} as const

/** Everything that `gatehouse generate prometheus` writes. */
export function renderPrometheusFiles(input: RulesInput): readonly RenderedFile[] {
  return [
    { path: ruleFileNames.rules, text: renderRules(input) },
    { path: ruleFileNames.tests, text: renderRuleTests(input) },
    { path: ruleFileNames.scrape, text: renderScrape(input) },
    { path: ruleFileNames.alertmanager, text: renderAlertmanager() },
  ]
}

/**
 * The rules. With `speed`, every duration is that many times shorter, which is for drills alone: a rule
 * that waits ten minutes fires in five seconds at 120.
 */
export function renderRules({ job }: Pick<RulesInput, 'job'>, speed = 1): string {
  const expression = (expr: string): string =>
    faster(
      expr.replaceAll('$job', () => escaped(job)),
      speed,
    )
  return yaml('Rules for Prometheus; promtool check rules reads them.', {
    groups: ruleGroups.map(({ name, recordings, alerts }) => ({
      name,
      rules: [
        ...recordings.map(({ record, expr }) => ({ record, expr: expression(expr) })),
        ...alerts.map((rule) => ({
          alert: rule.alert,
          expr: expression(rule.expr),
          for: duration(rule.for, speed),
          labels: ownLabels(rule),
          annotations: annotations(rule),
        })),
      ],
    })),
  })
}

/** Where to look first, in every alert: the runbook is a program. */
const runbook = 'gatehouse doctor'

function annotations({ summary, description }: AlertRule): Readonly<Record<string, string>> {
  return { summary, description, runbook }
}

function ownLabels({
  severity,
  layer,
  causeId,
  dependsOnGate,
}: AlertRule): Readonly<Record<string, string>> {
  return {
    severity,
    ...(layer === null ? {} : { layer }),
    cause_id: causeId,
    ...(dependsOnGate === true ? { depends_on_gate: 'true' } : {}),
  }
}

/** A value in a PromQL string in double quotes. */
function escaped(value: string): string {
  return value.replace(/[\\"]/g, String.raw`\$&`)
}

function faster(expr: string, speed: number): string {
  return speed === 1
    ? expr
    : expr.replace(/\[(\w+)\]/g, (_whole, range: string) => `[${duration(range, speed)}]`)
}

function duration(text: string, speed: number): string {
  return speed === 1 ? text : formatPrometheusMs(Math.ceil((parsePrometheusMs(text) ?? 0) / speed))
}

/** promtool's tests: each alert fires in its story, and stays quiet in the others. */
function renderRuleTests({ job }: RulesInput): string {
  const alerts = ruleGroups.flatMap((group) => group.alerts)
  return yaml('Tests of the rules beside it; promtool test rules runs them.', {
    rule_files: [ruleFileNames.rules],
    evaluation_interval: '1m',
    tests: alerts.flatMap((rule) => [
      firingTest(rule, job),
      ...rule.quiet.map(quietTest(rule, job)),
    ]),
  })
}

function firingTest(rule: AlertRule, job: string): object {
  const { series, afterMinutes, labels, shows = {} } = rule.fires
  const fill = (template: string): string =>
    Object.entries({ ...labelTemplates(labels, job), ...shows }).reduce(
      (text, [from, to]) => text.replaceAll(from, () => to),
      template,
    )
  return {
    name: `${rule.alert} fires`,
    interval: '1m',
    input_series: inputSeries(series, { job, minutes: afterMinutes }),
    alert_rule_test: [
      {
        eval_time: `${afterMinutes}m`,
        alertname: rule.alert,
        exp_alerts: [
          {
            exp_labels: { ...withJob(labels, job), ...filled(ownLabels(rule), fill) },
            exp_annotations: filled(annotations(rule), fill),
          },
        ],
      },
    ],
  }
}

function quietTest(rule: AlertRule, job: string): (story: QuietStory) => object {
  return ({ why, series, afterMinutes }) => ({
    name: `${rule.alert} stays quiet: ${why}`,
    interval: '1m',
    input_series: inputSeries(series, { job, minutes: afterMinutes }),
    alert_rule_test: [{ eval_time: `${afterMinutes}m`, alertname: rule.alert, exp_alerts: [] }],
  })
}

function labelTemplates(
  labels: Readonly<Record<string, string>>,
  job: string,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(withJob(labels, job)).map(([name, value]) => [`{{ $labels.${name} }}`, value]),
  )
}

function filled(
  templates: Readonly<Record<string, string>>,
  fill: (template: string) => string,
): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(templates).map(([key, text]) => [key, fill(text)]))
}

/** Stories are told with the default job; a foreign one, as of blackbox_exporter, stays. */
function withJob(
  labels: Readonly<Record<string, string>>,
  job: string,
): Readonly<Record<string, string>> {
  return labels['job'] === 'gatehouse' ? { ...labels, job } : labels
}

function inputSeries(
  series: readonly StorySeries[],
  { job, minutes }: { readonly job: string; readonly minutes: number },
): readonly object[] {
  return series.map(({ metric, labels, start, step }) => ({
    series: `${metric}{${Object.entries(withJob(labels, job))
      .map(([name, value]) => `${name}="${escaped(value)}"`)
      .join(',')}}`,
    values: `${start}+${step}x${minutes}`,
  }))
}

/** What scrapes us. `honor_labels` keeps the label `instance` of the doors that the watch tries. */
function renderScrape({ job, targets }: RulesInput): string {
  return yaml('To be merged into prometheus.yml.', {
    rule_files: [ruleFileNames.rules],
    scrape_configs: [
      {
        job_name: job,
        scrape_interval: '30s',
        honor_labels: true,
        static_configs: [{ targets }],
      },
    ],
  })
}

/**
 * Inhibitions and grouping. A label that is missing on both sides counts as equal, so every rule asks on
 * both sides that it be there (Alertmanager, inhibition: `equal`).
 */
export const inhibitRules: readonly object[] = [
  {
    // A store that is full is still the same alert of the watch when its layer fails for it.
    source_matchers: [
      'alertname=~"GatehouseLayerDown|GatehouseStoreFilling"',
      'layer!="upstream"',
      'severity="critical"',
    ],
    target_matchers: ['depends_on_gate="true"'],
  },
  {
    source_matchers: ['alertname="GatehouseLayerDown"', 'layer=~".+"'],
    target_matchers: ['alertname!="GatehouseLayerDown"', 'layer=~".+"'],
    equal: ['layer'],
  },
  {
    source_matchers: ['severity="critical"', 'cause_id=~".+"'],
    target_matchers: ['severity="warning"', 'cause_id=~".+"'],
    equal: ['cause_id'],
  },
]

function renderAlertmanager(): string {
  return yaml('To be merged into alertmanager.yml; "operator" stands for your receiver.', {
    route: {
      receiver: 'operator',
      group_by: ['cause_id'],
      routes: [
        {
          matchers: ['severity="critical"', 'alertname=~"Gatehouse.*"'],
          receiver: 'operator',
          group_wait: '10s',
          repeat_interval: '1h',
        },
        {
          matchers: ['alertname=~"Gatehouse.*"'],
          receiver: 'operator',
          group_wait: '1m',
          repeat_interval: '24h',
        },
      ],
    },
    receivers: [{ name: 'operator' }],
    inhibit_rules: inhibitRules,
  })
}

function yaml(purpose: string, document: object): string {
  const text = stringify(document, { lineWidth: 0, aliasDuplicateObjects: false })
  return `# ${purpose} Written by: gatehouse generate prometheus\n${text}`
}
