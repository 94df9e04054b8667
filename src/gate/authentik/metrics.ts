// Metrics of an outpost: upstream's three gauges under their names, and our own beside them.
import { Gauge, type Registry } from '../../std/prometheus.ts'
import { type Readings, registerCountersBy, registerGauges } from '../collectors.ts'
import type { ControlPlane } from './outpost.ts'
import type { OutpostSettings } from './settings.ts'

/** Adds them to `registry`. */
export function registerOutpost(
  registry: Registry,
  plane: ControlPlane,
  settings: OutpostSettings,
): void {
  upstreamGauges(registry, plane, settings)
  registerGauges(registry, {
    gatehouse_outpost_providers: [
      'Providers that are served',
      () => plane.current()?.providers.length ?? 0,
    ],
    gatehouse_outpost_providers_unusable: [
      'Providers whose configuration cannot be used; their hosts are shut',
      () => plane.current()?.unusable.length ?? 0,
    ],
    gatehouse_outpost_failures_in_row: [
      'Refreshes from authentik that failed since the last good one',
      () => plane.state().failuresInRow,
    ],
  })
  registerCountersBy(registry, 'kind', {
    gatehouse_outpost_refreshes_total: [
      'Refreshes from authentik, by kind: good, failed',
      () => plane.state().refreshes,
    ],
    gatehouse_outpost_messages_total: [
      'WebSocket messages from authentik, by kind',
      () => plane.state().messages,
    ],
  })
}

/** With upstream's labels. Nothing is said before authentik has said what the outpost is called. */
function upstreamGauges(
  registry: Registry,
  plane: ControlPlane,
  { version, buildHash }: OutpostSettings,
): void {
  const readings: Readings<number> = {
    authentik_outpost_info: ['Outpost info', () => 1],
    authentik_outpost_last_update: [
      'Time of last update',
      () => (plane.state().lastUpdate ?? 0) / 1000,
    ],
    authentik_outpost_connection: ['Connection status', () => (plane.state().connected ? 1 : 0)],
  }
  for (const [name, [help, read]] of Object.entries(readings))
    registry.registerMetric(
      new Gauge({
        name,
        help,
        labelNames: ['outpost_name', 'outpost_type', 'uuid', 'version', 'build'],
        registers: [],
        collect() {
          // Without this an outpost that was renamed would be there twice.
          this.reset()
          const outpost = plane.current()?.outpost
          if (outpost === undefined) return
          const uuid = plane.state().instance
          const labels = { outpost_name: outpost.name, outpost_type: 'proxy', uuid, version }
          this.set({ ...labels, build: buildHash }, read())
        },
      }),
    )
}
