// A monitor of a front page that is led nowhere: it looks at the page 404 of the ingress.
import { routedRules, ruleAt } from '../../tiers.ts'
import type { EstateRule } from '../rule.ts'

/** Monitors of hosts of which only paths lead anywhere, at none of them. */
export const monitorOfNothing: EstateRule = {
  id: 'monitor-of-nothing',
  severity: 'warning',
  title: 'A monitor tries a path that leads nowhere',
  reason: 'It sees the page 404 of the ingress, whatever becomes of the service',
  fix: 'Let it try one of the paths that lead somewhere',
  find: ({ services }) =>
    services.flatMap((service) => {
      const { facts, host, index } = service
      const { monitor, paths_only: isPathsOnly } = facts
      if (!isPathsOnly || monitor?.enabled !== true) return []
      if (ruleAt(service, monitor.path) !== null) return []
      const [led] = routedRules(service)
        .map(({ path }) => path.replace(/\/\*\*$/, ''))
        .filter((path) => path !== '' && !path.includes('*'))
      const better = led === undefined ? {} : { fix: `Let it try "${led}"` }
      const message = `The monitor of "${host}" tries "${monitor.path}", which is led nowhere`
      return [{ path: ['services', index, 'monitor'], message, ...better }]
    }),
  examples: {
    failing: {
      services: [
        {
          host: 'api.example.com',
          paths_only: true,
          paths: [{ path: '/ingest/**', auth: 'none', reason: 'Phones send' }],
          monitor: {},
        },
      ],
    },
    passing: {
      services: [
        {
          host: 'api.example.com',
          paths_only: true,
          paths: [{ path: '/ingest/**', auth: 'none', reason: 'Phones send' }],
          monitor: { path: '/ingest/health' },
        },
      ],
    },
  },
}
