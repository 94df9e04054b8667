// Monitors that are called external, in a house whose names lead somewhere else inside.
import { isWithinDomain } from '../../../model/host.ts'
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
    if (areas.monitoring.tools.some((tool) => tool.outside && tool.kind !== 'gatus')) return []
    const tried = services.filter(({ facts }) => facts.monitor?.enabled === true)
    return areas.networking.domains.flatMap(({ name, split_horizon: isSplit }, i) => {
      const within = tried.filter(({ host }) => isWithinDomain(host.replace(/^\*\./, ''), name))
      if (!isSplit || within.length === 0) return []
      return [
        {
          path: ['estate', 'networking', 'domains', i, 'split_horizon'],
          message: `Names of "${name}" lead somewhere else inside, where the "${within.length}" monitors are`,
        },
      ]
    })
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
