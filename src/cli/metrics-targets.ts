// Where Prometheus reaches the private listener, as the configuration says.
import type { GateConfig } from '../gate.ts'
import { listenAddressText } from '../model/listen-address.ts'

/** Addresses that say "here" or "everywhere" to the gate say nothing to a Prometheus elsewhere. */
const nameOfAnywhere = 'gatehouse'

/** `["gatehouse:9300"]`; null where the listener is off. */
export function metricsTargets({ listen: { metrics } }: GateConfig): readonly string[] | null {
  if (metrics === null) return null
  const isAnywhere = ['0.0.0.0', '::'].includes(metrics.hostname)
  return [listenAddressText(isAnywhere ? { ...metrics, hostname: nameOfAnywhere } : metrics)]
}
