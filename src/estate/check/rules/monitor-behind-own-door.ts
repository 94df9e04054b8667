// A tool that is needed when the gate is broken stands behind the gate.
import { coversPath, frontRule, isOpen, serviceOf } from '../../tiers.ts'
import type { EstateRule } from '../rule.ts'

/** Kinds of tools that one looks at when something is broken. */
const eyes = new Set(['prometheus', 'alertmanager', 'uptime-kuma', 'grafana', 'gatus'])

/** Monitoring tools whose own pages ask the gate. */
export const monitorBehindOwnDoor: EstateRule = {
  id: 'monitor-behind-own-door',
  severity: 'warning',
  title: 'A monitoring tool stands behind the door that it watches',
  reason: 'When the gate fails, the pages that would say so cannot be opened',
  fix: 'Keep a way to it that does not ask the gate, such as a rule by network, and write it in the runbook',
  find: ({ areas, services }) =>
    areas.monitoring.tools.flatMap(({ host, kind, name, outside }, i) => {
      const service = host === undefined ? undefined : serviceOf(services, host)
      if (service === undefined || outside || !eyes.has(kind)) return []
      const front = frontRule(service)
      if (front === null || isOpen(front.auth)) return []
      const byNetwork = service.rules.some(
        ({ auth, networks, path }) => isOpen(auth) && networks.length > 0 && coversPath(path, '/'),
      )
      if (byNetwork) return []
      return [
        {
          path: ['estate', 'monitoring', 'tools', i, 'host'],
          message: `The pages of "${name}" at "${host}" ask the gate that it watches`,
        },
      ]
    }),
  examples: {
    failing: {
      services: [{ host: 'grafana.example.com' }],
      estate: {
        monitoring: {
          tools: [{ name: 'grafana', kind: 'grafana', host: 'grafana.example.com' }],
        },
      },
    },
    passing: {
      services: [
        {
          host: 'grafana.example.com',
          paths: [
            {
              path: '/**',
              auth: 'app',
              networks: ['10.0.10.0/24'],
              reason: 'Operators when the gate fails',
            },
          ],
        },
      ],
      estate: {
        monitoring: {
          tools: [{ name: 'grafana', kind: 'grafana', host: 'grafana.example.com' }],
        },
      },
    },
  },
}
