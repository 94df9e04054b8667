// Rules and targets of Prometheus in normal form, from rule files and from its API.
import { FieldReader, type Fields, fieldOf, isFields, keyText } from '../../../std/fields.ts'
import { formatPrometheusMs, parsePrometheusMs } from '../../../std/prometheus-duration.ts'
import { canonicalPromql } from '../../../std/promql/canonical.ts'
import { type Result, err, ok } from '../../../std/result.ts'

/** A rule, a group that nobody declared, or a target. */
export interface PrometheusThing {
  readonly kind: 'rule' | 'group' | 'target'
  /** `group/alert`, the group, or `job/address`. */
  readonly name: string
  readonly value: Readonly<Record<string, unknown>>
  /** File of a live rule or group. */
  readonly file: string | null
  /** What is wrong with it now, as Prometheus says it; null for nothing. */
  readonly trouble: string | null
}

const rulesMax = 20_000

/** Rules of the groups of a rule file, as it was parsed. The error is a sentence. */
export function declaredRules(document: unknown): Result<readonly PrometheusThing[], string> {
  const groups = isFields(document) ? fieldOf(document, 'groups') : null
  if (!Array.isArray(groups)) return err('Found no list of groups')
  const rules: PrometheusThing[] = []
  for (const group of groups.filter(isFields)) {
    const own = fieldOf(group, 'rules')
    const of = fieldOf(group, 'name')
    if (typeof of !== 'string' || !Array.isArray(own))
      return err('Found a group without a name or rules')
    for (const rule of own.filter(isFields)) {
      const read = declaredRule(of, textMap(fieldOf(group, 'labels')), rule)
      if (!read.ok) return read
      rules.push(read.value)
    }
  }
  return rules.length > rulesMax ? err(`Found more than "${rulesMax}" rules`) : ok(rules)
}

function declaredRule(
  group: string,
  groupLabels: Readonly<Record<string, string>>,
  rule: Fields,
): Result<PrometheusThing, string> {
  const alert = fieldOf(rule, 'alert')
  const name = alert ?? fieldOf(rule, 'record')
  const expr = fieldOf(rule, 'expr')
  if (typeof name !== 'string' || expr === null)
    return err(`Found a rule without a name or expression in the group "${group}"`)
  const held = duration(fieldOf(rule, 'for'))
  const kept = duration(fieldOf(rule, 'keep_firing_for'))
  if (held === null || kept === null)
    return err(`Found a duration that is none at "${name}" in the group "${group}"`)
  return ok({
    ...{ kind: 'rule', name: `${group}/${name}`, file: null, trouble: null },
    value: {
      expr: keyText(expr),
      labels: { ...groupLabels, ...textMap(fieldOf(rule, 'labels')) },
      ...(alert === null
        ? {}
        : {
            for: held,
            keep_firing_for: kept,
            annotations: textMap(fieldOf(rule, 'annotations')),
          }),
    },
  })
}

/** `90s` as Prometheus writes it, `1m30s`; null for what is no duration. */
function duration(value: unknown): string | null {
  const ms = value === null || value === 0 ? 0 : parsePrometheusMs(keyText(value))
  return ms === null ? null : formatPrometheusMs(ms)
}

function textMap(value: unknown): Readonly<Record<string, string>> {
  return isFields(value)
    ? Object.fromEntries(Object.entries(value).map(([name, text]) => [name, String(text)]))
    : {}
}

/** Targets of the jobs of a scrape configuration that name them. */
export function declaredTargets(document: unknown): readonly PrometheusThing[] {
  const jobs = isFields(document) ? fieldOf(document, 'scrape_configs') : null
  return fieldsIn(jobs).flatMap((job) => {
    const value = {
      scheme: fieldOf(job, 'scheme') ?? 'http',
      metrics_path: fieldOf(job, 'metrics_path') ?? '/metrics',
      scrape_interval: duration(fieldOf(job, 'scrape_interval')),
    }
    const named = fieldsIn(fieldOf(job, 'static_configs')).flatMap((one) => fieldOf(one, 'targets'))
    return named.map((address) => ({
      ...{ kind: 'target' as const, file: null, trouble: null, value },
      name: `${String(fieldOf(job, 'job_name'))}/${String(address)}`,
    }))
  })
}

function fieldsIn(value: unknown): readonly Fields[] {
  return Array.isArray(value) ? value.filter(isFields) : []
}

const exprLengthMax = 65_536

/** A rule of `/api/v1/rules`; the error is what is not as wanted. */
export function liveRule(
  group: { readonly name: string; readonly file: string },
  element: unknown,
): Result<PrometheusThing, string> {
  if (!isFields(element)) return err('It is no object')
  const item = new FieldReader(element)
  const name = item.filled('name')
  const type = item.text('type')
  const isAlert = type === 'alerting'
  if (!isAlert && type !== 'recording') item.fault('type', 'neither "alerting" nor "recording"')
  const value = {
    expr: item.text('query', { lengthMax: exprLengthMax }),
    labels: liveTexts(item, element, 'labels'),
    ...(isAlert
      ? {
          for: formatPrometheusMs(item.number('duration', 0) * 1000),
          keep_firing_for: formatPrometheusMs(item.number('keepFiringFor', 0) * 1000),
          annotations: liveTexts(item, element, 'annotations'),
        }
      : {}),
  }
  const health = item.text('health', { fallback: 'unknown' })
  const said = item.text('lastError', { fallback: '', lengthMax: exprLengthMax })
  const [fault] = item.faults
  if (fault !== undefined) return err(fault)
  return ok({
    ...{ kind: 'rule', name: `${group.name}/${name}`, file: group.file, value },
    trouble: health === 'err' ? said : null,
  })
}

function liveTexts(
  item: FieldReader,
  element: Fields,
  name: string,
): Readonly<Record<string, unknown>> {
  if (fieldOf(element, name) === null) return {}
  const fields = item.fields(name)
  if (Object.values(fields).some((one) => typeof one !== 'string'))
    item.fault(name, 'not a mapping of texts')
  return fields
}

/** A target of `/api/v1/targets`; the error is what is not as wanted. */
export function liveTarget(element: unknown): Result<PrometheusThing, string> {
  if (!isFields(element)) return err('It is no object')
  const item = new FieldReader(element)
  const pool = item.filled('scrapePool')
  const url = URL.parse(item.filled('scrapeUrl'))
  const health = item.text('health', { fallback: 'unknown' })
  const said = item.text('lastError', { fallback: '' })
  const interval = item.text('scrapeInterval', { fallback: '' })
  if (url === null) item.fault('scrapeUrl', 'no address')
  const discovered = fieldOf(element, 'discoveredLabels')
  const address = isFields(discovered) ? fieldOf(discovered, '__address__') : null
  const [fault] = item.faults
  if (fault !== undefined || url === null) return err(fault ?? 'It has no address')
  return ok({
    ...{ kind: 'target', name: `${pool}/${typeof address === 'string' ? address : url.host}` },
    ...{ file: null, trouble: health === 'down' ? said : null },
    value: {
      scheme: url.protocol.slice(0, -1),
      metrics_path: url.pathname,
      // Older versions do not show it.
      ...(interval === '' ? {} : { scrape_interval: duration(interval) ?? interval }),
    },
  })
}

/** `declared` with what means the same as in `live` written as it is there, and without what is not shown. */
export function asWritten(
  declared: PrometheusThing['value'],
  live: PrometheusThing['value'],
): PrometheusThing['value'] {
  const { expr, scrape_interval: interval, ...rest } = declared
  const isSame =
    typeof expr === 'string' &&
    typeof live['expr'] === 'string' &&
    sameExpression(expr, live['expr'])
  return {
    ...rest,
    ...(expr === undefined ? {} : { expr: isSame ? live['expr'] : expr }),
    ...(interval === undefined || live['scrape_interval'] === undefined
      ? {}
      : { scrape_interval: interval }),
  }
}

/** Prometheus prints an expression in its own way. What cannot be read is compared as text. */
function sameExpression(one: string, other: string): boolean {
  const [first, second] = [canonicalPromql(one), canonicalPromql(other)]
  return first.ok && second.ok ? first.value === second.value : one.trim() === other.trim()
}
