// What no file and no series tells: where the usual metrics do not see what people think they see.
import { type Condition, type Labels, compileMatchers, isMatch } from './labels.ts'
import type { Matcher, Selector } from './promql/need.ts'

/** Labels whose values come with events: that one is missing may only mean that nothing has happened yet. */
const eventLabels: ReadonlySet<string> = new Set([
  'code',
  'decision',
  'error',
  'kind',
  'le',
  'level',
  'method',
  'outcome',
  'phase',
  'quantile',
  'reason',
  'result',
  'severity',
  'state',
  'status',
  'status_code',
  'type',
  'verb',
])

/** True for labels whose values may be there tomorrow although they are not today. */
export function isEventLabel(label: string): boolean {
  return eventLabels.has(label)
}

/** Names that people write for a metric that is called otherwise. */
const realNames: Readonly<Record<string, string>> = {
  uptime_kuma_monitor_status: 'monitor_status',
  uptime_kuma_monitor_response_time: 'monitor_response_time',
  authentik_outpost_http_requests_total: 'authentik_outpost_proxy_request_duration_seconds_count',
}

/** The name that a metric really has; null where we know of none. */
export function realName(metric: string, names: ReadonlySet<string>): string | null {
  const known = realNames[metric]
  if (known !== undefined) return known
  // A prefix that the exporter does not write: `kuma_monitor_status`.
  return [...names].find((name) => name.includes('_') && metric.endsWith(`_${name}`)) ?? null
}

const authService = /outpost|forward-?auth|authelia|oauth2|gatehouse/i

/**
 * Why a selector cannot count refusals of a forward-auth service: the proxy's counter by service knows
 * what was routed to the service, and a refusal is the middleware's. Null for any other selector.
 */
export function refusalsBesideTheService({ metric, matchers }: Selector): string | null {
  const isServiceCounter = /^(traefik_service|haproxy_backend|envoy_cluster)_/.test(metric ?? '')
  const isAuth = matchers.some(
    ({ label, op, value }) =>
      /service|backend|cluster/.test(label) && !op.startsWith('!') && authService.test(value),
  )
  const isRefusal = matchers.some(
    ({ label, op, value }) =>
      /^(code|status)/.test(label) && !op.startsWith('!') && /4/.test(value),
  )
  return isServiceCounter && isAuth && isRefusal
    ? `"${metric ?? ''}" counts what was routed to the service; what forward auth refuses is answered by the middleware and is in the counter by router`
    : null
}

/** A memory file system as container runtimes mount it for every pod, and session stores lie in it. */
const sharedMemory: Labels = {
  device: 'shm',
  fstype: 'tmpfs',
  mountpoint: '/run/containerd/io.containerd.grpc.v1.cri/sandboxes/0/shm',
}

/** True for a selector over file systems, of whatever kind. */
function isFileSystem(metric: string | null): boolean {
  return /^node_filesystem_(avail|free|files|size|used)/.test(metric ?? '')
}

/** True for a selector that sees memory file systems such as `/dev/shm`. */
export function seesSharedMemory({ metric, matchers }: Selector): boolean {
  const conditions = compileMatchers(matchers.filter(isAboutFileSystem))
  return isFileSystem(metric) && conditions.ok && isMatch(conditions.value, sharedMemory)
}

/** The matchers by which a selector over file systems leaves memory ones out; none: it does not. */
export function hidesSharedMemory({ metric, matchers }: Selector): readonly Matcher[] {
  if (!isFileSystem(metric)) return []
  const conditions = compileMatchers(matchers.filter(isAboutFileSystem))
  if (!conditions.ok) return []
  const hides = ({ matcher, holds }: Condition): boolean =>
    !holds(sharedMemory[matcher.label] ?? '')
  // One that asks for a file system by name is about that one; only leaving out makes blind.
  return conditions.value
    .filter(hides)
    .flatMap(({ matcher }) => (matcher.op.startsWith('!') ? matcher : []))
}

function isAboutFileSystem({ label }: Matcher): boolean {
  return label in sharedMemory
}

/** True for series of memory file systems. */
export function isSharedMemory(labels: Labels): boolean {
  return labels['device'] === 'shm' || /(^|\/)shm$/.test(labels['mountpoint'] ?? '')
}

/** True for times that are set once and never again for the same series. */
export function isSetOnce(metric: string): boolean {
  return /^kube_\w+_(created|start_time|completion_time)$/.test(metric)
}
