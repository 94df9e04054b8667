// Metrics in Prometheus text format: the counters of the answer path and gauges, read when scraped.
import { Counter, Gauge, Registry } from '../../std/prometheus.ts'
import { registerCounters, registerCountersBy, registerGauges } from '../collectors.ts'
import { type Meter, decisionTimeBuckets, timedOneIn } from '../meter.ts'
import type { SessionStats } from '../session/sessions.ts'
import type { SignInMeter, SignInOutcome } from '../sign-in/sign-in.ts'
import type { TransportStats } from '../transport/transport.ts'

/** Where the numbers come from. */
export interface MetricSources {
  readonly meter: Meter
  sessions(): SessionStats
  transport(): TransportStats
  /** Defects of ours that requests ran into. */
  defects(): number
  /** Bounds of sessions, by name, as configured. */
  bounds(): Readonly<Record<string, number>>
  memoryBytes(): number
  /** Most recent delay of a timer beyond its time, in ms: how busy the event loop is. */
  eventLoopLagMs(): number
  readonly version: string
  /** Adds the metrics of a part that not every gate has. */
  more?(registry: Registry): void
}

/** Metrics that are written from outside the answer path. */
export interface GateMetrics extends SignInMeter {
  /** Notes a reload and whether the new configuration was taken. */
  reload(isTaken: boolean): void
  /** The exposition text and its content type. */
  scrape(): Promise<{ readonly text: string; readonly contentType: string }>
}

/** All metrics of the gate; every name begins with `gatehouse_`, every label value is one of ours. */
export function createMetrics(sources: MetricSources): GateMetrics {
  const registry = new Registry()
  const signIns = new Counter({
    name: 'gatehouse_sign_ins_total',
    help: 'Attempts to sign in, by method and outcome',
    labelNames: ['method', 'outcome'],
    registers: [registry],
  })
  const reloads = new Counter({
    name: 'gatehouse_config_reloads_total',
    help: 'Configuration reloads, by result',
    labelNames: ['result'],
    registers: [registry],
  })
  const lastReload = new Gauge({
    name: 'gatehouse_config_last_reload_successful',
    help: '1 when the newest configuration file is in force, 0 when it was refused',
    registers: [registry],
  })
  lastReload.set(1)
  registerAnswers(registry, sources)
  registerSessions(registry, sources)
  registerProcess(registry, sources)
  sources.more?.(registry)
  return {
    signIn: (method: string, outcome: SignInOutcome) => signIns.inc({ method, outcome }),
    reload: (isTaken) => {
      reloads.inc({ result: isTaken ? 'taken' : 'refused' })
      lastReload.set(isTaken ? 1 : 0)
    },
    scrape: async () => ({
      text: (await registry.metrics()) + decisionTimes(sources.meter),
      contentType: registry.contentType,
    }),
  }
}

function registerAnswers(registry: Registry, sources: MetricSources): void {
  const { meter } = sources
  registry.registerMetric(
    new Counter({
      name: 'gatehouse_decisions_total',
      help: 'Decisions of the auth endpoints',
      labelNames: ['decision', 'reason', 'dialect'],
      registers: [],
      collect() {
        this.reset()
        for (const { count, ...labels } of meter.decisions()) this.inc(labels, count)
      },
    }),
  )
  registry.registerMetric(
    new Counter({
      name: 'gatehouse_service_decisions_total',
      help: 'Decisions by declared host',
      labelNames: ['host', 'decision'],
      registers: [],
      collect() {
        this.reset()
        for (const [host, counts] of meter.hosts()) {
          for (const [kind, count] of counts.entries()) {
            if (count > 0) this.inc({ host, decision: kindNames[kind] ?? '' }, count)
          }
        }
      },
    }),
  )
  registerCountersBy(registry, 'client', {
    gatehouse_strangers_total: [
      'Requests that were told to sign in, by what the client says it is',
      () => meter.strangers,
    ],
  })
  registerCounters(registry, {
    gatehouse_untrusted_peer_requests_total: [
      'Auth requests from outside trusted_proxies',
      () => meter.untrustedPeers,
    ],
    gatehouse_groups_dropped_total: [
      'Answers whose groups were too long to pass on',
      () => meter.groupsDropped,
    ],
    gatehouse_bad_requests_total: [
      'Requests that were not valid HTTP',
      () => sources.transport().badRequests,
    ],
    gatehouse_request_timeouts_total: [
      'Connections closed for taking too long',
      () => sources.transport().timeouts,
    ],
    gatehouse_connections_refused_total: [
      'Connections above the limit',
      () => sources.transport().connectionsRefused,
    ],
    gatehouse_defects_total: ['Defects of our own that a request ran into', sources.defects],
  })
  registerGauges(registry, {
    gatehouse_connections: ['Open connections', () => sources.transport().connections],
  })
}

const kindNames = ['allow', 'sign-in', 'forbid', 'unavailable', 'refuse']

function registerSessions(registry: Registry, sources: MetricSources): void {
  const stat = (name: keyof SessionStats) => () => Number(sources.sessions()[name])
  registerCounters(registry, {
    gatehouse_session_cache_hits_total: [
      'Session look-ups answered from memory',
      stat('cacheHits'),
    ],
    gatehouse_session_cache_misses_total: [
      'Session look-ups that asked the store',
      stat('cacheMisses'),
    ],
    gatehouse_session_store_faults_total: ['Store operations that failed', stat('storeFaults')],
    gatehouse_sessions_opened_total: ['Sessions opened', stat('opened')],
    gatehouse_sessions_opened_sealed_total: [
      'Sessions sealed into a cookie for want of room',
      stat('openedSealed'),
    ],
    gatehouse_sessions_moved_total: [
      'Sealed sessions moved into the store',
      stat('movedIntoStore'),
    ],
    gatehouse_sessions_ended_total: ['Sessions ended', stat('ended')],
  })
  registerGauges(registry, {
    gatehouse_session_cache_entries: ['Sessions in memory', stat('cacheEntries')],
    gatehouse_session_cache_entries_max: ['Most sessions in memory', stat('cacheEntriesMax')],
    gatehouse_sessions: ['Sessions in the store', stat('storeSessions')],
    gatehouse_session_store_bytes: ['Size of the store in bytes', stat('storeBytes')],
    gatehouse_session_store_up: ['1 while the store works', stat('storeWorks')],
  })
  registry.registerMetric(
    new Gauge({
      name: 'gatehouse_session_bound',
      help: 'Configured bounds: counts, and times in seconds',
      labelNames: ['bound'],
      registers: [],
      collect() {
        for (const [bound, value] of Object.entries(sources.bounds())) this.set({ bound }, value)
      },
    }),
  )
}

function registerProcess(registry: Registry, sources: MetricSources): void {
  registerGauges(registry, {
    gatehouse_memory_bytes: ['Resident memory', () => sources.memoryBytes()],
    gatehouse_event_loop_lag_seconds: [
      'Newest delay of a timer',
      () => sources.eventLoopLagMs() / 1000,
    ],
  })
  registry.registerMetric(
    new Gauge({
      name: 'gatehouse_build_info',
      help: 'Always 1; the version is a label',
      labelNames: ['version'],
      registers: [],
      collect() {
        this.set({ version: sources.version }, 1)
      },
    }),
  )
}

/** The histogram, written by hand: the library's would count on the answer path. */
function decisionTimes(meter: Meter): string {
  const name = 'gatehouse_decision_duration_seconds'
  const { buckets, sum } = meter.times()
  const lines = [
    `# HELP ${name} Time to decide, of one decision in ${timedOneIn}`,
    `# TYPE ${name} histogram`,
  ]
  let count = 0
  for (const [i, bound] of [...decisionTimeBuckets, Infinity].entries()) {
    count += buckets[i] ?? 0
    lines.push(`${name}_bucket{le="${bound === Infinity ? '+Inf' : bound}"} ${count}`)
  }
  lines.push(`${name}_sum ${sum}`, `${name}_count ${count}`)
  return `${lines.join('\n')}\n`
}
