// Metrics of the reverse proxy: upstream's histogram under its name, and our own counters.
import { Histogram, type Registry } from '../../../std/prometheus.ts'
import { registerCountersBy, registerGauges } from '../../collectors.ts'
import type { ControlPlane } from '../outpost.ts'
import type { ProxyStats, ServiceAnswer } from './proxy.ts'

/** Methods that are label values; any other is `other`, since clients invent them. */
const methods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])

/** The label value for a method. */
export function methodLabel(method: string): string {
  return methods.has(method) ? method : 'other'
}

/** Told of each answer of a service. */
export type ServiceAnswerMeter = (answer: ServiceAnswer) => void

/** What is measured; the numbers are null before the proxy is there. */
export interface ProxyReadings {
  readonly plane: ControlPlane
  stats(): ProxyStats | null
}

/** Adds them to `registry`. Label values come from authentik and from us, never from a client. */
export function registerProxy(registry: Registry, readings: ProxyReadings): ServiceAnswerMeter {
  const { plane } = readings
  registerGauges(registry, {
    gatehouse_proxy_active: [
      'Proxied requests under way, WebSockets included',
      () => readings.stats()?.active ?? 0,
    ],
    gatehouse_proxy_websockets: [
      'Proxied WebSockets that are open',
      () => readings.stats()?.tunnels ?? 0,
    ],
  })
  registerCountersBy(registry, 'kind', {
    gatehouse_proxy_troubles_total: [
      'Proxied requests that got no whole answer of the service, by kind; cut: it broke off',
      () => {
        const stats = readings.stats()
        return stats === null ? {} : { ...stats.troubles, cut: stats.cut }
      },
    ],
  })
  const durations = new Histogram({
    name: 'authentik_outpost_proxy_upstream_response_duration_seconds',
    help: 'Proxy upstream response latencies in seconds',
    labelNames: ['outpost_name', 'method', 'scheme', 'host', 'upstream_host'],
    registers: [registry],
  })
  return ({ provider, upstream, method, durationMs }) => {
    // The service of a token may be another for each person.
    const upstreamHost = upstream.host === provider.internal?.host ? upstream.host : 'override'
    const labels = {
      outpost_name: plane.current()?.outpost.name ?? '',
      method: methodLabel(method),
      scheme: upstream.scheme,
      host: provider.external.host,
      upstream_host: upstreamHost,
    }
    durations.observe(labels, durationMs / 1000)
  }
}
