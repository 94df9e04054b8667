// A tool that watches depends on what it watches: both go dark together.
import type { EstateRule } from '../rule.ts'

/** Monitoring tools with a database that services use as well. */
export const monitoringSharesFate: EstateRule = {
  id: 'monitoring-shares-fate',
  severity: 'warning',
  title: 'A monitoring tool needs a database that it watches',
  reason: 'When the database fails, nobody says so',
  fix: 'Give it a database of its own, or a second watch outside: "gatehouse watch"',
  find: ({ areas }) =>
    areas.monitoring.tools.flatMap(({ database, name, outside }, i) => {
      const shared = areas.databases.databases.find((candidate) => candidate.name === database)
      const others = shared?.used_by.filter((stack) => stack !== name) ?? []
      if (shared === undefined || outside || others.length === 0) return []
      return [
        {
          path: ['estate', 'monitoring', 'tools', i, 'database'],
          message: `The tool "${name}" needs the database "${shared.name}", which "${others[0] ?? ''}" needs as well`,
        },
      ]
    }),
  examples: {
    failing: {
      estate: {
        monitoring: { tools: [{ name: 'uptime-kuma', kind: 'uptime-kuma', database: 'mysql' }] },
        databases: { databases: [{ name: 'mysql', engine: 'mysql', used_by: ['nextcloud'] }] },
      },
    },
    passing: {
      estate: {
        monitoring: { tools: [{ name: 'uptime-kuma', kind: 'uptime-kuma' }] },
        databases: { databases: [{ name: 'mysql', engine: 'mysql', used_by: ['nextcloud'] }] },
      },
    },
  },
}
