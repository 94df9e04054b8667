// How long the outpost's own answers take: upstream's histogram under its name.
import { Histogram, type Registry } from '../../../std/prometheus.ts'
import type { ControlPlane, OutpostProvider } from '../outpost.ts'
import { methodLabel } from '../proxy/metrics.ts'

/** One answer below /outpost.goauthentik.io. */
export interface OutpostAnswer {
  readonly method: string
  /** The provider that answered; null for a ping, and where there was none for the host. */
  readonly provider: OutpostProvider | null
  readonly type: 'app' | 'ping'
  readonly durationMs: number
}

/** Told of each answer. */
export type OutpostAnswerMeter = (answer: OutpostAnswer) => void

/** Adds the histogram to `registry`. `host` is an address of authentik's, never what a client sent. */
export function registerCompat(registry: Registry, plane: ControlPlane): OutpostAnswerMeter {
  const durations = new Histogram({
    name: 'authentik_outpost_proxy_request_duration_seconds',
    help: 'Proxy request latencies in seconds',
    labelNames: ['outpost_name', 'method', 'host', 'type'],
    registers: [registry],
  })
  return ({ method, provider, type, durationMs }) => {
    const labels = {
      outpost_name: plane.current()?.outpost.name ?? '',
      method: methodLabel(method),
      host: provider?.external.host ?? '',
      type,
    }
    durations.observe(labels, durationMs / 1000)
  }
}
