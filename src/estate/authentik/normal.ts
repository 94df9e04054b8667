// The normal form of values: what means the same is written the same, so that only differences differ.
import { isFields } from '../../std/fields.ts'
import { parseDurationMs } from '../../std/units.ts'
import { type Attributes, type Form, type KindName, kinds } from './objects.ts'
import { withoutSecrets } from '../drift/secret-leaves.ts'

const unitsMs: Readonly<Record<string, number>> = {
  microseconds: 0.001,
  milliseconds: 1,
  seconds: 1000,
  minutes: 60_000,
  hours: 3_600_000,
  days: 86_400_000,
  weeks: 604_800_000,
}

/** Units in which a duration is written, longest first. Weeks are not among them: 7 days say it. */
const written = ['days', 'hours', 'minutes', 'seconds', 'milliseconds', 'microseconds'] as const

/** Longest text of a duration. */
const validityLengthMax = 128

/** `hours=168`, `days=6;hours=24` or `7d` in milliseconds; null for anything else. */
export function validityMs(text: string): number | null {
  if (text.length > validityLengthMax) return null
  const own = parseDurationMs(text)
  if (own !== null) return own
  let total = 0
  for (const part of text.split(';')) {
    const match = /^\s*([a-z]+)\s*=\s*(\d+(?:\.\d+)?)\s*$/.exec(part)
    const unit = unitsMs[match?.[1] ?? '']
    if (match === null || unit === undefined) return null
    total += unit * Number(match[2])
  }
  return total
}

/** A duration as authentik writes it, in the longest unit that is whole: `days=7`, `minutes=90`. */
export function validityText(ms: number): string {
  const unit = written.find((name) => Number.isInteger(ms / (unitsMs[name] ?? 1)))
  return unit === undefined
    ? `microseconds=${Math.round(ms * 1000)}`
    : `${unit}=${ms / (unitsMs[unit] ?? 1)}`
}

/** What the config of an outpost has where nobody said anything (authentik 2025.x to 2026.8). */
const usualConfig: Readonly<Record<string, unknown>> = {
  authentik_host: '',
  authentik_host_insecure: false,
  authentik_host_browser: '',
  log_level: 'info',
  object_naming_template: 'ak-outpost-%(name)s',
  refresh_interval: 'minutes=5',
  docker_map_ports: true,
  kubernetes_replicas: 1,
  kubernetes_namespace: 'default',
  kubernetes_ingress_secret_name: 'authentik-outpost-tls',
  kubernetes_service_type: 'ClusterIP',
  kubernetes_disable_x509_strict: false,
}

/** Keys of the config that are null, or hold nothing, where nobody said anything. */
const emptyConfig: Readonly<Record<string, unknown>> = {
  container_image: null,
  docker_network: null,
  docker_labels: null,
  kubernetes_ingress_annotations: {},
  kubernetes_ingress_class_name: null,
  kubernetes_ingress_path_type: null,
  kubernetes_httproute_annotations: {},
  kubernetes_httproute_parent_refs: [],
  kubernetes_disabled_components: [],
  kubernetes_image_pull_secrets: [],
  kubernetes_json_patches: null,
}

/** The whole config of an outpost of which nobody said anything. */
export function usualConfigWhole(): Readonly<Record<string, unknown>> {
  return { ...usualConfig, ...emptyConfig }
}

/** Lists of the config whose order says nothing. */
const unorderedConfig: ReadonlySet<string> = new Set([
  'kubernetes_disabled_components',
  'kubernetes_image_pull_secrets',
])

/**
 * Attributes with what was left out filled in, all in normal form. Secrets in mappings are replaced by
 * hashes keyed with `secretKey`.
 */
export function normalised(kind: KindName, given: Attributes, secretKey: Uint8Array): Attributes {
  return Object.fromEntries(
    Object.entries(kinds[kind].attributes).map(([name, { form, usual }]) => {
      const value = given[name]
      const isConfig = kind === 'outpost' && name === 'config'
      const normal = isConfig
        ? normalConfig(value)
        : normalValue(form, value === undefined ? usual : value)
      return [name, form === 'mapping' ? withoutSecrets(normal, secretKey) : normal]
    }),
  )
}

function normalValue(form: Form, value: unknown): unknown {
  switch (form) {
    case 'lines':
      // Forms of browsers send both characters at the end of each line.
      return typeof value === 'string' ? value.replaceAll('\r\n', '\n') : value
    case 'validity': {
      const ms = typeof value === 'string' ? validityMs(value) : null
      return ms === null ? value : validityText(ms)
    }
    case 'names':
      return Array.isArray(value) ? [...new Set(value)].toSorted() : value
    default:
      return value
  }
}

/** Only what is not as usual: keys that another version knows or does not know make no difference then. */
function normalConfig(value: unknown): unknown {
  if (!isFields(value)) return {}
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, given]) => {
      const one = normalConfigValue(key, given)
      return one === undefined ? [] : [[key, one]]
    }),
  )
}

function normalConfigValue(key: string, value: unknown): unknown {
  const usual = Object.hasOwn(usualConfig, key) ? usualConfig[key] : null
  if (value === null || value === usual || isNothing(value)) return undefined
  if (key === 'refresh_interval') {
    const normal = normalValue('validity', value)
    return normal === usual ? undefined : normal
  }
  return Array.isArray(value) && unorderedConfig.has(key)
    ? value.toSorted((a, b) => (String(a) < String(b) ? -1 : 1))
    : value
}

function isNothing(value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0
  return isFields(value) && Object.keys(value).length === 0
}
