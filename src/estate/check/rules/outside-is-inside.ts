// Monitors that are called external, in a house whose names lead somewhere else inside.
import type { EstateRule } from '../rule.ts'

/** Split-horizon domains tried only from inside. */
export const outsideIsInside: EstateRule = {
  id: 'outside-is-inside',
  severity: 'warning',
  title: 'Nobody tries the way that strangers come',
  reason:
    'Inside, the public names lead straight to the ingress: probes from there never cross the edge, and it can fail unseen',
  fix: 'Run a watch outside ("gatehouse watch"), or ask a public resolver',
  find: ({ areas, services }) => {
    const split = areas.networking.domains.findIndex((domain) => domain.split_horizon)
    const domain = areas.networking.domains[split]
    const outside = areas.monitoring.tools.some((tool) => tool.outside && tool.kind !== 'gatus')
    const tried = services.filter(({ facts }) => facts.monitor?.enabled === true).length
    if (domain === undefined || outside || tried === 0) return []
    return [
      {
        path: ['estate', 'networking', 'domains', split, 'split_horizon'],
        message: `Names of "${domain.name}" lead somewhere else inside, where the "${tried}" monitors are`,
      },
    ]
  },
  examples: {
    failing: {
      services: [{ host: 'wiki.example.com', monitor: {} }],
      estate: { networking: { domains: [{ name: 'example.com', split_horizon: true }] } },
    },
    passing: {
      services: [{ host: 'wiki.example.com', monitor: {} }],
      estate: { networking: { domains: [{ name: 'example.com' }] } },
    },
  },
}
