// `gatehouse drift prometheus`: what `generate prometheus` writes, and further rule files, against a live one.
import { parse } from 'yaml'
import {
  type DeclaredPrometheus,
  type PrometheusSource,
  type PrometheusThing,
  declaredRules,
  declaredTargets,
  prometheusDrift,
} from '../../estate-drift.ts'
import { type Result, err, ok } from '../../std/result.ts'
import { renderPrometheusFiles } from '../../watch-alerts.ts'
import { metricsTargets } from '../metrics-targets.ts'
import { exportBytesMax } from '../exported-files.ts'
import { declaredTool, exportedFiles, toolPlace } from './places.ts'
import { type DriftInput, type DriftSource, unread } from './source.ts'

/** Prometheus. */
export const prometheus: DriftSource = {
  isDeclared: ({ estate }) => declaredTool(estate, 'prometheus') !== undefined,
  compare: async (input) => {
    const declared = declaredOf(input)
    if (!declared.ok) return declared
    const source = sourceOf(input)
    if (!source.ok) return source
    const { http } = input.context.world
    const found = await prometheusDrift(declared.value, source.value, http)
    const name = nameOf(source.value)
    return found.ok
      ? ok({ report: found.value, source: name })
      : err(unread('Prometheus', name, found.error))
  },
}

function declaredOf({
  context,
  declared: { estate, loaded },
  options,
}: DriftInput): Result<DeclaredPrometheus, readonly string[]> {
  const targets = options.scrape ?? metricsTargets(loaded.gate)
  if (targets === null)
    return err(['Found "off" at listen.metrics, wanted an address that Prometheus can scrape'])
  const written = renderPrometheusFiles({ job: options.job, targets })
  const [own, scrape] = ['rules', 'scrape'].map(
    (what) => written.find(({ path }) => path === `gatehouse-${what}.yaml`)?.text ?? '',
  )
  const faults: string[] = []
  const rules = [
    { path: 'gatehouse-rules.yaml', text: own ?? '' },
    ...(options.rules ?? []).flatMap((path) => {
      const read = context.world.files.readText(path, exportBytesMax)
      if (read.ok) return [{ path, text: read.value }]
      faults.push(`Cannot read "${path}" (${read.error.code})`)
      return []
    }),
  ].flatMap(({ path, text }): readonly PrometheusThing[] => {
    const found = declaredRules(yaml(text))
    if (found.ok) return found.value
    faults.push(`Cannot read "${path}": ${found.error}`)
    return []
  })
  const { ignore } = estate.areas.monitoring
  return faults.length > 0
    ? err(faults)
    : ok({ rules, ignore, job: options.job, targets: declaredTargets(yaml(scrape ?? '')) })
}

/** Undefined, which YAML does not have, for a text that is none. */
function yaml(text: string): unknown {
  try {
    return parse(text)
  } catch {
    return undefined
  }
}

function sourceOf(input: DriftInput): Result<PrometheusSource, readonly string[]> {
  const files = exportedFiles(input)
  if (!files.ok) return files
  if (files.value !== null) return ok({ kind: 'files', files: files.value })
  const place = toolPlace(input, { kind: 'prometheus', variable: 'PROMETHEUS_TOKEN' })
  return place.ok ? ok({ kind: 'api', url: place.value.url, token: place.value.credential }) : place
}

function nameOf(source: PrometheusSource): string {
  return source.kind === 'files' ? source.files.map(({ path }) => path).join(', ') : source.url
}
