// A layer that everything shares, and no alert that could fire about it.
import type { EstateRule } from '../rule.ts'

/** Layers that a house with a gate always has. */
const sharedLayers = ['dns', 'edge', 'ingress', 'gate_new', 'gate_check', 'idp'] as const

/** Shared layers without a living alert, where alerts are declared. */
export const layerWithoutAlert: EstateRule = {
  id: 'layer-without-alert',
  severity: 'warning',
  title: 'A layer that everything shares has no alert that can fire',
  reason: 'When it breaks, each host seems to break on its own, or nothing is said at all',
  fix: 'Use the rules that "gatehouse generate prometheus" writes, and prove them with "gatehouse alerts prove"',
  find: ({ areas }) => {
    const { alerts } = areas.monitoring
    if (alerts.length === 0) return []
    return sharedLayers.flatMap((layer) => {
      const about = alerts.filter((alert) => alert.layer === layer)
      if (about.some(({ state }) => state === 'alive')) return []
      const dead = about.map(({ name, state }) => `"${name}" is ${state}`).join(', ')
      const said = dead === '' ? 'no alert' : `only alerts that cannot fire: ${dead}`
      return [
        {
          path: ['estate', 'monitoring', 'alerts'],
          message: `The layer "${layer}" has ${said}`,
        },
      ]
    })
  },
  examples: {
    failing: {
      estate: {
        monitoring: {
          alerts: [
            ...['dns', 'edge', 'ingress', 'gate_check', 'idp'].map((layer) => ({
              name: `Down${layer}`,
              layer,
            })),
            { name: 'ShmFull', layer: 'gate_new', state: 'dead', why: 'Its series is dropped' },
          ],
        },
      },
    },
    passing: {
      estate: {
        monitoring: {
          alerts: ['dns', 'edge', 'ingress', 'gate_new', 'gate_check', 'idp'].map((layer) => ({
            name: `Down${layer}`,
            layer,
          })),
        },
      },
    },
  },
}
