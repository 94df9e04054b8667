// What runs, as far as a source tells: doors with their effective tier, and what was not understood.
import type { AuthTier } from '../../model/service.ts'

/** A condition on a request header. `*` in a value stands for anything. */
export interface HeaderCondition {
  readonly name: string
  readonly value: string
}

/** One way in that a reverse proxy knows. */
export interface FoundDoor {
  readonly host: string
  /** Path prefix or exact path; `/` for the whole host. */
  readonly path: string
  readonly isExact: boolean
  /** Empty methods and headers: all requests. */
  readonly methods: readonly string[]
  readonly headers: readonly HeaderCondition[]
  /** `required` where any forward-auth middleware is on the way; else what was declared beside it, or `none`. */
  readonly tier: AuthTier
  /** The tier that the object says of itself, whatever is asked on the way; null: it says none. */
  readonly declared: AuthTier | 'unreadable' | null
  /** True when it has further conditions that are not looked into: fewer requests go through it than it seems. */
  readonly isPartial: boolean
  /** Groups that an annotation names; null: none named. */
  readonly groups: readonly string[] | null
  /** 0: none was set, and the length of the rule counts in its place (Traefik's order). Higher first. */
  readonly priority: number
  readonly ruleLength: number
  /** `http://grafana.monitoring:3000`; null where it cannot be told. */
  readonly upstream: string | null
  /** The object: `Ingress monitoring/grafana`. */
  readonly from: string
}

/** An object or a part of one that could not be read as what it says it is. */
export interface NotUnderstood {
  readonly object: string
  readonly why: string
}

/** What a monitor tries. */
export interface FoundMonitor {
  readonly host: string
  readonly path: string
  readonly isActive: boolean
  /** Null: not told. */
  readonly intervalSeconds: number | null
  /** Statuses that count as up, as Uptime Kuma writes them; null: not told. */
  readonly accepts: string | null
  readonly from: string
}

/** One address behind a service of the cluster. */
export interface FoundReplica {
  /** `namespace/name` of the service. */
  readonly service: string
  /** `10.0.20.5:443` */
  readonly address: string
  readonly isReady: boolean
}

/** One reading of one source. */
export interface Discovery {
  readonly source: string
  readonly doors: readonly FoundDoor[]
  /** Of a source that knows monitors. */
  readonly monitors?: readonly FoundMonitor[]
  /** Of a source that knows what is behind a service. */
  readonly replicas?: readonly FoundReplica[]
  readonly notUnderstood: readonly NotUnderstood[]
  /** Objects read, of any kind. */
  readonly read: number
}

/** Doors in the order in which the proxy tries them. */
export function inOrder(doors: readonly FoundDoor[]): readonly FoundDoor[] {
  return doors.toSorted((a, b) => orderOf(b) - orderOf(a) || b.ruleLength - a.ruleLength)
}

/** A priority of 10 stands behind a rule of 40 signs without one. */
function orderOf({ priority, ruleLength }: FoundDoor): number {
  return priority === 0 ? ruleLength : priority
}

/** A request, as much of it as routing looks at. */
export interface RoutedRequest {
  readonly host: string
  readonly path: string
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
}

/** The door that a request goes through; null: none, the proxy answers 404. */
export function doorOf(doors: readonly FoundDoor[], request: RoutedRequest): FoundDoor | null {
  return inOrder(doors).find((door) => matches(door, request)) ?? null
}

function matches(door: FoundDoor, request: RoutedRequest): boolean {
  return (
    hostMatches(door.host, request.host.toLowerCase()) &&
    pathMatches(door, request.path) &&
    (door.methods.length === 0 || door.methods.includes(request.method ?? 'GET')) &&
    door.headers.every(({ name, value }) => headerMatches(value, headerOf(request, name)))
  )
}

/** `*.example.com` is one label (Gateway API, Ingress). */
function hostMatches(pattern: string, host: string): boolean {
  if (pattern === '*' || pattern === host) return true
  if (!pattern.startsWith('*.')) return false
  const label = host.slice(0, host.length - pattern.length + 1)
  return host.endsWith(pattern.slice(1)) && label !== '' && !label.includes('.')
}

/** Prefixes are of whole segments. */
function pathMatches({ isExact, path }: FoundDoor, asked: string): boolean {
  if (isExact || path === asked) return path === asked
  const prefix = path.endsWith('/') ? path : `${path}/`
  return asked.startsWith(prefix) || path === '/'
}

function headerOf({ headers = {} }: RoutedRequest, name: string): string | null {
  const found = Object.entries(headers).find(([key]) => key.toLowerCase() === name.toLowerCase())
  return found?.[1] ?? null
}

/** `*` at the end stands for anything. */
function headerMatches(pattern: string, value: string | null): boolean {
  if (value === null) return false
  return pattern.endsWith('*') ? value.startsWith(pattern.slice(0, -1)) : value === pattern
}
