// `gatehouse drift uptime-kuma`: from an export, from what it exposes for Prometheus, or from a public page.
import { type KumaSource, kumaDrift } from '../../estate-drift.ts'
import { type Result, err, ok } from '../../std/result.ts'
import { declaredTool, exportedFiles, toolPlace } from './places.ts'
import { type DriftInput, type DriftSource, unread } from './source.ts'

/** Uptime Kuma. */
export const uptimeKuma: DriftSource = {
  isDeclared: ({ estate }) => declaredTool(estate, 'uptime-kuma') !== undefined,
  compare: async (input) => {
    const source = sourceOf(input)
    if (!source.ok) return source
    const { http } = input.context.world
    const found = await kumaDrift(input.declared.estate, source.value, http)
    const name = nameOf(source.value)
    return found.ok
      ? ok({ report: found.value, source: name })
      : err(unread('Uptime Kuma', name, found.error))
  },
}

function sourceOf(input: DriftInput): Result<KumaSource, readonly string[]> {
  const files = exportedFiles(input)
  if (!files.ok) return files
  if (files.value !== null) return ok({ kind: 'files', files: files.value })
  const place = toolPlace(input, { kind: 'uptime-kuma', variable: 'UPTIME_KUMA_API_KEY' })
  if (!place.ok) return place
  const { credential, url } = place.value
  const { statusPage } = input.options
  return statusPage === undefined
    ? ok({ kind: 'metrics', url, key: credential })
    : ok({ kind: 'status-page', url, slug: statusPage })
}

function nameOf(source: KumaSource): string {
  return source.kind === 'files' ? source.files.map(({ path }) => path).join(', ') : source.url
}
